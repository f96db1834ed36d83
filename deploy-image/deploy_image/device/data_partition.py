"""Opens the data partition at start; makes it, encrypted, on the first start and after a factory reset.

    data_partition.py open     systemd calls this before anything that writes
    data_partition.py erase    factory reset: every key of the partition is destroyed; the next start makes a new one

Only the standard library: the program itself is not there yet. The key is sealed by the TPM where there is one. Where
there is none it lies in a file of the boot partition: that protects a disk that is thrown away after ``erase`` (nobody
can read a byte once the key is gone), not a terminal that is stolen whole.
"""

import os
import subprocess
import sys
from pathlib import Path

DEVICE = "/dev/disk/by-partlabel/data"
NAME = "bianmin-data"
MAPPED = f"/dev/mapper/{NAME}"
KEY = Path("/boot/efi/EFI/bianmin/data.key")
ANEW = KEY.with_name("data.anew")
"""While it is there nothing on the partition counts: power was cut while it was being made, or erased."""
MOUNT = "/data"
TPM = Path("/dev/tpmrm0")
WEAK_IS_ENOUGH = ["--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"]
"""The key is 64 random bytes: stretching it would only cost time at every start."""


def run(*command: str, data: bytes = b"") -> int:
    return subprocess.run(command, input=data, check=False).returncode


def must(*command: str, data: bytes = b"") -> None:
    if run(*command, data=data) != 0:
        raise SystemExit(f"{command[0]} failed: the data partition cannot be used")


def make() -> None:
    """A new key, a new encrypted partition, an empty file system. Cut off anywhere, the next start does it again."""
    begin_anew()
    fresh = KEY.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(os.urandom(64))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(KEY)
    os.sync()
    must("cryptsetup", "-q", "luksFormat", "--type", "luks2", *WEAK_IS_ENOUGH, DEVICE, str(KEY))
    unlock()
    must("mke2fs", "-q", "-F", "-t", "ext4", "-m", "1", "-L", "data", MAPPED)
    os.sync()
    ANEW.unlink()
    os.sync()


def begin_anew() -> None:
    ANEW.parent.mkdir(parents=True, exist_ok=True)
    ANEW.touch()
    os.sync()


def seal() -> None:
    """With a TPM the key goes into it, and the file is removed."""
    if TPM.exists() and run("systemd-cryptenroll", "--tpm2-device=auto", f"--unlock-key-file={KEY}", DEVICE) == 0:
        must("cryptsetup", "-q", "luksKillSlot", "--key-file", str(KEY), DEVICE, "0")
        shred()


def unlock() -> bool:
    if KEY.exists() and run("cryptsetup", "open", "--key-file", str(KEY), DEVICE, NAME) == 0:
        return True
    attach = "/lib/systemd/systemd-cryptsetup"
    return TPM.exists() and run(attach, "attach", NAME, DEVICE, "-", "tpm2-device=auto,headless=1") == 0


def shred() -> None:
    if KEY.exists():
        with KEY.open("r+b") as file:
            file.write(os.urandom(KEY.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        KEY.unlink()
        os.sync()


def open_data() -> None:
    grow()
    made = ANEW.exists() or run("cryptsetup", "isLuks", DEVICE) != 0
    if made:
        make()
    elif not unlock():
        raise SystemExit("the data partition does not open: neither the TPM nor the key file has its key")
    # Replays the journal after a power cut; a second look mends what that could not.
    if run("e2fsck", "-p", MAPPED) > 1:
        run("e2fsck", "-y", MAPPED)
    must("mount", "-o", "noatime,nosuid,nodev,noexec,commit=5", MAPPED, MOUNT)
    Path(MOUNT, "journal").mkdir(exist_ok=True)
    if made:
        seal()


def grow() -> None:
    """The last partition takes the rest of the disk; only before it is made."""
    if run("cryptsetup", "isLuks", DEVICE) == 0:
        return
    partition = Path(DEVICE).resolve().name
    disk = Path(f"/sys/class/block/{partition}").resolve().parent.name
    number = Path(f"/sys/class/block/{partition}/partition").read_text().strip()
    run("sfdisk", "--no-reread", "-q", "-N", number, f"/dev/{disk}", data=b", +\n")
    run("partx", "-u", f"/dev/{disk}")
    run("udevadm", "settle", "--timeout=20")


def erase() -> None:
    """Destroy every key slot and the header, then the key. What lay there cannot be read by anybody, ever.

    Cut off anywhere, the next start finishes it: it makes the partition anew.
    """
    begin_anew()
    if run("cryptsetup", "isLuks", DEVICE) == 0:
        must("cryptsetup", "-q", "erase", DEVICE)
    must("dd", "if=/dev/urandom", f"of={DEVICE}", "bs=1M", "count=16", "oflag=direct", "status=none")
    shred()
    os.sync()


if __name__ == "__main__":
    {"open": open_data, "erase": erase}[sys.argv[1]]()
