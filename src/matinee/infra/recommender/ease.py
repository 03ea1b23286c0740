"""EASE: a linear item model with a closed form (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019).

With people x items in X, `P = (X'X + lambda I)^-1` and `B = -P / diag(P)` by columns, the diagonal set to zero. Where there are
fewer people than items the same P comes from a matrix of people x people (Woodbury):
`P = (I - X' (XX' + lambda I)^-1 X) / lambda`, so a model of 20,000 items needs no matrix of 20,000 x 20,000.

numpy is imported when something is learned, in the process that learns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from matinee.infra.recommender.values import LearnOptions, Neighbour, Neighbours

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

People = Sequence[Mapping[str, float]]
"""For each person: items with weights of 0..1."""
_BLOCK = 256


def fit(people: People, options: LearnOptions, targets: Collection[str] | None = None) -> Iterator[tuple[str, Neighbours]]:
    """For each item that enough people used: the items that go with it. `targets` are those that may be recommended (None: all).

    Bounded by `options`: the items that most people used are kept. The order of the people does not matter (but for rounding).
    """
    if len(people) < options.enough_people:
        return
    items = _kept_items(people, options)
    if len(items) < 2:
        return
    wanted = range(len(items)) if targets is None else [at for at, item in enumerate(items) if item in targets]
    model = _Dual(people, items, options) if len(people) <= options.most_side else _Primal(people, items, options)
    for start in range(0, len(items), _BLOCK):
        rows = model.rows(start, min(start + _BLOCK, len(items)))
        for at, row in enumerate(rows, start):
            yield items[at], _strongest(row, at, items, wanted, options.neighbours)


def _kept_items(people: People, options: LearnOptions) -> list[str]:
    counts = Counter(item for person in people for item, weight in person.items() if weight > 0)
    enough = sorted((item for item, count in counts.items() if count >= options.least_people), key=lambda i: (-counts[i], i))
    room = options.most_cells // len(people) if len(people) <= options.most_side else options.most_side
    return sorted(enough[: min(options.most_items, room)])


def _dense(people: People, places: Mapping[str, int]) -> Matrix:
    import numpy as np

    matrix = np.zeros((len(people), len(places)), dtype=np.float32)
    for row, person in enumerate(people):
        for item, weight in person.items():
            place = places.get(item)
            if place is not None:
                matrix[row, place] = weight
    return matrix


class _Dual:
    """Fewer people than items: inverts people x people."""

    def __init__(self, people: People, items: Sequence[str], options: LearnOptions) -> None:
        import numpy as np

        self._used = _dense(people, {item: place for place, item in enumerate(items)})
        gram = (self._used @ self._used.T).astype(np.float64)
        gram[np.diag_indices_from(gram)] += options.regularisation
        self._solved = np.linalg.inv(gram).astype(np.float32) @ self._used
        self._scale = 1.0 - np.einsum("ij,ij->j", self._used, self._solved)

    def rows(self, start: int, end: int) -> Matrix:
        weights: Matrix = (self._used[:, start:end].T @ self._solved) / self._scale[None, :]
        return weights


class _Primal:
    """More people than items: inverts items x items."""

    def __init__(self, people: People, items: Sequence[str], options: LearnOptions) -> None:
        import numpy as np

        places = {item: place for place, item in enumerate(items)}
        gram = np.zeros((len(items), len(items)), dtype=np.float32)
        for start in range(0, len(people), _BLOCK):
            some = _dense(people[start : start + _BLOCK], places)
            gram += some.T @ some
        gram[np.diag_indices_from(gram)] += options.regularisation
        self._inverse: Matrix = np.linalg.inv(gram)
        self._scale = np.diag(self._inverse).copy()

    def rows(self, start: int, end: int) -> Matrix:
        weights: Matrix = -self._inverse[start:end] / self._scale[None, :]
        return weights


def _strongest(row: Matrix, own: int, items: Sequence[str], wanted: Sequence[int], count: int) -> list[Neighbour]:
    """The weights of one item that matter most, whatever their sign, the largest first."""
    import numpy as np

    places = np.asarray(wanted, dtype=np.int64)
    places = places[places != own]
    size = np.abs(row[places])
    if len(places) > count:
        kept = np.argpartition(-size, count)[:count]
        places, size = places[kept], size[kept]
    found = [(items[place], round(float(row[place]), 5)) for place, one in zip(places, size, strict=True) if one >= 1e-5]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))
