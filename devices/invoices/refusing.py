"""Refusing a file, with the sentence the citizen's helper reads."""

from __future__ import annotations


class RefusedError(Exception):
    """The file is not read; the text says why, and quotes nothing of the file."""


MAX_PAGES = 60
"""An invoice has one page, a long list of goods some more."""
