"""How a new terminal and the central service come to trust each other through a one-time code typed by a technician.

The code ``K7QP-2M4X-9RTA-WZ3C`` has a public identifier (its first 6 characters) and a secret (the other 10, 50 bits)
that never crosses the wire: both sides prove that they know it with a keyed hash over what they say. So neither a
forged terminal nor a forged central service gets anywhere, even on a line without TLS.

    terminal                                                central service
    EnrolRequest(identifier, public key, name, proof)  -->  request_proof fits? not used, not expired?
    answer_proof fits?                                 <--  Enrolment(station, sealing key, TUF root, proof)
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path

import msgspec

from offline_cache.central_link import CentralLink
from offline_cache.files import Files, read_if_there, replace_file
from offline_cache.identity import Identity
from offline_cache.wire import Enrolment, EnrolRequest, Refusal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
IDENTIFIER_LENGTH = 6
SECRET_LENGTH = 10
PROOF_BYTES = 32

_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


class EnrolmentError(Exception):
    """The terminal is not enrolled. The text says what to do."""


class EnrolmentCode(msgspec.Struct, frozen=True):
    """A one-time code. ``identifier`` may be sent and looked up; ``secret`` stays on both sides."""

    identifier: str
    secret: str

    def __str__(self) -> str:
        whole = self.identifier + self.secret
        return "-".join(whole[start : start + 4] for start in range(0, len(whole), 4))

    def __repr__(self) -> str:
        return f"EnrolmentCode({self.identifier}...)"


def new_code(below: Callable[[int], int]) -> EnrolmentCode:
    """``below(n)``: a random number from 0 to n-1 (``secrets.randbelow``)."""
    drawn = "".join(ALPHABET[below(len(ALPHABET))] for _ in range(IDENTIFIER_LENGTH + SECRET_LENGTH))
    return EnrolmentCode(drawn[:IDENTIFIER_LENGTH], drawn[IDENTIFIER_LENGTH:])


def parse_code(text: str) -> EnrolmentCode:
    """Read a code as it is typed: any case, with or without dashes. Raises ``EnrolmentError``."""
    plain = "".join(text.upper().replace("-", "").split()).translate(_MISREAD)
    if len(plain) != IDENTIFIER_LENGTH + SECRET_LENGTH or not set(plain) <= set(ALPHABET):
        raise EnrolmentError("an enrolment code has 16 letters and digits; ask the administrator for a new one")
    return EnrolmentCode(plain[:IDENTIFIER_LENGTH], plain[IDENTIFIER_LENGTH:])


def request(code: EnrolmentCode, public_key: bytes, name: str) -> EnrolRequest:
    bare = EnrolRequest(identifier=code.identifier, public_key=public_key, name=name, proof=b"")
    return msgspec.structs.replace(bare, proof=request_proof(code, bare))


def request_proof(code: EnrolmentCode, sent: EnrolRequest) -> bytes:
    """What the proof of ``sent`` must be."""
    return _proof(code, b"enrol request", msgspec.json.encode(msgspec.structs.replace(sent, proof=b"")))


def answer_proof(code: EnrolmentCode, answer: Enrolment, public_key: bytes) -> bytes:
    """What the proof of ``answer`` to the terminal with ``public_key`` must be."""
    bare = msgspec.json.encode(msgspec.structs.replace(answer, proof=b""))
    return _proof(code, b"enrol answer", public_key + bare)


def with_proof(code: EnrolmentCode, answer: Enrolment, public_key: bytes) -> Enrolment:
    """``answer`` as the central service sends it to the terminal with ``public_key``."""
    return msgspec.structs.replace(answer, proof=answer_proof(code, answer, public_key))


def fits(given: bytes, expected: bytes) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given, expected)


def enrol(code: EnrolmentCode, name: str, identity: Identity, link: CentralLink) -> Enrolment:
    """Ask the central service for a station. ``name``: where the terminal stands, for the fleet's list.

    Raises ``EnrolmentError`` when it says no or is not the one that made the code, ``LinkError`` when it cannot be
    reached. Nothing is stored: see ``store``.
    """
    answer = link.enrol(request(code, identity.public_key, name))
    if isinstance(answer, Refusal):
        raise EnrolmentError(f"the central service refused: {answer.reason}")
    if not fits(answer.proof, answer_proof(code, answer, identity.public_key)):
        raise EnrolmentError("the answer is not from the service that made this code; check the address")
    return answer


def _proof(code: EnrolmentCode, context: bytes, message: bytes) -> bytes:
    key = hashlib.sha256(code.secret.encode()).digest()
    return hashlib.blake2b(message, key=key, person=context.ljust(16, b"\0"), digest_size=PROOF_BYTES).digest()


def load(files: Files, path: Path) -> Enrolment | None:
    """What this terminal was told when it was enrolled; None when it never was. Raises ``EnrolmentError``."""
    data = read_if_there(files, path)
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=Enrolment)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EnrolmentError(f"{path} is damaged; enrol the terminal again") from error


def store(files: Files, path: Path, enrolment: Enrolment) -> None:
    """On the disk, whole, when this returns."""
    files.make_folder(path.parent)
    replace_file(files, path, msgspec.json.encode(enrolment))
