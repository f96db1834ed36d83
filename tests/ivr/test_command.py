"""``bianmin ivr`` used wrongly: told at once and in one sentence, not after the models are loaded."""

from __future__ import annotations

import socket

import pytest

from bianmin.cli.ivr import check_free, parse_address
from bianmin.cli.output import CommandError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:5080", ("127.0.0.1", 5080)),
        ("127.0.0.1", ("127.0.0.1", 5060)),
        ("0.0.0.0:5060", ("0.0.0.0", 5060)),
        ("[::1]:5070", ("::1", 5070)),
    ],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text, 5060) == address


@pytest.mark.parametrize(
    "text", ["", "nonsense", "nonsense:5060", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:-1", ":"]
)
def test_what_is_no_address_is_wrong_use(text: str) -> None:
    with pytest.raises(CommandError, match="is not an address") as raised:
        parse_address(text, 5060)
    assert raised.value.code == 2


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_that_is_taken_is_known_at_once(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"cannot listen at 127.0.0.1:{port}"):
            check_free("127.0.0.1", port)
