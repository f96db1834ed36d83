"""One file that makes a flashed machine this terminal: what it becomes, and what is wrong with one that is refused."""

import datetime as dt
import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy_image import provisioning, staff
from deploy_image.definition import HERE
from deploy_image.provisioning import ProvisioningError, Window
from ivr.settings import IvrSettings

WHOLE = b"""
[terminal]
name = "WL-007"
place = "\xe5\xb8\x82\xe5\x9b\xbe\xe4\xb9\xa6\xe9\xa6\x86"
phone = "0576-00000000"
[central]
url = "https://central.example:8443"
code = "K7QP-2M4X-9RTA-WZ3C"
[network]
address = "192.168.8.20/24"
gateway = "192.168.8.1"
dns = ["192.168.8.1"]
[time]
servers = ["192.168.8.1"]
[printer]
device = "usb:0416:5011"
[update]
begin = "22:00"
end = "05:30"
"""


def test_a_provisioning_file_becomes_the_files_of_the_terminal() -> None:
    told = provisioning.read(WHOLE)
    made = provisioning.files(told)
    text = "\n".join(made.values())
    assert "Address=192.168.8.20/24" in text
    assert "NTP=192.168.8.1" in text
    assert "PHONE=0576-00000000" in text
    assert provisioning.central_port(told) == 8443
    assert "K7QP" not in text + provisioning.settings(told)
    import tomllib

    program = tomllib.loads(provisioning.settings(told))
    assert program["printer"] == {"device": "usb:0416:5011", "width_mm": 80}
    assert program["sync"] == {"central": "https://central.example:8443"}


PHONE = (
    WHOLE
    + b"""
[phone]
numbers = ["12345"]
trusted = ["192.168.8.5"]
desk = "sip:desk@192.168.8.5"
"""
)


def test_a_phone_node_answers_at_its_front_and_the_firewall_opens_what_callers_need() -> None:
    import tomllib

    chosen = msgspec.convert(tomllib.loads(provisioning.settings(provisioning.read(PHONE)))["ivr"], IvrSettings)
    assert (chosen.edge.host, chosen.edge.port) == ("192.168.8.20", 5060)
    assert (chosen.listen.host, chosen.workers, chosen.numbers) == ("192.168.8.20", 2, ("12345",))
    assert chosen.edge.trusted == ("192.168.8.5",)
    assert chosen.people.desk == "sip:desk@192.168.8.5"
    units = HERE / "overlay/ivr/etc/systemd/system"
    opened = {
        name: re.findall(r"open_udp \{ (.*) \}", (units / name).read_text())
        for name in ("bianmin-ivr.service", "bianmin-ivr-edge.service")
    }
    assert opened["bianmin-ivr.service"] == [f"{chosen.listen.rtp_first}-{chosen.listen.rtp_last}"]
    assert opened["bianmin-ivr-edge.service"] == [str(chosen.edge.port)]


def test_a_phone_node_without_a_fixed_address_is_refused() -> None:
    bare = b'[terminal]\nname = "P"\n[phone]\nnumbers = ["12345"]\ntrusted = []\n'
    with pytest.raises(ProvisioningError, match="fixed address"):
        provisioning.read(bare)


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (b'name = "WL-007"', b'name = "WL 007"', "terminal.name"),
        (b'name = "WL-007"', b'name = "WL-007\\n"', "terminal.name"),
        (b'phone = "0576-00000000"', b'phone = "call me\\nPHONE=1"', "terminal.phone"),
        (b"https://central.example:8443", b"ftp://central.example", "central.url"),
        (b"https://central.example:8443", b"https://", "central.url"),
        (b"192.168.8.20/24", b"192.168.8.999/24", "network"),
        (b"192.168.8.20/24", b"192.168.8.20", "network.address"),
        (b'servers = ["192.168.8.1"]', b'servers = ["a b\\n[x]"]', "time.servers"),
        (b'begin = "22:00"', b'begin = "ten"', "update.begin"),
        (b"[printer]", b"[printer]\nwidth_mm = 60", "printer.width_mm"),
        (b"[printer]", b"[priner]", "priner"),
        (b'numbers = ["12345"]', b"numbers = []", "phone.numbers"),
        (b'numbers = ["12345"]', b'numbers = ["1234;x"]', "phone.numbers"),
        (b'trusted = ["192.168.8.5"]', b'trusted = ["everybody"]', "phone.trusted"),
        (b'desk = "sip', b'desk = "tel', "phone.desk"),
        (b"[phone]", b"[phone]\nworkers = 0", "phone.workers"),
    ],
)
def test_a_wrong_file_is_refused_by_the_name_of_the_field(before: bytes, after: bytes, named: str) -> None:
    assert before in PHONE
    with pytest.raises(ProvisioningError, match=named):
        provisioning.read(PHONE.replace(before, after, 1))


@given(
    st.binary(max_size=200) | st.text(max_size=100).map(lambda text: f"[terminal]\nname={json.dumps(text)}".encode())
)
def test_no_file_writes_a_second_line_into_a_configuration(data: bytes) -> None:
    try:
        told = provisioning.read(data)
    except ProvisioningError:
        return
    for text in provisioning.files(told).values():
        assert all(line.startswith(("PHONE=", "STATION=")) for line in text.splitlines())


def test_a_window_may_go_over_midnight() -> None:
    night, noon = Window("22:00", "05:30"), Window("12:00", "13:00")
    assert [night.contains(dt.time(hour)) for hour in (21, 22, 3, 6)] == [False, True, True, False]
    assert [noon.contains(dt.time(hour)) for hour in (11, 12, 13)] == [False, True, False]


def test_the_provisioned_pin_opens_the_staff_area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can log in on a terminal to set one: without this the staff area stayed shut for ever."""
    from deploy_image.device import applying
    from kiosk.staff.lock import Opened, PinLock

    monkeypatch.setattr(applying.socket, "sethostname", lambda name: None)
    hashed = staff.hash_pin("271828")
    source, home = tmp_path / "stick.toml", tmp_path / "home"
    source.write_text(f'[terminal]\nname = "WL-007"\n[staff]\npin = "{hashed}"\n')
    home.mkdir()
    monkeypatch.setattr(applying, "files", lambda told: {})
    applying.carry_out(provisioning.read(source.read_bytes()), source, home / "terminal.toml", home / "settings.toml")
    assert PinLock(home / "staff", lambda: dt.datetime.now(dt.UTC)).open("271828") == Opened()
    assert (home / "staff" / "pin").stat().st_mode & 0o077 == 0
    # What was set on the glass since then stays at the next start.
    (home / "staff" / "pin").write_text("another")
    kept = home / "terminal.toml"
    applying.carry_out(provisioning.read(kept.read_bytes()), kept, kept, home / "settings.toml")
    assert (home / "staff" / "pin").read_text() == "another"


def test_the_pin_itself_is_not_taken_into_the_file() -> None:
    with pytest.raises(ProvisioningError, match=r"staff\.pin"):
        provisioning.read(WHOLE + b'[staff]\npin = "194583"\n')
