"""Which items are alike by what they are: cosine similarity of their features, rare features weighing more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from matinee.infra.recommender.values import ItemTraits, LearnOptions, Neighbours

OTHER_KIND = 0.6
"""A show may be like a film, but whoever has just seen a film looks for one."""
APPEAL_SHARE = 0.1
LEAST = 0.02
"""Less than that is no likeness: two titles of the same decade."""


def relate(traits: Sequence[ItemTraits], options: LearnOptions) -> Iterator[tuple[str, Neighbours]]:
    """For each item the `options.related` most alike, the most alike first; similarities are 0..1."""
    import numpy as np

    vectors = weighted(traits)
    holders: dict[str, list[tuple[int, float]]] = {}
    for at, vector in enumerate(vectors):
        for feature, weight in vector.items():
            holders.setdefault(feature, []).append((at, weight))
    # A feature that one item has alone says nothing of others.
    postings = {
        feature: (np.array([at for at, _ in found]), np.array([weight for _, weight in found], dtype=np.float32))
        for feature, found in holders.items()
        if len(found) > 1
    }
    kinds = np.array([one.kind for one in traits])
    appeal = np.array([1.0 - APPEAL_SHARE + APPEAL_SHARE * one.appeal for one in traits], dtype=np.float32)
    for at, vector in enumerate(vectors):
        scores = np.zeros(len(traits), dtype=np.float32)
        for feature, weight in vector.items():
            if feature in postings:
                places, weights = postings[feature]
                scores[places] += weight * weights
        scores *= appeal * np.where(kinds == traits[at].kind, 1.0, OTHER_KIND).astype(np.float32)
        scores[at] = 0.0
        count = min(options.related, len(traits) - 1)
        kept = np.argpartition(-scores, count)[: count + 1] if count else np.array([], dtype=np.int64)
        found = [(traits[place].item, round(float(scores[place]), 4)) for place in kept if scores[place] >= LEAST]
        yield traits[at].item, sorted(found, key=lambda pair: (-pair[1], pair[0]))[:count]


def weighted(traits: Sequence[ItemTraits]) -> list[Mapping[str, float]]:
    """The features of each item times their rarity (inverse document frequency), each vector of length 1."""
    spread = Counter(feature for one in traits for feature in one.features)
    vectors: list[Mapping[str, float]] = []
    for one in traits:
        raw = {name: size * math.log((1 + len(traits)) / spread[name]) for name, size in one.features.items()}
        length = math.sqrt(sum(value * value for value in raw.values()))
        vectors.append({name: value / length for name, value in raw.items() if value > 0} if length else {})
    return vectors
