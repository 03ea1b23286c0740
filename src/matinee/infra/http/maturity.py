"""What routes use to keep from a limited profile what is not for it.

`return answer(request, await suited(request, caller, page))` leaves titles out of a list; a router with
`dependencies=[Depends(suitable_title)]` refuses addresses with a `title_id` that is not for the caller.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, Request

from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import container_of, current_caller

T = TypeVar("T")
JUDGED_AT_ONCE = 40
"""Titles of which a sieve asks a source outside for whom they are, for one answer; the next answer may ask for others."""


class Sieve(Protocol):
    """Knows for which age titles are; the catalogue implements it. Limits are in years."""

    async def require(self, title_id: str, max_age: int) -> None:
        """Raises `Forbidden` where the title is not for people of that age; nothing for a title that nobody knows."""

    async def sift(self, value: T, max_age: int) -> T:
        """The answer without what is not for people of that age. Raises `Forbidden` for an answer that it cannot judge."""

    async def fill(self, value: T, max_age: int, limit: int, further: Callable[[str, int], Awaitable[T | None]]) -> T:
        """`sift` of a list of `limit` entries, and as much of what comes after as makes it as long again, within bounds: at their
        end it is shorter and its cursor goes on. `further` gives so many entries from a cursor on, None where no more may be
        asked for."""


def sieve_of(request: Request) -> Sieve:
    """The one that is there."""
    return container_of(request).get(Sieve)  # type: ignore[type-abstract]  # a key, not a constructor


async def suited(request: Request, caller: Caller | None, value: T) -> T:
    """The answer as the caller may see it: as it is for a profile without a limit."""
    if caller is None or caller.max_age is None:
        return value
    return await sieve_of(request).sift(value, caller.max_age)


async def suitable_title(request: Request, caller: Annotated[Caller | None, Depends(current_caller)]) -> None:
    """A dependency: 403 where the address names a title that is not for the caller."""
    title_id = request.path_params.get("title_id")
    if title_id is not None and caller is not None and caller.max_age is not None:
        await sieve_of(request).require(title_id, caller.max_age)
