"""What the fake TMDB knows: films, shows and people as plain records, independent of the shapes in which they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["movie", "tv"]
Words = Mapping[str, str]
"""Fields of one translation: `title`, `name`, `overview`, `tagline`."""


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    department: str = "Acting"
    biography: str = ""
    birthday: str | None = None
    deathday: str | None = None
    place: str | None = None
    profile: str | None = None
    gender: int = 0
    popularity: float = 1.0


@dataclass(frozen=True, slots=True)
class Role:
    """A person in front of the camera (`job` empty) or behind it."""

    person: int
    character: str = ""
    job: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Clip:
    name: str
    key: str
    site: str = "YouTube"
    type: str = "Trailer"
    language: str = "en"
    official: bool = True


@dataclass(frozen=True, slots=True)
class Episode:
    id: int
    number: int
    name: str
    overview: str = ""
    date: str | None = None
    runtime: int | None = None
    still: str | None = None
    translations: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Season:
    id: int
    number: int
    name: str
    overview: str = ""
    date: str | None = None
    poster: str | None = None
    episodes: tuple[Episode, ...] = ()
    translations: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Title:
    """A film or a show. `title`, `overview` and `tagline` are the English ones; other languages are in `translations`."""

    id: int
    kind: Kind
    title: str
    original_title: str = ""
    language: str = "en"
    date: str = ""
    genres: tuple[int, ...] = ()
    overview: str = ""
    tagline: str = ""
    runtime: int | None = None
    popularity: float = 1.0
    vote_average: float = 0.0
    vote_count: int = 0
    status: str = "Released"
    imdb: str | None = None
    tvdb: int | None = None
    poster: str | None = None
    backdrop: str | None = None
    keywords: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    clips: tuple[Clip, ...] = ()
    ratings: Mapping[str, str] = field(default_factory=dict)
    """Age ratings by country."""
    seasons: tuple[Season, ...] = ()
    translations: Mapping[str, Words] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    """Alternative names."""
    raw_credits: bytes | None = None
    """The credits in TMDB's own JSON, where they are real ones."""


GENRES: Mapping[Kind, Mapping[int, tuple[str, str]]] = {
    "movie": {
        28: ("Action", "Action"),
        12: ("Adventure", "Abenteuer"),
        16: ("Animation", "Animation"),
        35: ("Comedy", "Komödie"),
        80: ("Crime", "Krimi"),
        99: ("Documentary", "Dokumentarfilm"),
        18: ("Drama", "Drama"),
        10751: ("Family", "Familie"),
        14: ("Fantasy", "Fantasy"),
        36: ("History", "Historie"),
        27: ("Horror", "Horror"),
        10402: ("Music", "Musik"),
        9648: ("Mystery", "Mystery"),
        10749: ("Romance", "Liebesfilm"),
        878: ("Science Fiction", "Science Fiction"),
        10770: ("TV Movie", "TV-Film"),
        53: ("Thriller", "Thriller"),
        10752: ("War", "Kriegsfilm"),
        37: ("Western", "Western"),
    },
    "tv": {
        10759: ("Action & Adventure", "Action & Adventure"),
        16: ("Animation", "Animation"),
        35: ("Comedy", "Komödie"),
        80: ("Crime", "Krimi"),
        99: ("Documentary", "Dokumentarfilm"),
        18: ("Drama", "Drama"),
        10751: ("Family", "Familie"),
        10762: ("Kids", "Kids"),
        9648: ("Mystery", "Mystery"),
        10763: ("News", "News"),
        10764: ("Reality", "Reality"),
        10765: ("Sci-Fi & Fantasy", "Sci-Fi & Fantasy"),
        10766: ("Soap", "Soap"),
        10767: ("Talk", "Talk"),
        10768: ("War & Politics", "War & Politics"),
        37: ("Western", "Western"),
    },
}
"""By TMDB's id: the English and the German name."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything there is. Ids of films and of shows are separate spaces, as they are at TMDB."""

    films: Mapping[int, Title]
    shows: Mapping[int, Title]
    people: Mapping[int, Person]
    parts: Mapping[int, tuple[tuple[Kind, int, Role], ...]]
    """By person: what they took part in."""

    def titles(self, kind: Kind) -> Mapping[int, Title]:
        return self.films if kind == "movie" else self.shows


def world_of(titles: list[Title], people: list[Person]) -> World:
    """A world of these titles and people."""
    parts: dict[int, list[tuple[Kind, int, Role]]] = {}
    for title in titles:
        for role in title.roles:
            parts.setdefault(role.person, []).append((title.kind, title.id, role))
    return World(
        films={one.id: one for one in titles if one.kind == "movie"},
        shows={one.id: one for one in titles if one.kind == "tv"},
        people={one.id: one for one in people},
        parts={person: tuple(found) for person, found in parts.items()},
    )
