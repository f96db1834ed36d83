"""The whole search on a small base, with the real meaning model."""

import datetime as dt
import json

import pytest

from content.search import Document, IndexDamagedError, Lexicon, Query, Searcher, build_index

DAY = dt.date(2026, 11, 22)

DOCUMENTS = (
    Document(id="newborn", title="新生儿参加医疗保险", questions=("新生儿怎么上医保", "刚出生的小孩医保怎么办")),
    Document(id="remote", title="异地就医备案", questions=("去外地看病怎么备案", "异地就医备案怎么办理")),
    Document(id="elder", title="高龄津贴申领", questions=("高龄津贴怎么申请",), answer="年满八十周岁的老人可以领取。"),
    Document(id="id-card", title="居民身份证补领", questions=("身份证丢了怎么补办",)),
    Document(id="book", title="居民户口簿补领", questions=("户口本丢了怎么补办",)),
    Document(id="old", title="燃气初装费减免", questions=("煤气安装费能减吗",), valid_until=dt.date(2025, 12, 31)),
)


@pytest.fixture(scope="module")
def blobs():
    return build_index(DOCUMENTS, lexicon=Lexicon((("新生儿", "娃娃"),), ("泽国镇",)))


@pytest.fixture(scope="module")
def searcher(blobs):
    return Searcher(blobs, today=lambda: DAY)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("新生儿怎么上医保", "newborn"),
        ("新生兒怎麼上醫保", "newborn"),
        ("一地就一备案怎么办理", "remote"),
        ("高零今天怎么申请", "elder"),
        ("身份证丢了怎么不办", "id-card"),
        ("户口本丢了怎么补办", "book"),
    ],
)
def test_asked_misheard_or_in_other_script(searcher, question, wanted):
    assert searcher.search(Query(question)).hits[0].id == wanted


def test_a_word_that_several_items_share_asks_back(searcher):
    result = searcher.search(Query("补领"))
    assert result.outcome == "clarify"
    assert {hit.id for hit in result.hits[:2]} == {"id-card", "book"}


@pytest.mark.parametrize("question", ["我要办事", "办理", "12345", "我想问一下"])
def test_what_says_nothing_gets_no_answer(searcher, question):
    assert searcher.search(Query(question)).outcome == "none"


def test_hardly_a_word_is_never_answered(searcher):
    assert searcher.search(Query("我要办证")).outcome != "answer"


def test_a_question_without_a_matter_means_nothing_alone(searcher):
    assert searcher.search(Query("那要多少钱")).outcome == "none"


@pytest.mark.parametrize("question", ["", " ", "？！", "\0\0", "今天天气怎么样", "\ud800", "🙂🙂🙂"])
def test_nothing_to_answer(searcher, question):
    assert searcher.search(Query(question)).outcome == "none"


def test_heard_syllables_are_enough(searcher):
    heard = ("yi4", "di4", "jiu4", "yi1", "bei4", "an4")
    result = searcher.search(Query("", pinyin=heard))
    assert result.hits[0].id == "remote"


def test_an_n_best_list_is_searched_as_one_question(searcher):
    result = searcher.search(Query("高零今天", nbest=("糕临津天", "高龄津贴怎么申请")))
    assert result.hits[0].id == "elder"


def test_a_place_says_where_and_not_what(searcher):
    assert searcher.search(Query("泽国镇新生儿怎么上医保")).hits == searcher.search(Query("新生儿怎么上医保")).hits


def test_accents_are_those_of_the_deployment(blobs):
    heard = ("gao", "nin", "zin", "tie", "sen", "nin")  # 高龄津贴申领 where l is said as n and sh as s
    merged = Searcher(blobs, accents=("n/l", "sh/s", "in/ing", "j/z"), today=lambda: DAY)
    strict = Searcher(blobs, accents=(), today=lambda: DAY)
    found = {name: s.search(Query("", pinyin=heard)).hits for name, s in (("merged", merged), ("strict", strict))}
    assert found["merged"][0].id == "elder"
    assert found["merged"][0].confidence > max(
        (hit.confidence for hit in found["strict"] if hit.id == "elder"), default=0
    )


def test_a_follow_up_stays_with_the_item(searcher):
    for question in ("那要多少钱", "在哪里办", "要带什么", "爷爷可以代办吗", "女儿能不能替我去领"):
        result = searcher.search(Query(question, context="elder"))
        assert (result.outcome, result.hits[0].id) == ("answer", "elder")
    assert searcher.search(Query("身份证丢了怎么补办", context="elder")).hits[0].id == "id-card"


def test_expired_is_found_but_not_answered(searcher):
    result = searcher.search(Query("煤气安装费能减吗"))
    assert (result.outcome, result.reason, result.hits[0].id) == ("none", "expired", "old")


def test_same_documents_same_bytes(blobs):
    again = build_index(DOCUMENTS, lexicon=Lexicon((("新生儿", "娃娃"),), ("泽国镇",)))
    assert again == blobs


def test_a_damaged_index_is_one_clear_line(blobs):
    for broken in ({}, blobs | {"search.meaning.vectors": b"x"}, blobs | {"search.info": b"{"}):
        with pytest.raises(IndexDamagedError, match="copy or build the pack again"):
            Searcher(broken)


def test_an_index_of_a_newer_program_says_so(blobs):
    newer = json.loads(blobs["search.info"]) | {"format": 99}
    with pytest.raises(IndexDamagedError, match="newer program"):
        Searcher(blobs | {"search.info": json.dumps(newer).encode()})


def test_an_empty_base_answers_nothing():
    assert Searcher(build_index(())).search(Query("身份证丢了怎么补办")).outcome == "none"


def test_entries_without_a_title_are_found_by_their_answers():
    texts = {"7": "年满八十周岁的老人可以领取高龄津贴。", "12": "到外地住院之前先做异地就医备案。"}
    base = [Document(id=number, title=number, answer=text) for number, text in texts.items()]
    found = Searcher(build_index(base)).search(Query("去外地看病住院要先备案吗"))
    assert found.hits[0].id == "12"
