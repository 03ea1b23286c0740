"""Pure rules of the catalogue: which candidate is believed, what a title is called when nobody knows it, how lists are sorted."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from matinee.infra.database.search import fold
from matinee.infra.ids import TitleId
from matinee.ports.metadata import TitleKind, TitleMatch, TitleQuery

ListSort = Literal["title", "-title", "added_at", "-added_at", "year", "-year", "vote_average", "-vote_average"]
_ARTICLES = ("the ", "an ", "a ")


@dataclass(frozen=True, slots=True)
class CatalogOptions:
    """What an operator may set. `base_path` is the prefix under which the server lives (empty, or `/matinee`)."""

    base_path: str = ""
    image_cache_bytes: int = 512 * 1024 * 1024
    refresh_after: timedelta = timedelta(hours=24)
    """Details of a title are asked for again when a file is matched to it and they are older than this."""
    row_size: int = 20


@dataclass(frozen=True, slots=True)
class TitleFilter:
    """Which titles of the library a list shows."""

    kind: TitleKind | None = None
    genre: str | None = None
    year: int | None = None
    q: str | None = None
    year_from: int | None = None
    year_to: int | None = None


def accepted(query: TitleQuery, matches: Sequence[TitleMatch]) -> TitleMatch | None:
    """The candidate that is believed, None when none is good enough.

    A provider answers a hint for its own ids with score 1. Otherwise the words must be near (0.6) and the years at most one
    apart: a film's file often carries the year of its festival or of its disc.
    """
    for match in matches:
        if match.kind != query.kind or match.score < 0.6:
            continue
        years_known = query.year is not None and match.year is not None
        if match.score < 1.0 and years_known and abs((query.year or 0) - (match.year or 0)) > 1:
            continue
        return match
    return None


def storable(text: str) -> str:
    """The text without what no database takes: control characters, and halves of characters from undecodable file names."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(character if character.isprintable() else " " for character in whole).strip()


def local_title_id(kind: TitleKind, title: str, year: int | None) -> TitleId:
    """The id of a title that no provider knows: the same for the same kind, words and year, so that a rescan finds it again."""
    words = fold(title).replace(" ", "") or title.strip()
    digest = hashlib.blake2b(f"{kind}\0{words}\0{year or ''}".encode(), digest_size=10).digest()
    return TitleId(f"local-{base64.b32encode(digest).decode().lower()}")


def hinted_title_id(query: TitleQuery) -> TitleId | None:
    """The id that the file's name gives itself (`{tmdb-603}`), for when no provider can be asked about it."""
    number = query.hints.get("tmdb", "")
    return TitleId(f"{query.kind}-{int(number)}") if number.isdecimal() and len(number) < 12 else None


def sort_title(title: str) -> str:
    """What a title is sorted by: folded, without a leading English article (others are ambiguous: `Die Hard`, `La La Land`)."""
    folded = fold(title)
    for article in _ARTICLES:
        if folded.startswith(article) and len(folded) > len(article):
            return folded[len(article) :]
    return folded or title.casefold()


def genre_id(name: str) -> str:
    """The id of a genre: `Science Fiction` -> `science-fiction`. An id is its own id."""
    return fold(name).replace(" ", "-")[:64]


def popularity(vote_average: float, vote_count: int) -> float:
    """0..1, for the order among titles that fit a search equally; 30,000 votes are the most that films get."""
    return min(1.0, math.log10(1 + vote_count) / 4.5) * (0.5 + vote_average / 20)


def is_demo(title_id: str, provider: str) -> bool:
    """Whether a title belongs to the demo, which can be removed as a whole."""
    return provider == "demo" or title_id.startswith("local-demo-")


def year_of(year: int | None) -> int | None:
    """The year as the API shows it; 0 is stored for unknown."""
    return year or None
