"""Block deltas: whatever changed, the result is the new file or an error, never a third thing."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy_image import delta
from deploy_image.delta import BLOCK, DeltaError


def made(folder: Path, old: bytes, new: bytes) -> Path:
    (folder / "old").write_bytes(old)
    (folder / "new").write_bytes(new)
    delta.make(folder / "old", folder / "new", folder / "delta")
    return folder / "delta"


@settings(max_examples=80, deadline=None)
@given(
    order=st.lists(st.integers(0, 20) | st.none() | st.just("zero"), max_size=60),
    head=st.integers(0, 3 * BLOCK),
    tail=st.integers(0, BLOCK),
    seed=st.integers(0, 5),
)
def test_any_rearrangement_comes_out_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, order: list[int | str | None], head: int, tail: int, seed: int
) -> None:
    folder, chance = tmp_path_factory.mktemp("delta"), random.Random(seed)
    blocks = [chance.randbytes(BLOCK) for _ in range(21)]
    body = [
        bytes(BLOCK) if one == "zero" else chance.randbytes(BLOCK) if one is None else blocks[int(one)] for one in order
    ]
    new = chance.randbytes(head) + b"".join(body) + chance.randbytes(tail)
    patch = made(folder, b"".join(blocks), new)
    delta.apply(folder / "old", patch, folder / "out")
    assert (folder / "out").read_bytes() == new


def test_a_small_change_is_a_small_delta(tmp_path: Path) -> None:
    chance = random.Random(1)
    old = chance.randbytes(500 * BLOCK)
    moved = old[200 * BLOCK :] + chance.randbytes(BLOCK) + old[: 200 * BLOCK]
    assert made(tmp_path, old, moved).stat().st_size < 2 * BLOCK


def test_a_system_inside_a_bundle_off_the_grid_is_found_by_its_identifier(tmp_path: Path) -> None:
    chance = random.Random(2)
    old = chance.randbytes(300 * BLOCK)
    patch = made(tmp_path, old, chance.randbytes(1_234) + old + b"signature")
    assert patch.stat().st_size < 4 * BLOCK


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_damaged_delta_is_refused_and_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder, chance = tmp_path_factory.mktemp("damaged"), random.Random(3)
    old = chance.randbytes(20 * BLOCK)
    new = old[: 7 * BLOCK] + chance.randbytes(2 * BLOCK) + old
    patch = made(folder, old, new)
    whole = bytearray(patch.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    patch.write_bytes(whole[: data.draw(st.integers(at, len(whole)))])
    try:
        delta.apply(folder / "old", patch, folder / "out")
    except DeltaError:
        assert not (folder / "out").exists()
    else:
        assert (folder / "out").read_bytes() == new


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_as_a_delta(data: bytes) -> None:
    import io

    for head in (b"", delta.MAGIC, delta.MAGIC + len(data).to_bytes(8, "little")):
        with pytest.raises(DeltaError):
            delta.read_recipe(io.BytesIO(head + data))


def test_a_delta_on_another_system_is_refused(tmp_path: Path) -> None:
    chance = random.Random(5)
    old = chance.randbytes(10 * BLOCK)
    patch = made(tmp_path, old, old + b"x")
    (tmp_path / "old").write_bytes(chance.randbytes(10 * BLOCK))
    with pytest.raises(DeltaError, match="another system"):
        delta.apply(tmp_path / "old", patch, tmp_path / "out")
    assert not (tmp_path / "out").exists()
