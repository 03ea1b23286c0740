"""A source that knows a whole catalogue, not only the titles of the library: lists, search, discovery, people.

Outcomes are those of `ports.metadata`. Pictures are names for `MetadataProvider.image` of the provider of the same `name`.
Pages are numbered from 1 as upstreams number them; the API hides that behind cursors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from matinee.infra.database.search import fold
from matinee.ports.metadata import Outcome, SeasonDetails, TitleDetails, TitleKind

Listing = Literal["popular", "trending", "top-rated", "now-playing", "upcoming"]
Relation = Literal["similar", "recommendations"]
DiscoverSort = Literal["popularity", "-popularity", "release_date", "-release_date", "vote_average", "-vote_average", "title"]


@dataclass(frozen=True, slots=True)
class Locale:
    """`language` is BCP 47 (`en`, `de`, `pt-BR`), `region` ISO 3166-1 alpha-2 or empty."""

    language: str = "en"
    region: str = ""


@dataclass(frozen=True, slots=True)
class TitleSummary:
    """A title in a list. `title_id` is Matinee's (`movie-603`, `show-1399`)."""

    title_id: str
    kind: TitleKind
    title: str
    year: int | None = None
    overview: str = ""
    poster: str | None = None
    backdrop: str | None = None
    genres: Sequence[str] = ()
    vote_average: float | None = None
    vote_count: int = 0
    popularity: float = 0.0


@dataclass(frozen=True, slots=True)
class PersonSummary:
    """A person in a list; `person_id` is `person-287`."""

    person_id: str
    name: str
    profile: str | None = None
    department: str = ""
    popularity: float = 0.0


@dataclass(frozen=True, slots=True)
class TitlePage:
    """A page of titles; `pages` is how many can be asked for (never beyond what the source serves)."""

    titles: Sequence[TitleSummary]
    page: int = 1
    pages: int = 1
    total: int = 0


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of what a search found: titles and, where they were asked for, people."""

    titles: Sequence[TitleSummary]
    people: Sequence[PersonSummary] = ()
    page: int = 1
    pages: int = 1
    total: int = 0


@dataclass(frozen=True, slots=True)
class PersonTitle:
    """A title somebody took part in; `role` is the character or the job."""

    title: TitleSummary
    role: str
    department: Literal["cast", "crew"] = "cast"


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """Everything Matinee shows of a person."""

    person_id: str
    name: str
    biography: str = ""
    birthday: date | None = None
    deathday: date | None = None
    place_of_birth: str = ""
    department: str = ""
    profile: str | None = None
    titles: Sequence[PersonTitle] = ()


@dataclass(frozen=True, slots=True)
class GenreName:
    """A genre: `genre_id` is Matinee's (`science-fiction`), the same in every language and for films and shows."""

    genre_id: str
    name: str


@dataclass(frozen=True, slots=True)
class DiscoverQuery:
    """Filters of a discovery. `genres` are Matinee's genre ids, all of which must fit; years are inclusive."""

    kind: TitleKind
    genres: Sequence[str] = ()
    year_from: int | None = None
    year_to: int | None = None
    vote_from: float | None = None
    votes_from: int | None = None
    language: str = ""
    """Original language, ISO 639-1."""
    runtime_to: int | None = None
    sort: DiscoverSort = "-popularity"


def genre_id(name: str) -> str:
    """The id of a genre by its English name: `Science Fiction` -> `science-fiction`. An id is its own id."""
    return fold(name).replace(" ", "-")[:64]


class CatalogueSource(Protocol):
    """One upstream catalogue. Every method has the deadline of its upstream and raises nothing but programming errors."""

    name: str

    async def listing(self, kind: TitleKind, listing: Listing, page: int, locale: Locale) -> Outcome[TitlePage]:
        """One of the standard lists."""

    async def discover(self, query: DiscoverQuery, page: int, locale: Locale) -> Outcome[TitlePage]:
        """Titles by filters."""

    async def search(self, text: str, kind: TitleKind | None, page: int, locale: Locale) -> Outcome[SearchPage]:
        """Titles (and, without a `kind`, people) by words."""

    async def details(self, title_id: str, locale: Locale) -> Outcome[TitleDetails]:
        """Everything about a title but the episodes: `seasons` come without them."""

    async def related(self, title_id: str, relation: Relation, page: int, locale: Locale) -> Outcome[TitlePage]:
        """Titles near a title."""

    async def season(self, title_id: str, number: int, locale: Locale) -> Outcome[SeasonDetails]:
        """A season with its episodes."""

    async def person(self, person_id: str, locale: Locale) -> Outcome[PersonDetails]:
        """A person with the titles they took part in."""

    async def genres(self, locale: Locale) -> Outcome[Sequence[GenreName]]:
        """All genres, of films and shows together."""
