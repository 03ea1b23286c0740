"""Wire types of the catalogue. Runtimes are in minutes, durations in seconds, pictures are URLs on this server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from matinee.infra.http.answers.paging import ListOf
from matinee.infra.http.answers.shared import Degraded

Kind = Literal["movie", "show"]
HitKind = Literal["movie", "show", "person"]
FileState = Literal["ok", "broken", "missing"]


class ItemProgress(BaseModel):
    """How far the caller has watched an item."""

    position: float = Field(description="Seconds from the start.")
    duration: float
    watched: bool
    item_id: str


class TitleCard(BaseModel):
    """A title in a list."""

    id: str
    kind: Kind
    title: str
    year: int | None = None
    overview: str = ""
    poster: str | None = None
    poster_color: str | None = Field(default=None, description="The poster's dominant colour, `#rrggbb`.")
    backdrop: str | None = None
    genres: list[str] = []
    runtime: int | None = None
    vote_average: float | None = None
    added_at: datetime | None = None
    demo: bool = False
    in_library: bool = Field(default=False, description="Whether the library has something of it to play.")
    progress: ItemProgress | None = Field(default=None, description="Only in answers about the caller, such as the home page.")


class TitleList(ListOf[TitleCard]):
    """A page of titles."""

    degraded: Degraded | None = None


class FileSummary(BaseModel):
    """One file of an item."""

    id: str
    name: str
    size: int
    container: str | None = None
    video_codec: str | None = None
    height: int | None = None
    hdr: str | None = None
    duration: float | None = None
    state: FileState = "ok"


class ItemSummary(BaseModel):
    """Something that can be played: a film or one episode, with its files."""

    id: str
    title_id: str
    kind: Literal["movie", "episode"]
    season: int | None = None
    episode: int | None = None
    name: str = ""
    duration: float | None = None
    files: list[FileSummary] = []


class GenreView(BaseModel):
    id: str
    name: str


class GenreEntry(GenreView):
    in_library: bool = Field(default=False, description="Whether the library has a title of it.")


class GenreList(BaseModel):
    items: list[GenreEntry]
    degraded: Degraded | None = None


class CastCredit(BaseModel):
    id: str | None = None
    name: str
    character: str = ""
    profile: str | None = None


class CrewCredit(BaseModel):
    id: str | None = None
    name: str
    job: str = ""


class Credits(BaseModel):
    cast: list[CastCredit] = []
    crew: list[CrewCredit] = []


class CreditsView(Credits):
    """Who made a title and who is in it."""

    degraded: Degraded | None = None


class VideoLink(BaseModel):
    name: str
    site: str
    key: str
    type: str = ""
    official: bool = False
    language: str = ""


class VideoList(BaseModel):
    items: list[VideoLink]
    degraded: Degraded | None = None


class LibraryState(BaseModel):
    """What the library has of a title."""

    available: bool = False
    items: list[ItemSummary] = []


class AgeRatingView(BaseModel):
    """An age rating as a board prints it, and what it means."""

    region: str = Field(description="ISO 3166-1: whose rating it is.")
    rating: str
    age: int | None = Field(default=None, description="Years; null where the rating says no age.")


class MovieView(BaseModel):
    """Everything about a film."""

    id: str
    kind: Kind
    title: str
    original_title: str = ""
    overview: str = ""
    tagline: str = ""
    release_date: date | None = None
    year: int | None = None
    runtime: int | None = Field(default=None, description="Minutes.")
    genres: list[GenreView] = []
    vote_average: float | None = None
    vote_count: int = 0
    poster: str | None = None
    poster_color: str | None = None
    backdrop: str | None = None
    credits: Credits = Credits()
    videos: list[VideoLink] = []
    keywords: list[str] = []
    certification: str = Field(default="", description="The age rating in the region asked for, as printed there.")
    age_rating: AgeRatingView | None = Field(
        default=None, description="The rating that says for which age it is: the region's, else another's."
    )
    status: str = ""
    external_ids: dict[str, str] = {}
    attribution: str = ""
    demo: bool = False
    matched: bool = Field(default=True, description="False when only the file's name is known.")
    added_at: datetime | None = None
    library: LibraryState = LibraryState()
    degraded: Degraded | None = None


class SeasonSummary(BaseModel):
    number: int
    name: str
    episode_count: int
    poster: str | None = None


class ShowView(MovieView):
    """Everything about a show; episodes are read season by season."""

    seasons: list[SeasonSummary] = []


class EpisodeView(BaseModel):
    season: int
    number: int
    name: str
    overview: str = ""
    air_date: date | None = None
    runtime: int | None = None
    still: str | None = None
    item_id: str | None = Field(default=None, description="The playable item, null while the library lacks it.")


class SeasonView(BaseModel):
    number: int
    name: str
    overview: str = ""
    poster: str | None = None
    episodes: list[EpisodeView] = []
    degraded: Degraded | None = None


class PersonCard(TitleCard):
    """A title somebody took part in."""

    role: str = Field(default="", description="The character played, or the job done.")
    department: Literal["cast", "crew"] = "cast"


class PersonView(BaseModel):
    """Everything about a person."""

    id: str
    name: str
    biography: str = ""
    birthday: date | None = None
    deathday: date | None = None
    place_of_birth: str = ""
    department: str = Field(default="", description="What the person is known for, such as `Acting`.")
    profile: str | None = None
    titles: list[PersonCard] = Field(default=[], description="The newest first.")
    degraded: Degraded | None = None


class SearchHit(BaseModel):
    id: str
    kind: HitKind
    title: str = Field(description="The title, or the person's name.")
    year: int | None = None
    overview: str = ""
    poster: str | None = Field(default=None, description="The poster, or the person's portrait.")
    poster_color: str | None = None
    in_library: bool = False
    score: float = Field(description="0..1, best first.")


class SearchList(ListOf[SearchHit]):
    """A page of what a search found."""

    degraded: Degraded | None = None


class Suggestion(BaseModel):
    id: str
    kind: HitKind
    title: str
    year: int | None = None


class SuggestionList(BaseModel):
    items: list[Suggestion]
    degraded: Degraded | None = None


class WarmStarted(BaseModel):
    job_id: str
    state: str


class Because(BaseModel):
    """The title that a row is there for."""

    id: str
    title: str


class HomeRow(BaseModel):
    """A row. `id` stays the same, so a client may give it a title in the person's language; `title` is English."""

    id: str = Field(
        description="`continue-watching`, `watchlist`, `recommended`, `because-<title>`, `recently-added`, `trending`, "
        "`popular-movies`, `popular-shows`, `movies`, `shows` or `genre-<genre>`."
    )
    title: str
    items: list[TitleCard]
    because: Because | None = Field(default=None, description="What was watched or rated, for `because-…`.")
    genre_id: str | None = Field(default=None, description="The genre, for `genre-…`; `GET /genres` has its name.")


class HomeView(BaseModel):
    hero: TitleCard | None = None
    rows: Sequence[HomeRow] = []
    degraded: Degraded | None = None
