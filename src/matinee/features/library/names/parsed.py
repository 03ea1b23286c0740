"""The answer of the name parser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

FolderKind = Literal["movies", "shows", "mixed"]


@dataclass(frozen=True, slots=True)
class ParsedName:
    """What a path says.

    `kind` `episode` means that the video belongs to a show; `seasons`/`episodes` may then still be empty (a daily show has
    `air_date`, a season's extra has no number). `absolute` is True where the name numbers episodes without a season. `hints` are
    ids of metadata providers found in names: `{"tmdb": "603", "imdb": "tt0133093"}`. `part` is 1, 2, ... for a film in several
    files.
    """

    kind: Literal["movie", "episode"]
    title: str
    year: int | None = None
    seasons: tuple[int, ...] = ()
    episodes: tuple[int, ...] = ()
    absolute: bool = False
    air_date: date | None = None
    episode_title: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)
    edition: str = ""
    part: int = 0
    resolution: str = ""
    source: str = ""

    @property
    def season(self) -> int | None:
        """The season of the first episode."""
        return self.seasons[0] if self.seasons else None
