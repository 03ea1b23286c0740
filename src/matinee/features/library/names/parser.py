"""guessit, with corrections of our own: markers that it does not know, whole show titles, folders, provider ids.

guessit takes 5 to 10 ms of pure Python for a name: call `parse_path` in a thread. It keeps the last few thousand answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

from matinee.features.library.names import text as words
from matinee.features.library.names import weak
from matinee.features.library.names.formats import VIDEO_SUFFIXES
from matinee.features.library.names.hints import take_edition, take_hints
from matinee.features.library.names.markers import Marker, find_marker, rewrite
from matinee.features.library.names.parsed import FolderKind, ParsedName
from matinee.features.library.names.tidy import parse_tidy

# A slash inside brackets, as in `Title (CamRip / 2014)`, separates no folders.
_SEPARATOR: Final = re.compile(r"[/\\](?![^()/\\]*\))")
_OTHER_SUFFIXES: Final = frozenset({".srt", ".ass", ".ssa", ".sub", ".vtt", ".nfo", ".torrent", ".iso"})
_SEASON_FOLDER = re.compile(
    r"(?i)^(?:(?:the[\s._])?(?:season|saison|temporada|staffel|stagione|series|s[äa]song)[\s._-]*(\d{1,4})|s(\d{1,4})|(specials?))(?:[\s._-].*)?$"
)
_TITLE_YEAR_FOLDER = re.compile(r"^(?P<title>.*\S)\s*[(\[](?P<year>(?:19|20)\d\d)[)\]]\s*$")
_PARTS: Final = (
    re.compile(r"(?i)[\s._-][(\[]?(?:cd|dis[ck])[\s._-]?(?P<number>\d)(?=[\s._\-)\]]|$)"),
    # "Part 2" with a space is mostly a title's (`Dune Part 2`): it counts when glued, or behind the year.
    re.compile(r"(?i)[\s._-][(\[]?(?:pt|part|dvd)(?P<number>\d)[)\]]?$"),
    re.compile(r"(?i)(?:19|20)\d\d[)\]]?[\s._-]+(?:pt|part|dvd)[\s._-]?(?P<number>\d)$"),
)
_LEADING_EPISODE = re.compile(r"(?i)^(?:episode|ep|e|folge)?[\s._-]*(?P<number>\d{1,3})(?!\d|[pi]\b)")
_YEAR_IN_BRACKETS = re.compile(r"[(\[](?P<year>(?:19|20)\d\d)[)\]]")


@lru_cache(maxsize=4096)
def parse_path(path: str, kind: FolderKind = "mixed") -> ParsedName:
    """What `path` says, relative to its library folder. `kind` of the folder settles whether it is a film or an episode."""
    raw = [part for part in _SEPARATOR.split(path) if part.strip()]
    if not raw:
        return ParsedName("movie", path.strip() or "Untitled")
    raw[-1] = _without_suffix(raw[-1])
    hints: dict[str, str] = {}
    parts: list[str] = []
    for part in raw:
        rest, found = take_hints(part)
        hints.update(found)
        parts.append(rewrite(rest))
    parts[-1], edition = take_edition(parts[-1])
    parsed = parse_tidy(parts[-1], kind) or _corrected(_Name(tuple(parts), kind))
    parsed = _with_folders(parsed, parts)
    if not parsed.title.strip():
        parsed = replace(parsed, title=words.clean(parts[-1]) or raw[-1].strip())
    return replace(parsed, hints=hints, edition=edition or parsed.edition)


@dataclass(frozen=True, slots=True)
class _Name:
    parts: tuple[str, ...]
    kind: FolderKind

    @property
    def stem(self) -> str:
        return self.parts[-1]


def _corrected(name: _Name) -> ParsedName:
    guess = _guess(name)
    marker = find_marker(name.stem)
    seasons, episodes = _numbers(guess.get("season")), _numbers(guess.get("episode"))
    air_date = guess.get("date") if isinstance(guess.get("date"), date) else None
    is_episode = bool(seasons or episodes or air_date) and (guess.get("type") == "episode" or bool(marker and marker.explicit))
    if name.kind == "mixed" and marker is None and weak.is_numbered_clip(name.stem, name.parts[:-1], guess):
        is_episode = False
        guess = {**guess, "title": [words.clean(name.stem)]}
    if name.kind == "movies":
        is_episode = bool(marker and marker.explicit and seasons and episodes)
    elif name.kind == "shows":
        is_episode = True
    if marker is not None and marker.dated and air_date is not None:
        seasons, episodes = (), ()
    title = _show_title(name.stem, guess, marker) if is_episode else _film_title(name, guess)
    absolute = is_episode and bool(episodes) and not seasons
    return ParsedName(
        kind="episode" if is_episode else "movie",
        title=title,
        year=_year(guess),
        seasons=((1,) if absolute else seasons) if is_episode else (),
        episodes=episodes if is_episode else (),
        absolute=absolute,
        air_date=air_date if is_episode else None,
        episode_title=str(guess.get("episode_title") or "") if is_episode else "",
        edition=_joined(guess.get("edition")),
        part=0 if is_episode else _part(name.stem),
        resolution=str(guess.get("screen_size") or ""),
        source=_joined(guess.get("source")),
    )


def _guess(name: _Name) -> dict[str, Any]:  # Any: guessit's values have no types
    from guessit import guessit  # heavy, and only a scan needs it
    from guessit.api import GuessitException

    options = {"single_value": False, **({"type": "episode"} if name.kind == "shows" else {})}
    # Two folders are what guessit can use (show and season); more only brings words that mislead it.
    folders = () if _says_all(name.stem) else name.parts[-3:-1]
    target = "/".join([*folders, name.stem + ".mkv"])
    try:
        return dict(guessit(target, options))
    except GuessitException:  # an error inside guessit, which strange names can cause
        return {}


def _says_all(stem: str) -> bool:
    """Whether a file's name needs no folder to be understood; guessit takes twice as long with them."""
    marker = find_marker(stem)
    return marker is not None and marker.explicit and len(words.folded(_before(stem, marker))) > 1


def _show_title(stem: str, guess: dict[str, Any], marker: Marker | None) -> str:  # Any: guessit's values have no types
    guessed = _first(guess.get("title"))
    before = _before(stem, marker) if marker is not None else ""
    if marker is None or not before or not (marker.explicit or not guessed or _starts_after(stem, guessed, marker)):
        return guessed
    return guessed if words.folded(guessed) == words.folded(before) and " " not in stem[: marker.start] else before


def _film_title(name: _Name, guess: dict[str, Any]) -> str:  # Any: guessit's values have no types
    guessed, stem = _first(guess.get("title")), name.stem
    above = next((folder for folder in reversed(name.parts[:-1]) if folder != stem), "")
    foreign = not _is_in(guessed, stem) and not weak.is_release(above)
    dated = weak.is_dated(stem) and _year(guess) is None
    if not weak.says_nothing(stem) and (weak.is_technical(guess) or foreign or dated):
        guessed = words.clean(stem)
    return words.without_edition(_with_leading_words(stem, _whole_film_title(stem, guessed, guess)))


def _is_in(guessed: str, stem: str) -> bool:
    """Whether a title comes from the file's name, not from a folder above it."""
    return bool(guessed) and words.folded(guessed) in words.folded(stem)


def _whole_film_title(stem: str, guessed: str, guess: dict[str, Any]) -> str:  # Any: guessit's values have no types
    """All of the text before the year: guessit cuts it at ` - ` and at `Part 2`."""
    year = _year(guess)
    match = _YEAR_IN_BRACKETS.search(stem, 1)
    if match is not None and int(match["year"]) == year:
        end = match.start()
    elif year is not None and guess.get("part") and stem.rfind(str(year)) > 0:
        end = stem.rfind(str(year))
    else:
        return guessed
    text = words.without_prefix(stem[:end])
    whole = words.clean(words.without_brackets(text))
    if words.folded(whole) == words.folded(guessed):
        return whole if " " in text.strip() else guessed
    return whole if guessed and words.folded(whole).startswith(words.folded(guessed)) else guessed


def _before(stem: str, marker: Marker) -> str:
    """The title in front of a marker: without group, website, list number, brackets and year."""
    text = words.without_prefix(stem[: marker.start].rstrip("([{ "))
    bare, year = words.split_year(text)
    text = bare if year else text
    return words.clean(words.without_brackets(text))


def _starts_after(stem: str, guessed: str, marker: Marker) -> bool:
    position = stem.casefold().find(guessed.casefold().split(" ")[0]) if guessed else -1
    return position >= marker.start


def _with_leading_words(stem: str, guessed: str) -> str:
    """Words in front that guessit took for an edition or a format (`IMAX Blue Planet`) belong to the title."""
    before = re.match(r"(?i)(imax|uncut|unrated|criterion|remastered|extended|3d|hybrid)[\s._]+", stem)
    if before and guessed and words.folded(stem[before.end() :]).startswith(words.folded(guessed)):
        return f"{before[1]} {guessed}"
    return guessed


def _year(guess: dict[str, Any]) -> int | None:  # Any: guessit's values have no types
    year = guess.get("year")
    year = year[0] if isinstance(year, list) else year
    return year if isinstance(year, int) else None


def _with_folders(parsed: ParsedName, parts: Sequence[str]) -> ParsedName:
    folders = list(parts[:-1])
    if parsed.kind == "episode":
        return _in_show_folder(parsed, folders, parts[-1])
    return _in_movie_folder(parsed, folders[-1]) if folders else parsed


def _in_show_folder(parsed: ParsedName, folders: list[str], stem: str) -> ParsedName:
    """`Show (2010)/Season 1/...`: the show's folder names the show, the season's folder the season where the file does not."""
    season = _SEASON_FOLDER.match(folders[-1]) if folders else None
    if season is not None and len(folders) >= 2:
        title, year = words.split_year(folders[-2])
        number = int(season[1] or season[2] or 0)
        name = words.clean(words.without_brackets(words.without_prefix(title)))
        seasons = (number,) if parsed.absolute or not parsed.seasons else parsed.seasons
        leading = None if parsed.episodes or parsed.air_date else _LEADING_EPISODE.match(stem)
        dated = parsed.air_date is not None and not parsed.episodes
        return replace(
            parsed,
            title=name or parsed.title,
            year=year or parsed.year,
            seasons=parsed.seasons if dated else seasons,
            episodes=(int(leading["number"]),) if leading else parsed.episodes,
            absolute=False,
        )
    if folders and season is None and not parsed.title.strip():
        title, year = words.split_year(folders[-1])
        return replace(parsed, title=words.clean(words.without_brackets(title)), year=year or parsed.year)
    match = _TITLE_YEAR_FOLDER.match(folders[-1]) if folders and season is None else None
    if match is not None and words.folded(match["title"]) == words.folded(parsed.title):
        return replace(parsed, year=parsed.year or int(match["year"]))
    return parsed


def _in_movie_folder(parsed: ParsedName, folder: str) -> ParsedName:
    """`Title (Year)/anything.mkv`: the folder names the film unless the file names another year."""
    match = _TITLE_YEAR_FOLDER.match(folder)
    if match is None or (parsed.year is not None and parsed.year != int(match["year"])):
        return parsed
    return replace(parsed, title=words.clean(match["title"]) or parsed.title, year=int(match["year"]))


def _part(stem: str) -> int:
    found = [match for pattern in _PARTS for match in [pattern.search(stem)] if match]
    return int(found[0]["number"]) if found else 0


def _without_suffix(name: str) -> str:
    head, dot, tail = name.rpartition(".")
    return head if dot and head and "." + tail.lower() in VIDEO_SUFFIXES | _OTHER_SUFFIXES else name


def _numbers(value: object) -> tuple[int, ...]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(number for number in values if isinstance(number, int))


def _first(value: object) -> str:
    return str(value[0] if isinstance(value, list) and value else value or "")


def _joined(value: object) -> str:
    return ", ".join(str(entry) for entry in value) if isinstance(value, list) else str(value or "")
