"""F12: a scan of files that have not changed, and what memory a scan takes.

The files are small, real clips, no two alike. `BENCH_MANY` (100,000, say; it takes some minutes) adds a library of so many names
of one clip, see `seeded`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from benchmarks import seeded
from benchmarks.bench import memory
from benchmarks.table import Figure
from tests.fixtures.episodes import clip, fill
from tests.servers.product import Product, running

FILES = int(os.environ.get("BENCH_FILES", "20000"))
MANY = int(os.environ.get("BENCH_MANY", "0"))
LONGEST_SECONDS = 3600
SETTLED = 4
"""Tens of thousands of files after which every bounded cache is full."""


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of F12. `BENCH_FILES` sets how many files there are."""
    yield from _probed(folder)
    if MANY:
        yield from _many(folder / "many")


def _probed(folder: Path) -> Iterator[Figure]:
    library = folder / "library"
    fill(library, clip(folder / "clip.mp4"), FILES)
    with running(folder / "data", library_paths=str(library), watch="false") as server, server.signed_in() as client:
        client.timeout = httpx2.Timeout(60)
        first, _, counts = _scan(server, client)
        yield Figure("F12", "first scan", FILES / first, "files/s", note=f"{FILES:,} files, probed; {counts}")
        _quiet(client)
        before = memory(server.pid)
        seconds, peak, counts = _scan(server, client)
        assert counts["unchanged"] == FILES, counts
        yield Figure("F12", "scan of unchanged files", FILES / seconds, "files/s", 500, "more", f"{FILES:,} files")
        yield Figure(
            "F12", "memory growth while scanning", peak - before, "MB", 32, note=f"from {before:.0f} MB, {FILES:,} files"
        )


def _many(folder: Path) -> Iterator[Figure]:
    library, clip_file = folder / "library", folder / "clip.mp4"
    folder.mkdir()
    clip(clip_file)
    seeded.link(library, clip_file, MANY)
    seen = seeded.seed(library, folder / "data")
    grown = max(seen[SETTLED:], default=seen[-1]) - seen[min(SETTLED, len(seen) - 1)]
    said = f"first scan, each 10,000 files: {', '.join(map(str, seen))} MB"
    yield Figure("F12", f"memory growth of a first scan from file {SETTLED}0,000 to {MANY:,}", grown, "MB", 32, note=said)
    with running(folder / "data", library_paths=str(library), watch="false") as server, server.signed_in() as client:
        client.timeout = httpx2.Timeout(60)
        _scan(server, client)
        _quiet(client)
        before = memory(server.pid)
        seconds, peak, counts = _scan(server, client)
        assert counts["unchanged"] == MANY, counts
        yield Figure("F12", "scan of unchanged files, many", MANY / seconds, "files/s", 500, "more", f"{MANY:,} files")
        yield Figure("F12", "memory growth while scanning, many", peak - before, "MB", 32, note=f"from {before:.0f} MB, {MANY:,}")


def _quiet(client: httpx2.Client) -> None:
    """Wait for the jobs that a scan has asked for, such as posters from the videos."""
    began = time.perf_counter()
    while any(client.get(f"/api/v1/admin/jobs?state={state}&limit=1").json()["items"] for state in ("queued", "running")):
        assert time.perf_counter() - began < LONGEST_SECONDS, "the jobs did not end in an hour"
        time.sleep(1)


def _scan(server: Product, client: httpx2.Client) -> tuple[float, float, dict[str, int]]:
    """Run a scan; gives its seconds, the highest memory seen in megabytes, and its counts."""
    began, peak = time.perf_counter(), 0.0
    job = client.post("/api/v1/library/scan", json={}).raise_for_status().json()["job_id"]
    while time.perf_counter() - began < LONGEST_SECONDS:
        state = client.get(f"/api/v1/library/scan/{job}").raise_for_status().json()
        peak = max(peak, memory(server.pid))
        if state["state"] not in {"queued", "running"}:
            assert state["state"] == "succeeded", state
            counts = {name: state[name] for name in ("added", "updated", "unchanged", "moved", "missing", "problems")}
            return time.perf_counter() - began, peak, counts
        time.sleep(0.1)
    raise AssertionError("the scan did not end in an hour")
