"""Profiles and their files: what the data says is what the image gets."""

import re
from pathlib import Path

import pytest

import ivr.edge
from deploy_image import base, disk, root
from deploy_image.definition import HERE, Sizes, check_version, load, names, read_packages, read_release
from deploy_image.errors import ImageError

UNITS = {path.name for path in HERE.glob("overlay/*/etc/systemd/system/*") if path.is_file()}
DEBIANS = {  # units that come with Debian packages of the lists
    "nftables.service": "nftables",
    "systemd-networkd.service": "systemd-sysv",
    "systemd-resolved.service": "systemd-resolved",
    "systemd-timesyncd.service": "systemd-timesyncd",
    "rauc.service": "rauc-service",
    "seatd.service": "seatd",
    "cups.socket": "cups-daemon",
}


@pytest.mark.parametrize("name", names())
def test_every_profile_is_complete(name: str) -> None:
    definition = load(name)
    assert definition.compatible == f"bianmin-{name}"
    for service in definition.services:
        assert service in UNITS or DEBIANS[service] in definition.packages, service
    config = root.rauc_config(definition)
    assert f"compatible={definition.compatible}\n" in config
    assert "bundle-formats=verity" in config
    assert config.count("[slot.rootfs.") == 2
    grub = disk.grub_config(definition)
    assert "@" not in grub
    assert ("serial" in grub) == bool(definition.profile.console)


def test_only_the_simulator_has_a_shell() -> None:
    for name in names():
        definition = load(name)
        shells = [path for overlay in definition.overlays for path in overlay.rglob("*getty*/*")]
        assert bool(shells) == (name == "simulator")
        assert bool(definition.profile.console) == (name == "simulator")


def test_every_unit_is_wanted_by_something_or_started_by_name() -> None:
    started = {"bianmin-rollback.service", "bianmin-courier@.service", "bianmin-ssh.service", "bianmin-chores@.service"}
    for path in HERE.glob("overlay/*/etc/systemd/system/*"):
        if path.is_file() and path.name not in started:
            assert "[Install]" in path.read_text(), path.name


def test_no_unit_of_the_program_runs_as_root_with_a_screen_or_a_line() -> None:
    for name in ("kiosk/etc/systemd/system/bianmin-kiosk.service", "ivr/etc/systemd/system/bianmin-ivr.service"):
        text = (HERE / "overlay" / name).read_text()
        assert "User=bianmin" in text
        assert "NoNewPrivileges=yes" in text


def test_the_line_of_an_image_runs_as_that_of_a_server() -> None:
    """An image's line had no right to raise the threads that carry sound, and stopping it threw callers out."""
    image = (HERE / "overlay/ivr/etc/systemd/system/bianmin-ivr.service").read_text()
    server = (Path(ivr.edge.__file__).parent / "deploy/bianmin-ivr.service").read_text()
    for name in ("ExecReload", "KillMode", "TimeoutStopSec", "Nice", "LimitNICE", "LimitNOFILE", "LimitCORE"):
        (wanted,) = [line for line in server.splitlines() if line.startswith(f"{name}=")]
        assert wanted in image.splitlines()


def test_the_firewall_lets_nothing_in_by_default() -> None:
    text = (HERE / "overlay/common/etc/nftables.conf").read_text()
    assert text.count("policy drop") == 3
    assert "policy accept" not in text


def test_a_new_system_answers_from_its_own_starter_pack() -> None:
    """A copy, made once, kept the pack of the first system for ever, which a newer program may not read."""
    lines = (HERE / "overlay/common/usr/lib/tmpfiles.d/bianmin.conf").read_text().splitlines()
    (line,) = [line for line in lines if "starter.pack" in line]
    assert line.split()[0] == "L+"


def test_sticks_carry_no_programs() -> None:
    text = (HERE / "overlay/common/etc/systemd/system/bianmin-courier@.service").read_text()
    assert all(word in text for word in ("noexec", "nosuid", "nodev", "/run/courier"))


def test_an_unknown_profile_or_a_package_without_a_reason_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="there are: ivr-node"):
        load("toaster")
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "x.txt").write_text("# list\ncage  # shows one program\nseatd\n")
    with pytest.raises(ImageError, match="line 3"):
        read_packages(tmp_path, "x")


def test_partitions_are_in_order_and_the_data_comes_last() -> None:
    table = disk.partition_table(Sizes())
    assert re.findall(r"name=(\S+),", table) == ["esp", "root-a", "root-b", "data"]
    assert "size=" not in table.splitlines()[-1]


@pytest.mark.parametrize("version", ["2026.11.22", "1.0~rc1", "2026.11.22+2"])
def test_versions_are_what_debian_orders(version: str) -> None:
    assert check_version(version) == version


@pytest.mark.parametrize("version", ["", "v1", "1 2", "1;reboot", "../1", "1\n2", "1\n"])
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(ImageError):
        check_version(version)


def test_a_release_file_is_read_or_refused() -> None:
    assert read_release("VERSION=2\nPROFILE=simulator\nBUILT=x\n").version == "2"
    with pytest.raises(ImageError, match="no terminal image"):
        read_release("VERSION=2\n")


def test_only_debians_own_archives_are_taken(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(
        "Types: deb\n# a comment\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\n"
        "Components: main\n\n"
        "Types: deb\nURIs: http://mirror.test/security\nSuites: bookworm-security\nComponents: main\n"
    )
    (tmp_path / "sources.list.d" / "other.list").write_text("deb https://other.test/apt stable main\n")
    (tmp_path / "sources.list").write_text("deb [arch=amd64] http://mirror.test/debian bookworm main contrib\n")
    assert base.apt_sources(tmp_path).splitlines() == [
        "deb http://mirror.test/debian bookworm main",
        "deb http://mirror.test/debian bookworm-updates main",
        "deb http://mirror.test/security bookworm-security main",
    ]
    with pytest.raises(ImageError, match="names no archive"):
        base.apt_sources(tmp_path / "nowhere")


def test_the_lock_says_what_differs() -> None:
    status = (
        "Package: cage\nStatus: install ok installed\nVersion: 1\n\nPackage: old\nStatus: deinstall ok config-files\n"
    )
    packages = base.installed(status)
    assert packages == {"cage": "1"}
    assert base.differences(base.lock_text(packages), packages) == []
    assert base.differences("cage=0.9\nseatd=1\n", packages) == [
        "cage: locked 0.9, now 1",
        "seatd: locked 1, now absent",
    ]


def test_the_key_of_the_base_changes_with_the_packages() -> None:
    assert base.key(load("simulator")) == base.key(load("kiosk-portrait"))
    assert base.key(load("simulator")) != base.key(load("ivr-node"))


def test_grub_takes_the_font_of_the_rescue_screen() -> None:
    """The first one was too wide: GRUB wants 80 letters on a line of 1024 pixels, and falls back to question marks."""
    assert disk.FONT_SIZE / 2 * 80 <= 1024
    assert "gfxmode=1024x768" in disk.grub_config(load("kiosk-portrait"))


def test_a_system_that_cannot_start_starts_again_instead_of_asking_for_a_password() -> None:
    """Seen in QEMU: emergency mode with a locked root account waits for ever, in front of everybody."""
    for unit in ("emergency", "rescue"):
        text = (HERE / f"overlay/common/etc/systemd/system/{unit}.service.d/restart.conf").read_text()
        assert "ExecStart=\nExecStart=" in text
        assert "reboot" in text


def test_root_has_no_password_but_is_not_locked() -> None:
    """Seen with the real sshd: "User root not allowed because account is locked", with a good certificate."""
    made = root.no_password("root:!*:20779:0:99999:7:::\ndaemon:*:20779:0:99999:7:::\n")
    assert made == "root:*:20779:0:99999:7:::\ndaemon:*:20779:0:99999:7:::\n"
