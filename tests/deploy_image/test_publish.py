"""From a signed bundle to a terminal that has it: published files, the server's ranges, a delta, a broken line."""

import datetime as dt
import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import BaseAdapter

from deploy_image import delta
from deploy_image.agent import words
from deploy_image.agent.outside import RealOutside
from deploy_image.agent.run import FetchError, file_sha256, unpack
from deploy_image.errors import ImageError
from deploy_image.provisioning import Window
from deploy_image.publish import Base, publish

NOW = dt.datetime(2026, 11, 22, 23, 0)


class Served(BaseAdapter):
    """A folder as a static file server with ranges, without a socket."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def send(self, request: requests.PreparedRequest, **_options: object) -> requests.Response:
        path = self._folder / (request.url or "").removeprefix("http://central.test/")
        answer = requests.Response()
        answer.status_code, answer.request = (200 if path.is_file() else 404), request
        body = path.read_bytes() if path.is_file() else b""
        asked = request.headers.get("Range", "")
        if asked and path.is_file():
            answer.status_code, body = 206, body[int(asked.removeprefix("bytes=").rstrip("-")) :]
        answer.raw = io.BytesIO(body)
        return answer

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[requests.Session]:
    (tmp_path / "images").mkdir()
    with requests.Session() as session:
        session.mount("http://", Served(tmp_path))
        yield session


def outside(session: requests.Session, folder: Path) -> RealOutside:
    said: list[words.Outcome] = []
    return RealOutside(
        "http://central.test/images", "simulator", session, Window(), folder / "log", folder / "healthy",
        folder / "found-bad", said.append, lambda: NOW,
    )  # fmt: skip


def made(folder: Path) -> tuple[Path, Path]:
    """A system image and a bundle of its successor."""
    chance = random.Random(7)
    old = chance.randbytes(80 * delta.BLOCK)
    (folder / "root.ext4").write_bytes(old)
    (folder / "new.raucb").write_bytes(chance.randbytes(96) + old[: 60 * delta.BLOCK] + chance.randbytes(9_000))
    return folder / "root.ext4", folder / "new.raucb"


def test_what_is_published_is_fetched_rebuilt_and_the_same(server: requests.Session, tmp_path: Path) -> None:
    slot, bundle = made(tmp_path)
    made_release = publish(bundle, "bianmin-simulator", "2", [Base("1", slot)], tmp_path / "images")
    there = outside(server, tmp_path)
    with pytest.raises(FetchError, match="404"):  # nobody is offered it before its rollout begins
        there.index()
    (tmp_path / "images" / "simulator-2.json").rename(tmp_path / "images" / "simulator.json")
    release = there.index().release
    assert release == made_release
    part = release.delta_from("1")
    assert part is not None
    assert part.bytes < release.full.bytes / 5
    there.fetch(part.url, tmp_path / "part", part.bytes)
    delta.apply(slot, tmp_path / "part", tmp_path / "out")
    assert file_sha256(tmp_path / "out") == release.sha256 == file_sha256(bundle)
    assert release.delta_from("0") is None


def test_a_broken_line_goes_on_where_it_broke(server: requests.Session, tmp_path: Path) -> None:
    _, bundle = made(tmp_path)
    release = publish(bundle, "bianmin-simulator", "2", [], tmp_path / "images")
    there, part = outside(server, tmp_path), tmp_path / "part"
    there.fetch(release.full.url, part, 1_000)
    assert part.stat().st_size == 1_000
    there.fetch(release.full.url, part, release.full.bytes)
    assert file_sha256(part) == release.full.sha256
    unpack(part, tmp_path / "out", release.bytes)
    assert (tmp_path / "out").read_bytes() == bundle.read_bytes()
    with pytest.raises(ImageError, match="larger"):
        unpack(part, tmp_path / "out", release.bytes - 1)


def test_what_is_not_there_or_no_index_is_an_error_in_one_line(server: requests.Session, tmp_path: Path) -> None:
    there = outside(server, tmp_path)
    with pytest.raises(FetchError, match="404"):
        there.index()
    (tmp_path / "images" / "simulator.json").write_text("<html>Please sign in</html>")
    with pytest.raises(FetchError, match="no image index"):
        there.index()


def test_a_base_that_is_gone_is_said_before_anything_is_published(tmp_path: Path) -> None:
    _, bundle = made(tmp_path)
    with pytest.raises(ImageError, match="delta from 1"):
        publish(bundle, "bianmin-simulator", "2", [Base("1", tmp_path / "none.ext4")], tmp_path / "images")
    assert not (tmp_path / "images" / "simulator-2.json").exists()


def test_the_version_that_was_left_is_read_or_none(server: requests.Session, tmp_path: Path) -> None:
    there = outside(server, tmp_path)
    assert there.found_bad() == ""
    (tmp_path / "found-bad").write_text("2026.11.23\n")
    assert there.found_bad() == "2026.11.23"


def test_quiet_is_inside_the_window_while_nobody_is_there(server: requests.Session, tmp_path: Path) -> None:
    there = outside(server, tmp_path)
    assert there.quiet()
    (tmp_path / "log").write_text('{"time":"2026-11-22T22:59:00.000","event":"session-started"}\n')
    assert not there.quiet()
