"""What goes wrong with images; the text is the one sentence the technician reads: what happened and what to do."""

from __future__ import annotations


class ImageError(Exception):
    """Building, flashing, bundling or looking at an image failed."""


class ToolMissingError(ImageError):
    """A program of the host is missing."""

    def __init__(self, tools: list[str], packages: list[str]) -> None:
        super().__init__(f"{', '.join(tools)} missing; run: apt-get install {' '.join(packages)}")
