"""F13: search over a million titles, on PostgreSQL and on SQLite, with and without typing errors.

The index is filled and asked through the product's own `SearchIndex`, one query after the other, each in a unit of its own.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import psycopg
from sqlalchemy import Connection, text

from benchmarks.invented import Vocabulary, documents, misspelt, vocabulary
from benchmarks.table import Figure
from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.database.migrations import upgrade
from matinee.infra.database.search import DatabaseSearch, Document, create_search_objects
from tests.servers import postgres

TITLES = int(os.environ.get("BENCH_TITLES", "1000000"))
_CHUNK = 2000
_ASKED = 150
"""Queries of each kind."""
_DOCUMENT = ("number", "key", "kind", "title", "name", "people", "body", "squashed_title", "squashed_name", "popularity")
_MILLISECONDS = {"postgresql": 30.0, "sqlite": 60.0}


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody types, and which title is meant (None: any will do)."""

    kind: str
    text: str
    key: str | None


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of F13. `BENCH_TITLES` sets how many titles there are."""
    known, began = vocabulary(), time.perf_counter()
    sample = asyncio.run(fill(f"sqlite:///{folder}/search.db", known))
    asked = queries(sample, known)
    yield from _measured("sqlite", f"sqlite:///{folder}/search.db", asked, time.perf_counter() - began)
    with tempfile.TemporaryDirectory(prefix="mt-bench-", dir="/tmp", ignore_cleanup_errors=True) as socket:
        process, _, ready = postgres.start(Path(socket))
        try:
            while not ready():
                assert process.poll() is None, "PostgreSQL ended"
                time.sleep(0.05)
            url, began = postgres.PostgresServer(socket).create("search"), time.perf_counter()
            copy(folder / "search.db", url)
            yield from _measured("postgresql", url, asked, time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait()


def _measured(engine: str, url: str, asked: Sequence[Query], filled: float) -> Iterator[Figure]:
    times, found = asyncio.run(ask(url, asked))
    everything = [seconds for some in times.values() for seconds in some]
    note = f"{TITLES:,} titles, filled in {filled:.0f} s; p50 {statistics.median(everything) * 1000:.1f} ms"
    yield Figure("F13", f"search, all kinds, p95, {engine}", _p95(everything), "ms", _MILLISECONDS[engine], note=note)
    for kind, some in times.items():
        words = f"found in the first ten: {found[kind]:.0%}" if kind in found else ""
        slowest = f"slowest {max(some) * 1000:.0f} ms"
        yield Figure("F13", f"search, {kind}, p95, {engine}", _p95(some), "ms", note=", ".join(filter(None, (slowest, words))))


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100)[94] * 1000


async def fill(url: str, known: Vocabulary) -> list[Document]:
    """Put the titles into an empty database; gives some of them, from everywhere."""
    database, sample = Database(DatabaseOptions(url)), list[Document]()
    index, chance = DatabaseSearch(is_sqlite=database.is_sqlite), random.Random(5)
    try:
        await upgrade(database)
        titles = documents(TITLES, known)
        while some := list(islice(titles, _CHUNK)):
            async with database.write() as unit:
                await index.put(unit, some)
            sample.append(chance.choice(some))
        async with database.write() as unit:
            await unit.session.execute(text("ANALYZE"))
    finally:
        await database.close()
    return sample


def copy(filled: Path, url: str) -> None:
    """The rows of a filled SQLite index into an empty database of PostgreSQL, where putting them one by one would take an hour.

    They are the same on both engines; the indexes are made at the end, by the product's own statements.
    """
    asyncio.run(_upgraded(url, _without_indexes))
    tables = {"search_document": _DOCUMENT, "search_word": ("number", "word")}
    with sqlite3.connect(filled) as source, psycopg.connect(url) as target:
        for table, columns in tables.items():
            names = ", ".join(columns)
            with target.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as rows:
                for row in source.execute(f"SELECT {names} FROM {table}"):
                    rows.write_row(row)
    source.close()
    asyncio.run(_upgraded(url, create_search_objects))


def _without_indexes(connection: Connection) -> None:
    for column in ("title_vector", "text_vector"):
        connection.execute(text(f"DROP INDEX ix_search_document_{column}"))


async def _upgraded(url: str, then: Callable[[Connection], None]) -> None:
    database = Database(DatabaseOptions(url))
    try:
        await upgrade(database)
        async with database.write() as unit:
            await unit.session.execute(text("SET LOCAL statement_timeout = 0"))
            await (await unit.session.connection()).run_sync(then)
            await unit.session.execute(text("ANALYZE"))
    finally:
        await database.close()


def queries(sample: Sequence[Document], known: Vocabulary) -> list[Query]:
    """What people type: whole titles, their beginnings, single words, people, titles with an error, nonsense."""
    chance = random.Random(7)
    asked = list[Query]()
    while len(asked) < 6 * _ASKED:
        document = chance.choice(sample)
        title = document.title
        wrong = misspelt(title, chance)
        if wrong is None:
            continue
        asked += [
            Query("whole title", title, document.key),
            Query("beginning of a title", title[: chance.randrange(3, max(4, len(title) - 1))], None),
            Query("one word", chance.choices(known.words, cum_weights=known.weights)[0], None),
            Query("person", document.people[0], None),
            Query("title with an error", wrong, document.key),
            Query("not there", "".join(chance.choices("abcdefghiklmnoprstuvwz", k=9)), None),
        ]
    return asked


async def ask(url: str, asked: Sequence[Query]) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Seconds by kind of query, and which share of the titles meant was among the first ten."""
    database = Database(DatabaseOptions(url))
    index, times, found = DatabaseSearch(is_sqlite=database.is_sqlite), dict[str, list[float]](), dict[str, list[bool]]()
    try:
        for warm in (True, False):
            for query in asked[:60] if warm else asked:
                began = time.perf_counter()
                async with database.read() as unit:
                    hits = await index.find(unit, query.text, limit=20)
                if not warm:
                    times.setdefault(query.kind, []).append(time.perf_counter() - began)
                    if query.key is not None:
                        found.setdefault(query.kind, []).append(query.key in [hit.key for hit in hits[:10]])
    finally:
        await database.close()
    return times, {kind: statistics.fmean(some) for kind, some in found.items()}
