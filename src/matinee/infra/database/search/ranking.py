"""How well a candidate fits, as one number; pure.

The order of the bands is the rule: the title itself > it begins so > it has the words > people have them > the description has
them > it has them misspelt. Inside a band the share of the title that was asked for decides, then popularity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from matinee.infra.database.search.text import STOP_WORDS, allowed_errors, distance

_POPULARITY = 0.03


class Candidate(Protocol):
    """A row of the index."""

    key: str
    title: str
    name: str
    people: str
    squashed_title: str
    squashed_name: str
    popularity: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that fits; `score` is 0..1. `exact`: its title is what was asked for."""

    key: str
    score: float
    in_title: bool
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for; `spellings` are the corrected words, one group a term, where errors are forgiven."""

    words: Sequence[str]
    squashed: str
    spellings: Sequence[Sequence[str]] = ()


def score(row: Candidate, wanted: Wanted, area: Literal["title", "everything"]) -> Hit:
    """The fit of a candidate that one of the stages found."""
    bonus = _POPULARITY * row.popularity
    of_title = max(_band(row.title, row.squashed_title, wanted), _band(row.name, row.squashed_name, wanted) - 0.02)
    if of_title > 0:
        return Hit(row.key, min(1.0, of_title + bonus), in_title=True, exact=row.squashed_title == wanted.squashed)
    if wanted.spellings:
        return Hit(row.key, 0.1 + 0.25 * _likeness(f"{row.title} {row.name}".split(), wanted) + bonus, in_title=False)
    if area == "everything" and _contains(f"{row.people} {row.title}".split(), wanted.words):
        return Hit(row.key, 0.5 + bonus, in_title=False)
    return Hit(row.key, 0.4 + bonus, in_title=False)


def _band(text: str, squashed: str, wanted: Wanted) -> float:
    if not squashed:
        return 0.0
    share = min(1.0, len(wanted.squashed) / len(squashed))
    if squashed == wanted.squashed:
        return 0.97
    if squashed.startswith(wanted.squashed):
        # The end of a word is worth more than its middle: "star" means "Star Wars" rather than "Starship".
        whole = text.startswith(" ".join(wanted.words) + " ")
        return (0.84 if whole else 0.8) + 0.08 * share
    if _contains(text.split(), wanted.words):
        return 0.62 + 0.12 * share
    return 0.0


def _contains(present: Sequence[str], words: Sequence[str]) -> bool:
    there = set(present)
    telling = [word for word in words if word not in STOP_WORDS] or list(words)
    return all(word in there for word in telling[:-1]) and any(word.startswith(telling[-1]) for word in there)


def _likeness(present: Sequence[str], wanted: Wanted) -> float:
    """1 for no error, less for each, as a share of the letters; and half of it for words that were not asked for."""
    errors, letters = 0, 1
    for spellings in wanted.spellings:
        word = spellings[0]
        allowed = allowed_errors(word)
        errors += min((distance(word, other, allowed) for other in present), default=allowed)
        letters += len(word)
    share = min(1.0, len(wanted.squashed) / max(1, sum(map(len, present))))
    return max(0.0, 1 - 2 * errors / letters) * (0.7 + 0.3 * share)
