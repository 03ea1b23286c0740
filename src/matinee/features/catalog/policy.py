"""Pure rules of the catalogue: which candidate is believed, what a title is called when nobody knows it, how lists are sorted."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from matinee.infra.database.search import fold
from matinee.infra.ids import TitleId
from matinee.ports.catalogue import DiscoverQuery, Listing, Locale
from matinee.ports.metadata import TitleKind, TitleMatch, TitleQuery

ListSort = Literal["title", "-title", "added_at", "-added_at", "year", "-year", "vote_average", "-vote_average"]
_ARTICLES = ("the ", "an ", "a ")


KnownOrder = Literal["popularity", "-popularity", "release_date", "-release_date", "vote_average", "-vote_average", "title"]
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long an answer of the upstream is fresh, is served while it is renewed, and is kept for when the upstream fails."""

    fresh: timedelta
    stale: timedelta
    error: timedelta


@dataclass(frozen=True, slots=True)
class CatalogOptions:
    """What an operator may set. `base_path` is the prefix under which the server lives (empty, or `/matinee`)."""

    base_path: str = ""
    public_url: str = ""
    """The address that people use (`https://tv.example`), without the base path; empty where nobody has said it."""
    image_cache_bytes: int = 512 * 1024 * 1024
    refresh_after: timedelta = timedelta(hours=24)
    """Details of a title are asked for again when a file is matched to it and they are older than this."""
    row_size: int = 20
    language: str = "en"
    """BCP 47. What callers get who name no language, and what the database keeps."""
    region: str = ""
    """ISO 3166-1 alpha-2: whose releases and age ratings count."""
    lifetimes: Mapping[str, Lifetime] = field(default_factory=dict)
    """By policy, in place of those of `cache.py`."""

    def locale(self, language: str | None = None, region: str | None = None) -> Locale:
        """What a caller wants, filled up with the defaults."""
        return Locale(language or self.language, self.region if region is None else region)


@dataclass(frozen=True, slots=True)
class TitleFilter:
    """Which titles of the library a list shows."""

    kind: TitleKind | None = None
    genre: str | None = None
    year: int | None = None
    q: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    max_age: int | None = None
    """The maturity limit of who looks at the list."""


@dataclass(frozen=True, slots=True)
class KnownFilter:
    """Which of the titles that the database knows a list of last resort shows; all of `genres` must fit."""

    kind: TitleKind
    genres: Sequence[str] = ()
    year_from: int | None = None
    year_to: int | None = None
    vote_from: float | None = None
    votes_from: int | None = None
    runtime_to: int | None = None
    released_from: date | None = None
    released_to: date | None = None


def lifetimes(text: str) -> dict[str, Lifetime]:
    """`trending=2h/4h/7d,search=10m/20m/1d` as lifetimes by policy; raises ValueError for anything else."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, values = part.partition("=")
        spans = [_span(value) for value in values.split("/")]
        if len(spans) != 3:
            raise ValueError(f"{part!r}: expected three durations, such as trending=2h/4h/7d")
        found[name.strip()] = Lifetime(*spans)
    return found


def _span(text: str) -> timedelta:
    match = re.fullmatch(r"\s*(\d+)([smhd])\s*", text)
    if match is None:
        raise ValueError(f"{text!r} is no duration, such as 90s, 10m, 6h or 7d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def in_listing(kind: TitleKind, listing: Listing, today: date) -> tuple[KnownFilter, KnownOrder]:
    """What comes nearest to one of the standard lists among the titles that the database knows."""
    if listing == "top-rated":
        return KnownFilter(kind), "-vote_average"
    if listing == "now-playing":
        return KnownFilter(kind, released_to=today), "-release_date"
    if listing == "upcoming":
        return KnownFilter(kind, released_from=today + timedelta(days=1)), "release_date"
    return KnownFilter(kind), "-popularity"


def in_discovery(query: DiscoverQuery) -> KnownFilter | None:
    """The same filters over the titles that the database knows; None where it cannot tell (it keeps no original languages)."""
    if query.language:
        return None
    return KnownFilter(
        query.kind,
        tuple(sorted(set(query.genres))),
        query.year_from,
        query.year_to,
        query.vote_from,
        query.votes_from,
        query.runtime_to,
    )


def upstream_kind(title_id: str) -> TitleKind | None:
    """The kind of a title that upstream catalogues know by this id; None for those that only this server knows."""
    match = re.fullmatch(r"(movie|show)-[1-9]\d{0,9}", title_id)
    if match is None:
        return None
    return "movie" if match[1] == "movie" else "show"


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


@dataclass(frozen=True, slots=True)
class Resolved:
    """The title of a file. `wrong_hints`: ids in its name that lead nowhere, as `tmdb 603`; its words were believed instead."""

    title_id: TitleId
    wrong_hints: str = ""


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


def popularity(vote_average: float, vote_count: int) -> float:
    """0..1, for the order among titles that fit a search equally; 30,000 votes are the most that films get."""
    return min(1.0, math.log10(1 + vote_count) / 4.5) * (0.5 + vote_average / 20)


def is_demo(title_id: str, provider: str) -> bool:
    """Whether a title belongs to the demo, which can be removed as a whole."""
    return provider == "demo" or title_id.startswith("local-demo-")


def year_of(year: int | None) -> int | None:
    """The year as the API shows it; 0 is stored for unknown."""
    return year or None
