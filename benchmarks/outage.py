"""F5: cached titles while the upstream refuses, hangs, fails or is over its limit; then an evening of browsing, searching and
watching what was seen before.

All the while somebody asks for titles that are not cached, so that breaker, deadlines and retries have their work; their answers
do not count, the cached titles' do. During the evening everything is out of date, so that every answer has to do without.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from benchmarks.bench import Load, film, wrk_many
from benchmarks.mix import Content, evening, popularity, survey
from benchmarks.stage import Stage, stage
from benchmarks.table import Figure
from benchmarks.upstream import FILMS, Upstream
from tests.servers.waiting import wait_until

SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
CACHED, CONNECTIONS = 100, 16
PEOPLE = 20
OLD_AT_ONCE = ",".join(f"{name}=1s/0s/30d" for name in ("trending", "lists", "details", "search", "genres", "home", "personal"))


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way of being away, and its end."""

    name: str
    begin: Callable[[Upstream], None]
    end: Callable[[Upstream], None]


TROUBLES = (
    Trouble("refused", Upstream.kill, Upstream.start),
    Trouble("hangs", Upstream.hang, Upstream.go_on),
    Trouble("500", lambda source: source.trouble(500), Upstream.calm),
    Trouble("429", lambda source: source.trouble(429), Upstream.calm),
)


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of F5. `BENCH_SECONDS` sets how long each load is."""
    yield from _titles(folder / "titles")
    yield from _evenings(folder / "evenings")


def _evenings(folder: Path) -> Iterator[Figure]:
    library = folder / "films"
    film(library / "Avatar (2009).mp4", seconds=10, height=360)
    with stage(folder / "own", library_paths=str(library), catalog_lifetimes=OLD_AT_ONCE, tmdb_rate="1000") as found:
        found.settle()
        with found.server.signed_in() as client:
            wait_until(lambda: client.get("/api/v1/library/movies").raise_for_status().json()["items"], 60, "the film")
            token = client.headers["authorization"].removeprefix("Bearer ")
        content = asyncio.run(survey(found.server.url, token, popularity(FILMS.parent)))
        for trouble in TROUBLES:
            trouble.begin(found.upstream)
            figures = _evening(found, token, content, trouble)
            trouble.end(found.upstream)
            yield from figures


def _evening(found: Stage, token: str, content: Content, trouble: Trouble) -> list[Figure]:
    report = asyncio.run(evening(found.server.url, token, content, people=PEOPLE, seconds=SECONDS))
    everything = [seconds for some in report.latencies.values() for seconds in some]
    tail = statistics.quantiles(everything, n=100)[98] * 1000
    failed = sum(report.failures.values())
    said = ", ".join(f"{what} {times} times" for what, times in sorted(report.failures.items()))
    note = f"{report.requests:,} requests of {PEOPLE} people in {report.seconds:.0f} s, p99 {tail:.0f} ms; {said or 'no error'}"
    return [Figure("F5", f"errors of browsing, searching, watching, upstream {trouble.name}", failed, "errors", 0, note=note)]


def _titles(folder: Path) -> Iterator[Figure]:
    with stage(folder) as found:
        found.settle()
        films = found.upstream.films
        cached = min(CACHED, len(films) // 2)
        paths = [found.path(film) for film in films[:cached]]
        with found.client() as client:
            for path in paths * 2:
                client.get(path).raise_for_status()
        new = iter(films[cached:])
        normal = _loaded(found, paths, new, folder)
        yield Figure("F5", "p99 of cached titles, upstream well", normal.p99 * 1000, "ms", note=f"{normal.per_second:,.0f}/s")
        for trouble in TROUBLES:
            trouble.begin(found.upstream)
            load = _loaded(found, paths, new, folder)
            trouble.end(found.upstream)
            failed = f"{SECONDS} s at {load.per_second:,.0f}/s"
            yield Figure("F5", f"errors, upstream {trouble.name}", load.failed, "errors", 0, note=load.errors or failed)
            note = f"{load.p99 * 1000:.1f} ms; uncached titles meanwhile: {load.beside}"
            yield Figure("F5", f"p99 by that of normal, upstream {trouble.name}", load.p99 / normal.p99, "x", 2, note=note)


@dataclass(frozen=True, slots=True)
class _Loaded:
    per_second: float
    p99: float
    failed: int
    errors: str
    beside: str


def _loaded(found: Stage, paths: list[str], new: Iterator[int], folder: Path) -> _Loaded:
    with _uncached(found, new) as statuses:
        load: Load = wrk_many(found.server.url, paths, folder, seconds=SECONDS, connections=CONNECTIONS, headers=found.headers)
    counted = ", ".join(f"{statuses.count(status)} of {status or 'no answer'}" for status in sorted(set(statuses)))
    return _Loaded(load.per_second, load.p99, load.failed, load.errors, counted or "none")


@contextmanager
def _uncached(found: Stage, films: Iterator[int]) -> Iterator[list[int]]:
    """Somebody who asks for a new title five times a second and does not wait for long; gives the statuses, 0 for none."""
    done, statuses = threading.Event(), list[int]()

    def ask() -> None:
        with found.client() as client:
            client.timeout = httpx2.Timeout(2.0)
            for film in films:
                if done.wait(0.2):
                    return
                try:
                    statuses.append(client.get(found.path(film)).status_code)
                except httpx2.HTTPError:
                    statuses.append(0)

    thread = threading.Thread(target=ask, name="uncached titles")
    thread.start()
    try:
        yield statuses
    finally:
        done.set()
        thread.join()
