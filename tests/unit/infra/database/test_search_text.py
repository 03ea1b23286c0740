"""Folding, splitting and comparing words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.database.search.text import corrections, distance, fold, near_spellings, squash, trigrams, words_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Amélie & Zoë's", "amelie and zoes"),
        ("  Spider-Man:\tHomecoming ", "spider man homecoming"),
        ("STRASSE Straße", "strasse strasse"),
        ("Ⅻ ½ №", "xii 1 2 no"),
        ("Москва", "москва"),
        ("हिन्दी", "हिन्दी"),
        ("기생충", "기생충"),
        ("?!…", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words() -> None:
    assert words_of("千と千尋 Part 2") == ["千", "と", "千", "尋", "part", "2"]
    assert squash("Spider-Man") == squash("Spiderman") == squash("spider man")


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [("cat", "cat", 0), ("cat", "act", 1), ("cat", "cats", 1), ("cat", "cut", 1), ("jaws", "jwas", 1), ("kitten", "sitting", 3)],
)
def test_distance(one: str, other: str, errors: int) -> None:
    assert distance(one, other, 3) == distance(other, one, 3) == errors


def test_distance_gives_up_early() -> None:
    assert distance("kitten", "sitting", 2) == 3
    assert distance("a", "abcdefgh", 2) == 3


def test_corrections_are_near_and_nearest_first() -> None:
    assert corrections("matrx", ["matrix", "matron", "tractor", "matrx"]) == ["matrix", "matron"][:1]
    assert corrections("it", ["at", "is"]) == []
    assert corrections("homecomming", ["homecoming", "incoming"]) == ["homecoming"]


def test_trigrams_mark_the_edges() -> None:
    assert trigrams("cat") == ["^ca", "cat", "at$"]
    assert trigrams("a") == ["^a$"]


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abc", min_size=2, max_size=8))
def test_near_spellings_are_one_error_away(word: str) -> None:
    assert all(distance(word, other, 2) == 1 for other in near_spellings(word))


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=60))
def test_the_quick_way_for_ascii_is_the_same(text: str) -> None:
    assert fold(text) == fold(text + " é").removesuffix("e").rstrip()
