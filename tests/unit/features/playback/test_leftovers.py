import os
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from matinee.features.playback.leftovers import Leftovers
from matinee.features.playback.telemetry import PlaybackMetrics

pytestmark = pytest.mark.anyio


def _thing(folder: Path, name: str, size: int, age: int) -> Path:
    path = folder / name
    path.mkdir(parents=True)
    (path / "0.jpg").write_bytes(b"x" * size)
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return path


async def test_what_was_used_least_recently_goes_until_the_rest_fits(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    kept = Leftovers(tmp_path, 250, PlaybackMetrics(registry), "thumbnails")
    oldest, old, new = (_thing(tmp_path, name, 100, age) for name, age in (("oldest", 30), ("old", 20), ("new", 10)))
    await kept.used(oldest)
    await kept.added(new)
    assert (oldest.exists(), old.exists(), new.exists()) == (True, False, True)
    labels = {"kind": "thumbnails"}
    assert registry.get_sample_value("matinee_playback_cache_bytes", labels) == 200
    assert registry.get_sample_value("matinee_playback_cache_evictions_total", labels) == 1


async def test_the_newest_stays_even_when_it_alone_is_too_large(tmp_path: Path) -> None:
    kept = Leftovers(tmp_path, 50, PlaybackMetrics(CollectorRegistry()), "thumbnails")
    large = _thing(tmp_path, "large", 100, 0)
    await kept.added(large)
    assert large.exists()


async def test_using_what_is_gone_is_no_error_and_makes_nothing(tmp_path: Path) -> None:
    await Leftovers(tmp_path, 50, PlaybackMetrics(CollectorRegistry()), "subtitles").used(tmp_path / "gone")
    assert list(tmp_path.iterdir()) == []
