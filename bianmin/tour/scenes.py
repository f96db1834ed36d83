"""What is asked on the tour and under which conditions. The questions are not among the items' own wordings."""

from __future__ import annotations

import msgspec


class Scene(msgspec.Struct, frozen=True):
    """One spoken question.

    ``expected``: the item that should be answered; the tour shows what came instead when it was not.
    ``rate``: how fast the citizen speaks; ``snr``: decibels of speech over hall noise, None: a quiet place.
    """

    name: str
    place: str
    question: str
    expected: str
    rate: float = 1.0
    snr: float | None = None


SCENES = (
    Scene("quiet", "安静的大厅", "我孙子刚出生，医保要怎么上", "newborn-enrolment"),
    Scene("noise", "嘈杂的大厅（信噪比十五分贝）", "身份证丢了怎么补办", "id-card-replace", snr=15.0),
    Scene("slow", "说得很慢的老人", "去外地看病医保怎么备案", "remote-medical-filing", rate=0.7),
)

UNPLUGGED = Scene("unplugged", "打印机线被拔掉", "老人八十岁有什么补贴", "elderly-allowance")
"""Asked in a quiet place; the printer's cable is pulled before the slip is wished for."""

CITIZEN_VOICES = ("zm_yunjian", "zm_yunxi", "zf_xiaoxiao")
"""Voices of the people asking, other than the terminal's own; the first that is installed is taken."""
