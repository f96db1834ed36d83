"""Characters with several readings are read as the counters read them; every symbol is one Kokoro knows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech.kokoro import LONGEST, split_tokens, vocabulary
from speech.kokoro_phonemes import phonemes, syllables
from speech.readings import READINGS
from speech.spoken_text import speakable

READ = [
    ("行政服务中心", "xing2 zheng4 fu2 wu4 zhong1 xin1"),
    ("参保缴费", "can1 bao3 jiao3 fei4"),
    ("提前还款", "ti2 qian2 huan2 kuan3"),
    ("还没落户", "hai2 mei2 luo4 hu4"),
    ("补缴差额", "bu2 jiao3 cha1 e2"),
    ("便民服务", "bian4 min2 fu2 wu4"),
    ("待遇调整", "dai4 yu4 tiao2 zheng3"),
    ("调档函", "diao4 dang4 han2"),
    ("重新办理", "chong2 xin1 ban4 li3"),
    ("重度残疾", "zhong4 du4 can2 ji2"),
    ("家长", "jia1 zhang3"),
    ("长期护理保险", "chang2 qi1 hu4 li3 bao2 xian3"),
    ("银行卡", "yin2 hang2 ka3"),
    ("开户行", "kai1 hu4 hang2"),
    ("应当", "ying1 dang1"),
    ("应届毕业生", "ying1 jie4 bi4 ye4 sheng1"),
    ("变更登记", "bian4 geng1 deng1 ji4"),
    ("更正", "geng1 zheng4"),
    ("当场办结", "dang1 chang3 ban4 jie2"),
    ("特困供养", "te4 kun4 gong1 yang3"),
    ("街道办事处", "jie1 dao4 ban4 shi4 chu4"),
    ("好差评", "hao3 cha4 ping2"),
    ("曾用名", "ceng2 yong4 ming2"),
    ("台州市温岭市泽国镇", "tai1 zhou1 shi4 wen1 ling3 shi4 ze2 guo2 zhen4"),
    ("存折", "cun2 zhe2"),
    ("记载", "ji4 zai3"),
    ("不用", "bu2 yong4"),
    ("不行", "bu4 xing2"),
    ("一个月", "yi2 ge5 yue4"),
    ("一年", "yi4 nian2"),
    ("第一条", "di4 yi1 tiao2"),
    ("你好", "ni2 hao3"),
    ("𠮷㛃䶮", "ji2 jie2 yan3"),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_it_is_read_as_at_the_counter(text: str, expected: str) -> None:
    assert " ".join(syllables(text)) == expected


def test_every_reading_of_ours_fits_its_word() -> None:
    assert [word for word, reading in READINGS.items() if len(word) != len(reading.split())] == []


def test_the_words_of_a_telephone_number_are_said_as_such() -> None:
    assert " ".join(syllables(speakable("拨打12345"))) == "bo1 da3 yi1 er4 san1 si4 wu3"
    assert " ".join(syllables(speakable("拨打110"))) == "bo1 da3 yao1 yao1 ling2"


def test_letters_are_spelled() -> None:
    assert phonemes("A四纸") == "ˈA sɨ↘ ꭧɨ↓"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_gives_known_symbols_only(text: str) -> None:
    assert set(phonemes(speakable(text))) <= set(vocabulary())


@given(st.lists(st.integers(min_value=1, max_value=177), max_size=2000))
def test_a_long_text_is_cut_into_what_the_model_takes(tokens: list[int]) -> None:
    parts = split_tokens(tokens, LONGEST)
    assert [token for part in parts for token in part] == tokens
    assert all(len(part) <= LONGEST for part in parts)
