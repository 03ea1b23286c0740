"""What the cache's keys are called in Redis.

A script may touch keys of one slot of a cluster only. There the cache is in parts, each with generations of its own and with
names that share a hash tag; the parts spread over the masters. A single server has one part, and no tags.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

PARTS = 16
"""More than most clusters have masters, and few enough to tell each of them about a tag."""


@dataclass(frozen=True, slots=True)
class Part:
    """The names of one part. Entries are `entries` and the key, and so on."""

    number: int
    """As `RedisConnection.run` takes it."""
    generations: bytes
    entries: bytes
    locks: bytes
    waited: bytes


class RedisKeys:
    """Which part a key belongs to."""

    def __init__(self, *, clustered: bool) -> None:
        self.parts = tuple(_part(number, f"{{{number}}}:") for number in range(1, PARTS + 1)) if clustered else (_part(0, ""),)

    def part(self, key: str) -> Part:
        """The part of that key; the same in every process."""
        return self.parts[zlib.crc32(key.encode()) % len(self.parts)]


def _part(number: int, tag: str) -> Part:
    prefix = f"matinee:cache:{tag}".encode()
    return Part(number, prefix + b"generations", prefix + b"e:", prefix + b"l:", prefix + b"w:")
