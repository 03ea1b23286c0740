"""How well documents fit that are in no index, on the scale of those that are: for merging what other systems have found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matinee.infra.database.search.index import Document
from matinee.infra.database.search.ranking import Wanted, score
from matinee.infra.database.search.text import squash, words_of


@dataclass(slots=True)
class _Row:
    key: str
    title: str
    name: str
    people: str
    squashed_title: str
    squashed_name: str
    popularity: float


def fitting(text: str) -> Callable[[Document], float]:
    """A function that tells 0..1 how well a document fits the words; one that has none of them is taken to fit by its body."""
    wanted = Wanted(words_of(text[:200]), squash(text[:200]))

    def fit(document: Document) -> float:
        row = _Row(
            key=document.key,
            title=" ".join(words_of(document.title)),
            name=" ".join(words_of(document.name)),
            people=" ".join(words_of(" ".join(document.people))),
            squashed_title=squash(document.title),
            squashed_name=squash(document.name),
            popularity=min(max(document.popularity, 0.0), 1.0),
        )
        return score(row, wanted, "everything").score

    return fit
