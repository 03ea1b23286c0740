"""Likeness by content."""

from __future__ import annotations

import random

import pytest

from matinee.infra.recommender.content import APPEAL_SHARE, LEAST, OTHER_KIND, relate, weighted
from matinee.infra.recommender.values import ItemTraits, LearnOptions

OPTIONS = LearnOptions(related=5)


def item(name: str, *features: str, kind: str = "movie", appeal: float = 1.0) -> ItemTraits:
    return ItemTraits(name, kind, dict.fromkeys(features, 1.0), appeal)


def many(count: int = 60) -> list[ItemTraits]:
    chance = random.Random(2)
    return [
        ItemTraits(
            f"t{n:02}",
            chance.choice(["movie", "show"]),
            {f"f{chance.randrange(12)}": chance.choice([0.5, 1.0]) for _ in range(chance.randint(0, 5))},
            round(chance.random(), 2),
        )
        for n in range(count)
    ]


def naive(traits: list[ItemTraits], at: int) -> dict[str, float]:
    vectors = weighted(traits)
    found = {}
    for other, one in enumerate(traits):
        cosine = sum(weight * vectors[other].get(name, 0.0) for name, weight in vectors[at].items())
        score = cosine * (1 - APPEAL_SHARE + APPEAL_SHARE * one.appeal) * (1 if one.kind == traits[at].kind else OTHER_KIND)
        if other != at and score >= LEAST:
            found[one.item] = score
    return found


def test_the_nearest_are_those_of_the_definition() -> None:
    traits = many()
    found = dict(relate(traits, OPTIONS))
    assert set(found) == {one.item for one in traits}
    some = 0
    for at, one in enumerate(traits):
        wanted = sorted(naive(traits, at).values(), reverse=True)[:5]
        assert [score for _, score in found[one.item]] == pytest.approx(wanted, abs=2e-4)
        assert one.item not in dict(found[one.item])
        some += len(wanted)
    assert some > 100


def test_a_shared_person_says_more_than_a_shared_genre() -> None:
    crowd = [item(f"drama{n}", "drama") for n in range(20)]
    found = dict(relate([item("a", "drama", "anna"), item("b", "war", "anna"), item("c", "drama", "ben"), *crowd], OPTIONS))
    assert found["a"][0][0] == "b"


def test_whoever_saw_a_film_is_shown_films_first() -> None:
    found = dict(
        relate([item("a", "x", "y"), item("show", "x", "y", kind="show"), item("film", "x", "y"), item("o", "z")], OPTIONS)
    )
    assert [other for other, _ in found["a"]] == ["film", "show"]


def test_nothing_to_compare() -> None:
    assert list(relate([], OPTIONS)) == []
    assert dict(relate([item("a", "x")], OPTIONS)) == {"a": []}
    assert dict(relate([item("a"), item("b")], OPTIONS)) == {"a": [], "b": []}
