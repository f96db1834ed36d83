"""Numbers as people write them and as they say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.spoken_numbers import said, written


@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        ("一三六二八零六六九三零", "13628066930"),
        ("幺三八幺二三四五六七八", "13812345678"),
        ("二零一六年三月五号", "2016年3月5号"),
        ("三月二十一日", "3月21日"),
        ("上午九点半", "上午9点半"),
        ("下午三点二十分", "下午3点20分"),
        ("我要交两百块钱", "我要交200块钱"),
        ("一共三千五百二十块五", "一共3520块5"),
        ("百分之五", "5%"),
        ("第二十三条", "第二十三条"),
        ("三号窗口", "三号窗口"),
        ("一网通办", "一网通办"),
        ("万一丢了怎么办", "万一丢了怎么办"),
        ("身份证丢了怎么补办", "身份证丢了怎么补办"),
        ("我今年八十岁", "我今年80岁"),
        ("十五个工作日", "15个工作日"),
    ],
)
def test_numbers_come_out_as_people_write_them(spoken: str, text: str) -> None:
    assert written(spoken) == text


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("13628066930", "一三六二八零六六九三零"),
        ("2016年", "二零一六年"),
        ("300块", "三百块"),
        ("5%", "百分之五"),
        ("没有数字", "没有数字"),
    ],
)
def test_digits_come_out_as_people_say_them(text: str, spoken: str) -> None:
    assert said(text) == spoken


@given(st.text(alphabet="零一二三四五六七八九十百千万亿两幺点年月日号第条半分之我要交块", max_size=24))
def test_any_run_of_numerals_is_survived(text: str) -> None:
    assert isinstance(written(text), str)


@given(st.text(max_size=24))
def test_any_text_is_survived(text: str) -> None:
    assert isinstance(said(text), str)
