"""Forgetting files that have been missing for long, and only where their absence is certain."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
import typer
from sqlalchemy import select, text

from matinee.features.library.commands import _age
from matinee.features.library.events import LibraryChanged
from matinee.features.library.models import LibraryFile, LibraryProblem
from matinee.features.library.purge import Purge, PurgeCounts
from matinee.infra.feature import EventBus
from matinee.infra.ids import new_id
from tests.integration.library.conftest import Stand

pytestmark = pytest.mark.anyio
MONTH = timedelta(days=30)


async def _silent(done: int, total: int | None, message: str) -> None:
    """Nobody listens."""


async def purge(stand: Stand, *, dry_run: bool = False) -> PurgeCounts:
    events = EventBus()

    async def note(event: LibraryChanged) -> None:
        stand.changes.append(event)

    events.subscribe(LibraryChanged, note)
    stand.changes.clear()
    return await Purge(stand.database, events, stand.clock).run(MONTH, _silent, dry_run=dry_run)


async def files(stand: Stand) -> dict[str, str]:
    async with stand.database.read() as unit:
        rows = await unit.session.execute(select(LibraryFile.path, LibraryFile.state))
        return {row.path: row.state for row in rows}


async def lose(stand: Stand, *paths: str) -> None:
    """Delete files, and have the scan notice."""
    for path in paths:
        (stand.root / path).unlink()
    await stand.scan()


async def test_only_what_is_missing_long_enough_is_forgotten(stand: Stand) -> None:
    for year in (2001, 2002, 2003):
        stand.put(f"Film ({year}).mkv")
    await stand.scan()
    await lose(stand, "Film (2001).mkv")
    await stand.clock.advance(MONTH.total_seconds() - 3600)
    await lose(stand, "Film (2002).mkv")
    await stand.clock.advance(3600)
    counts = await purge(stand)
    assert (counts.forgotten, counts.kept, counts.paths) == (1, 0, [str(stand.root / "Film (2001).mkv")])
    assert await files(stand) == {"Film (2002).mkv": "missing", "Film (2003).mkv": "ok"}
    assert stand.changes == [LibraryChanged(removed=1)]


async def test_items_that_nothing_plays_any_more_go_and_others_stay(stand: Stand) -> None:
    stand.put("Show/Season 01/Show - S01E01.mkv")
    stand.put("Show/Season 01/Show - S01E02.mkv")
    stand.put("Show/Season 01/Show - S01E02.720p.mkv")
    await stand.scan()
    assert len(await stand.items("Show")) == 2
    await lose(stand, "Show/Season 01/Show - S01E01.mkv", "Show/Season 01/Show - S01E02.mkv")
    await stand.clock.advance(MONTH.total_seconds())
    assert (await purge(stand)).forgotten == 2
    [left] = await stand.items("Show")
    assert (left.episode, [file.state for file in left.files]) == (2, ["ok"])


async def test_a_dry_run_only_counts(stand: Stand) -> None:
    stand.put("Film (2001).mkv")
    stand.put("Film (2002).mkv")
    await stand.scan()
    await lose(stand, "Film (2001).mkv")
    await stand.clock.advance(MONTH.total_seconds())
    assert (await purge(stand, dry_run=True)).forgotten == 1
    assert (await files(stand))["Film (2001).mkv"] == "missing"
    assert stand.changes == []


async def test_nothing_is_forgotten_of_a_folder_that_cannot_be_reached(stand: Stand) -> None:
    stand.put("Film (2001).mkv")
    stand.put("Film (2002).mkv")
    await stand.scan()
    await lose(stand, "Film (2001).mkv")
    await stand.clock.advance(MONTH.total_seconds())
    away = stand.root.with_name("away")
    stand.root.rename(away)
    counts = await purge(stand)
    assert (counts.forgotten, counts.kept) == (0, 1), "the folder is away now"
    await stand.scan()
    away.rename(stand.root)
    counts = await purge(stand)
    assert (counts.forgotten, counts.kept) == (0, 1), "the folder was away at the last scan"
    await stand.scan()
    assert (await purge(stand)).forgotten == 1


async def test_nothing_is_forgotten_below_what_the_last_scan_could_not_read(stand: Stand) -> None:
    for path in ("locked/Film (2001).mkv", "open/Film (2002).mkv", "Film (2003).mkv"):
        stand.put(path)
    await stand.scan()
    await lose(stand, "locked/Film (2001).mkv", "open/Film (2002).mkv")
    await stand.clock.advance(MONTH.total_seconds())
    async with stand.database.write() as unit:
        unit.session.add(
            LibraryProblem(
                id=new_id(), folder_id=stand.folder_id, path="locked", path_key="locked", code="unreadable_folder",
                message="Permission denied.", generation=99, seen_at=stand.clock.now(),
            )
        )  # fmt: skip
    counts = await purge(stand)
    assert (counts.forgotten, counts.kept) == (1, 1)
    assert "locked/Film (2001).mkv" in await files(stand)


async def test_a_file_that_has_come_back_is_left_to_the_next_scan(stand: Stand) -> None:
    stand.put("Film (2001).mkv")
    stand.put("Film (2002).mkv")
    await stand.scan()
    await lose(stand, "Film (2001).mkv")
    await stand.clock.advance(MONTH.total_seconds())
    stand.put("Film (2001).mkv")
    counts = await purge(stand)
    assert (counts.forgotten, counts.kept) == (0, 1)
    await stand.scan()
    assert (await files(stand))["Film (2001).mkv"] == "ok"


async def test_a_whole_show_that_was_deleted_is_forgotten_batch_by_batch(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matinee.features.library.purge._BATCH", 2)
    for number in range(5):
        stand.put(f"Show/Show - S01E0{number + 1}.mkv")
    stand.put("Film (2001).mkv")
    await stand.scan()
    shutil.rmtree(stand.root / "Show")
    await stand.scan()
    await stand.clock.advance(MONTH.total_seconds())
    assert (await purge(stand)).forgotten == 5
    assert await files(stand) == {"Film (2001).mkv": "ok"}
    async with stand.database.read() as unit:
        assert (await unit.session.execute(text("SELECT count(*) FROM library_item"))).scalar_one() == 1


@pytest.mark.parametrize("age", ["30", "d", "-3d", "0d", "5h", "99999d", ""])
def test_the_command_refuses_what_is_no_age(age: str) -> None:
    with pytest.raises(typer.BadParameter, match="30d, 12w, 1y"):
        _age(age)


@pytest.mark.parametrize(("age", "days"), [("30d", 30), ("2w", 14), ("1y", 365)])
def test_the_command_knows_days_weeks_and_years(age: str, days: int) -> None:
    assert _age(age) == timedelta(days=days)
