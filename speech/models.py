"""Which models there are, which are installed where, and whether their files are whole.

The catalogue is ``models.toml`` beside this file. A model is a folder of files; it is installed when one of the
directories searched holds a folder with its name (or, for open-ended models, one of its ``directory_names``) and every
file has its size. ``verify`` reads the files and compares their sums; ``speech.model_fetch`` gets what is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

CATALOGUE = Path(__file__).with_name("models.toml")
_BLOCK = 1 << 20


class ModelError(Exception):
    """A model is unknown, missing or damaged. The text is the sentence the user reads."""


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``size`` in bytes; ``sha256`` in hexadecimal."""

    name: str
    size: int
    sha256: str


class PackagesSource(msgspec.Struct, frozen=True, tag_field="kind", tag="packages", forbid_unknown_fields=True):
    """``packages``: pinned, as ``name==version``. ``members``: file -> archive members, joined in this order."""

    packages: tuple[str, ...]
    members: dict[str, tuple[str, ...]]


class NpmSource(msgspec.Struct, frozen=True, tag_field="kind", tag="npm", forbid_unknown_fields=True):
    """``package``: pinned, as ``name@version``. ``members`` as for packages."""

    package: str
    members: dict[str, tuple[str, ...]]


class PageSource(msgspec.Struct, frozen=True, tag_field="kind", tag="page", forbid_unknown_fields=True):
    """What no program here can fetch: where a person finds it."""

    text: str


Source = PackagesSource | NpmSource | PageSource


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the catalogue; the fields are explained in models.toml.

    A model has either ``files`` or, where any of a family will do, ``landmarks``: files that must exist.
    A file listed in ``members`` of no source comes only with a directory.
    """

    name: str
    purpose: str
    licence: str
    files: tuple[ModelFile, ...] = ()
    sources: tuple[Source, ...] = ()
    terminal: bool = False
    group: str = ""
    directory_names: tuple[str, ...] = ()
    landmarks: tuple[str, ...] = ()

    @property
    def fetchable(self) -> bool:
        return any(not isinstance(source, PageSource) for source in self.sources)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    models: tuple[Model, ...]


class State(StrEnum):
    INSTALLED = "installed"
    DAMAGED = "damaged"
    MISSING = "missing"


class Installed(msgspec.Struct, frozen=True):
    """What was found: ``directory`` is where the files are (or are not whole); ``damaged`` names the bad files."""

    name: str
    state: State
    directory: str = ""
    damaged: tuple[str, ...] = ()


@cache
def catalogue() -> dict[str, Model]:
    """Every model of models.toml by name, in the order of the file."""
    models = msgspec.toml.decode(CATALOGUE.read_bytes(), type=_Catalogue).models
    return {model.name: model for model in models}


def model_named(name: str) -> Model:
    try:
        return catalogue()[name]
    except KeyError:
        raise ModelError(f"no model is called {name}; there are {', '.join(catalogue())}") from None


def _folders(model: Model, directories: Iterable[Path]) -> Iterator[Path]:
    for directory in directories:
        if model.directory_names:
            for pattern in model.directory_names:
                yield from sorted(path for path in directory.glob(pattern) if path.is_dir())
        elif (directory / model.name).is_dir():
            yield directory / model.name


def _wrong_size(model: Model, folder: Path) -> tuple[str, ...]:
    def bad(file: ModelFile) -> bool:
        path = folder / file.name
        return not path.is_file() or path.stat().st_size != file.size

    missing = tuple(name for name in model.landmarks if not (folder / name).is_file())
    return missing + tuple(file.name for file in model.files if bad(file))


def look(name: str, directories: Sequence[Path]) -> Installed:
    """Find a model by its files' sizes, unread: the first whole copy, else the first damaged one."""
    model = model_named(name)
    first_bad: Installed | None = None
    for folder in _folders(model, directories):
        damaged = _wrong_size(model, folder)
        if not damaged:
            return Installed(name, State.INSTALLED, str(folder))
        first_bad = first_bad or Installed(name, State.DAMAGED, str(folder), damaged)
    return first_bad or Installed(name, State.MISSING)


def find(name: str, directories: Sequence[Path]) -> Path:
    """The folder of a whole copy. Raises ``ModelError`` that says what to do."""
    found = look(name, directories)
    if found.state is State.INSTALLED:
        return Path(found.directory)
    model = model_named(name)
    remedy = (
        f"run `bianmin models fetch {name}`"
        if model.fetchable
        else "get it from " + "; or ".join(source.text for source in model.sources if isinstance(source, PageSource))
    )
    if found.state is State.DAMAGED:
        raise ModelError(
            f"the model {name} in {found.directory} is damaged or incomplete ({', '.join(found.damaged)}); {remedy}"
        )
    raise ModelError(f"the model {name} is not installed; {remedy}")


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def verify(name: str, directories: Sequence[Path]) -> Installed:
    """Like ``look``, but every byte is read and compared with the sums of the catalogue."""
    model = model_named(name)
    first_bad: Installed | None = None
    for folder in _folders(model, directories):
        damaged = _wrong_size(model, folder) or tuple(
            file.name for file in model.files if sha256_of(folder / file.name) != file.sha256
        )
        if not damaged:
            return Installed(name, State.INSTALLED, str(folder))
        first_bad = first_bad or Installed(name, State.DAMAGED, str(folder), damaged)
    return first_bad or Installed(name, State.MISSING)


Need = Literal["have", "fetch", "optional"]


def terminal_set(directories: Sequence[Path]) -> dict[str, Need]:
    """What a terminal needs. Of a group, an installed model makes the others optional; else the first fetchable one."""
    needs: dict[str, Need] = {}
    served: set[str] = set()
    wanted = [model for model in catalogue().values() if model.terminal]
    for model in wanted:
        if look(model.name, directories).state is State.INSTALLED:
            needs[model.name] = "have"
            served.update({model.group} - {""})
    for model in wanted:
        if model.name in needs:
            continue
        if model.group in served or not model.fetchable:
            needs[model.name] = "optional"
            continue
        needs[model.name] = "fetch"
        served.update({model.group} - {""})
    return {model.name: needs[model.name] for model in wanted}
