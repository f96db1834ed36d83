"""Reading a character: the vector of its directions, the templates, and the two readers together on real strokes."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bianmin import settings
from kiosk.handwriting.reading import FusedHandwriting, commonness, fused, picture
from kiosk.handwriting.strokes import SIZE, vector
from kiosk.handwriting.templates import ARCHIVE, TemplateError, drawings, load
from speech.models import State, look

ONE = [[(100, 500), (900, 480)]]
TEN = [[(100, 500), (900, 500)], [(500, 100), (500, 900)]]
INSTALLED = look("handwriting", settings.model_directories())


def archive(folder: Path, characters: dict[str, list[list[tuple[int, int]]]]) -> Path:
    path = folder / ARCHIVE
    with tarfile.open(path, "w:gz") as tar:
        for char, medians in characters.items():
            content = msgspec.json.encode({"medians": medians})
            info = tarfile.TarInfo(f"package/{char}.json")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


@given(st.lists(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), max_size=8), max_size=6))
def test_any_ink_gives_a_vector_of_length_one_or_nothing(strokes: list[list[tuple[float, float]]]) -> None:
    found = vector(strokes)
    assert found.shape == (SIZE,)
    assert np.isfinite(found).all()
    assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-3) or not found.any()
    picture(strokes)


def test_size_and_place_on_the_paper_do_not_matter() -> None:
    moved = [[(x * 0.3 + 70, y * 0.3 - 20) for x, y in stroke] for stroke in TEN]
    assert vector(moved) @ vector(TEN) == pytest.approx(1.0, abs=1e-4)


def test_the_order_of_the_strokes_does_not_matter() -> None:
    assert vector(TEN[::-1]) @ vector(TEN) == pytest.approx(1.0, abs=1e-6)


def test_templates_are_compiled_once_and_find_themselves(tmp_path: Path) -> None:
    path = archive(
        tmp_path, {"一": [[(100, 400), (900, 420)]], "十": [[(100, 400), (900, 400)], [(500, 800), (500, 0)]]}
    )
    templates = load(path, tmp_path / "cache")
    assert templates.nearest(ONE, 1)[0][0] == "一"
    assert templates.nearest(TEN, 2)[0][0] == "十"
    path.write_bytes(b"x" * path.stat().st_size)
    assert load(path, tmp_path / "cache").characters == "一十"


def test_a_damaged_archive_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE).write_bytes(b"not an archive")
    with pytest.raises(TemplateError, match="models fetch handwriting"):
        list(drawings(tmp_path / ARCHIVE))
    with pytest.raises(TemplateError, match="models fetch handwriting"):
        load(tmp_path / "none.tgz", tmp_path)


def test_everyday_characters_come_before_rare_ones_of_the_same_place() -> None:
    assert commonness("医") > commonness("亍") > commonness("醫")
    assert fused([], [("醫", 0.9), ("医", 0.9)]) == ["医", "醫"]


def test_either_reader_can_carry_a_character_the_other_missed() -> None:
    assert fused([("兰", 0.9)], [("三", 0.7), ("兰", 0.69)])[0] == "兰"
    assert fused([("川", 0.9)], [("兰", 1.0), ("川", 0.8)])[0] == "兰"
    assert fused([("人", 0.9)], [])[0] == "人"


@pytest.mark.skipif(INSTALLED.state is not State.INSTALLED, reason="needs the model: bianmin models fetch handwriting")
def test_strokes_as_they_are_written_are_read() -> None:
    folder = Path(INSTALLED.directory)
    reader = FusedHandwriting(folder, settings.home() / "cache" / "handwriting")
    wanted = set("医保王秀兰参登记户口")
    drawn = {char: strokes for char, strokes in drawings(folder / ARCHIVE) if char in wanted}
    for char, strokes in drawn.items():
        assert reader.candidates(strokes)[0] == char
    assert reader.candidates([]) == []
