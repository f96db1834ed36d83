"""Consultations are known without a network, close by themselves, and what is chosen goes to central without a name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bianmin import filing
from bianmin.opinions import LOOK_EVERY, FiledRatings, OpenConsultations
from dialog.acts import Rate, Vote
from dialog.opinions import LONGEST_SUMMARY, summary
from kiosk.ratings import RatingsFile
from offline_cache import consultations
from offline_cache.consultations import Known
from offline_cache.files import Disk
from offline_cache.filing import Draft, Filed, FilingError, NotFiledReason
from offline_cache.wire import Consultation, Kind

TODAY = dt.date(2026, 11, 22)
LIFT = Consultation(
    id="8", title="电梯费用怎么分摊", text="请选一种。", options=("按楼层", "平均"), closes=dt.date(2026, 11, 30)
)
OVER = Consultation(id="7", title="小公园", text="", closes=dt.date(2026, 11, 1), open=False, result="多种树")


def _told(home: Path, *known: Consultation) -> None:
    consultations.write(Disk(), home / "content", Known(dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC), known))


def test_a_terminal_offers_what_it_was_last_told_until_it_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path))
    now, today = [0.0], [TODAY]
    shelf = OpenConsultations(lambda: now[0], lambda: today[0])
    assert shelf() == ()
    _told(tmp_path, LIFT, OVER)
    now[0] += LOOK_EVERY
    assert [(one.id, one.options) for one in shelf()] == [("8", ("按楼层", "平均"))]
    now[0] += LOOK_EVERY
    today[0] = dt.date(2026, 12, 1)
    assert shelf() == ()


def test_a_damaged_file_is_a_terminal_that_was_never_told(tmp_path: Path) -> None:
    (tmp_path / consultations.FILE).write_bytes(b'{"consultations": [{')
    assert consultations.read(Disk(), tmp_path) == Known()


class Desk:
    def __init__(self, full: bool = False) -> None:
        self.full = full
        self.drafts: list[Draft] = []

    def file(self, draft: Draft) -> Filed:
        if self.full:
            raise FilingError(NotFiledReason.FULL, "no room")
        self.drafts.append(draft)
        return Filed(key="key")


def test_ratings_and_choices_are_filed_without_anything_personal(tmp_path: Path) -> None:
    desk = Desk()
    ratings = FiledRatings(RatingsFile(tmp_path / "ratings.jsonl", lambda: dt.datetime(2026, 11, 22)), desk)
    ratings.keep(Rate(2, "newborn", "slow"))
    ratings.keep(Vote("8", "按楼层"))
    assert [(draft.kind, draft.plain, draft.personal) for draft in desk.drafts] == [
        (Kind.RATING, {"stars": "2", "item": "newborn", "reason": "slow"}, {}),
        (Kind.RATING, {"consultation": "8", "choice": "按楼层"}, {}),
    ]
    assert (tmp_path / "ratings.jsonl").read_text().count("\n") == 1


def test_a_full_disk_does_not_stop_a_rating(tmp_path: Path) -> None:
    kept = RatingsFile(tmp_path / "ratings.jsonl", lambda: dt.datetime(2026, 11, 22))
    FiledRatings(kept, Desk(full=True)).keep(Rate(5))
    assert (tmp_path / "ratings.jsonl").exists()


def test_a_rating_of_nothing_in_particular_says_so_little() -> None:
    assert filing.opinion(Rate(5)) == {"stars": "5"}


@pytest.mark.parametrize("text", ["", "请选一种。", "很长的一句" * 40, "第一句。" + "没有句号" * 40])
def test_a_summary_is_short_and_ends_where_a_sentence_does(text: str) -> None:
    short = summary(text)
    assert len(short) <= LONGEST_SUMMARY
    assert short == text or short.endswith(("。", "……"))
