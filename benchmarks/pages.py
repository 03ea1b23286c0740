"""F14: what page 10,000 of a list costs beside page 1.

The titles are written into the product's own table; the deep page is reached through the API by following cursors, as clients do.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2

from benchmarks.bench import SERVER_CORE, pin, processor_seconds
from benchmarks.table import Figure
from tests.servers.product import Product, running

PAGE, DEEP = 20, 10_000
TITLES = PAGE * DEEP + 10_000
SORTS = ("title", "-added_at")
ROUNDS, REQUESTS = 7, 60
_COLUMNS = {
    "kind": "movie",
    "original_title": "",
    "overview": "What happens in it, told in about as many words as a film on a shelf gets. " * 3,
    "tagline": "",
    "runtime": 104,
    "vote_average": 6.5,
    "vote_count": 100,
    "attribution": "",
    "provider": "bench",
    "matched": True,
    "demo": False,
    "available": True,
    "external_ids": "{}",
    "genres": '["Drama"]',
    "credits": "[]",
}


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of F14, for two orders."""
    with running(folder, watch="false") as server:
        server.stop()
        _fill(folder / "matinee.db")
        server.start()
        pin(server.pid, SERVER_CORE)
        for sort in SORTS:
            with server.signed_in() as client:
                url = f"/api/v1/library/movies?limit={PAGE}&sort={sort}"
                deep = _cursor_of_page(client, url, DEEP)
                first_cost, deep_cost = _costs(server, client, url, f"{url}&cursor={deep}")
            yield Figure("F14", f"page {DEEP:,} / page 1, sort={sort}", deep_cost / first_cost, "×", 1.2, note=_note(first_cost))


def _note(cost: float) -> str:
    return f"processor time of {TITLES:,} titles; page 1 takes {cost * 1000:.2f} ms"


def _cursor_of_page(client: httpx2.Client, url: str, page: int) -> str:
    """The cursor that leads to a page, found by walking there in the largest steps: it names a row, whatever the page's size."""
    cursor: str | None = None
    ahead = (page - 1) * PAGE
    while ahead:
        step = min(100, ahead)
        walking = url.replace(f"limit={PAGE}", f"limit={step}&fields=id") + (f"&cursor={cursor}" if cursor else "")
        answer = client.get(walking).raise_for_status().json()
        assert len(answer["items"]) == step
        cursor = answer["next_cursor"]
        ahead -= step
    assert cursor is not None
    return cursor


def _costs(server: Product, client: httpx2.Client, first: str, deep: str) -> tuple[float, float]:
    """Processor seconds of one request for each URL: medians of rounds that take turns, so that drift hits both."""
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for url, found in zip((first, deep), costs, strict=True):
            before = processor_seconds(server.pid)
            for _ in range(REQUESTS):
                assert len(client.get(url).json()["items"]) == PAGE
            found.append((processor_seconds(server.pid) - before) / REQUESTS)
    return statistics.median(costs[0]), statistics.median(costs[1])


def _fill(database: Path) -> None:
    names = ["id", "title", "sort_title", "year", "added_at", "updated_at", *_COLUMNS]
    statement = f"INSERT INTO title ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    start = datetime(2020, 1, 1, tzinfo=UTC)
    fixed = tuple(_COLUMNS.values())

    def rows() -> Iterator[tuple[object, ...]]:
        for number in range(TITLES):
            scattered = number * 7_919 % TITLES
            moment = (start + timedelta(seconds=scattered * 97)).strftime("%Y-%m-%d %H:%M:%S.%f")
            name = f"Film {scattered:07}"
            yield (f"local-bench-{number}", name, name.lower(), 1950 + number % 75, moment, moment, *fixed)

    began = time.perf_counter()
    with sqlite3.connect(database) as connection:
        connection.executemany(statement, rows())
        connection.execute("ANALYZE")
    connection.close()
    assert time.perf_counter() - began < 120
