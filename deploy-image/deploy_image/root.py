"""Makes the root folder of an image: the Debian base, our files, the program, models and content."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import msgspec

from deploy_image import base, environment, left_out, tools
from deploy_image.bundle import KEYRING_RULES
from deploy_image.definition import HERE, MASKED, Definition, Release

ENVIRONMENT = """\
BIANMIN_HOME=/data/bianmin
BIANMIN_MODELS=/usr/share/bianmin/models
PYTHONPATH=/opt/bianmin/current/site
PYTHONDONTWRITEBYTECODE=1
PYTHONNOUSERSITE=1
LANG=C.UTF-8
"""

COMMAND = """\
#!/bin/sh
# The program with the environment of this image.
set -a
. /etc/bianmin/environment
set +a
exec /usr/bin/python3.11 -c 'from bianmin.__main__ import main; main()' "$@"
"""


class Ingredients(msgspec.Struct, frozen=True):
    """What goes in besides the definition. ``models``: folders named after models; ``pack``: the starter pack.

    ``keyring``: the certificate that bundles must be signed under; ``ssh_ca``: may be None (no remote help);
    ``question``: a recording for the health check, None: that part is not checked. ``caches``: folders the program
    would otherwise make on its first start (typefaces); copied once into its home.
    """

    checkout: Path
    models: tuple[Path, ...]
    pack: Path
    keyring: Path
    ssh_ca: Path | None = None
    question: Path | None = None
    caches: tuple[Path, ...] = ()


def make(definition: Definition, release: Release, given: Ingredients, base_tar: Path, cache: Path, root: Path) -> None:
    """Fill the empty folder ``root``. Raises ``ImageError`` and ``OSError``."""
    system(definition, release, given.keyring, base_tar, root)
    _lay_over_udev(given.checkout, root)
    if given.ssh_ca is not None:
        shutil.copyfile(given.ssh_ca, root / "etc/bianmin/ssh-ca.pub")
    share = _parent(root / "usr/share/bianmin/x").parent
    shutil.copyfile(given.pack, share / "starter.pack")
    if given.question is not None:
        shutil.copyfile(given.question, share / "health-question.wav")
    for model in given.models:
        shutil.copytree(model, share / "models" / model.name)
    for one in given.caches:
        shutil.copytree(one, share / "cache" / one.name)
    environment.install(given.checkout, root, release.version, cache / "environment")
    finish(definition, root)


def system(definition: Definition, release: Release, keyring: Path, base_tar: Path, root: Path) -> None:
    """Debian with our configuration, without the program: what starts, is updated and keeps data."""
    tools.run(["tar", "-C", root, "-xf", base_tar, "--numeric-owner"])
    for overlay in definition.overlays:
        _lay_over(overlay, root)
    _write(root, "etc/bianmin/release", release.text())
    _write(root, "etc/bianmin/environment", ENVIRONMENT)
    _write(root, "etc/bianmin/kiosk.env", kiosk_environment(definition))
    _write(root, "etc/rauc/system.conf", rauc_config(definition))
    _write(root, "usr/bin/bianmin", COMMAND, 0o755)
    for name in ("data_partition.py", "pre-install", "wait-for-kiosk"):
        shutil.copyfile(HERE / "device" / name, _parent(root / "usr/lib/bianmin" / name))
        (root / "usr/lib/bianmin" / name).chmod(0o755)
    # Before Debian's in every search path: RAUC calls it by its name.
    _write(root, "usr/local/bin/grub-editenv", (HERE / "device" / "grub-editenv").read_text("utf-8"), 0o755)
    shutil.copyfile(keyring, _parent(root / "etc/rauc/keyring.pem"))


def finish(definition: Definition, root: Path) -> None:
    """Take out what is not needed, switch services on, name the boot files, remove what depends on today."""
    left_out.take_out(root, left_out.LIST.read_text("utf-8"))
    (modules,) = (root / "usr/lib/modules").iterdir()
    tools.run(["chroot", root, "depmod", modules.name])
    _configure(definition, root)
    _boot_files(root)
    _clean(root)


def kiosk_environment(definition: Definition) -> str:
    """/etc/bianmin/kiosk.env: what the kiosk's unit reads."""
    profile = definition.profile
    lines = {"SCREEN": profile.screen or "1080x1920", "CAGE_OPTIONS": profile.cage_options}
    if profile.renderer:
        lines["WLR_RENDERER"] = profile.renderer
    if profile.renderer == "pixman":
        lines["LIBGL_ALWAYS_SOFTWARE"] = "1"
        lines["BIANMIN_FRAMES"] = "5"  # sixty turns a second, with nothing to draw, keep an emulated processor busy
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def rauc_config(definition: Definition) -> str:
    """/etc/rauc/system.conf: two slots, GRUB's environment on the boot partition, verity bundles only."""
    slots = "".join(
        f"[slot.rootfs.{number}]\ndevice=/dev/disk/by-partlabel/root-{name.lower()}\ntype=ext4\nbootname={name}\n"
        for number, name in enumerate("AB")
    )
    return (
        f"[system]\ncompatible={definition.compatible}\nbootloader=grub\ngrubenv=/boot/efi/EFI/BOOT/grubenv\n"
        "statusfile=/data/rauc/central.raucs\nmountprefix=/run/rauc\nbundle-formats=verity\n"
        f"[keyring]\npath=/etc/rauc/keyring.pem\n{KEYRING_RULES}"
        f"[handlers]\npre-install=/usr/lib/bianmin/pre-install\n{slots}"
    )


def _lay_over(folder: Path, root: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            target = _parent(root / path.relative_to(folder))
            shutil.copyfile(path, target)
            target.chmod(0o755 if path.read_bytes().startswith(b"#!") else 0o644)


def _lay_over_udev(checkout: Path, root: Path) -> None:
    for rules in sorted((checkout / "devices" / "udev").glob("*.rules")):
        shutil.copyfile(rules, _parent(root / "etc/udev/rules.d" / rules.name))


def _configure(definition: Definition, root: Path) -> None:
    in_root: list[str | Path] = ["chroot", root]
    tools.run([*in_root, "systemd-sysusers"])
    for service in MASKED:
        (root / "etc/systemd/system" / service).unlink(missing_ok=True)
        (root / "etc/systemd/system" / service).symlink_to("/dev/null")
    tools.run([*in_root, "systemctl", "enable", "--quiet", *definition.services])
    if definition.profile.console:
        tools.run([*in_root, "systemctl", "enable", "--quiet", f"serial-getty@{definition.profile.console}.service"])
    _write(root, "etc/hostname", "bianmin\n")
    _write(root, "etc/hosts", "127.0.0.1 localhost bianmin\n::1 localhost\n")
    _write(root, "etc/machine-id", "")
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    (root / "etc/resolv.conf").symlink_to("/run/systemd/resolve/stub-resolv.conf")
    shadow = root / "etc/shadow"
    shadow.write_text(no_password(shadow.read_text("utf-8")), "utf-8")


def no_password(shadow: str) -> str:
    """/etc/shadow with no password for root: nobody logs in, save through the certificate.

    Not "locked" (``!``, as `passwd -l` writes): sshd would refuse the certificate, too.
    """
    return re.sub(r"^root:[^:]*:", "root:*:", shadow, flags=re.M)


def _boot_files(root: Path) -> None:
    """Kernel and initramfs get fixed names, which GRUB knows."""
    (kernel,) = (root / "boot").glob("vmlinuz-*")
    version = kernel.name.removeprefix("vmlinuz-")
    tools.run(["chroot", root, "update-initramfs", "-u", "-k", version], env={"SOURCE_DATE_EPOCH": str(base.EPOCH)})
    kernel.rename(root / "vmlinuz")
    (root / "boot" / f"initrd.img-{version}").rename(root / "initrd.img.new")
    for name in ("vmlinuz.old", "initrd.img", "initrd.img.old"):
        (root / name).unlink(missing_ok=True)
    (root / "initrd.img.new").rename(root / "initrd.img")
    for path in (root / "boot").iterdir():
        path.unlink()
    for folder in ("boot/efi", "data", "run", "tmp"):
        (root / folder).mkdir(parents=True, exist_ok=True)


def _clean(root: Path) -> None:
    """Nothing that depends on the day or the machine of the build."""
    for folder in ("var/cache", "var/log", "var/lib/apt/lists", "var/tmp", "tmp", "run"):
        for path in (root / folder).glob("*"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    for name in (
        "etc/.pwd.lock",
        "etc/passwd-",
        "etc/group-",
        "etc/shadow-",
        "etc/gshadow-",
        "var/lib/systemd/random-seed",
    ):
        (root / name).unlink(missing_ok=True)
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    settle_times(root)


def settle_times(root: Path) -> None:
    """Nothing in a finished root folder is younger than ``base.EPOCH``: two builds get the same times."""
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder) / name
            if path.lstat().st_mtime > base.EPOCH:
                os.utime(path, (base.EPOCH, base.EPOCH), follow_symlinks=False)


def _write(root: Path, name: str, text: str, mode: int = 0o644) -> None:
    path = _parent(root / name)
    path.unlink(missing_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)


def _parent(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
