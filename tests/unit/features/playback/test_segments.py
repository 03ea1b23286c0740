"""The segment cache: never above its cap, least recently used goes first, a restart forgets nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from matinee.features.playback.segments import SegmentCache
from matinee.features.playback.telemetry import PlaybackMetrics


def make(folder: Path, limit: int = 100) -> tuple[SegmentCache, CollectorRegistry]:
    registry = CollectorRegistry()
    return SegmentCache(folder, limit, PlaybackMetrics(registry)), registry


def on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_what_was_used_longest_ago_goes_first_and_the_cap_holds(tmp_path: Path) -> None:
    cache, registry = make(tmp_path)
    for number in range(3):
        cache.put("k/r", number, bytes(30))
    assert cache.find("k/r", 0) is not None  # used again
    cache.put("k/r", 3, bytes(40))
    assert [cache.has("k/r", number) for number in range(4)] == [True, False, True, True]
    assert on_disk(tmp_path) == cache.size == 100
    assert registry.get_sample_value("matinee_segment_cache_evictions_total") == 1
    assert registry.get_sample_value("matinee_segment_cache_bytes") == 100


def test_a_segment_larger_than_the_cache_is_refused(tmp_path: Path) -> None:
    cache, _ = make(tmp_path)
    with pytest.raises(OSError, match="does not fit"):
        cache.put("k/r", 0, bytes(101))
    assert on_disk(tmp_path) == cache.size == 0


def test_replacing_a_segment_counts_it_once(tmp_path: Path) -> None:
    cache, _ = make(tmp_path)
    cache.put("k/r", 0, bytes(40))
    cache.put("k/r", 0, bytes(50))
    assert cache.size == on_disk(tmp_path) == 50


def test_a_restart_finds_everything_and_tidies_half_written_files(tmp_path: Path) -> None:
    cache, _ = make(tmp_path)
    for number in range(3):
        path = cache.put("k/r", number, bytes(30))
        os.utime(path, (1000 - number, 1000 - number))  # 2 was used longest ago
    left = tmp_path / "k/r/x.partial"
    left.write_bytes(bytes(30))
    os.utime(left, (1000, 1000))
    again, _ = make(tmp_path, limit=60)
    again.load()
    assert [again.has("k/r", number) for number in range(3)] == [True, True, False]
    assert again.size == on_disk(tmp_path) == 60


def test_what_another_server_is_writing_now_is_left_alone(tmp_path: Path) -> None:
    cache, _ = make(tmp_path)
    cache.put("k/r", 0, bytes(30))
    theirs = tmp_path / "k/r/y.partial"
    theirs.write_bytes(bytes(20))
    again, _ = make(tmp_path)
    again.load()
    assert theirs.exists()
    assert again.size == 30


def test_a_file_that_somebody_deleted_is_forgotten(tmp_path: Path) -> None:
    cache, _ = make(tmp_path)
    cache.put("k/r", 0, bytes(30)).unlink()
    assert cache.find("k/r", 0) is None
    assert cache.size == 0


def test_what_another_process_wrote_is_found_and_counted(tmp_path: Path) -> None:
    mine, _ = make(tmp_path)
    theirs, _ = make(tmp_path)
    theirs.put("k/r", -1, bytes(10))
    assert mine.read_init("k/r") == bytes(10)
    assert mine.size == 10


def test_dropping_a_rendition_leaves_the_others(tmp_path: Path) -> None:
    cache, _ = make(tmp_path)
    cache.put("k/r", 0, b"a")
    cache.put("k/r2", 0, b"b")
    cache.drop("k/r")
    assert (cache.find("k/r", 0), cache.has("k/r2", 0)) == (None, True)
    assert not (tmp_path / "k/r").exists()
