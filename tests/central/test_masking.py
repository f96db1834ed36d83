"""Masking: enough to recognise a person's data, never enough to use it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central import masking


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("我叫王秀兰，电话13800001234", "我叫王**，电话138****1234"),
        ("身份证331081194001011234。", "身份证33**************34。"),
        ("打１３８００００１２３４找我", "打138****1234找我"),
        ("138-0000-1234", "138****1234"),
        ("0576-86123456", "057*****3456"),
        ("卡号6222021234567890123", "卡号62***************23"),
        ("路灯3号坏了2天", "路灯3号坏了2天"),
    ],
)
def test_free_text(text: str, wanted: str) -> None:
    assert masking.free_text(text) == wanted


@given(st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.text(alphabet="路灯坏了，。 ", max_size=9))
def test_no_mobile_number_survives(number: str, around: str) -> None:
    assert number not in masking.free_text(around + number + around)


@given(st.text(max_size=30))
def test_masking_never_fails_and_never_gets_longer(text: str) -> None:
    assert len(masking.name(text)) == len(text)
    assert len(masking.phone(text)) <= len(text)
    assert masking.identity(text) == text if not text else masking.identity(text) != text or set(text) <= {"*"}
    masking.free_text(text)
