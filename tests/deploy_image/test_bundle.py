"""Keys and bundles with the real openssl and RAUC: whose signature counts, and for how long."""

import shutil
from pathlib import Path

import pytest

from deploy_image import bundle, keys, tools
from deploy_image.bundle import Signer
from deploy_image.errors import ImageError

pytestmark = pytest.mark.skipif(
    shutil.which("rauc") is None or shutil.which("mksquashfs", path="/usr/bin:/usr/sbin:/bin") is None,
    reason="rauc and squashfs-tools are not installed (apt-get install rauc squashfs-tools)",
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    keys.make_root(folder)
    keys.make_release(folder, folder)
    return folder


def ring(folder: Path, out: Path) -> Path:
    out.write_bytes(keys.keyring(folder))
    return out


def signed(folder: Path, signer: Path, version: str = "2") -> Path:
    slot = folder / "root.ext4"
    slot.write_bytes(bytes(100_000) + b"system")
    out = folder / "update.raucb"
    bundle.make(slot, "bianmin-simulator", version, "x", Signer(signer / "release.key", signer / "release.pem"), out)
    return out


def test_a_bundle_of_ours_is_taken(city: Path, tmp_path: Path) -> None:
    info = bundle.info(signed(tmp_path, city), ring(city, tmp_path / "ring.pem"))
    assert (info["compatible"], info["version"]) == ("bianmin-simulator", "2")


def test_a_strangers_bundle_is_refused(city: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    keys.make_root(stranger)
    keys.make_release(stranger, stranger)
    with pytest.raises(ImageError):
        bundle.info(signed(tmp_path, stranger), ring(city, tmp_path / "ring.pem"))


@pytest.mark.parametrize("damage", ["cut", "tail", "empty"])
def test_a_damaged_bundle_is_refused(city: Path, tmp_path: Path, damage: str) -> None:
    path = signed(tmp_path, city)
    data = bytearray(path.read_bytes())
    if damage == "tail":
        data[-200] ^= 1
    path.write_bytes({"cut": data[: len(data) // 2], "tail": data, "empty": b""}[damage])
    with pytest.raises(ImageError):
        bundle.info(path, ring(city, tmp_path / "ring.pem"))


def test_a_new_release_key_is_taken_and_a_withdrawn_one_is_not(tmp_path: Path) -> None:
    """Rotation: both keys count while both are valid. Revocation: the old one counts no more, the new one does."""
    city, new = tmp_path / "city", tmp_path / "new"
    keys.make_root(city)
    keys.make_release(city, city, "Release 2026")
    old_bundle = signed(tmp_path, city)
    keys.make_release(city, new, "Release 2027")
    (tmp_path / "b").mkdir()
    new_bundle = signed(tmp_path / "b", new)
    both = ring(city, tmp_path / "both.pem")
    assert bundle.info(old_bundle, both)["version"] == bundle.info(new_bundle, both)["version"]
    keys.withdraw(city, city / "release.pem")
    after = ring(city, tmp_path / "after.pem")
    assert bundle.info(new_bundle, after)["version"] == "2"
    with pytest.raises(ImageError):
        bundle.info(old_bundle, after)


def test_the_list_of_withdrawn_keys_is_as_old_as_the_root(city: Path) -> None:
    """Dated later, it made every good bundle signed before a withdrawal "not yet valid"."""
    keys.withdraw(city, city / "release.pem")
    listed = tools.run(["openssl", "crl", "-in", city / "root.crl.pem", "-noout", "-lastupdate"])
    rooted = tools.run(["openssl", "x509", "-in", city / "root.pem", "-noout", "-startdate"])
    assert listed.strip().partition("=")[2] == rooted.strip().partition("=")[2]


def test_a_root_key_is_never_overwritten(city: Path) -> None:
    with pytest.raises(ImageError, match="never overwritten"):
        keys.make_root(city)


def test_private_keys_are_for_their_owner_only(city: Path) -> None:
    for name in ("root.key", "release.key"):
        assert (city / name).stat().st_mode & 0o077 == 0
