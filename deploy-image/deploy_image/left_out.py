"""What is taken out of a root again: parts of packages that no terminal needs (``left_out.txt``)."""

from __future__ import annotations

import shutil
from pathlib import Path

from deploy_image.definition import HERE
from deploy_image.errors import ImageError

LIST = HERE / "left_out.txt"


def patterns(text: str) -> list[str]:
    """Patterns below the root. Raises ``ImageError`` for a line without a reason or one that leaves the root."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        pattern, _, why = line.partition("#")
        if line.startswith("#"):
            continue
        if not pattern.strip() or not why.strip() or pattern.startswith("/") or ".." in pattern:
            raise ImageError(f"{LIST.name}, line {number}: write PATTERN  # why")
        found.append(pattern.strip())
    return found


def take_out(root: Path, text: str) -> int:
    """Remove what the patterns name; how many files and folders that were. Raises ``ImageError``."""
    (modules,) = (root / "usr/lib/modules").iterdir()
    gone = 0
    for pattern in patterns(text):
        for path in sorted(root.glob(pattern.replace("{modules}", f"usr/lib/modules/{modules.name}"))):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                # Reached a second time through a symbolic link to its folder, it is gone already.
                path.unlink(missing_ok=True)
            gone += 1
    return gone
