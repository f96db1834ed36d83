"""``bianmin sync repository``: the other side, for who signs content: the key ceremony, publishing, renewing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bianmin.cli.output import Json, emit, failures, progress_console

if TYPE_CHECKING:
    from offline_cache.sync.repository import Repository
    from offline_cache.sync.signing import KeyFolder

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Make, fill and renew a signed repository.")

Place = Annotated[Path, typer.Argument(metavar="REPO", help="The folder a web server serves.")]
Online = Annotated[Path, typer.Option(help="Folder with the daily keys: snapshot, timestamp, groups.")]
Offline = Annotated[Path, typer.Option(help="Folder with root and targets keys: a stick from the safe.")]
Passphrase = Annotated[
    str, typer.Option(envvar="BIANMIN_PASSPHRASE", help="Locks the offline keys; better given in the environment.")
]


@app.command()
def init(
    place: Place,
    online: Online,
    offline: Offline,
    group: Annotated[list[str] | None, typer.Option(help="A department group; may be repeated.")] = None,
    root_keys: Annotated[int, typer.Option(min=1, max=9, help="More than half must sign a new root.")] = 1,
    passphrase: Passphrase = "",
    as_json: Json = False,
) -> None:
    """The key ceremony: make all keys and an empty repository. Afterwards take the offline keys away."""
    from offline_cache.files import Disk
    from offline_cache.sync.repository import RepositoryStateError
    from offline_cache.sync.signing import KeyFolder, SigningKeyError

    vault = KeyFolder(Disk(), offline, passphrase)
    repository, daily = _open(place, online)
    with failures(RepositoryStateError, SigningKeyError, OSError):
        repository.create(vault, _now(), root_keys)
        for name in group or ["wenling"]:
            signer = daily.make(name)
            repository.add_group(name, signer.public_key, vault, _now(), signer)
    emit(_state(repository), as_json, f"made {place}; terminals are given {place}/metadata/1.root.json when they enrol")


@app.command()
def publish(
    place: Place,
    pack: Annotated[Path, typer.Argument(metavar="P", help="A content pack.")],
    online: Online,
    name: Annotated[str, typer.Option(help="GROUP/CONTENT the terminals follow.")] = "wenling/wenling",
    percent: Annotated[int, typer.Option(min=0, max=100, help="Of the terminals, at first.")] = 100,
    as_json: Json = False,
) -> None:
    """Sign a pack and put it and its patches into the repository."""
    from content.pack import Pack, PackError
    from offline_cache.files import Disk
    from offline_cache.sync.publishing import Publisher, group_of
    from offline_cache.sync.releases import Rollout
    from offline_cache.sync.repository import RepositoryStateError
    from offline_cache.sync.signing import SigningKeyError

    repository, daily = _open(place, online)
    with failures(RepositoryStateError, SigningKeyError, PackError, OSError):
        meta = Pack.open(pack).meta
        publisher = Publisher(Disk(), repository, daily.open(group_of(name)))
        with progress_console.status("publishing") as status:
            release = publisher.publish(
                pack, name, meta.version, meta.date, _now(), Rollout(percent=percent), status.update
            )
    ways = [{"form": one.form, "target": one.target, "bytes": one.length} for one in release.transfers]
    shown = {"serial": release.serial, "version": release.version, "sha256": release.sha256, "transfers": ways}
    lines = [f"{name} {release.serial} ({release.version})", *(f"  {w['bytes']:>12,}  {w['target']}" for w in ways)]
    emit(shown, as_json, "\n".join(lines))


@app.command()
def renew(place: Place, online: Online, as_json: Json = False) -> None:
    """Sign again what runs out soon; to be run every day."""
    from offline_cache.sync.repository import RepositoryStateError
    from offline_cache.sync.signing import SigningKeyError

    repository, _ = _open(place, online)
    with failures(RepositoryStateError, SigningKeyError, OSError):
        renewed = repository.renew(_now())
    emit({"renewed": renewed, **_state(repository)}, as_json, "signed again" if renewed else "nothing runs out soon")


@app.command()
def show(place: Place, as_json: Json = False) -> None:
    """The roles of a repository and when their signatures run out."""
    from offline_cache.sync.repository import RepositoryStateError

    repository, _ = _open(place, place)
    with failures(RepositoryStateError, OSError):
        state = _state(repository)
    emit(state, as_json, "\n".join(f"{role:12} until {until}" for role, until in state["expires"].items()))


def _open(place: Path, online: Path) -> tuple[Repository, KeyFolder]:
    from offline_cache.files import Disk
    from offline_cache.sync.repository import Repository
    from offline_cache.sync.signing import KeyFolder

    daily = KeyFolder(Disk(), online)
    return Repository(Disk(), place, daily), daily


def _state(repository: Repository) -> dict[str, dict[str, str]]:
    return {"expires": {role: f"{until:%Y-%m-%d}" for role, until in repository.expiries().items()}}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
