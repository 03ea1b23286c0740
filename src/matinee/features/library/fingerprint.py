"""What a file is, whatever its name: size and a hash of its beginning, middle and end."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

_BLOCK: Final = 64 * 1024


def fingerprint(path: Path, size: int) -> str:
    """32 hex digits, at most three reads of 64 KiB. Raises OSError. Blocking."""
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb", buffering=0) as file:
        descriptor = file.fileno()
        for offset in sorted({0, max(0, size // 2 - _BLOCK // 2), max(0, size - _BLOCK)}):
            digest.update(os.pread(descriptor, _BLOCK, offset))
    return digest.hexdigest()
