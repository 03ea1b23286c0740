"""What the recommender is given and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Neighbour = tuple[str, float]
"""An item and its weight."""
Neighbours = Sequence[Neighbour]
"""The strongest first. Weights learned from people may be negative: who likes the one tends not to like the other."""


@dataclass(frozen=True, slots=True)
class ItemTraits:
    """What an item is: features with their importance, such as `{"genre:drama": 1.0}`. `kind` parts the items (film, show);
    `appeal` is 0..1 and decides among items that are equally near."""

    item: str
    kind: str
    features: Mapping[str, float]
    appeal: float = 0.0


@dataclass(frozen=True, slots=True)
class LearnOptions:
    """How the model is made, and its bounds.

    `regularisation`, `least_people` and `neighbours` are those that did best on a validation split inside the training part of
    MovieLens (`benchmarks/recommender.py`): fewer neighbours lose recall, more gain little.
    """

    regularisation: float = 100.0
    least_people: int = 3
    """Items that fewer people used say nothing of others, and would tell who used them."""
    enough_people: int = 20
    """With fewer people nothing is learned from them; content speaks alone."""
    neighbours: int = 100
    related: int = 40
    """Neighbours by content."""
    most_items: int = 20_000
    most_cells: int = 20_000_000
    """Of the dense matrix people x items, 4 bytes each: 80 MB, twice."""
    most_side: int = 3_000
    """The side of the matrix that is inverted: 72 MB, three times, and some seconds of one core."""


Origin = Literal["people", "content"]


@dataclass(frozen=True, slots=True)
class Learned:
    """The neighbours of one item, by what they were learned from."""

    item: str
    origin: Origin
    neighbours: Neighbours


@dataclass(frozen=True, slots=True)
class ItemNeighbours:
    """What is served of one item: `learned` from people, `related` by content."""

    item: str
    learned: Neighbours = ()
    related: Neighbours = ()
