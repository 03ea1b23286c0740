"""The model against its definition, written down naively."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from matinee.infra.recommender.ease import fit
from matinee.infra.recommender.values import LearnOptions

OPTIONS = LearnOptions(regularisation=3.0, least_people=2, enough_people=5, neighbours=1000)


def crowd(people: int, items: int, seed: int = 5) -> list[dict[str, float]]:
    chance = random.Random(seed)
    return [
        {f"i{n}": round(chance.uniform(0.1, 1), 2) for n in chance.sample(range(items), chance.randint(2, items // 2))}
        for _ in range(people)
    ]


def naive(people: list[dict[str, float]], strength: float) -> dict[tuple[str, str], float]:
    items = sorted({item for person in people for item in person})
    used = np.array([[person.get(item, 0.0) for item in items] for person in people])
    inverse = np.linalg.inv(used.T @ used + strength * np.eye(len(items)))
    return {
        (one, other): -inverse[a, b] / inverse[b, b] for a, one in enumerate(items) for b, other in enumerate(items) if a != b
    }


def learned(people: list[dict[str, float]], options: LearnOptions) -> dict[tuple[str, str], float]:
    return {(item, other): weight for item, near in fit(people, options) for other, weight in near}


@pytest.mark.parametrize(("people", "items", "most_side"), [(12, 30, 3000), (60, 9, 3000), (60, 9, 10), (40, 30, 30)])
def test_both_ways_give_what_the_definition_says(people: int, items: int, most_side: int) -> None:
    everybody = crowd(people, items)
    wanted = naive(everybody, 3.0)
    found = learned(everybody, replace(OPTIONS, least_people=1, most_side=most_side))
    assert len(wanted) > 60
    assert found.keys() <= wanted.keys()
    for pair, weight in wanted.items():
        assert found.get(pair, 0.0) == pytest.approx(weight, abs=2e-5), pair


def test_the_order_of_people_does_not_matter() -> None:
    everybody = crowd(25, 20)
    shuffled = everybody[:]
    random.Random(3).shuffle(shuffled)
    assert shuffled != everybody
    for options in (OPTIONS, replace(OPTIONS, most_side=20)):
        assert learned(shuffled, options) == pytest.approx(learned(everybody, options), abs=2e-5)


def test_the_strongest_neighbours_are_kept_whatever_their_sign() -> None:
    everybody = crowd(40, 15)
    whole = naive(everybody, 3.0)
    for item, near in fit(everybody, replace(OPTIONS, neighbours=4)):
        largest = sorted((abs(weight) for (one, _), weight in whole.items() if one == item), reverse=True)[:4]
        assert sorted((abs(weight) for _, weight in near), reverse=True) == pytest.approx(largest, abs=2e-5)
        assert [weight for _, weight in near] == sorted((weight for _, weight in near), reverse=True)


def test_only_targets_are_recommended_but_all_items_speak() -> None:
    everybody = crowd(30, 12)
    found = dict(fit(everybody, OPTIONS, {"i1", "i2"}))
    assert len(found) > 2
    assert {other for near in found.values() for other, _ in near} == {"i1", "i2"}


def test_too_few_people_teach_nothing() -> None:
    assert list(fit(crowd(4, 6), OPTIONS)) == []
    everybody = [*crowd(10, 6), {"rare": 1.0, "i1": 1.0}]
    items = {item for item, _ in fit(everybody, OPTIONS)}
    assert "i1" in items
    assert "rare" not in items


def test_the_most_used_items_are_kept() -> None:
    everybody = [{"a": 1.0, "b": 1.0, "c": 1.0}] * 6 + [{"a": 1.0, "b": 1.0}] * 3
    assert {item for item, _ in fit(everybody, replace(OPTIONS, most_items=2))} == {"a", "b"}
    assert {item for item, _ in fit(everybody, replace(OPTIONS, most_cells=2 * len(everybody)))} == {"a", "b"}
    assert {item for item, _ in fit(everybody, replace(OPTIONS, most_side=2))} == {"a", "b"}
