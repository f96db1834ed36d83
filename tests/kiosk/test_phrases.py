"""The trade's words and people's names come first in pinyin; ordinary words stay where they were."""

from __future__ import annotations

import ctypes.util
from pathlib import Path

import pytest

from kiosk import phrases
from kiosk.ime import SHARED_DATA, Rime

VOCABULARY = ("城乡居民医疗保险参保登记", "参保登记怎么办", "参保登记", "高龄津贴申请", "高龄津贴")
RIME = ctypes.util.find_library("rime") is not None and (SHARED_DATA / "pinyin_simp.schema.yaml").exists()


def test_what_is_said_twice_is_a_word() -> None:
    found = phrases.words(VOCABULARY)
    assert {"参保登记", "高龄津贴"} <= set(found)
    assert "疗保险参" not in found


def test_surnames_are_read_as_surnames() -> None:
    read = dict(phrases.names())
    assert read["单"] == "shan"
    assert read["王秀兰"] == "wangxiulan"
    assert read["解建国"] == "xiejianguo"


def test_the_table_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "custom_phrase.txt"
    phrases.write(path, VOCABULARY)
    before = path.stat().st_mtime_ns
    phrases.write(path, VOCABULARY)
    assert path.stat().st_mtime_ns == before
    phrases.write(path, (*VOCABULARY, "居住证"))
    assert "居住证" in path.read_text(encoding="utf-8")


@pytest.mark.skipif(not RIME, reason="needs the Debian packages librime1 and rime-data-pinyin-simp")
def test_typed_names_and_words_come_first(tmp_path: Path) -> None:
    rime = Rime(tmp_path, VOCABULARY)
    expected = {
        "wangxiulan": "王秀兰",
        "canbaodengji": "参保登记",
        "lijianguo": "李建国",
        "gaolingjintie": "高龄津贴",
        "yibao": "医保",
        "wang": "王",
    }
    for letters, first in expected.items():
        found = rime.candidates(letters, 8)
        assert found[0] == first, letters
        assert len(set(found)) == len(found), "nothing is offered twice"
    assert rime.choose("wangxiulan", 0).text == "王秀兰"
    assert "网" in rime.candidates("wang", 8)
    # Words of newer content, without a restart: one rime a process, so it is asked here.
    letters = "qingtianhebaoxian"
    assert rime.candidates(letters, 1) != ["晴天荷保险"]
    rime.learn((*VOCABULARY, "晴天荷保险"))
    assert rime.candidates(letters, 1) == ["晴天荷保险"]
    assert rime.candidates("wangxiulan", 1) == ["王秀兰"]
