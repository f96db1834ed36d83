"""Personal data is sealed to the central service's public key before it touches the disk.

The terminal holds no key that opens what it sealed, so a stolen disk gives nothing away. libsodium's sealed box
(PyNaCl): an ephemeral X25519 key a message, XSalsa20-Poly1305.
"""

from __future__ import annotations

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from offline_cache.wire import Intake, Parcel, WireError, decode_as

KEY_BYTES = 32


class SealingError(Exception):
    """A key or a sealed message is not usable."""


def new_keys() -> tuple[bytes, bytes]:
    """(private, public) of a central service, 32 bytes each."""
    private = PrivateKey.generate()
    return bytes(private), bytes(private.public_key)


class Sealer:
    """Seals to one public key."""

    def __init__(self, public_key: bytes) -> None:
        if len(public_key) != KEY_BYTES:
            raise SealingError(f"the central service's public key must have {KEY_BYTES} bytes, not {len(public_key)}")
        self._box = SealedBox(PublicKey(public_key))

    def seal(self, secret: bytes) -> bytes:
        return bytes(self._box.encrypt(secret))


def unseal(private_key: bytes, sealed: bytes) -> bytes:
    """Open what was sealed to ``private_key``'s public half. Raises ``SealingError`` if it was not, or was changed."""
    try:
        return bytes(SealedBox(PrivateKey(private_key)).decrypt(sealed))
    except (CryptoError, ValueError, TypeError) as error:
        raise SealingError("the message was not sealed to this key, or it was changed on the way") from error


def open_intake(private_key: bytes, parcel: Parcel) -> Intake:
    """What the central service opens when ``parcel`` arrives; empty where the terminal sealed none.

    Raises ``SealingError``.
    """
    if not parcel.intake:
        return Intake(token="")
    try:
        return decode_as(unseal(private_key, parcel.intake), Intake)
    except WireError as error:
        raise SealingError("the intake part was opened, but is not what a terminal seals") from error
