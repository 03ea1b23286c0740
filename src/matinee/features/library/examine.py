"""One new or changed file: what it is, what is in it, or why it cannot be used. Never raises for what is wrong with the file."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import structlog

from matinee.features.catalog.service import CatalogService, Resolved
from matinee.features.library.fingerprint import fingerprint
from matinee.features.library.identify import Identity, identify
from matinee.features.library.names import FolderKind
from matinee.features.library.paths import absolute, real
from matinee.features.library.policy import LibraryOptions
from matinee.features.library.repository import FileRepository, KnownFile
from matinee.features.library.walk import Found
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import MatineeError
from matinee.infra.ids import TitleId
from matinee.infra.media.info import MediaInfo, info_to_dict
from matinee.infra.media.probe import MediaUnreadable
from matinee.ports.metadata import TitleQuery

log = structlog.get_logger(__name__)
_RESOLVED = 2000


class MediaProbe(Protocol):
    """What reads a file; `infra.media.probe.Prober` is one."""

    async def probe(self, path: Path) -> MediaInfo:
        """What is in the file. Raises `MediaUnreadable`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file cannot be used. `for_now`: it may be well at the next look, so what is known of it stays as it is."""

    code: str
    message: str
    for_now: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """The outcome for one file. `media` None means that the known one still holds."""

    found: Found
    known: KnownFile | None
    moved: bool = False
    fingerprint: str | None = None
    media: dict[str, Any] | None = None  # Any: the document of `infra.media.info`
    identity: Identity | None = None
    title_id: TitleId | None = None
    wrong_hints: str = ""
    """Ids in the file's name that no provider knows; the file is used all the same."""
    refusal: Refusal | None = None
    vanished: bool = False


class Examiner:
    """Looks at files of one folder."""

    def __init__(
        self, database: Database, catalog: CatalogService, probe: MediaProbe, clock: Clock, options: LibraryOptions
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._probe = probe
        self._clock = clock
        self._options = options
        self._files = FileRepository()
        self._gate = asyncio.Semaphore(max(1, options.probes))
        self._resolved: OrderedDict[Any, Resolved] = OrderedDict()
        self._claimed: set[str] = set()

    def begin(self) -> None:
        """Forget what was remembered for the scan before."""
        self._resolved.clear()
        self._claimed.clear()

    async def examine(
        self, some: Sequence[Found], known: Mapping[str, KnownFile], folder: str, kind: FolderKind, *, again: bool = False
    ) -> list[Examined]:
        """Look at a handful of files below the stored path `folder`, of which `known` has what is known, by key.

        `again` reads those that could not be used before even if their content is the same.
        """
        marks = await self._marks(some, folder)
        moved = await self._moved(some, known, marks)

        async def one(found: Found) -> Examined:
            before = known.get(found.key)
            anew = again and before is not None and before.state == "broken"
            try:
                return await self._examine(found, before, marks[found.key], moved.get(found.key), folder, kind, anew)
            except MatineeError:
                raise
            except Exception as error:  # whatever a strange file does to us, the others go on
                log.warning("file_not_examined", path=found.path, exc_info=error)
                refusal = Refusal("internal", "Matinee failed on this file; the log says why.", for_now=True)
                return Examined(found, before, refusal=refusal)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(found)) for found in some]
        return [task.result() for task in tasks]

    async def _examine(
        self,
        found: Found,
        known: KnownFile | None,
        mark: str | Exception | None,
        moved_from: KnownFile | None,
        folder: str,
        kind: FolderKind,
        again: bool,
    ) -> Examined:
        if mark is None:
            return Examined(found, known, refusal=Refusal("empty", "The file is empty."))
        if isinstance(mark, FileNotFoundError):
            return Examined(found, known, vanished=True)
        if isinstance(mark, OSError):
            reason = f"{mark.strerror or 'It cannot be read'}."
            return Examined(found, known, refusal=Refusal("unreadable", reason, for_now=True))
        if isinstance(mark, Exception):
            raise mark
        async with self._gate:
            same = known is not None and known.fingerprint == mark and known.has_media and not again
            media: dict[str, Any] | None = None  # Any: a JSON document
            refusal: Refusal | None = None
            if not same and not (moved_from and moved_from.has_media):
                media, refusal = await self._read(absolute(folder, found.path), found)
            if refusal is not None:
                return Examined(found, known, fingerprint=mark, refusal=refusal)
            identity = await asyncio.to_thread(identify, found, Path(real(folder)), kind)
            title = await self._resolve(identity.query)
            moved = moved_from is not None
            return Examined(found, known or moved_from, moved, mark, media, identity, title.title_id, title.wrong_hints)

    async def _marks(self, some: Sequence[Found], folder: str) -> dict[str, str | Exception | None]:
        """Fingerprints by key, or why there is none; None for an empty file."""
        lanes = max(1, self._options.probes)
        parts = [some[start::lanes] for start in range(min(lanes, len(some)))]
        found = await asyncio.gather(*(asyncio.to_thread(_marks_of, part, folder) for part in parts))
        return {key: mark for part in found for key, mark in part.items()}

    async def _moved(
        self, some: Sequence[Found], known: Mapping[str, KnownFile], marks: Mapping[str, str | Exception | None]
    ) -> dict[str, KnownFile]:
        """For new files by key: the known file with the same content that is no longer where it was."""
        fresh = {found.key: mark for found in some if found.key not in known and isinstance(mark := marks[found.key], str)}
        if not fresh:
            return {}
        async with self._database.read() as unit:
            alike = await self._files.like(unit, sorted(set(fresh.values())))
        moved: dict[str, KnownFile] = {}
        for key, mark in fresh.items():
            candidates = [(entry, folder) for entry, folder in alike.get(mark, ()) if entry.id not in self._claimed]
            gone = await asyncio.to_thread(_first_gone, candidates) if candidates else None
            if gone is not None:
                self._claimed.add(gone.id)
                moved[key] = gone
        return moved

    async def _read(self, path: Path, found: Found) -> tuple[dict[str, Any] | None, Refusal | None]:  # Any: a JSON document
        try:
            info = await self._probe.probe(path)
        except MediaUnreadable as error:
            if error.code in ("truncated", "unreadable", "not_media") and await self._is_fresh(path, found):
                message = "The file is still being copied, or was cut; it is looked at again with the next scan."
                return None, Refusal("still_copying", message, for_now=True)
            return None, Refusal(error.code, error.message)
        except OSError as error:
            return None, Refusal("unreadable", f"{error.strerror or 'It cannot be read'}.", for_now=True)
        if not await self._is_as_found(path, found):
            return None, Refusal("still_copying", "The file changed while it was read.", for_now=True)
        return cast("dict[str, Any]", _storable(info_to_dict(info))), None

    async def _is_fresh(self, path: Path, found: Found) -> bool:
        age = self._clock.now().timestamp() - found.mtime_ns / 1e9
        return age < self._options.settle.total_seconds() or not await self._is_as_found(path, found)

    async def _is_as_found(self, path: Path, found: Found) -> bool:
        try:
            facts = await asyncio.to_thread(path.stat)
        except OSError:
            return False
        return (facts.st_size, facts.st_mtime_ns) == (found.size, found.mtime_ns)

    async def _resolve(self, query: TitleQuery) -> Resolved:
        """The title, asked for once in a scan however many files it has."""
        key = (query.kind, query.title.casefold(), query.year, tuple(sorted(query.hints.items())))
        if key not in self._resolved:
            self._resolved[key] = await self._catalog.match(query)
            if len(self._resolved) > _RESOLVED:
                self._resolved.popitem(last=False)
        return self._resolved[key]


def _marks_of(some: Sequence[Found], folder: str) -> dict[str, str | Exception | None]:
    marks: dict[str, str | Exception | None] = {}
    for found in some:
        try:
            marks[found.key] = fingerprint(absolute(folder, found.path), found.size) if found.size else None
        except Exception as error:  # noqa: BLE001 (raised, or said, where this file's turn is)
            marks[found.key] = error
    return marks


def _first_gone(candidates: Sequence[tuple[KnownFile, str]]) -> KnownFile | None:
    return next((entry for entry, folder in candidates if not os.path.lexists(absolute(folder, entry.path))), None)


def _storable(value: object) -> object:
    """Without what no database takes in text: NUL and lone surrogates, which tags of old files contain."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _storable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_storable(inner) for inner in value]
    return value
