"""Which title and which places in it a video is: its path, overruled by what lies beside it. Blocking: runs in a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from matinee.features.library.names import FolderKind, ParsedName, parse_path
from matinee.features.library.nfo import MOST_BYTES, Nfo, parse_nfo
from matinee.features.library.paths import shown
from matinee.features.library.policy import Slot, kind_of_query, slots_of
from matinee.features.library.sidecars import Entry
from matinee.features.library.walk import Found
from matinee.ports.metadata import TitleQuery


@dataclass(frozen=True, slots=True)
class Identity:
    """What a video is, before a title has been found for it."""

    query: TitleQuery
    slots: tuple[Slot, ...]
    part: int
    edition: str


def identify(found: Found, root: Path, kind: FolderKind) -> Identity:
    """What the video at `found` is. NFO wins over folder names, and those over the file's."""
    read = {entry.name.casefold(): nfo for entry in found.nfos if (nfo := _read(entry, root))}
    parsed = _with_nfos(parse_path(shown(found.path), kind), read)
    rating = _age_rating(parsed, read)
    query = TitleQuery(kind_of_query(parsed), parsed.title, parsed.year, dict(parsed.hints), rating)
    return Identity(query, slots_of(parsed, found.key), parsed.part, parsed.edition[:64])


def _age_rating(parsed: ParsedName, read: Mapping[str, Nfo]) -> str:
    """What is printed of the title's age; of a show what stands at the show, else at the episode."""
    kinds = ("movie",) if parsed.kind == "movie" else ("show", "episode")
    return next((nfo.age_rating for kind in kinds for nfo in read.values() if nfo.kind == kind and nfo.age_rating), "")


def _with_nfos(parsed: ParsedName, read: Mapping[str, Nfo]) -> ParsedName:
    show, movie = read.get("tvshow.nfo"), read.get("movie.nfo")
    own = next((nfo for name, nfo in read.items() if name not in {"tvshow.nfo", "movie.nfo"}), None)
    if own is not None and own.kind == "movie":
        return _as_movie(parsed, own)
    if own is not None and own.kind == "episode":
        parsed = _as_episode(parsed, own)
    if show is not None and parsed.kind == "episode":
        return _of_show(parsed, show)
    if parsed.kind == "movie" and show is None:
        for nfo in (movie, own):
            if nfo is not None and nfo.kind in (None, "movie"):
                return _as_movie(parsed, nfo)
    return parsed


def _as_movie(parsed: ParsedName, nfo: Nfo) -> ParsedName:
    return replace(
        parsed,
        kind="movie",
        title=nfo.title or parsed.title,
        year=nfo.year or parsed.year,
        hints=_hints(parsed, nfo.hints),
        seasons=(),
        episodes=(),
    )


def _as_episode(parsed: ParsedName, nfo: Nfo) -> ParsedName:
    season = nfo.season if nfo.season is not None else parsed.season
    return replace(
        parsed,
        kind="episode",
        title=nfo.show_title or parsed.title,
        seasons=(season,) if season is not None else parsed.seasons,
        episodes=nfo.episodes or parsed.episodes,
        air_date=_date(nfo.aired) or parsed.air_date,
        episode_title=nfo.title or parsed.episode_title,
    )


def _of_show(parsed: ParsedName, nfo: Nfo) -> ParsedName:
    return replace(parsed, title=nfo.title or parsed.title, year=nfo.year or parsed.year, hints=_hints(parsed, nfo.hints))


def _hints(parsed: ParsedName, more: Mapping[str, str]) -> dict[str, str]:
    return {**parsed.hints, **more}


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read(entry: Entry, root: Path) -> Nfo | None:
    try:
        with (root / entry.path).open("rb") as file:
            return parse_nfo(file.read(MOST_BYTES))
    except OSError:
        return None
