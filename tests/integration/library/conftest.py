"""A library over a real database and a real folder; only the reading of files is scripted."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from matinee.features.catalog.feature import build as build_catalog
from matinee.features.catalog.service import CatalogService, ItemSummary, TitleFilter
from matinee.features.library.demo_shelf import DemoShelf
from matinee.features.library.events import LibraryChanged
from matinee.features.library.folders import Folders
from matinee.features.library.policy import LibraryOptions, ScanCounts, ScanRequest
from matinee.features.library.scanner import Scanner
from matinee.features.library.service import LibraryService
from matinee.infra.cache import Cache
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.feature import EventBus
from matinee.infra.ids import TitleId
from matinee.infra.jobs.definitions import JobDefinition
from matinee.infra.jobs.immediate import ImmediateJobs
from matinee.infra.media.info import AudioTrack, MediaInfo, VideoTrack
from matinee.infra.media.probe import MediaUnreadable
from matinee.infra.paging import Cursors
from matinee.infra.signing import Signer
from tests.fixtures.catalogue import furnished
from tests.fixtures.metadata import RecordedMetadata

LONG_AGO = 1_600_000_000
OK = b"video "


def info_of(content: bytes, height: int = 1080) -> MediaInfo:
    """What the scripted probe says about a file."""
    video = VideoTrack(
        index=0, codec="h264", profile="High", level=40, width=height * 16 // 9, height=height, stored_width=height * 16 // 9,
        stored_height=height, rotation=0, bit_depth=8, pix_fmt="yuv420p", frame_rate=None, variable_frame_rate=False, hdr=None,
        transfer=None, interlaced=False, bit_rate=None, default=True, codec_string="avc1.640028",
    )  # fmt: skip
    audio = AudioTrack(1, "aac", "LC", 2, 48000, None, "en", None, True, "mp4a.40.2")
    return MediaInfo("mkv", 60.0, len(content), 1000, 0.0, (video,), (audio,), (), ())


@dataclass
class ScriptedProbe:
    """Reads the file's bytes: `video ...` is one (`video 720` says how high), anything else is refused by its first word."""

    asked: list[str] = field(default_factory=list)
    during: Callable[[Path], object] | None = None

    async def probe(self, path: Path) -> MediaInfo:
        self.asked.append(path.name)
        content = await asyncio.to_thread(path.read_bytes)
        if self.during:
            self.during(path)
        words = content.split()
        if words[0] != b"video":
            raise MediaUnreadable(words[0].decode(), "It is not well.")  # type: ignore[arg-type]  # the script names a code
        return info_of(content, int(words[1]) if len(words) > 1 and words[1].isdigit() else 1080)


@dataclass
class Stand:
    """The library and what surrounds it."""

    database: Database
    catalog: CatalogService
    library: LibraryService
    scanner: Scanner
    probe: ScriptedProbe
    provider: RecordedMetadata
    clock: ManualClock
    jobs: ImmediateJobs
    root: Path
    changes: list[LibraryChanged]
    folder_id: str = ""
    _scans: int = 0

    def put(self, path: str, content: bytes = b"", at: int = LONG_AGO) -> Path:
        """A file in the library; every one has content of its own unless given."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content or OK + path.encode("utf-8", "surrogateescape"))
        os.utime(target, (at, at))
        return target

    async def scan(self, *, full: bool = False, under: str = "", scan_id: str = "") -> ScanCounts:
        """Scan the folder."""
        self._scans += 1
        self.probe.asked.clear()
        request = ScanRequest(self.folder_id, under, full)
        return await self.scanner.scan(scan_id or f"scan-{self._scans}", request, _silent)

    async def titles(self) -> dict[str, TitleId]:
        """What the library shows, by title."""
        async with self.database.read() as unit:
            found = await self.catalog.available_titles(unit, TitleFilter(), limit=100)
        return {card.title: TitleId(card.id) for card in found.items}

    async def items(self, title: str) -> list[ItemSummary]:
        """The items of a title that the library shows."""
        title_id = (await self.titles())[title]
        async with self.database.read() as unit:
            return list(await self.library.items_of(unit, title_id))

    async def problems(self) -> dict[str, str]:
        """Code by path below the folder."""
        async with self.database.read() as unit:
            page = await self.library.problems(unit, 100, None)
        return {problem.path.removeprefix(str(self.root)).strip("/"): problem.code for problem in page.items}


async def _silent(done: int, total: int | None, message: str) -> None:
    """Nobody listens."""


@pytest.fixture
async def stand(database: Database, clock: ManualClock, tmp_path: Path, cache: Cache) -> Stand:
    root = tmp_path / "videos"
    root.mkdir()
    provider, cursors = RecordedMetadata(), Cursors(Signer(b"k" * 32))
    container = furnished(database, clock, tmp_path / "data", cache, providers=[provider])
    build_catalog(container)
    catalog = container.get(CatalogService)
    events, changes = EventBus(), list[LibraryChanged]()

    async def note(event: LibraryChanged) -> None:
        changes.append(event)

    events.subscribe(LibraryChanged, note)
    own = LibraryOptions(data_dir=tmp_path / "data", batch=50)
    jobs = ImmediateJobs(clock=clock)
    folders = Folders(catalog, events, clock, own)
    shelf = DemoShelf(database, catalog, folders, jobs, own, None)
    library = LibraryService(database, catalog, folders, jobs, cursors, own, shelf)
    catalog.use_library(library)
    probe = ScriptedProbe()
    scanner = Scanner(database, catalog, probe, events, clock, own, jobs)

    async def run(context):  # type: ignore[no-untyped-def]  # the handler of the job below
        payload = context.payload
        request = ScanRequest(payload["folder_id"], payload["under"], payload["full"])
        return (await scanner.scan(context.job_id, request, context.progress)).numbers()

    jobs.register(JobDefinition("library.scan", "Scan", run))
    found = Stand(database, catalog, library, scanner, probe, provider, clock, jobs, root, changes)
    async with database.write() as unit:
        found.folder_id = (await library.add_folder(unit, str(root), "mixed", scan=False)).id
    return found
