"""What is taken out of an image: only what the list names, and each with a reason."""

from pathlib import Path

import pytest

from deploy_image import left_out
from deploy_image.errors import ImageError


def test_the_list_names_what_goes_and_why() -> None:
    found = left_out.patterns(left_out.LIST.read_text("utf-8"))
    assert "{modules}/kernel/drivers/net/wireless" in found
    # What a terminal's screen, sound, disks and plugs need stays.
    for needed in ("drivers/gpu/drm", "sound/pci", "drivers/nvme", "drivers/ata", "drivers/usb/host", "fs/ext4"):
        assert not any(pattern.startswith(f"{{modules}}/kernel/{needed}") for pattern in found)


@pytest.mark.parametrize("line", ["etc/x", "etc/x #", "/etc/x  # why", "../x  # why", "  # why"])
def test_a_line_without_a_reason_or_outside_the_root_is_refused(line: str) -> None:
    with pytest.raises(ImageError, match="line 2"):
        left_out.patterns(f"# head\n{line}\n")


def test_what_is_reached_twice_is_taken_out_once(tmp_path: Path) -> None:
    """Seen in a build: /opt/bianmin/current is a link to the version, so that every pattern finds two names."""
    modules = tmp_path / "usr/lib/modules/6.1"
    for name in ("kernel/drivers/isdn/a.ko", "kernel/drivers/usb/host/b.ko"):
        (modules / name).parent.mkdir(parents=True)
        (modules / name).write_text("")
    for name in ("tests/test_x.py", "__init__.py"):
        path = tmp_path / "opt/bianmin/1/site/kivy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "opt/bianmin/current").symlink_to("1")
    text = "{modules}/kernel/drivers/isdn  # no such line\nopt/bianmin/*/site/kivy/tests  # tests\n"
    left_out.take_out(tmp_path, text)
    left = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["__init__.py", "b.ko"]
