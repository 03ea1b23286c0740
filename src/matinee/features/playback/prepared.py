"""Renditions made ahead of time: whole, in a folder that is kept, and made again from where the making stopped.

`<source key>/manifest.json` says what the folder belongs to; below it each rendition has the layout of the segment cache.
A rendition is served once `complete.json` is there: its segments and those made on demand might not fit each other.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from matinee.features.playback.segments import PARTIAL, segment_name, write_whole
from matinee.features.playback.transcoder import Rendition
from matinee.infra.media.hls import INIT, RunFailed

_COMPLETE = "complete.json"
_MANIFEST = "manifest.json"
OnSegment = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class PreparedFolder:
    """What is prepared of one file. Per rendition: segments there, segments in all, whether it is complete, bytes."""

    key: str
    item_id: str
    title_id: str
    file_id: str
    renditions: dict[str, tuple[int, int, bool, int]]


class PreparedStore:
    """The folder of prepared renditions. Methods that walk it are for a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = str(folder)

    def find(self, rendition: str, number: int) -> Path | None:
        """The file of a segment of a complete rendition."""
        folder = f"{self._root}/{rendition}"
        if not os.path.exists(f"{folder}/{_COMPLETE}"):  # noqa: PTH110 - asked for every segment, and a Path costs ten times as much
            return None
        path = Path(folder, segment_name(number))
        return path if path.exists() else None

    def begin(self, key: str, item_id: str, title_id: str, file_id: str) -> None:
        """Say what a source key belongs to, and tidy what an interrupted writer left."""
        document = {"item_id": item_id, "title_id": title_id, "file_id": file_id}
        for left in (self._folder / key).rglob(f"*{PARTIAL}"):
            left.unlink(missing_ok=True)
        write_whole(self._folder / key / _MANIFEST, json.dumps(document).encode())

    def missing(self, rendition: Rendition) -> list[int]:
        """The segments that are not there yet; none for a complete rendition."""
        folder = self._folder / rendition.folder
        if (folder / _COMPLETE).exists():
            return []
        there = {path.name for path in folder.glob("*.m4s")} if folder.is_dir() else set[str]()
        return [number for number in range(rendition.grid.count) if segment_name(number) not in there]

    def is_complete(self, rendition: Rendition) -> bool:
        """Whether the rendition is served."""
        return (self._folder / rendition.folder / _COMPLETE).exists()

    def put(self, rendition: Rendition, number: int, data: bytes) -> None:
        """Keep a segment. Another initialisation segment than before means another encoder: what it made goes."""
        path = self._folder / rendition.folder / segment_name(number)
        if number == INIT and path.exists() and path.read_bytes() != data:
            shutil.rmtree(path.parent)
        write_whole(path, data)

    def finish(self, rendition: Rendition) -> None:
        """From now on the rendition is served."""
        document = {"segments": rendition.grid.count}
        write_whole(self._folder / rendition.folder / _COMPLETE, json.dumps(document).encode())

    def note_total(self, rendition: Rendition) -> None:
        """Remember how many segments there will be, for the list."""
        write_whole(self._folder / rendition.folder / "total.json", json.dumps(rendition.grid.count).encode())

    def listed(self) -> list[PreparedFolder]:
        """Everything that is there, by file."""
        found = []
        for manifest in sorted(self._folder.glob(f"*/{_MANIFEST}")):
            with contextlib.suppress(OSError, ValueError, KeyError):
                about = json.loads(manifest.read_bytes())
                renditions = {f.name: _measure(f) for f in sorted(manifest.parent.iterdir()) if f.is_dir()}
                found.append(
                    PreparedFolder(manifest.parent.name, about["item_id"], about["title_id"], about["file_id"], renditions)
                )
        return found

    def delete(self, item_id: str) -> bool:
        """Remove everything of an item; says whether there was anything."""
        folders = [folder for folder in self.listed() if folder.item_id == item_id]
        for folder in folders:
            shutil.rmtree(self._folder / folder.key, ignore_errors=True)
        return bool(folders)


async def prepare_rendition(
    store: PreparedStore, rendition: Rendition, in_thread: Callable[..., Awaitable[None]], on_segment: OnSegment
) -> None:
    """Make what is missing of one rendition. `on_segment` is awaited with the number missing after each; it may raise to stop.

    A run that fails is tried once more. Raises `RunFailed`.
    """
    failures = 0
    missing = store.missing(rendition)
    while missing:
        try:
            await _fill(store, rendition, missing, failures, in_thread, on_segment)
            failures = 0
        except RunFailed:
            failures += 1
            if failures > 1:
                raise
        missing = store.missing(rendition)


async def _fill(
    store: PreparedStore,
    rendition: Rendition,
    missing: list[int],
    attempt: int,
    in_thread: Callable[..., Awaitable[None]],
    on_segment: OnSegment,
) -> None:
    """One run from the first gap to where the next segment is there already."""
    wanted = set(missing)
    async with contextlib.aclosing(rendition.pieces(missing[0], attempt)) as pieces:
        async for piece in pieces:
            await in_thread(store.put, rendition, piece.number, piece.data)
            if piece.number == INIT:
                continue
            wanted.discard(piece.number)
            await on_segment(len(wanted))
            if piece.number + 1 not in wanted:
                return


def _measure(folder: Path) -> tuple[int, int, bool, int]:
    files = [path.stat() for path in folder.iterdir() if path.suffix in (".m4s", ".mp4")]
    segments = sum(1 for path in folder.glob("*.m4s"))
    complete = (folder / _COMPLETE).exists()
    total = segments
    if not complete:
        with contextlib.suppress(OSError, ValueError):
            total = int(json.loads((folder / "total.json").read_bytes()))
    return segments, total, complete, sum(status.st_size for status in files)
