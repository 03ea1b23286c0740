"""What a demo title is. All of them are invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from matinee.providers.demo.artwork.faces import Face

Motif = Literal["waves", "bars", "life", "cells", "fractal", "carpet", "vectors", "testcard", "gradient", "none"]


@dataclass(frozen=True, slots=True)
class PosterStyle:
    """How the title is set on the poster.

    `top` is where its first line begins, as a share of the height; without it, the title stands at the bottom.
    """

    face: Face
    lines: str
    """The title in lines, parted by `|`."""
    top: float | None
    ink: str
    shade: str | None = None
    """A colour that darkens (or lightens) the part of the poster behind the title."""
    billing: str = "#ffffff"
    size: float = 0.075
    block: bool = False
    """Whether every line is as wide as the others."""


@dataclass(frozen=True, slots=True)
class ClipStyle:
    """How the film itself looks and sounds. `notes` are semitones above `root` (Hz), one for each half second of a bar."""

    seconds: int = 26
    motif: Motif = "waves"
    width: int = 1280
    height: int = 720
    drift: tuple[float, float] = (1.0, 0.3)
    """How the camera moves: to and fro, up and down; signs turn the direction."""
    root: float = 220.0
    notes: Sequence[int] = (0, 7, 12, 7, 3, 7, 10, 7, 0, 7, 12, 7, 5, 8, 12, 8)
    color: str = "#ffd27a"
    container: Literal["mkv", "mp4"] = "mkv"
    monochrome: bool = False


@dataclass(frozen=True, slots=True)
class DemoEpisode:
    season: int
    number: int
    name: str
    overview: str


@dataclass(frozen=True, slots=True)
class DemoTitle:
    """One title. Lines of `spoken` are subtitles: English, German."""

    slug: str
    kind: Literal["movie", "show"]
    title: str
    year: int
    tagline: str
    overview: str
    genres: Sequence[str]
    vote: float
    votes: int
    director: str
    writer: str
    cast: Sequence[tuple[str, str]]
    scene: str
    poster: PosterStyle
    clip: ClipStyle
    spoken: Sequence[tuple[str, str]]
    released: tuple[int, int] = (9, 1)
    """Month and day."""
    episodes: Sequence[DemoEpisode] = field(default=())

    @property
    def title_id(self) -> str:
        return f"local-demo-{self.slug}"

    @property
    def release_date(self) -> date:
        return date(self.year, *self.released)

    def air_date(self, episode: DemoEpisode) -> date:
        """A season a year, an episode a week."""
        month, day = self.released
        return date.fromordinal(date(self.year + episode.season - 1, month, day).toordinal() + 7 * (episode.number - 1))


@dataclass(frozen=True, slots=True)
class Clip:
    """One file to make. `path` is below the library's folder."""

    title: DemoTitle
    path: Path
    episode: DemoEpisode | None = None

    @property
    def seconds(self) -> int:
        return self.title.clip.seconds + (self.episode.number if self.episode else 0)

    @property
    def name(self) -> str:
        if self.episode is None:
            return f"{self.title.title} ({self.title.year})"
        return f"{self.title.title} - S{self.episode.season:02}E{self.episode.number:02} - {self.episode.name}"
