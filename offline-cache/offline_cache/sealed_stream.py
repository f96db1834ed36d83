"""A recording that is being made, sealed piece by piece: whatever happens, what was said up to the last piece is kept.

::

    magic | sealed key (to central's public key) | stream header | length, sealed piece | length, sealed piece | ...

libsodium's secretstream (XChaCha20-Poly1305): pieces cannot be changed, swapped or dropped in the middle without being
noticed; a cut end (the power went) is allowed, for that is what this is for. The key of the stream is known to the
writer's memory and, sealed, to the central service; after a restart the terminal itself cannot open it any more.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from nacl import bindings
from nacl.exceptions import CryptoError

from offline_cache.files import Writable
from offline_cache.sealing import Sealer, SealingError, unseal

MAGIC = b"BMSS1\n"
MIME = "application/vnd.bianmin.sealed-stream"
_SEALED_KEY = bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES + 48  # crypto_box_seal adds 48 bytes
_HEADER = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MORE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
LARGEST_PIECE = 1 << 20
"""Bytes of a sealed piece a reader believes in."""


class SealedStream:
    """Writes to ``file``; each piece is on the disk when ``add`` returns. Raises ``OSError`` as the file does."""

    def __init__(self, file: Writable, sealer: Sealer) -> None:
        self._file = file
        key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        file.write(MAGIC + sealer.seal(key) + header)
        file.sync()

    def add(self, piece: bytes) -> None:
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, piece, None, _MORE)
        self._file.write(struct.pack(">I", len(sealed)) + sealed)
        self._file.sync()

    def close(self) -> None:
        self._file.close()


def opened(private_key: bytes, data: bytes) -> Iterator[bytes]:
    """The pieces, up to where the stream was cut. Raises ``SealingError`` when it is not one, or was changed."""
    start = len(MAGIC) + _SEALED_KEY + _HEADER
    if not data.startswith(MAGIC) or len(data) < start:
        raise SealingError("this is no sealed recording")
    key = unseal(private_key, data[len(MAGIC) : len(MAGIC) + _SEALED_KEY])
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, data[start - _HEADER : start], key)
    while start + 4 <= len(data):
        (length,) = struct.unpack_from(">I", data, start)
        sealed = data[start + 4 : start + 4 + length]
        if length > LARGEST_PIECE:
            raise SealingError("the sealed recording was changed")
        if len(sealed) < length:
            return
        try:
            piece, _ = bindings.crypto_secretstream_xchacha20poly1305_pull(state, sealed, None)
        except (CryptoError, RuntimeError) as error:
            raise SealingError("the sealed recording was changed") from error
        yield bytes(piece)
        start += 4 + length
