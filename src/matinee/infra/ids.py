"""Identifiers: opaque strings, sortable by creation time.

`new_id` gives 26 characters of Crockford base 32: 48 bits of Unix milliseconds, then 80 random bits
(the layout of the ULID specification, in lower case).
"""

from __future__ import annotations

import secrets
import time
from typing import NewType

TitleId = NewType("TitleId", str)
"""`movie-603`, `show-1399` (TMDB's numbers) or `local-...` for what TMDB does not know."""
ItemId = NewType("ItemId", str)
FileId = NewType("FileId", str)
FolderId = NewType("FolderId", str)
UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
JobId = NewType("JobId", str)
ApiKeyId = NewType("ApiKeyId", str)

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(one + other for one in _ALPHABET for other in _ALPHABET)
"""Two characters for each ten bits: every request has an id."""


def new_id() -> str:
    """A new identifier: 26 characters, unique, increasing with time to the millisecond."""
    number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])
