"""The search index finds the same things in the same order on both engines."""

from __future__ import annotations

import pytest

from matinee.infra.database import Database
from matinee.infra.database.search import DatabaseSearch, Document

pytestmark = pytest.mark.anyio

FILMS = [
    Document("movie-1", "movie", "The Matrix", "", ["Keanu Reeves", "Carrie-Anne Moss"], "A hacker learns the truth.", 0.9),
    Document("movie-2", "movie", "The Matrix Reloaded", "", ["Keanu Reeves"], "Zion is under attack.", 0.6),
    Document("movie-3", "movie", "Amélie", "Le Fabuleux Destin d'Amélie Poulain", ["Audrey Tautou"], "A waitress in Montmartre."),
    Document("movie-4", "movie", "Spider-Man: Homecoming", "", ["Tom Holland"], "A boy and his suit.", 0.7),
    Document("movie-5", "movie", "Star Wars", "", ["Mark Hamill"], "A farm boy leaves home.", 0.9),
    Document("movie-6", "movie", "Starship Troopers", "", ["Casper Van Dien"], "Bugs."),
    Document("movie-7", "movie", "Die Hard", "", ["Bruce Willis"], "A policeman in a tower.", 0.5),
    Document("movie-8", "movie", "千と千尋の神隠し", "Spirited Away", ["Rumi Hiiragi"], "A girl in a bath house.", 0.5),
    Document("movie-9", "movie", "It", "", [], "A clown.", 0.5),
    Document("movie-10", "movie", "Ocean's Eleven", "", ["George Clooney"], "They rob a casino.", 0.4),
    Document("show-1", "show", "Star Trek", "", ["William Shatner"], "Boldly going.", 0.6),
    Document("movie-11", "movie", "Москва слезам не верит", "", [], "", 0.2),
    Document("movie-12", "movie", "दिलवाले दुल्हनिया ले जायेंगे", "", [], "", 0.2),
    Document("movie-13", "movie", "기생충", "Parasite", [], "", 0.2),
    Document("movie-14", "movie", "2001: A Space Odyssey 3D 1e5", "", [], "", 0.2),
    Document("movie-15", "movie", "Rock & Roll", "", [], "", 0.2),
    Document("show-2", "show", "Matrices for Everyone", "", [], "A course without reality.", 0.0),
]


@pytest.fixture
async def search(database: Database) -> DatabaseSearch:
    index = DatabaseSearch(is_sqlite=database.is_sqlite)
    async with database.write() as unit:
        await index.put(unit, FILMS)
    return index


async def keys(database: Database, search: DatabaseSearch, text: str, kind: str | None = None) -> list[str]:
    async with database.read() as unit:
        return [hit.key for hit in await search.find(unit, text, kind=kind)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("the matrix", "movie-1"),
        ("matrix", "movie-1"),
        ("MATRIX reloaded", "movie-2"),
        ("reloaded matrix", "movie-2"),
        ("amelie", "movie-3"),
        ("fabuleux destin", "movie-3"),
        ("spiderman", "movie-4"),
        ("spider man", "movie-4"),
        ("starwars", "movie-5"),
        ("star w", "movie-5"),
        ("oceans eleven", "movie-10"),
        ("keanu", "movie-1"),
        ("montmartre", "movie-3"),
        ("it", "movie-9"),
        ("神隠し", "movie-8"),
        ("spirited", "movie-8"),
        ("слезам", "movie-11"),
        ("москв", "movie-11"),
        ("दुल्हनिया", "movie-12"),
        ("기생", "movie-13"),
        ("odyssey 2001", "movie-14"),
        ("3d odyssey", "movie-14"),
        ("1e5", "movie-14"),
        ("rock and roll", "movie-15"),
        ("rock roll", "movie-15"),
        # misspelt
        ("matrx", "movie-1"),
        ("the amtrix", "movie-1"),
        ("amelei", "movie-3"),
        ("sprited away", "movie-8"),
        ("star wras", "movie-5"),
        ("слезем", "movie-11"),
        ("homecomming", "movie-4"),
        ("oceans elven", "movie-10"),
    ],
)
async def test_finds_first(database: Database, search: DatabaseSearch, text: str, first: str) -> None:
    assert (await keys(database, search, text))[:1] == [first]


async def test_title_goes_before_people_and_people_before_descriptions(database: Database, search: DatabaseSearch) -> None:
    async with database.write() as unit:
        await search.put(
            unit,
            [
                Document("a", "movie", "Nothing", "", [], "About a zeppelin over the sea"),
                Document("b", "movie", "Something", "", ["Anna Zeppelin"], ""),
                Document("c", "movie", "The Last Zeppelin", "", [], ""),
                Document("d", "movie", "Zeppelin Rising", "", [], ""),
                Document("e", "movie", "Zeppelin", "", [], ""),
            ],
        )
    assert await keys(database, search, "zeppelin") == ["e", "d", "c", "b", "a"]


async def test_kind_narrows_the_answer(database: Database, search: DatabaseSearch) -> None:
    assert await keys(database, search, "star", kind="show") == ["show-1"]
    assert "show-1" not in await keys(database, search, "star", kind="movie")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "'",
        '"',
        "\\",
        "%",
        "_",
        "*",
        "AND",
        "NOT OR",
        "a AND",
        "NEAR(",
        "title:x",
        "(((",
        "^a",
        "-",
        "x'y\"z",
        "; DROP TABLE title",
        "\x00",
        "a:*b & !c |",
        "{title} : x",
        "😀",
        "w" * 5000,
        "a " * 500,
    ],
)
async def test_any_text_is_accepted(database: Database, search: DatabaseSearch, text: str) -> None:
    assert isinstance(await keys(database, search, text), list)


async def test_nothing_like_it_is_found(database: Database, search: DatabaseSearch) -> None:
    assert await keys(database, search, "qqqqzzzz") == []


async def test_a_replaced_document_is_found_by_its_new_words_only(database: Database, search: DatabaseSearch) -> None:
    async with database.write() as unit:
        await search.put(unit, [Document("movie-7", "movie", "Hudson Hawk")])
    assert await keys(database, search, "die hard") == []
    assert await keys(database, search, "hudson") == ["movie-7"]


async def test_a_removed_document_is_gone(database: Database, search: DatabaseSearch) -> None:
    async with database.write() as unit:
        await search.remove(unit, ["movie-1", "unknown"])
    assert "movie-1" not in await keys(database, search, "the matrix")


async def test_a_rolled_back_change_leaves_no_trace(database: Database, search: DatabaseSearch) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as unit:
            await search.put(unit, [Document("x", "movie", "Phantasmagoria")])
            raise RuntimeError
    assert await keys(database, search, "phantasmagoria") == []
