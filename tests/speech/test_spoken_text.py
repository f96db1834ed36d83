"""What is written and what a clerk would say; and whatever comes in, no digit is left for the ear to guess."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.spoken_text import speakable
from speech.spoken_text_numbers import cardinal, clock, counted, date, digit_by_digit, money

TELEPHONES = [
    ("拨打12345热线", "拨打一二三四五热线"),
    ("请打12345。", "请打一二三四五。"),
    ("12393医保热线", "幺二三九三医保热线"),
    ("拨打110", "拨打幺幺零"),
    ("电话0576-86123456", "电话零五七六，八六幺二，三四五六"),
    ("手机13800138000", "手机幺三八，零零幺三，八零零零"),
    ("400-123-4567", "四零零，幺二三，四五六七"),
    ("95598", "九五五九八"),
]
NAMES_OF_DIGITS = [
    ("331081199001011234", "三三一零八一，一九九零零一零一，一二三四"),
    ("身份证号33108119900101123X", "身份证号三三一零八一，一九九零零一零一，一二三X"),
    ("工单号WL20261122001", "工单号WL，二零二六，一一二二，零零一"),
    ("验证码：4821", "验证码：四八二一"),
    ("请A023号到3号窗口", "请A零二三号到三号窗口"),
    ("3栋2单元502室", "三栋二单元五零二室"),
    ("3-201室", "三杠二零幺室"),
]
DOCUMENTS = [
    ("国办发〔2020〕45号", "国办发二零二零年四十五号"),
    ("浙人社发[2021]12号", "浙人社发二零二一年十二号"),
    ("依据第23条第2款第(三)项", "依据第二十三条第二款第三项"),
    ("第二十三条", "第二十三条"),
]
DATES_AND_TIMES = [
    ("2026年11月22日", "二零二六年十一月二十二日"),
    ("2026-01-05", "二零二六年一月五日"),
    ("2026.1.1", "二零二六年一月一日"),
    ("2025-12", "二零二五年十二月"),
    ("2020-2025年", "二零二零到二零二五年"),
    ("6月1日-9月30日", "六月一日到九月三十日"),
    ("1-3月", "一到三月"),
    ("2月2日", "二月二日"),
    ("09:00-17:00", "九点到十七点"),
    ("8:30－11:30", "八点半到十一点半"),
    ("上午9:05", "上午九点零五分"),
    ("每周1次，每天24小时", "每周一次，每天二十四小时"),
    ("7×24小时", "七乘二十四小时"),
]
AMOUNTS = [
    ("每人每年380元", "每人每年三百八十元"),
    ("费用10.5元", "费用十元五角"),
    ("￥1,234.50", "一千二百三十四元五角"),
    ("￥0.08", "八分"),
    ("2000元", "两千元"),
    ("12000元", "一万二千元"),
    ("1.5万元", "一点五万元"),
    ("120万元", "一百二十万元"),
    ("3.5%", "百分之三点五"),
    ("10%-20%", "百分之十到百分之二十"),
    ("3‰", "千分之三"),
    ("1/2", "二分之一"),
    ("-5℃", "负五摄氏度"),
    ("100㎡", "一百平方米"),
    ("120m²", "一百二十平方米"),
    ("3kg", "三公斤"),
]
COUNTS = [
    ("5个工作日", "五个工作日"),
    ("3-5个工作日", "三到五个工作日"),
    ("2～3天", "两到三天"),
    ("A4纸2份", "A四纸两份"),
    ("2寸照片2张", "两寸照片两张"),
    ("2号窗口", "二号窗口"),
    ("年满60周岁", "年满六十周岁"),
    ("10000多人", "一万多人"),
    ("１２３", "一百二十三"),
    ("①身份证", "一，身份证"),
    ("1.带身份证 2.填表", "一，带身份证 二，填表"),
]
SIGNS = [
    ("户口簿/身份证", "户口簿或者身份证"),
    ("≥60岁", "不少于六十岁"),
    ("A+B", "A加B"),
    ("a@b.com", "a艾特b点com"),
]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [*TELEPHONES, *NAMES_OF_DIGITS, *DOCUMENTS, *DATES_AND_TIMES, *AMOUNTS, *COUNTS, *SIGNS],
)
def test_it_is_said_as_a_clerk_says_it(written: str, spoken: str) -> None:
    assert speakable(written) == spoken


def test_plain_text_is_left_alone() -> None:
    sentence = "新生儿出生九十天内参保缴费，从出生那天起就能报销。带上户口簿，好吗？"
    assert speakable(sentence) == sentence


OFFICIAL = st.text(
    alphabet="0123456789０１２２.,:：-—～~%％¥￥元年月日号第条〔〕[]（）()/*+×个份至到电话12345热线℃㎡AaXx ①½𠮷",
    max_size=40,
)


@given(st.one_of(OFFICIAL, st.text(max_size=40)))
def test_whatever_comes_in_no_digit_is_left_and_nothing_is_raised(text: str) -> None:
    assert not re.search(r"[0-9]", speakable(text))


@given(st.integers(min_value=0, max_value=10**15))
def test_a_number_is_never_swallowed(number: int) -> None:
    assert len(speakable(f"共{number}")) > 1


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_a_cardinal_reads_back_as_the_number(number: int) -> None:
    import cn2an

    assert cn2an.cn2an(cardinal(str(number)).replace("两", "二"), "normal") == number


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        (counted("2"), "两"),
        (counted("12"), "十二"),
        (cardinal("200000000"), "两亿"),
        (cardinal("007"), "零零七"),
        (money("0"), "零元"),
        (money("10.05"), "十元零五分"),
        (clock("0", "00"), "零点"),
        (clock("2", "15"), "两点十五分"),
        (date("", "3", "8"), "三月八日"),
        (digit_by_digit("2011", "幺"), "二零幺幺"),
    ],
)
def test_small_parts(spoken: str, expected: str) -> None:
    assert spoken == expected
