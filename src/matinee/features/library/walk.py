"""Walks a library folder and finds its videos with what lies beside them. Blocking: runs in a thread.

Symbolic links to folders inside the library folder are not followed (what they name is found anyway); those that lead outside
are, once. A folder that cannot be listed is a `Trouble` with `protects`: what was known below it must not be taken for gone.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from matinee.features.library.names.extras import extra_kind
from matinee.features.library.names.formats import SUBTITLE_CODECS, VIDEO_SUFFIXES
from matinee.features.library.paths import is_within, key_of, real, stored
from matinee.features.library.policy import UNREADABLE_FOLDER
from matinee.features.library.sidecars import Entry, signature, subtitles_of

_SKIPPED: Final = frozenset({"@eadir", "$recycle.bin", "lost+found", "system volume information", "#recycle"})
_IGNORE_MARKS: Final = frozenset({".nomedia", ".ignore"})
_DISC: Final = frozenset({"video_ts", "bdmv"})
_SUBTITLE_FOLDERS: Final = frozenset({"subs", "sub", "subtitles"})


@dataclass(frozen=True, slots=True)
class Found:
    """A video on disk. `path` is relative to the library folder and stored; `key` is the same for comparison."""

    path: str
    key: str
    size: int
    mtime_ns: int
    sidecars_key: str
    video: Entry
    subtitles: tuple[Entry, ...]
    nfos: tuple[Entry, ...]
    """The file's own NFO first, then `movie.nfo`, then the show's."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A path that could not be looked at. `path` is relative and stored."""

    path: str
    code: str
    message: str
    protects: bool = False


@dataclass(slots=True)
class _Listing:
    files: list[Entry]
    folders: list[str]
    troubles: list[Trouble]
    ignored: bool = False


class Walk:
    """An iteration over what is below `root`, or below its sub-folder `under` (stored form, "" for all)."""

    def __init__(self, root: Path, under: str = "") -> None:
        self._root = str(root)
        self._under = under
        self._real_root = os.path.realpath(self._root)
        self._seen: set[tuple[int, int]] = set()

    def batches(self, size: int) -> Iterator[list[Found | Trouble]]:
        """What is there, in lists of about `size`."""
        batch: list[Found | Trouble] = []
        for entry in self._entries():
            batch.append(entry)
            if len(batch) >= size:
                yield batch
                batch = []
        if batch:
            yield batch

    def _entries(self) -> Iterator[Found | Trouble]:
        if is_skipped(self._under):
            return
        pending: list[tuple[str, tuple[Entry, ...]]] = [(self._under, ())]
        while pending:
            folder, show_nfos = pending.pop()
            listing = self._list(folder)
            yield from listing.troubles
            if listing.ignored:
                continue
            by_name = {entry.name.casefold(): entry for entry in listing.files}
            show_nfo = by_name.get("tvshow.nfo")
            show_nfos = (show_nfo,) if show_nfo else show_nfos
            yield from self._videos(folder, listing, by_name, show_nfos)
            pending.extend((child, show_nfos) for child in reversed(listing.folders))

    def _videos(
        self, folder: str, listing: _Listing, by_name: dict[str, Entry], show_nfos: tuple[Entry, ...]
    ) -> Iterator[Found | Trouble]:
        above = tuple(folder.split("/")) if folder else ()
        some = [entry for entry in listing.files if entry.suffix in VIDEO_SUFFIXES]
        videos = [entry for entry in some if extra_kind(above, entry.stem, entry.size, len(some) - 1) is None]
        if not videos:
            return
        alone = len(videos) == 1
        nearby = [entry for entry in listing.files if entry.suffix in SUBTITLE_CODECS]
        apart = self._subtitle_folder(listing)
        keys: set[str] = set()
        for video in videos:
            path = stored(video.path)
            key = key_of(path)
            if key in keys:
                yield Trouble(path, "duplicate_name", "Another file of this folder has the same name in another Unicode form.")
                continue
            keys.add(key)
            subtitles = subtitles_of(video, nearby, alone=False) + subtitles_of(video, apart, alone=alone)
            named = (by_name.get(video.stem.casefold() + ".nfo"), by_name.get("movie.nfo"))
            nfos = tuple(entry for entry in named if entry) + show_nfos
            mark = signature([*subtitles, *nfos])
            yield Found(path, key, video.size, video.mtime_ns, mark, video, tuple(subtitles), nfos)

    def _list(self, folder: str) -> _Listing:
        listing = _Listing([], [], [])
        try:
            with os.scandir(self._absolute(folder)) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
            if not self._first_visit(folder):
                listing.ignored = True
                return listing
        except OSError as error:
            listing.troubles.append(Trouble(folder, UNREADABLE_FOLDER, _reason(error), protects=True))
            listing.ignored = True
            return listing
        for entry in found:
            if entry.name in _IGNORE_MARKS:
                return _Listing([], [], [], ignored=True)
            if not is_skipped(entry.name):
                self._sort(folder, entry, listing)
        return listing

    def _sort(self, folder: str, entry: os.DirEntry[str], listing: _Listing) -> None:
        path = f"{folder}/{stored(entry.name)}" if folder else stored(entry.name)
        suffix = "." + entry.name.rpartition(".")[2].lower()
        wanted = suffix in VIDEO_SUFFIXES or suffix in SUBTITLE_CODECS or suffix == ".nfo"
        try:
            if entry.is_dir():
                self._folder(path, entry, listing)
            elif wanted:
                facts = entry.stat()
                if stat.S_ISREG(facts.st_mode):
                    listing.files.append(Entry(_join(folder, entry.name), entry.name, facts.st_size, facts.st_mtime_ns))
        except OSError as error:
            code = "broken_link" if entry.is_symlink() and isinstance(error, FileNotFoundError) else "unreadable"
            if wanted:
                listing.troubles.append(Trouble(path, code, _reason(error)))

    def _folder(self, path: str, entry: os.DirEntry[str], listing: _Listing) -> None:
        if entry.name.casefold() in _DISC:
            listing.troubles.append(
                Trouble(path, "disc_folder", "Folders of a DVD or Blu-ray are not read; convert it to a file.")
            )
        elif not entry.is_symlink():
            listing.folders.append(path)
        else:
            target = os.path.realpath(entry.path)
            here = os.path.realpath(Path(entry.path).parent)
            if is_within(here, target):
                listing.troubles.append(Trouble(path, "symlink_loop", "This link leads to a folder above itself."))
            elif not is_within(target, self._real_root):
                listing.folders.append(path)

    def _first_visit(self, folder: str) -> bool:
        facts = Path(self._absolute(folder)).stat()
        identity = (facts.st_dev, facts.st_ino)
        if identity in self._seen:
            return False
        self._seen.add(identity)
        return True

    def _subtitle_folder(self, listing: _Listing) -> list[Entry]:
        found: list[Entry] = []
        for folder in listing.folders:
            if folder.rpartition("/")[2].casefold() in _SUBTITLE_FOLDERS:
                inner = Walk(Path(self._root))._list(folder)
                found.extend(entry for entry in inner.files if entry.suffix in SUBTITLE_CODECS)
        return found

    def _absolute(self, folder: str) -> str:
        return str(Path(self._root) / real(folder)) if folder else self._root


def is_skipped(path: str) -> bool:
    """Whether a path is hidden, or leads through what is: such folders belong to the system or to a program at work."""
    return any(name.startswith(".") or name.casefold() in _SKIPPED for name in path.split("/"))


def count_videos(root: Path) -> int:
    """About how many videos there are, for a progress bar: quick, without looking at any of them."""
    count = 0
    for _folder, folders, files in os.walk(root, onerror=None):
        folders[:] = [name for name in folders if not is_skipped(name)]
        count += sum("." + name.rpartition(".")[2].lower() in VIDEO_SUFFIXES for name in files if name[0] != ".")
    return count


def _join(folder: str, name: str) -> str:
    return f"{real(folder)}/{name}" if folder else name


def _reason(error: OSError) -> str:
    return f"{error.strerror or 'It cannot be read'}."
