"""Search over ten thousand real titles: everything is found by its name, also with a typing error, on both engines."""

from __future__ import annotations

import csv
import io
import lzma
import os
import random
from pathlib import Path

import pytest

from matinee.infra.database import Database
from matinee.infra.database.search import DatabaseSearch, Document

pytestmark = [pytest.mark.anyio, pytest.mark.acceptance, pytest.mark.timeout(900)]
DATA = Path(__file__).parents[2] / os.environ.get("MATINEE_TEST_DATA", "../shared/data")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def films() -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    with lzma.open(DATA / "tmdb10k" / "tmdb-movies.csv.xz") as packed:
        return list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8")))


def misspelt(title: str, chance: random.Random) -> str | None:
    """The title with one error in its longest word; None where that word is too short to be recognised with one."""
    words = title.split()
    longest = max(words, key=len)
    if len(longest) < 5 or not longest.isalpha():
        return None
    place = chance.randrange(1, len(longest) - 1)
    head, tail = longest[:place], longest[place:]
    wrong = chance.choice([head + tail[1:], head + tail[1] + tail[0] + tail[2:], head + chance.choice(LETTERS) + tail[1:]])
    return " ".join(wrong if word is longest else word for word in words)


@pytest.fixture
async def search(database: Database) -> DatabaseSearch:
    index = DatabaseSearch(is_sqlite=database.is_sqlite)
    rows = films()
    for start in range(0, len(rows), 1000):
        async with database.write() as unit:
            await index.put(unit, [_document(row) for row in rows[start : start + 1000]])
    return index


async def test_titles_are_found_with_and_without_an_error(database: Database, search: DatabaseSearch) -> None:
    chance = random.Random(11)
    sample = chance.sample(films(), 250)
    exact, near, tried = 0, 0, 0
    async with database.read() as unit:
        for row in sample:
            title = row["original_title"]
            hits = [hit.key for hit in await search.find(unit, title, limit=10)]
            exact += row["id"] in hits[:3]
            wrong = misspelt(title, chance)
            if wrong is not None:
                tried += 1
                near += row["id"] in [hit.key for hit in (await search.find(unit, wrong, limit=10))[:5]]
    assert exact / len(sample) >= 0.99
    assert tried > 100
    assert near / tried >= 0.95


def _document(row: dict[str, str]) -> Document:
    people = [*row["cast"].split("|"), *row["director"].split("|")]
    popularity = min(1.0, float(row["popularity"] or 0) / 30)
    return Document(row["id"], "movie", row["original_title"], "", people, row["overview"], popularity)
