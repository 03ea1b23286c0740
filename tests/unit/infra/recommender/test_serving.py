"""Scores from stored neighbours."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.recommender.serving import RELATED_SHARE, faded, near, recommend
from matinee.infra.recommender.values import ItemNeighbours

ITEMS = st.sampled_from([f"i{n}" for n in range(8)])
NEAR = st.lists(st.tuples(ITEMS, st.floats(-1, 1)), max_size=6, unique_by=lambda pair: pair[0])
MODEL = st.dictionaries(ITEMS, st.tuples(NEAR, NEAR)).map(
    lambda found: {key: ItemNeighbours(key, learned, related) for key, (learned, related) in found.items()}
)
PROFILE = st.dictionaries(ITEMS, st.floats(0, 1))


def naive(profile: dict[str, float], model: dict[str, ItemNeighbours]) -> dict[str, float]:
    scores: dict[str, float] = {}
    for item, weight in sorted(profile.items()):
        one = model.get(item, ItemNeighbours(item))
        for other, size in one.learned or [(key, RELATED_SHARE * value) for key, value in one.related]:
            scores[other] = scores.get(other, 0.0) + weight * size
    return scores


@given(PROFILE, MODEL, st.sets(ITEMS), st.integers(1, 10))
def test_the_best_that_are_not_excluded(
    profile: dict[str, float], model: dict[str, ItemNeighbours], exclude: set[str], limit: int
) -> None:
    found = recommend(profile, model, exclude, limit)
    scores = {item: score for item, score in naive(profile, model).items() if score > 0 and item not in exclude}
    assert [(one.item, one.score) for one in found] == sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    assert all(one.because in profile for one in found)


@given(PROFILE, MODEL, st.randoms())
def test_the_order_of_the_profile_does_not_matter(profile: dict[str, float], model: dict[str, ItemNeighbours], chance) -> None:
    pairs = list(profile.items())
    chance.shuffle(pairs)
    assert recommend(dict(pairs), model, (), 10) == recommend(profile, model, (), 10)


def test_the_reason_is_what_spoke_loudest() -> None:
    model = {
        "a": ItemNeighbours("a", [("z", 0.1)]),
        "b": ItemNeighbours("b", [("z", 0.3)]),
        "c": ItemNeighbours("c", [("z", -0.2)]),
    }
    [found] = recommend({"a": 1.0, "b": 0.5, "c": 0.1}, model, (), 5)
    assert (found.item, found.because) == ("z", "b")


def test_what_people_taught_goes_before_content() -> None:
    both = ItemNeighbours("a", [("x", 0.2), ("no", -0.1)], [("y", 0.9), ("x", 0.5), ("a", 1.0)])
    assert [one.item for one in recommend({"a": 1.0}, {"a": both}, (), 5)] == ["x"]
    assert near(both, (), 5) == ["x", "y"]
    assert near(both, {"x"}, 5) == ["y"]
    assert near(both, (), 1) == ["x"]


def test_older_titles_speak_more_quietly_but_speak() -> None:
    weights = [faded(rank) for rank in range(200)]
    assert weights[0] == 1
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0.19
