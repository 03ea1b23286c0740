"""Keyset cursors: opaque, signed, bound to the list, its order and its filters; stable under inserts."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from matinee.infra.errors import InvalidCursor
from matinee.infra.signing import Signer

T = TypeVar("T")
Scalar = str | int | float | bool | None
MAX_LIMIT = 100
DEFAULT_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next_cursor` is None on the last one."""

    items: Sequence[T]
    next_cursor: str | None = None


class Cursors:
    """Seals the sort values of the last row of a page, and opens them again.

    `scope` names the list with its order and filters (for example `library.movies?sort=-added_at&genre=drama`). A cursor opens
    only in the scope that it was sealed for. Repositories read `limit + 1` rows after the values (`ORDER BY key, id` with the
    row-value condition `(key, id) > (:key, :id)`); `page` cuts the surplus row and seals the cursor.
    """

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def seal(self, scope: str, values: Sequence[Scalar]) -> str:
        """The cursor for the row whose sort values are `values`."""
        record = json.dumps(list(values), separators=(",", ":"), ensure_ascii=False).encode()
        signature = self._signer.sign("cursor", scope.encode() + b"\0" + record)
        return f"{_encode(record)}.{signature}"

    def open(self, scope: str, cursor: str | None) -> list[Scalar] | None:
        """The sort values in `cursor`, None for the first page; raises `InvalidCursor`."""
        if cursor is None:
            return None
        encoded, _, signature = cursor.partition(".")
        try:
            record = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
            ours = self._signer.verify("cursor", scope.encode() + b"\0" + record, signature)
            values = json.loads(record) if ours else None
        except (binascii.Error, ValueError):
            values = None
        if not isinstance(values, list):
            raise InvalidCursor("Start again without a cursor: it was made for another list, order or filter.")
        return values

    def page(self, scope: str, rows: Sequence[tuple[Sequence[Scalar], T]], limit: int) -> Page[T]:
        """A page from up to `limit + 1` rows of (sort values, item)."""
        kept = rows[:limit]
        more = len(rows) > limit and bool(kept)
        return Page([item for _, item in kept], self.seal(scope, kept[-1][0]) if more else None)


def _encode(record: bytes) -> str:
    return base64.urlsafe_b64encode(record).rstrip(b"=").decode()
