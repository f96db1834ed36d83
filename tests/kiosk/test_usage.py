"""What a front end counts: real numbers for the central service, and never a citizen's word."""

from __future__ import annotations

import datetime as dt

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bianmin.usage import CountingDiary, CountingSearch, Topics, Usage, report
from central import health
from content.search.query import Hit, Query, SearchResult
from kiosk.event_ids import EventId
from offline_cache.wire import Kind

WORDS = ("社保卡", "补办", "社会保障卡挂失补换", "新生儿", "医保", "怎么办", "挂失、补换")
DAY = dt.date(2026, 11, 22)


class Searcher:
    def __init__(self, *results: SearchResult) -> None:
        self._results = list(results)

    def search(self, query: Query, n: int) -> SearchResult:
        return self._results.pop(0)


class Outbox:
    def __init__(self) -> None:
        self.parcels: list[tuple[Kind, dict[str, str]]] = []

    def put(self, kind: Kind, *, plain: dict[str, str], secret: bytes, now: dt.datetime) -> str:
        assert not secret
        self.parcels.append((kind, plain))
        return "key"


class Log:
    def note(self, event: EventId, **values: object) -> None:
        return


def test_central_reads_what_a_terminal_counted() -> None:
    usage = Usage(lambda: DAY)
    diary = CountingDiary(Log(), usage)
    diary.note(EventId.SESSION_STARTED)
    diary.note(EventId.SESSION_STARTED)
    diary.note(EventId.ERRAND_ENDED, kind="print", outcome="done")
    diary.note(EventId.ERRAND_ENDED, kind="print", outcome="unknown")
    search = CountingSearch(
        Searcher(
            SearchResult("answer", (Hit("a", "社会保障卡挂失补换", 0.9),)),
            SearchResult("none"),
            SearchResult("clarify", (Hit("a", "社会保障卡挂失补换", 0.5),)),
        ),
        usage,
        WORDS,
    )
    for text in ("卡丢了", "我叫王秀兰，新生儿医保怎么办", "补办"):
        search.search(Query(text), 5)
    outbox = Outbox()
    assert report(usage, outbox, dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))
    kind, plain = outbox.parcels[0]
    said = health.parse(plain)
    assert kind is Kind.HEALTH
    assert said.day == DAY
    assert said.counts == {
        "sessions": 2,
        "printed": 1,
        "asked": 3,
        "answered": 1,
        "unanswered": 1,
        "clarified": 1,
    }
    assert health.known_topics(said.topics, frozenset(WORDS)) == {"社会保障卡挂失补换": 1, "补办": 1}
    assert health.known_topics(said.unanswered_topics, frozenset(WORDS)) == {"医保、怎么办、新生儿": 1}
    assert "王" not in msgspec.json.encode(plain).decode()
    assert not report(usage, outbox, dt.datetime(2026, 11, 22, 13, tzinfo=dt.UTC))


def test_a_new_day_is_a_new_report() -> None:
    days = [DAY]
    usage = Usage(lambda: days[-1])
    usage.session()
    assert not usage.due()
    days.append(dt.date(2026, 11, 23))
    assert usage.due()
    assert usage.take()["day"] == "2026-11-22"
    assert not usage.due()


@given(st.text(alphabet="王秀兰的新生儿医保卡怎么办社1a ", max_size=30))
def test_a_topic_holds_only_words_of_the_pack(text: str) -> None:
    topic = Topics(WORDS).of_question(text)
    assert all(word in WORDS and word in text for word in topic.split("、") if topic)
