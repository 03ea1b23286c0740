"""Names in the form that media managers write: `Title (1999)`, `Show - S01E02 - Name`. Read without guessit, which is slow."""

from __future__ import annotations

import re
from typing import Final

from matinee.features.library.names import text as words
from matinee.features.library.names.parsed import FolderKind, ParsedName

_FILM: Final = re.compile(r"(?P<title>[^\[\]{}()/\\]*[^\s\[\]{}()/\\]) \((?P<year>(?:19|20)\d\d)\)")
_EPISODE: Final = re.compile(
    r"(?P<title>[^\[\]{}()/\\]*?[^\s\[\]{}()/\\-])(?: \((?P<year>(?:19|20)\d\d)\))?"
    r" - [Ss](?P<season>\d{1,4})[Ee](?P<first>\d{1,4})(?:-[Ee](?P<last>\d{1,4}))?(?: - (?P<name>[^\[\]{}/\\]*))?"
)
_MOST_IN_FILE: Final = 50


def parse_tidy(stem: str, kind: FolderKind) -> ParsedName | None:
    """What a tidy name says; None for every other name."""
    if "_" in stem or ("." in stem and " " not in stem):
        return None
    episode = _EPISODE.fullmatch(stem)
    if episode is not None:
        return _episode(episode)
    film = _FILM.fullmatch(stem) if kind != "shows" else None
    if film is None:
        return None
    title = words.without_edition(words.clean(film["title"]))
    return ParsedName("movie", title, int(film["year"])) if title else None


def _episode(match: re.Match[str]) -> ParsedName | None:
    first, last = int(match["first"]), int(match["last"] or match["first"])
    title = words.clean(match["title"])
    if not title or words.split_year(title)[1] or not first <= last < first + _MOST_IN_FILE:
        return None
    return ParsedName(
        "episode",
        title,
        int(match["year"]) if match["year"] else None,
        seasons=(int(match["season"]),),
        episodes=tuple(range(first, last + 1)),
        episode_title=(match["name"] or "").strip(),
    )
