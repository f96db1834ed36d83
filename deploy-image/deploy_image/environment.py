"""The program's environment inside the image: every Python package at the locked version, verified by hash.

It lies in /opt/bianmin/VERSION/site, and /opt/bianmin/current points there. Byte code is compiled under the name
``current`` and without times, so that a new version changes only what differs.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import sys
from importlib.util import cache_from_source
from pathlib import Path

from deploy_image import tools
from deploy_image.errors import ImageError

EXTRAS = ("cups",)
UNUSED = ("bin", ".lock")
"""Left behind by the installer; the image has one command of its own."""


def lock(checkout: Path, out: Path) -> Path:
    """The part of requirements.lock that a terminal needs (no tools for development). Raises ``ImageError``."""
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    command = [*_uv(), "pip", "compile", checkout / "pyproject.toml", *extras, "-c", checkout / "requirements.lock"]
    command += ["--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header", "-q", "-o", out]
    tools.run(command, cwd=checkout)
    return out


def install(checkout: Path, root: Path, version: str, cache: Path) -> Path:
    """Install dependencies (kept in ``cache`` between builds) and the program into ``root``. Raises ``ImageError``."""
    if sys.version_info[:2] != (3, 11):
        raise ImageError("images are built with Python 3.11, the version in the image; make the environment with it")
    cache.mkdir(parents=True, exist_ok=True)
    wanted = lock(checkout, cache / "image.lock.new")
    kept, said, compiled = cache / "site", cache / "image.lock", cache / "compiled"
    if not (kept.is_dir() and said.is_file() and said.read_bytes() == wanted.read_bytes()):
        shutil.rmtree(kept, ignore_errors=True)
        said.unlink(missing_ok=True)
        compiled.unlink(missing_ok=True)
        tools.run([*_uv(), "pip", "install", "--require-hashes", "-r", wanted, *_into(kept)])
        _tidy(kept)
        wanted.rename(said)
    if not compiled.exists():
        _compile(kept, "/opt/bianmin/current/site")
        compiled.touch()
    home = root / "opt" / "bianmin" / version
    home.mkdir(parents=True)
    site = home / "site"
    tools.run(["cp", "-a", "--reflink=auto", kept, site])
    ours = cache / "ours"
    shutil.rmtree(ours, ignore_errors=True)
    # setuptools would leave build/ and egg-info in the checkout, and take up what lies in an old build/.
    source = cache / "source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(
        checkout,
        source,
        ignore=shutil.ignore_patterns(
            ".git", ".venv", "var", "build", "tests", "benchmarks", "*.egg-info", "__pycache__"
        ),
    )
    tools.run([*_uv(), "pip", "install", "--no-deps", "--no-build-isolation", source, *_into(ours)])
    _tidy(ours)
    for path in ours.glob("*.dist-info/direct_url.json"):
        path.unlink()  # names a folder of the building machine
    _compile(ours, "/opt/bianmin/current/site")
    tools.run(["cp", "-a", f"{ours}/.", site])
    (home.parent / "current").symlink_to(version)
    return site


def stamp(checkout: Path, epoch: str, now: dt.datetime) -> str:
    """Which state of the program an image is built from, as YYYYMMDDHHMM (UTC): two builds of it say the same.

    ``epoch``: what SOURCE_DATE_EPOCH says, if anything; else the commit's time; ``now`` where something was changed
    since, or there is no repository. Raises ``ImageError`` when ``epoch`` is no number.
    """
    if epoch:
        try:
            return f"{dt.datetime.fromtimestamp(int(epoch), dt.UTC):%Y%m%d%H%M}"
        except (ValueError, OverflowError, OSError):
            raise ImageError(f"SOURCE_DATE_EPOCH is {epoch!r}; it must be seconds since 1970, or not set") from None
    git: list[str | Path] = ["git", "-C", checkout]
    with contextlib.suppress(ImageError):
        if not tools.run([*git, "status", "--porcelain", "--untracked-files=no"]):
            committed = int(tools.run([*git, "log", "-1", "--format=%ct"]))
            return f"{dt.datetime.fromtimestamp(committed, dt.UTC):%Y%m%d%H%M}"
    return f"{now:%Y%m%d%H%M}"


def _uv() -> list[str | Path]:
    beside = Path(sys.executable).with_name("uv")
    return [beside if beside.exists() else "uv"]


def _into(folder: Path) -> list[str | Path]:
    return ["--target", folder, "--python", sys.executable, "--link-mode", "copy", "-q"]


def _tidy(site: Path) -> None:
    for name in UNUSED:
        path = site / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
    # Lists scripts, and the installer's notes: with times and paths of the building machine.
    for name in ("RECORD", "uv_cache.json"):
        for path in site.glob(f"*.dist-info/{name}"):
            path.unlink()


def _compile(site: Path, stands_for: str) -> None:
    """Byte code for every file that has none yet: a build that was broken off goes on where it was."""
    missing = [path for path in site.rglob("*.py") if not Path(cache_from_source(str(path))).exists()]
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "-j", "0"]
    command += ["-s", str(site), "-p", stands_for, "-i", "-"]
    # Some libraries carry files for other Pythons that do not compile; they are never imported.
    with contextlib.suppress(ImageError):
        tools.run(command, env={"PYTHONHASHSEED": "0"}, text="".join(f"{path}\n" for path in missing))
    if not any(site.rglob("*.pyc")):
        raise ImageError("Python's byte code could not be made; is the disk full?")
