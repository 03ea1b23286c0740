"""A content delivery network in front of this server: where pictures are fetched from, and how it is told that something changed.

Outcomes of a purge are three: `Purged`; `Unavailable`, try later; `Rejected`, our credential or our request is wrong, so trying
again is useless (`TagsRefused`: by address it would work).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from matinee.ports.metadata import Rejected, Unavailable

NOT_AT_THE_EDGE = {"cdn-cache-control": "no-store"}
"""RFC 9213. For bytes that depend on `Accept`: many edges do not look at `Vary`, and would give AVIF to who cannot show it."""
_UNFIT = re.compile(r"[^a-z0-9._-]+")
_LONGEST_TAG = 120


@dataclass(frozen=True, slots=True)
class Purged:
    """So many addresses and tags were purged; what the network did not have counts as well."""

    items: int


@dataclass(frozen=True, slots=True)
class TagsRefused(Rejected):
    """What is paid for lets nobody purge by tag; addresses it takes."""


PurgeOutcome = Purged | Unavailable | Rejected


class Cdn(Protocol):
    """One network.

    `image_origin` is the origin (`https://cdn.example`) that pages load pictures from, empty for this server's own. `purge_limit`
    is how many addresses or tags one purge takes; 0 where nothing can be purged.
    """

    name: str
    image_origin: str
    purge_limit: int

    def url(self, path: str) -> str:
        """The address at which a client finds the picture that this server has at `path` (with its base path)."""

    def headers(self, tags: Iterable[str]) -> Mapping[str, str]:
        """Headers that tell the network what an answer is about; the broader tags first."""

    def picture_headers(self, tags: Iterable[str], *, negotiated: bool) -> Mapping[str, str]:
        """The same for a picture; `negotiated`: its bytes depend on the request's `Accept`."""

    async def purge(self, urls: Sequence[str] = (), tags: Sequence[str] = (), *, everything: bool = False) -> PurgeOutcome:
        """Forget answers by absolute address and by tag, at most `purge_limit` of each; or all that there is of this server.

        Raises nothing but programming errors.
        """


class NoCdn:
    """Clients come straight to this server."""

    name = "none"
    image_origin = ""
    purge_limit = 0

    def url(self, path: str) -> str:
        return path

    def headers(self, tags: Iterable[str]) -> Mapping[str, str]:
        return {}

    def picture_headers(self, tags: Iterable[str], *, negotiated: bool) -> Mapping[str, str]:
        return NOT_AT_THE_EDGE if negotiated else {}

    async def purge(self, urls: Sequence[str] = (), tags: Sequence[str] = (), *, everything: bool = False) -> PurgeOutcome:
        return Purged(0)


def edge_tag(tag: str) -> str:
    """A tag of the cache as networks take it: `title:movie-603` becomes `title-movie-603`. Empty where nothing is left of it."""
    return _UNFIT.sub("-", tag.lower()).strip("-")[:_LONGEST_TAG]
