"""The scanner over every real file of the test data: each becomes an item of its own, or is refused with a reason."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee.features.library.names.formats import VIDEO_SUFFIXES
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.ids import ItemId
from matinee.infra.media.probe import ProbeOptions, Prober, make_worker_pool
from tests.integration.library.conftest import Stand, stand

__all__ = ["stand"]
pytestmark = [pytest.mark.anyio, pytest.mark.acceptance, pytest.mark.timeout(600)]
DATA = Path(__file__).parents[2] / os.environ.get("MATINEE_TEST_DATA", "../shared/data")
LONG_AGO = 1_600_000_000
REFUSED = {
    "issue55.flv": "no_video",
    "mp4-with-audio.mp4": "no_video",
    "short-zero-inband.mov": "no_video",
    "vbr_requires_parsespeed_1.mp4": "no_video",
    "full_blocks.mkv": "no_video",
    "sample_ac3.ts": "no_video",
    "sample_fragmented_clearkey.mp4": "encrypted",
    "made empty.mkv": "empty",
    "made noise.mkv": "not_media",
}


@pytest.fixture
async def prober(anyio_backend: str) -> AsyncIterator[Prober]:
    found = Prober(make_worker_pool(ProbeOptions()))
    yield found
    await found.aclose()


@pytest.fixture
def engine_name() -> str:
    """One engine is enough here: what differs between them is tested elsewhere."""
    return "sqlite"


async def test_every_real_file_is_an_item_or_a_problem(
    stand: Stand, prober: Prober, database: Database, clock: ManualClock
) -> None:
    names = _copy(stand.root)
    assert len(names) > 40, f"no videos below {DATA.resolve()}; set MATINEE_TEST_DATA"
    stand.scanner._probe = prober
    counts = await stand.scan()
    problems = await stand.problems()
    titles = await stand.titles()
    assert counts.added + counts.problems == len(names)
    assert {name: problems.get(f"clips/{name}") for name in REFUSED if name in names} == {
        name: code for name, code in REFUSED.items() if name in names
    }
    assert len(titles) > 0.9 * counts.added, "different files must not become one title"
    await _has_tracks(stand)
    again = await stand.scan()
    assert (again.unchanged, again.added, again.updated) == (len(names), 0, 0)
    assert await stand.problems() == problems


async def _has_tracks(stand: Stand) -> None:
    """Whatever became an item can be described for the player."""
    for title in await stand.titles():
        for item in await stand.items(title):
            async with stand.database.read() as unit:
                view = await stand.library.item_view(unit, ItemId(item.id), with_paths=True)
            for file in view.files:
                assert file.video is not None
                assert file.video.width > 0
                assert file.path is not None
                assert Path(file.path).is_file()


def _copy(root: Path) -> set[str]:
    folder = root / "clips"
    folder.mkdir()
    for source in sorted([*(DATA / "video").glob("*"), *(DATA / "video-more").glob("*")]):
        if source.suffix.lower() in VIDEO_SUFFIXES:
            shutil.copyfile(source, folder / source.name)
    (folder / "made empty.mkv").write_bytes(b"")
    (folder / "made noise.mkv").write_bytes(random.Random(1).randbytes(65_536))
    for path in folder.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    return {path.name for path in folder.iterdir()}
