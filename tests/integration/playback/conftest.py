"""What tests of playback ask for."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee.features.playback.policy import PlaybackOptions
from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.media.tools import MediaTools, bundled_ffmpeg, find_media_tools
from tests.fixtures.clips import Clips, clips
from tests.integration.playback.harness import Stage, staged

__all__ = ["clips"]

FFMPEGS = {"path": shutil.which("ffmpeg"), "bundled": bundled_ffmpeg()}


@pytest.fixture(scope="session")
def tools() -> MediaTools:
    """The ffmpeg that the product would find."""
    # Not a fixture of the tests' own event loop: one that lasts for the session would keep that loop for all other tests.
    return asyncio.run(find_media_tools())


@pytest.fixture(scope="session", params=[name for name, path in FFMPEGS.items() if path])
def every_tools(request: pytest.FixtureRequest) -> MediaTools:
    """Each ffmpeg there is: the system's and the bundled one are years apart."""
    return asyncio.run(find_media_tools(FFMPEGS[request.param]))


@pytest.fixture
async def any_stage(
    embedded: Database, every_tools: MediaTools, tmp_path: Path, options: PlaybackOptions
) -> AsyncIterator[Stage]:
    """A server for each ffmpeg."""
    async with staged(embedded, every_tools, tmp_path / "data", options) as found:
        yield found


@pytest.fixture
def options() -> PlaybackOptions:
    return PlaybackOptions(hardware_encoding=False)


@pytest.fixture
async def embedded(tmp_path: Path, _sqlite_template: Path, anyio_backend: str) -> AsyncIterator[Database]:
    """SQLite alone, for tests that are not about SQL."""
    shutil.copyfile(_sqlite_template, tmp_path / "matinee.db")
    database = Database(DatabaseOptions(f"sqlite:///{tmp_path / 'matinee.db'}", pool_size=4))
    yield database
    await database.close()


@pytest.fixture
async def stage(embedded: Database, tools: MediaTools, tmp_path: Path, options: PlaybackOptions) -> AsyncIterator[Stage]:
    async with staged(embedded, tools, tmp_path / "data", options) as found:
        yield found


@pytest.fixture(scope="session")
def long_film(clips: Clips) -> Path:
    """Thirty seconds, key frames each 2.5 s, B pictures, 23.976 a second, sound at 44.1 kHz."""
    target = clips.path("film.mp4").with_name("half-minute.mkv")
    if not target.exists():
        partial = target.with_name("partial-half-minute.mkv")
        clips.run(
            *("-f", "lavfi", "-i", "testsrc2=size=426x240:rate=24000/1001:duration=30"),
            *("-f", "lavfi", "-i", "sine=frequency=440:duration=30"),
            *("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "60", "-sc_threshold", "0"),
            *("-c:a", "aac", "-ac", "2", "-f", "matroska"),
            target=partial,
        )
        partial.rename(target)
    return target
