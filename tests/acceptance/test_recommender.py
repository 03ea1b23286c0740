"""The recommender on MovieLens, through the maths that the product serves."""

from __future__ import annotations

import random

import pytest

from benchmarks.recommender import DATA, NDCG_TARGET, RECALL_TARGET, evaluate, ratings, split
from matinee.features.progress.taste import known, lesson, profile
from matinee.infra.recommender.ease import fit
from matinee.infra.recommender.serving import recommend
from matinee.infra.recommender.values import ItemNeighbours, LearnOptions

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def test_the_floors_are_reached() -> None:
    train, held = split(ratings(DATA))
    for person, seen in held.items():
        assert not {one.title_id for one in seen} & {one.title_id for one in train[person]}
        assert max(one.at for one in train[person]) <= min(one.at for one in seen)
    model, popular = evaluate(train, held)
    assert model.people == popular.people > 590
    assert popular.recall > 0.09
    assert model.recall >= RECALL_TARGET * popular.recall
    assert model.ndcg >= NDCG_TARGET * popular.ndcg


def test_nobody_is_recommended_what_he_has_seen() -> None:
    history = ratings(DATA)
    stored = {item: ItemNeighbours(item, near) for item, near in fit([lesson(seen) for seen in history.values()], LearnOptions())}
    assert len(stored) > 3000
    assert max(len(one.learned) for one in stored.values()) == LearnOptions().neighbours
    some = 0
    for seen in random.Random(4).sample(list(history.values()), 200):
        found = {one.item for one in recommend(profile(seen), stored, known(seen), 50)}
        assert not found & {one.title_id for one in seen}
        some += len(found)
    assert some > 5000
