"""Keys of the images: an offline root, release certificates under it that sign bundles, lists of withdrawn ones.

::

    root.key  root.pem      the city's root; the certificate is in every image, the key stays in the safe
    release.key  release.pem   signs bundles; made anew each year, withdrawn by a list when it is lost
    root.crl.pem            what was withdrawn; goes into the next image beside the root

The ceremony for real keys is in docs/technician.md; ``make_root`` is what it runs, on a machine without a network.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from deploy_image import tools
from deploy_image.errors import ImageError

ROOT_DAYS, RELEASE_DAYS = 7300, 800

_CONFIG = """\
[ca]
default_ca = city
[city]
dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
crlnumber = {folder}/crlnumber
new_certs_dir = {folder}
certificate = {folder}/root.pem
private_key = {folder}/root.key
default_md = sha256
default_days = {days}
default_crl_days = 3650
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
organizationName = optional
[req]
distinguished_name = name
prompt = no
[name]
[root]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[release]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def _config(folder: Path) -> str:
    return _CONFIG.format(folder=folder.resolve(), days=RELEASE_DAYS)


def _openssl(folder: Path, *words: str | Path) -> str:
    tools.need("openssl")
    with tempfile.NamedTemporaryFile("w", suffix=".cnf") as file:
        file.write(_config(folder))
        file.flush()
        return tools.run(["openssl", *(file.name if word == "@CONFIG" else word for word in words)])


def make_root(folder: Path, name: str = "Bianmin image root") -> None:
    """A new root in ``folder``. Raises ``ImageError`` rather than overwrite one."""
    if (folder / "root.key").exists():
        raise ImageError(f"{folder} has a root key already; it is never overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    key, certificate = folder / "root.key", folder / "root.pem"
    _private(key)
    _openssl(folder, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", key)
    _openssl(
        folder, "req", "-new", "-x509", "-config", "@CONFIG", "-extensions", "root", "-subj", f"/CN={name}",
        "-days", str(ROOT_DAYS), "-key", key, "-out", certificate,
    )  # fmt: skip
    (folder / "index.txt").touch()
    (folder / "serial").write_text("1000\n", "ascii")
    (folder / "crlnumber").write_text("1000\n", "ascii")
    make_withdrawals(folder)


def make_release(root: Path, out: Path, name: str = "Bianmin release") -> None:
    """A new release key with a certificate under the root in ``root``; both go into ``out``."""
    if not (root / "root.key").exists():
        raise ImageError(f"{root} has no root key; make one, or bring the one from the safe")
    out.mkdir(parents=True, exist_ok=True)
    key, certificate, request = out / "release.key", out / "release.pem", out / "release.csr"
    _private(key)
    _openssl(root, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    _openssl(root, "req", "-new", "-config", "@CONFIG", "-subj", f"/CN={name}", "-key", key, "-out", request)
    _openssl(
        root, "ca", "-batch", "-notext", "-config", "@CONFIG", "-extensions", "release", "-in", request,
        "-out", certificate,
    )  # fmt: skip
    request.unlink()


def withdraw(root: Path, certificate: Path) -> None:
    """Withdraw a release certificate and write the list anew."""
    _openssl(root, "ca", "-batch", "-config", "@CONFIG", "-revoke", certificate)
    make_withdrawals(root)


def make_withdrawals(root: Path) -> None:
    """Write ``root.crl.pem``.

    It counts from the root's own first second: a bundle is judged at the time it was signed, and a list dated later
    than that would make every bundle signed before the withdrawal "not yet valid", the good ones too.
    """
    stated = _openssl(root, "x509", "-in", root / "root.pem", "-noout", "-startdate").strip()
    start = dt.datetime.strptime(stated.removeprefix("notBefore="), "%b %d %H:%M:%S %Y GMT")
    _openssl(
        root, "ca", "-gencrl", "-config", "@CONFIG", "-crl_lastupdate", f"{start:%Y%m%d%H%M%SZ}",
        "-out", root / "root.crl.pem",
    )  # fmt: skip


def keyring(root: Path) -> bytes:
    """What an image trusts: the root's certificate and the list of withdrawn ones."""
    return (root / "root.pem").read_bytes() + (root / "root.crl.pem").read_bytes()


def _private(path: Path) -> None:
    path.touch(0o600)
