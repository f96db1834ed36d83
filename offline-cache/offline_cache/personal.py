"""What a citizen gave, as it lies inside a parcel's sealed part: fields and media. Never printed, never logged."""

from __future__ import annotations

import msgspec

from offline_cache.sealing import SealingError


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A recording or a photo. ``name``: a file name without folders. ``mime``: such as image/jpeg."""

    name: str
    mime: str
    data: bytes

    def __repr__(self) -> str:
        return f"Media({self.mime}, {len(self.data)} bytes)"


class Personal(msgspec.Struct, frozen=True, kw_only=True):
    """``fields``: text, name, phone, place and whatever else a form asked for."""

    fields: dict[str, str] = {}
    media: tuple[Media, ...] = ()

    def __repr__(self) -> str:
        return f"Personal({len(self.fields)} fields, {len(self.media)} media)"

    @property
    def is_empty(self) -> bool:
        return not self.fields and not self.media


def encode(personal: Personal) -> bytes:
    """MessagePack: media stay bytes."""
    return msgspec.msgpack.encode(personal)


def decode(data: bytes) -> Personal:
    """The inverse, after unsealing. Raises ``SealingError`` whose text holds none of the content."""
    try:
        return msgspec.msgpack.decode(data, type=Personal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SealingError("the sealed part was opened, but is not what a terminal seals") from None
