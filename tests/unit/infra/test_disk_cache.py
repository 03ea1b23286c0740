"""The cache on disk stays under its cap and survives whatever happens to its folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from matinee.infra.disk_cache import DiskCache

pytestmark = pytest.mark.anyio


def used(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


async def test_keeps_and_gives(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "c", 1000)
    assert await cache.get("a/../b") is None
    await cache.put("a/../b", b"value")
    assert await cache.get("a/../b") == b"value"
    assert await DiskCache(tmp_path / "c", 1000).get("a/../b") == b"value"


async def test_never_exceeds_its_cap_and_drops_what_was_used_least(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 1000)
    for number in range(9):
        await cache.put(str(number), bytes(100))
        path = cache._path(str(number))
        os.utime(path, ns=(number, number))
    assert await cache.get("0") is not None  # now the one used last
    for number in range(9, 14):
        await cache.put(str(number), bytes(100))
        assert used(tmp_path) <= 1000
    assert await cache.get("0") is not None
    assert await cache.get("1") is None


async def test_what_another_process_added_counts(tmp_path: Path) -> None:
    one, other = DiskCache(tmp_path, 1000), DiskCache(tmp_path, 1000)
    for number in range(8):
        await one.put(f"one-{number}", bytes(100))
    for number in range(8):
        await other.put(f"other-{number}", bytes(100))
    assert used(tmp_path) <= 1000


async def test_a_value_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 10)
    await cache.put("a", bytes(11))
    assert await cache.get("a") is None


async def test_a_folder_that_cannot_be_written_is_a_miss(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = DiskCache(tmp_path / "file", 1000)
    await cache.put("a", b"x")
    assert await cache.get("a") is None
