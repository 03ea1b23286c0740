"""Identifiers: opaque strings, sortable by creation time.

`new_id` gives 26 characters of Crockford base 32: 48 bits of Unix milliseconds, then 80 random bits
(the layout of the ULID specification, in lower case).
"""

from __future__ import annotations

import os
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
_AT_ONCE = 256
_random: list[bytes] = []
"""Ten random bytes for each of the next ids: to ask the system takes longer than all the rest. Not for two processes."""
os.register_at_fork(after_in_child=_random.clear)
_PAIRS = tuple(one + other for one in _ALPHABET for other in _ALPHABET)
"""Two characters for each ten bits: every request has an id."""


def new_id() -> str:
    """A new identifier: 26 characters, unique, increasing with time to the millisecond."""
    try:
        ten = _random.pop()
    except IndexError:
        drawn = secrets.token_bytes(10 * _AT_ONCE)
        ten, *more = (drawn[start : start + 10] for start in range(0, len(drawn), 10))
        _random.extend(more)
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(ten)
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])
