"""What runs on the terminal: health, which slot, is it in use; and the list of contents."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy_image import health, sbom, slots, staff
from deploy_image.agent.outside import in_use
from deploy_image.errors import ImageError
from deploy_image.health import Part, Seen, judge


def test_what_must_work_and_what_only_as_before() -> None:
    good = [Seen(Part.SCREEN, True, ""), Seen(Part.SEARCH, True, ""), Seen(Part.SPEECH, True, "")]
    broken = Seen(Part.PRINTER, False, "unplugged")
    assert judge([*good, broken], {}).good
    assert judge([*good, broken], {"printer": True}).reasons == ("printer: unplugged",)
    assert not judge([*good[:2], Seen(Part.SPEECH, False, "nothing was heard")], {}).good
    assert judge([*good[:1], Seen(Part.SEARCH, None, ""), good[2]], {}).good


@pytest.mark.parametrize(
    ("said", "search", "speech"),
    [
        ('{"outcome":"answer","listens":true,"heard":{"pinyin":"yi4 di4"}}', True, True),
        ('{"outcome":"clarify","listens":true,"heard":{"pinyin":"yi4"}}', True, True),
        ('{"outcome":"none","listens":true,"heard":{"pinyin":""}}', False, False),
        ('{"outcome":"answer"}', False, False),
        ("Traceback", False, False),
        ("", False, False),
        ("[]", False, False),
        ('{"outcome":"answer","listens":true,"heard":"text"}', False, False),
    ],
)
def test_search_and_recognition_are_asked_of_the_running_program(said: str, search: bool, speech: bool) -> None:
    def run(command: Sequence[str], seconds: float) -> tuple[int, str]:
        if "devices" in command:
            return 0, '{"devices":[{"kind":"receipt-printer","condition":{"state":"ready"}}]}'
        if "ask" in command:
            assert command[command.index("--of") + 1] == "kiosk"
        return (0, f"progress\n{said}\n") if command[0] == "bianmin" else (0, "")

    seen = {one.part: one.ok for one in health.look(run, screen=True, question=Path("q.wav"), provisioned=True)}
    assert seen == {"screen": True, "search": search, "speech": speech, "printer": True, "sync": True}


@pytest.mark.parametrize(("text", "good"), [("异地就医", True), ("", False), (None, False)])
def test_without_a_microphone_the_recogniser_is_tried_by_itself(text: str | None, good: bool) -> None:
    heard = json.dumps({"text": text}) if text is not None else "no model"

    def run(command: Sequence[str], seconds: float) -> tuple[int, str]:
        if "hear" in command:
            return (0 if text is not None else 1), heard
        return 0, '{"devices":[]}' if "devices" in command else '{"outcome":"answer","listens":false,"heard":null}'

    seen = health.look(run, screen=True, question=Path("q.wav"), provisioned=False)
    assert judge(seen, {}).good is good


def test_a_kiosk_that_does_not_come_up_is_not_waited_for_twice() -> None:
    """The way back took twice the patience: once for the screen, once for somebody to ask."""
    asked: list[str] = []

    def run(command: Sequence[str], seconds: float) -> tuple[int, str]:
        asked.append(command[1] if command[0] == "bianmin" else command[0])
        return (0, '{"devices":[]}') if "devices" in command else (1, "no kiosk came up")

    verdict = judge(health.look(run, screen=True, question=Path("q.wav"), provisioned=False), {})
    assert verdict.reasons[0] == "screen: no kiosk came up"
    assert len(verdict.reasons) == 3
    assert asked == ["/usr/lib/bianmin/wait-for-kiosk", "devices"]


def test_why_the_running_program_was_not_asked_is_in_the_verdict() -> None:
    def run(command: Sequence[str], seconds: float) -> tuple[int, str]:
        return (1, "kiosk is not running (no such file or directory)\n") if "ask" in command else (0, '{"devices":[]}')

    verdict = judge(health.look(run, screen=True, question=Path("q.wav"), provisioned=False), {})
    assert any("kiosk is not running" in reason for reason in verdict.reasons)


def test_a_terminal_without_a_screen_or_a_printer_is_not_judged_by_them() -> None:
    def run(command: Sequence[str], seconds: float) -> tuple[int, str]:
        assert "kiosk" not in command
        return 0, '{"devices":[]}' if "devices" in command else '{"outcome":"answer","listens":true}'

    verdict = judge(health.look(run, screen=False, question=None, provisioned=False), {"printer": True})
    assert verdict.good
    assert health.baseline(verdict) == {"search": True, "front": True}


def test_a_phone_line_whose_front_does_not_run_is_not_kept() -> None:
    def run(command: Sequence[str], seconds: float) -> tuple[int, str]:
        if "bianmin-ivr-edge" in command:
            return 3, "activating\n"
        return 0, '{"devices":[]}' if "devices" in command else '{"outcome":"answer","listens":true}'

    verdict = judge(health.look(run, screen=False, question=None, provisioned=False), {})
    assert verdict.reasons == ("front: the front is activating",)


@pytest.mark.parametrize("broken", [None, "ivr-0", "ivr-2"])
def test_every_worker_of_the_phone_line_is_asked(broken: str | None) -> None:
    """Asked was the first one only: a system on which the others did not start was kept."""
    asked: list[str] = []

    def run(command: Sequence[str], seconds: float) -> tuple[int, str]:
        if "ask" not in command:
            return 0, '{"devices":[]}'
        asked.append(command[command.index("--of") + 1])
        if asked[-1] == broken:
            return 1, f"{broken} is not running (no such file or directory)"
        return 0, '{"outcome":"answer","listens":true,"heard":{"pinyin":"yi4"}}'

    verdict = judge(health.look(run, screen=False, question=Path("q.wav"), provisioned=False, workers=3), {})
    assert verdict.good is (broken is None)
    assert asked == ["ivr-0", "ivr-1", "ivr-2"][: 1 if broken == "ivr-0" else 3]
    assert all(broken in reason for reason in verdict.reasons if broken)


# -- slots


def test_slots_are_read_from_the_kernels_line_and_grubs_environment() -> None:
    first, second = slots.slots("ro rauc.slot=B quiet", "ORDER=B A\nA_OK=1\nA_TRY=0\nB_OK=1\nB_TRY=1\n")
    assert (first.running, first.good, first.tried, first.next) == (False, True, False, False)
    assert (second.running, second.good, second.tried, second.next) == (True, True, True, True)
    with pytest.raises(ImageError):
        slots.slots("quiet", "ORDER=A B\n")


# -- in use


def log(*events: tuple[str, str]) -> str:
    return "\n".join(json.dumps({"time": f"2026-11-22T{time}", "event": event}) for event, time in events)


NOW = dt.datetime(2026, 11, 22, 12, 0)


@pytest.mark.parametrize("written_after", [0, 3, 1_000])
def test_a_mark_that_was_written_too_late_for_rauc_to_say_so_counts(
    written_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine RAUC gave up on itself after 25 s and had written: a good update would have been undone."""
    now, tries = [0.0], [0]

    def run(command: Sequence[str]) -> str:
        assert command == ["rauc", "status", "mark-good"]
        tries[0] += 1
        now[0] += 25.0
        raise ImageError("rauc failed (1): rauc mark: Timeout was reached")

    def look() -> tuple[slots.Slot, slots.Slot]:
        tried = tries[0] <= written_after
        return slots.Slot("A", True, True, tried, True), slots.Slot("B", False, False, False, False)

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(slots.tools, "run", run)
    good = lambda slot: slot.good and not slot.tried  # noqa: E731
    if written_after > 100:
        with pytest.raises(ImageError, match="Timeout"):
            slots._mark(["good"], good, look, lambda: now[0], sleep)
        assert now[0] >= slots.PATIENCE
    else:
        slots._mark(["good"], good, look, lambda: now[0], sleep)
        assert tries[0] == written_after + 1


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("", False),
        ("garbage\n{", False),
        (log(("kiosk-ready", "11:59:00.000")), False),
        (log(("session-started", "11:58:00.000")), True),
        (log(("session-started", "11:30:00.000"), ("utterance-understood", "11:59:00.000")), True),
        (log(("session-started", "11:00:00.000")), False),
        (log(("session-ended", "11:57:00.000"), ("session-wiped", "11:57:01.000")), True),
        (log(("session-wiped", "11:50:00.000")), False),
    ],
)
def test_whether_somebody_uses_the_terminal(text: str, used: bool) -> None:
    assert in_use(text, NOW) is used


# -- contents


def test_licences_come_from_the_packages_or_are_said_to_be_unread() -> None:
    debian = "Format: x\n\nFiles: *\nLicense: GPL-2+\n text\n\nFiles: y\nLicense: Expat\n"
    assert sbom.debian_licences(debian) == ("Expat", "GPL-2+")
    assert sbom.debian_licences("see elsewhere") == (sbom.UNREAD,)
    whole = sbom.python_component("Metadata-Version: 2.4\nName: a_b\nVersion: 1\nLicense-Expression: MIT\n")
    assert (whole.licences, whole.purl) == (("MIT",), "pkg:pypi/a-b@1")
    classified = "Name: c\nVersion: 2\nClassifier: License :: OSI Approved :: BSD License\nLicense: long\n text\n"
    assert sbom.python_component(classified).licences == ("BSD License",)


def test_the_list_of_contents_is_cyclonedx_and_always_the_same(tmp_path: Path) -> None:
    (tmp_path / "usr/share/doc/cage").mkdir(parents=True)
    (tmp_path / "usr/share/doc/cage/copyright").write_text("License: Expat\n")
    info = tmp_path / "opt/bianmin/1/site/rich-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: rich\nVersion: 1\nClassifier: License :: OSI Approved :: MIT License\n")
    found = sbom.collect(tmp_path, {"cage": "0.1.4-4"}, [Path("/models/zipformer")])
    document = msgspec.json.decode(sbom.cyclonedx(found, "simulator", "1"))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    assert [one["purl"] for one in document["components"]] == [
        "pkg:deb/debian/cage@0.1.4-4?distro=debian-12",
        "pkg:generic/zipformer",
        "pkg:pypi/rich@1",
    ]
    assert sbom.cyclonedx(found, "simulator", "1") == sbom.cyclonedx(found, "simulator", "1")
    assert "deb    cage 0.1.4-4: Expat\n" in sbom.licence_list(found)


# -- the staff PIN


def test_a_pin_is_taken_and_a_wrong_one_is_counted_over_restarts(tmp_path: Path) -> None:
    known, count = staff.hash_pin("194583"), tmp_path / "agent" / "pin.json"
    staff.check("194583", known, count, 0.0)
    for at in range(3):
        with pytest.raises(staff.PinError, match="wrong"):
            staff.check("000000", known, count, float(at))
    with pytest.raises(staff.PinError, match="try again in 30"):
        staff.check("194583", known, count, 2.0)
    staff.check("194583", known, count, 40.0)
    with pytest.raises(staff.PinError, match="wrong"):
        staff.check("194584", known, count, 41.0)


@given(st.integers(0, 60), st.floats(0, 1e9), st.floats(0, 1e9))
def test_nobody_waits_longer_than_an_hour_whatever_the_clock_says(wrong: int, last: float, now: float) -> None:
    assert 0 <= staff.wait_left(staff.Tries(wrong, last), now) <= staff.LONGEST_WAIT


@pytest.mark.parametrize("pin", ["", "12345", "111111", "121212", "12345a", "１２３４５６", "1234567890123"])
def test_an_easy_pin_is_refused(pin: str) -> None:
    with pytest.raises(staff.PinError):
        staff.hash_pin(pin)
