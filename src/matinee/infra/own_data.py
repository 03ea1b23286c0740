"""What the server keeps about a person, for that person to take along. Features register what is theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from matinee.infra.feature import Container

Row = Mapping[str, Any]  # Any: values of columns, which JSON has or msgspec writes
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Owner:
    """An account, and the profiles in it; the first one has the account's id."""

    user_id: str
    profile_ids: Sequence[str]


Reader = Callable[[Owner], AsyncIterator[Row]]
"""The rows of one part, in portions that the database gives one after the other: nobody holds them all."""


class OwnData:
    """The parts, in the order in which they were registered."""

    def __init__(self) -> None:
        self._parts: dict[str, Reader] = {}

    @classmethod
    def of(cls, container: Container) -> OwnData:
        """The one of the application; the first feature that asks makes it."""
        return container.get(cls) if container.has(cls) else container.add(cls, cls())

    def add(self, name: str, read: Reader) -> None:
        """Register a part; `name` is its key in the document."""
        if name in self._parts:
            raise LookupError(f"{name} is registered already")
        self._parts[name] = read

    async def document(self, owner: Owner, **first: Any) -> AsyncIterator[bytes]:  # Any: what JSON has
        """One JSON object, piece by piece: `first`, then a list for each part."""
        encode = msgspec.json.encode
        pieces = bytearray(encode(first)[:-1])
        for name, read in self._parts.items():
            pieces += (b"," if len(pieces) > 1 else b"") + encode(name) + b":["
            comma = b""
            async for row in read(owner):
                pieces += comma + encode(row)
                comma = b","
                if len(pieces) >= _CHUNK:
                    yield bytes(pieces)
                    pieces = bytearray()
            pieces += b"]"
        yield bytes(pieces + b"}")
