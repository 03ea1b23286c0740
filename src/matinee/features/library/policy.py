"""Pure rules of the library: where a video belongs in its title, which version is better, what an operator may set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from matinee.features.library.names import FolderKind, ParsedName
from matinee.infra.media.info import MediaInfo

FileState = Literal["ok", "broken", "missing"]
FolderOrigin = Literal["user", "settings", "demo"]
UNREADABLE_FOLDER = "unreadable_folder"
WRONG_ID = "wrong_id"
"""The problem of a file whose name has an id that no provider knows."""
"""The problem of a sub-folder that could not be listed: nothing is known of what is below it."""


@dataclass(frozen=True, slots=True)
class LibraryOptions:
    """What an operator may set. `paths` are library folders that always exist. `data_dir` is the server's own: no library folder
    may be in it or around it, but for the demo's."""

    paths: Sequence[Path] = ()
    data_dir: Path | None = None
    demo: bool = False
    """Make the demo at the start, unless somebody has removed it."""
    watch: bool = True
    scan_at_start: bool = True
    batch: int = 500
    """Files compared with the database at once."""
    probes: int = 4
    """Files read at once; the prober's own pool bounds the processes."""
    settle: timedelta = timedelta(seconds=60)
    """A cut file written less than this ago is taken for one still being copied."""
    lease: timedelta = timedelta(minutes=5)
    """How long a scan may be silent before another takes the folder: longer than the slowest handful of files."""

    debounce: timedelta = timedelta(seconds=2)
    poster_frames: bool = True


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a title. `key` is unique in it."""

    key: str
    kind: Literal["movie", "episode"]
    season: int | None = None
    episode: int | None = None
    air_date: str | None = None
    name: str = ""


def slots_of(parsed: ParsedName, path_key: str) -> tuple[Slot, ...]:
    """The items that a file plays: one for a film, one for each episode in it.

    A daily episode is numbered by its date (season 2012, episode 213 for 13 February), so that it sorts and reads well. An
    episode without any number keeps a place of its own, named by its path.
    """
    if parsed.kind == "movie":
        return (Slot("movie", "movie"),)
    season = parsed.season if parsed.season is not None else 1
    if parsed.episodes:
        named = parsed.episode_title if len(parsed.episodes) == 1 else ""
        aired = parsed.air_date.isoformat() if parsed.air_date else None
        return tuple(
            Slot(f"s{season:02}e{number:02}", "episode", season, number, aired, named)
            for number in dict.fromkeys(parsed.episodes)
        )
    if parsed.air_date:
        day = parsed.air_date
        key = f"d{day.isoformat()}"
        return (Slot(key, "episode", day.year, day.month * 100 + day.day, day.isoformat(), parsed.episode_title),)
    digest = hashlib.blake2b(path_key.encode(), digest_size=8).hexdigest()
    name = parsed.episode_title or path_key.rpartition("/")[2].rpartition(".")[0]
    return (Slot(f"x{digest}", "episode", season, None, None, name),)


def preference(state: str, info: MediaInfo | None, part: int) -> tuple[int, int, int, int]:
    """Sort key of the files of an item: usable ones first, parts in order, the best picture first."""
    height = info.main_video.height if info else 0
    rate = info.bit_rate if info else 0
    return ({"ok": 0, "broken": 1}.get(state, 2), part, -height, -rate)


def kind_of_query(parsed: ParsedName) -> Literal["movie", "show"]:
    """What sort of title a file's title is."""
    return "movie" if parsed.kind == "movie" else "show"


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to scan. No folder means all; `under` (stored form) limits it to a sub-folder."""

    folder_id: str | None = None
    under: str = ""
    full: bool = False


@dataclass(slots=True)
class ScanCounts:
    """What a scan did, in files."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    moved: int = 0
    missing: int = 0
    problems: int = 0
    changed_titles: set[str] = field(default_factory=set, repr=False)

    def restore(self, numbers: Mapping[str, int]) -> None:
        """Go back to earlier numbers: the commit that they counted did not happen."""
        for name, value in numbers.items():
            setattr(self, name, value)

    def numbers(self) -> dict[str, int]:
        """The counts as the API shows them."""
        names = ("added", "updated", "unchanged", "moved", "missing", "problems")
        return {name: getattr(self, name) for name in names}


def folder_kind(value: str) -> FolderKind:
    """A stored kind; what is not known is `mixed`."""
    return value if value in ("movies", "shows") else "mixed"  # type: ignore[return-value]  # narrowed by the test
