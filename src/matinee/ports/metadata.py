"""Where titles come from: the metadata port.

Outcomes are four. `Found` carries the value. `NotFound` means that the provider knows there is none. `Unavailable` means try
later. `Rejected` means that our credentials or our request were refused, so trying again is useless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, Literal, Protocol, TypeVar

import msgspec

from matinee.ports.ratings import AgeRating

T = TypeVar("T")
TitleKind = Literal["movie", "show"]
ImageKind = Literal["poster", "backdrop", "still", "profile", "logo"]


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class NotFound:
    pass


@dataclass(frozen=True, slots=True)
class Unavailable:
    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    reason: str


Outcome = Found[T] | NotFound | Unavailable | Rejected


@dataclass(frozen=True, slots=True)
class TitleQuery:
    """What a file's name or folder says about a title. `hints` holds ids found there, e.g. {"tmdb": "603"}."""

    kind: TitleKind
    title: str
    year: int | None = None
    hints: Mapping[str, str] = field(default_factory=dict)
    age_rating: str = ""
    """As a file beside the video prints it: `PG-13`, `Germany:FSK 16`."""


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """One candidate. `score` is 0..1; `title_id` is Matinee's id (`movie-603`, `show-1399`, `local-demo-...`). `by_id`: it was
    found by a hint rather than by its words."""

    title_id: str
    kind: TitleKind
    title: str
    year: int | None
    score: float
    by_id: bool = False


class PersonCredit(msgspec.Struct, frozen=True):
    """A struct, as there are a hundred in a title and a frozen dataclass is made ten times as slowly."""

    name: str
    role: str
    """The character played, or the job done (`Director`)."""
    department: Literal["cast", "crew"] = "cast"
    person_id: str | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class EpisodeDetails:
    season: int
    number: int
    name: str
    overview: str = ""
    air_date: date | None = None
    runtime: int | None = None
    still: str | None = None


@dataclass(frozen=True, slots=True)
class SeasonDetails:
    number: int
    name: str
    overview: str = ""
    air_date: date | None = None
    poster: str | None = None
    episodes: Sequence[EpisodeDetails] = ()
    episode_count: int = 0
    """As the provider counts them, also where `episodes` are left out."""


class Video(msgspec.Struct, frozen=True):
    """A trailer or clip somewhere else: `site` is `YouTube` or `Vimeo`, `key` its id there, `type` such as `Trailer`."""

    name: str
    site: str
    key: str
    type: str = ""
    official: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class TitleDetails:
    """Everything Matinee keeps of a title. `runtime` is in minutes; pictures are names for `MetadataProvider.image`."""

    title_id: str
    kind: TitleKind
    title: str
    original_title: str = ""
    overview: str = ""
    tagline: str = ""
    release_date: date | None = None
    runtime: int | None = None
    genres: Sequence[str] = ()
    vote_average: float | None = None
    vote_count: int = 0
    poster: str | None = None
    backdrop: str | None = None
    credits: Sequence[PersonCredit] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)
    seasons: Sequence[SeasonDetails] = ()
    videos: Sequence[Video] = ()
    keywords: Sequence[str] = ()
    certification: str = ""
    """The age rating in the region asked for, as printed there (`PG-13`, `FSK 16`)."""
    age_rating: AgeRating | None = None
    """The rating that says for which age the title is: the region's where it has one, else another's."""
    adult: bool = False
    """Whether it is made for adults only."""
    status: str = ""
    popularity: float = 0.0
    attribution: str = ""
    """Licence or origin, shown on the title page (demo titles say `Demo`)."""


@dataclass(frozen=True, slots=True)
class ImageSize:
    """What a picture is wanted for: `kind`, and the least width in pixels that serves; None for the largest there is.

    A provider that has a picture in several sizes gives the smallest one that is at least that wide, or its largest. One that has
    it in one size gives that.
    """

    kind: ImageKind
    width: int | None = None


class MetadataProvider(Protocol):
    """One source of titles. Order among providers is configuration; the first that finds wins."""

    name: str

    async def match(self, query: TitleQuery) -> Outcome[Sequence[TitleMatch]]:
        """Candidates, best first. A hint for this provider's own ids wins over the words."""

    async def title(self, title_id: str) -> Outcome[TitleDetails]:
        """Details of a title, with its seasons and episodes where the provider has them."""

    async def image(self, name: str, size: ImageSize | None = None) -> Outcome[bytes]:
        """The bytes (JPEG, PNG or WebP) of a picture named by a `poster`, `backdrop`, `still` or `profile`.

        `name` comes from the address of a request: a provider asks its own image host for it and nothing else, and follows no
        redirect to another host. Without `size` it gives the largest.
        """
