"""Scores from stored neighbours, in plain Python: what a request costs is the number of neighbours that it reads."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from matinee.infra.recommender.values import ItemNeighbours, Neighbours

RELATED_SHARE = 0.05
"""A weight by content beside one learned from people, whose largest are about 0.3 where similarity by content reaches 1."""


_FLOOR = 0.2
_HALF_LIFE = 10


@dataclass(frozen=True, slots=True)
class Recommended:
    """An item, its score, and the item of the person that spoke for it loudest."""

    item: str
    score: float
    because: str


def recommend(
    profile: Mapping[str, float], neighbours: Mapping[str, ItemNeighbours], exclude: Collection[str], limit: int
) -> list[Recommended]:
    """The `limit` best items that are not in `exclude`, best first; equal ones by id.

    `profile` is what the person used, with weights. The score of an item is the sum of weight times neighbour's weight over the
    profile; an item that people taught nothing speaks by its content.
    """
    scores: dict[str, float] = {}
    loudest: dict[str, tuple[float, str]] = {}
    for item, weight in sorted(profile.items()):
        for other, near in said_by(neighbours.get(item)):
            part = weight * near
            scores[other] = scores.get(other, 0.0) + part
            if part > loudest.get(other, (0.0, ""))[0]:
                loudest[other] = (part, item)
    hidden = set(exclude)
    wanted = ((score, other) for other, score in scores.items() if score > 0 and other not in hidden)
    best = heapq.nsmallest(limit, wanted, key=lambda pair: (-pair[0], pair[1]))
    return [Recommended(other, score, loudest[other][1]) for score, other in best]


def said_by(found: ItemNeighbours | None) -> Neighbours:
    """The neighbours of an item that count for a person's score."""
    if found is None:
        return ()
    return found.learned or [(other, RELATED_SHARE * near) for other, near in found.related]


def near(found: ItemNeighbours, exclude: Collection[str], limit: int) -> list[str]:
    """What is nearest to one item: learned from people first, filled up by content."""
    learned = [other for other, weight in found.learned if weight > 0]
    both = dict.fromkeys([*learned, *(other for other, _ in found.related)])
    hidden = {*exclude, found.item}
    return [other for other in both if other not in hidden][:limit]


def faded(rank: int) -> float:
    """How much the item counts that somebody used `rank` items ago: the latest speaks most, and none falls silent.

    Half-life and floor did best on the validation split of `benchmarks/recommender.py`.
    """
    return _FLOOR + (1.0 - _FLOOR) * math.exp2(-rank / _HALF_LIFE)
