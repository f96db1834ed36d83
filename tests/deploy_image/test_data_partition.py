"""The data partition's key: made once, and gone for good after a factory reset. With the real cryptsetup, on a file."""

import importlib.util
import shutil
import subprocess
import types
from pathlib import Path

import pytest

from deploy_image.definition import HERE

pytestmark = pytest.mark.skipif(
    shutil.which("cryptsetup", path="/usr/sbin:/sbin:/usr/bin") is None,
    reason="cryptsetup is not installed (apt-get install cryptsetup-bin)",
)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The script as the terminal runs it, on a file; mapping it needs the kernel and is left out."""
    spec = importlib.util.spec_from_file_location("data_partition", HERE / "device" / "data_partition.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin")
    device = tmp_path / "data"
    with device.open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    module.DEVICE, module.KEY = str(device), tmp_path / "efi" / "data.key"
    module.ANEW = module.KEY.with_name("data.anew")
    module.unlock = lambda: True
    module.grow = lambda: None
    module.MOUNT = str(tmp_path / "mounted")
    Path(module.MOUNT).mkdir()
    module.MAPPED = str(tmp_path / "mapped")
    with Path(module.MAPPED).open("wb") as file:
        file.truncate(16 * 1024 * 1024)
    return module


def opens(device: str, key: Path | bytes) -> bool:
    data = key if isinstance(key, bytes) else key.read_bytes()
    command = ["cryptsetup", "open", "--test-passphrase", "--key-file", "-", device]
    return subprocess.run(command, input=data, capture_output=True, check=False).returncode == 0


def test_a_factory_reset_leaves_nothing_that_opens(script: types.ModuleType) -> None:
    script.make()
    assert opens(script.DEVICE, script.KEY)
    key = script.KEY.read_bytes()
    assert len(key) == 64
    script.erase()
    assert not script.KEY.exists()
    assert not opens(script.DEVICE, key)
    header = Path(script.DEVICE).read_bytes()[: 16 * 1024 * 1024]
    assert b"LUKS" not in header
    assert header.count(b"\0") < len(header) / 100


def test_every_terminal_makes_a_key_of_its_own(script: types.ModuleType) -> None:
    script.make()
    first = script.KEY.read_bytes()
    script.make()
    assert script.KEY.read_bytes() != first
    assert not opens(script.DEVICE, first)


class PowerCut(BaseException):
    """The machine stops before this command."""


def cut_before(script: types.ModuleType, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Mounting, which needs the kernel, succeeds; and power is cut before the command that begins with ``word``."""
    real = script.subprocess.run

    def run(command: tuple[str, ...], **options: object) -> object:
        if word and command[: len(word.split())] == tuple(word.split()):
            raise PowerCut
        return subprocess.CompletedProcess(command, 0) if command[0] == "mount" else real(command, **options)

    monkeypatch.setattr(script, "subprocess", types.SimpleNamespace(run=run))


def is_ext4(path: str) -> bool:
    return subprocess.run(["e2fsck", "-n", path], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("word", ["cryptsetup -q luksFormat", "mke2fs", "e2fsck", "mount"])
def test_a_power_cut_on_the_first_start_leaves_a_terminal_that_starts(
    script: types.ModuleType, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    """Cut off between the encryption and its file system, the partition could never be mounted again."""
    with monkeypatch.context() as during:
        cut_before(script, during, word)
        with pytest.raises(PowerCut):
            script.open_data()
    cut_before(script, monkeypatch, "")
    script.open_data()
    assert opens(script.DEVICE, script.KEY)
    assert is_ext4(script.MAPPED)
    assert not script.ANEW.exists()


@pytest.mark.parametrize("word", ["cryptsetup -q erase", "dd"])
def test_a_power_cut_in_a_factory_reset_ends_in_an_erased_terminal_that_starts(
    script: types.ModuleType, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    cut_before(script, monkeypatch, "")
    script.open_data()
    key = script.KEY.read_bytes()
    with monkeypatch.context() as during:
        cut_before(script, during, word)
        with pytest.raises(PowerCut):
            script.erase()
    script.open_data()
    assert opens(script.DEVICE, script.KEY)
    assert not opens(script.DEVICE, key), "what lay there cannot be read any more"


def test_what_lies_there_is_never_made_anew_without_need(
    script: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_before(script, monkeypatch, "")
    script.open_data()
    key = script.KEY.read_bytes()
    script.open_data()
    assert script.KEY.read_bytes() == key
