"""File names as the database keeps them.

A name on disk is bytes. Those that are not UTF-8 arrive in Python with surrogates (PEP 383), which no database and no JSON takes:
`stored` moves each such byte to a private character, and `real` brings it back, so that any file can be kept, shown and opened.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

_PLANE: Final = 0x10DC00 - 0xDC00
_TO_STORED: Final = {code: code + _PLANE for code in range(0xDC80, 0xDD00)}
_TO_REAL: Final = {stored: code for code, stored in _TO_STORED.items()}
_TO_SHOWN: Final = dict.fromkeys(_TO_REAL, "\ufffd")


def stored(path: str) -> str:
    """A path of the file system in the form that can be stored."""
    return path if path.isascii() else path.translate(_TO_STORED)


def real(path: str) -> str:
    """A stored path as the file system knows it."""
    return path if path.isascii() else path.translate(_TO_REAL)


def shown(path: str) -> str:
    """A stored path for people: bytes that are no text become the replacement character."""
    return path if path.isascii() else path.translate(_TO_SHOWN)


def key_of(path: str) -> str:
    """A stored path for comparison: NFC and NFD of the same name (as disks of different systems keep it) are equal."""
    return path if path.isascii() else unicodedata.normalize("NFC", path)


def absolute(folder: str, path: str) -> Path:
    """The file behind a stored folder path and a stored relative path."""
    return Path(real(folder)) / real(path)


def is_within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or below it; both absolute and normalised."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
