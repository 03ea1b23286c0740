"""The cache on disk stays under its cap at every moment and survives whatever happens to its folder."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from matinee.infra.clock import ManualClock
from matinee.infra.disk_cache import DiskCache

pytestmark = pytest.mark.anyio
SMALL = 80  # bytes of a value that takes 100 on disk


def files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("??/*") if path.is_file()]


def used(folder: Path) -> int:
    return sum(path.stat().st_size for path in files(folder))


async def test_keeps_and_gives_also_after_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    cache = DiskCache(tmp_path / "c", 1000, clock=clock)
    assert await cache.get("a/../b") is None
    put = await cache.put("a/../b", b"value")
    found = await DiskCache(tmp_path / "c", 1000, clock=clock).get("a/../b")
    assert found == put
    assert found is not None
    assert (found.value, found.stored_at) == (b"value", clock.now())
    await cache.drop("a/../b")
    assert await cache.get("a/../b") is None
    assert (cache.figures.hits, cache.figures.misses) == (0, 2)


async def test_a_value_put_again_replaces_the_old_one_and_its_bytes(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 1000)
    for number in range(50):
        await cache.put("same", bytes([number]) * 500)
    assert cache.figures.evicted == 0
    assert cache.figures.size == used(tmp_path) == 520
    found = await cache.get("same")
    assert found is not None
    assert found.value[0] == 49


async def test_drops_what_was_used_least(tmp_path: Path, clock: ManualClock) -> None:
    cache = DiskCache(tmp_path, 1000, clock=clock)
    for number in range(10):
        await cache.put(str(number), bytes(SMALL))
        await clock.advance(1)
    assert await cache.get("0") is not None  # now the one used last
    for number in range(10, 14):
        await clock.advance(1)
        await cache.put(str(number), bytes(SMALL))
    kept = {number for number in range(14) if await cache.get(str(number)) is not None}
    assert 0 in kept
    assert {1, 2, 3, 4}.isdisjoint(kept)
    assert kept >= {9, 10, 11, 12, 13}


async def test_the_cap_holds_at_every_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        seen.append(used(tmp_path))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    cache = DiskCache(tmp_path, 1000)
    for number in range(60):
        await cache.put(str(number), bytes(37 * number % 400))
    assert len(seen) == 60
    assert max(seen) <= 1000


_WRITER = """
import asyncio, sys
from pathlib import Path
from matinee.infra.disk_cache import DiskCache

async def main(folder, name):
    cache = DiskCache(Path(folder), 20_000)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(150):
        await cache.put(f"{name}-{number}", bytes(480))

asyncio.run(main(*sys.argv[1:]))
"""


def _start(folder: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(folder), name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def test_two_processes_keep_to_one_cap(tmp_path: Path) -> None:
    writers = [_start(tmp_path, name) for name in ("one", "other")]
    highest, over = 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not over.is_set():
            highest = max(highest, _now(tmp_path))

    watcher = threading.Thread(target=watch)
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    watcher.start()
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.close()  # the end of its input is the start of its work
    codes = [await asyncio.to_thread(writer.wait, 60) for writer in writers]
    over.set()
    watcher.join()
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.close()
    assert codes == [0, 0]
    assert 10_000 < highest <= 20_000
    assert int((tmp_path / ".ledger").read_text()) == used(tmp_path)


def _now(folder: Path) -> int:
    """Bytes there while nobody writes: the lock that writers take is held."""
    with (folder / ".ledger").open("a") as ledger:
        fcntl.flock(ledger, fcntl.LOCK_EX)
        return used(folder)


async def test_a_new_process_counts_what_is_there(tmp_path: Path) -> None:
    first = DiskCache(tmp_path, 1000)
    for number in range(8):
        await first.put(str(number), bytes(SMALL))
    (tmp_path / ".ledger").write_text("0")  # as if the count had been lost
    other = DiskCache(tmp_path, 1000)
    for number in range(8, 16):
        await other.put(str(number), bytes(SMALL))
    assert used(tmp_path) <= 1000


async def test_nothing_is_served_beyond_its_age(tmp_path: Path, clock: ManualClock) -> None:
    cache = DiskCache(tmp_path, 10_000, most_age=timedelta(days=180), clock=clock)
    await cache.put("old", b"x")
    await clock.advance(timedelta(days=100).total_seconds())
    made = await cache.put("made of it", b"y", stored_at=clock.now() - timedelta(days=100))
    assert await cache.get("old") is not None
    await clock.advance(timedelta(days=79, hours=23).total_seconds())
    assert await cache.get("made of it") == made, "use does not prolong it, nor does it shorten it"
    await clock.advance(3600)
    assert await cache.get("old") is None
    assert await cache.get("made of it") is None
    assert files(tmp_path) == []
    await cache.put("too old already", b"z", stored_at=clock.now() - timedelta(days=180))
    assert files(tmp_path) == []


async def test_a_sweep_deletes_what_nobody_asks_for(tmp_path: Path, clock: ManualClock) -> None:
    cache = DiskCache(tmp_path, 10_000, most_age=timedelta(days=180), clock=clock)
    await cache.put("old", b"x")
    await clock.advance(timedelta(days=90).total_seconds())
    await cache.put("young", b"x")
    assert await cache.sweep() == 0
    await clock.advance(timedelta(days=90).total_seconds())
    assert await cache.sweep() == 1
    assert cache.figures.size == used(tmp_path) == 21
    assert await DiskCache(tmp_path / "nothing", 10_000).sweep() == 0


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "of another kind"])
async def test_a_damaged_value_is_a_miss(tmp_path: Path, damage: str) -> None:
    cache = DiskCache(tmp_path, 1000)
    await cache.put("a", bytes(range(100)))
    [path] = files(tmp_path)
    data = path.read_bytes()
    changed = {"cut": data[:-1], "changed": data[:-1] + b"!", "empty": b"", "of another kind": bytes(range(100))}
    path.write_bytes(changed[damage])
    assert await cache.get("a") is None
    assert files(tmp_path) == []
    assert cache.figures.damaged == 1


async def test_a_value_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 30)
    kept = await cache.put("a", bytes(11))
    assert kept.value == bytes(11)
    assert await cache.get("a") is None
    await cache.put("b", bytes(10))
    assert await cache.get("b") is not None


async def test_a_folder_that_cannot_be_written_is_a_miss(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = DiskCache(tmp_path / "file", 1000)
    await cache.put("a", b"x")
    assert await cache.get("a") is None
    assert await cache.sweep() == 0
    assert cache.figures.failures == 2


async def test_what_a_crash_left_half_written_counts_and_goes(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "ab").mkdir()
    half = tmp_path / "ab" / "abcd.0123.part"
    half.write_bytes(bytes(900))
    os.utime(half, (0, 0))
    cache = DiskCache(tmp_path, 1000, clock=clock)
    await cache.put("a", bytes(SMALL))
    await cache.put("b", bytes(SMALL))
    assert not half.exists()
    assert used(tmp_path) == 200


async def test_a_full_cache_of_many_values_does_not_hold_up_the_loop(tmp_path: Path, clock: ManualClock) -> None:
    """Making room looks at every value; meanwhile the event loop must go on."""
    for folder in range(64):
        (tmp_path / f"{folder:02x}").mkdir()
        for number in range(60):
            (tmp_path / f"{folder:02x}" / f"{number}").write_bytes(bytes(100))
    cache = DiskCache(tmp_path, 64 * 60 * 100, clock=clock)
    ticks = 0

    async def ticking() -> None:
        nonlocal ticks
        while cache.figures.evicted == 0:
            ticks += 1
            await asyncio.sleep(0)

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(ticking())
        group.create_task(cache.put("a", bytes(100)))
    assert ticks > 100
    assert cache.figures.size <= 64 * 60 * 100
