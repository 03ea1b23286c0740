"""Titles by the million, made by combination: words of real titles in their real frequency, and invented names between them.

The words come from the film data of `MATINEE_TEST_DATA` where it is there, else from a small list and from syllables.
"""

from __future__ import annotations

import csv
import io
import lzma
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from benchmarks.bench import ROOT
from matinee.infra.database.search import Document

DATA = ROOT / os.environ.get("MATINEE_TEST_DATA", "../shared/data") / "tmdb10k" / "tmdb-movies.csv.xz"
_FEW = [
    "the",
    "night",
    "story",
    "of",
    "a",
    "garden",
    "moon",
    "last",
    "summer",
    "red",
    "river",
    "house",
    "king",
    "stranger",
    "winter",
    "love",
    "ghost",
    "city",
    "road",
    "silent",
    "star",
]
_ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ee", "ie", "ou"]
_ENDS = ["", "n", "r", "s", "l", "m", "rd", "ck", "nt", "ll"]
_NAMES_IN = 0.12
"""How many of a title's words are a name that hardly another title has: with a million titles, most words are rare."""
_PATTERNS = (
    "{0}",
    "{0} {1}",
    "the {0}",
    "the {0} {1}",
    "{0} of {1}",
    "the {0} of the {1}",
    "{0} and {1}",
    "{0} {1} {2}",
    "a {0} in {1}",
)
_WEIGHTS = (6, 22, 10, 22, 8, 10, 6, 12, 4)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words with their cumulated frequencies, and people's names."""

    words: Sequence[str]
    weights: Sequence[int]
    first: Sequence[str]
    last: Sequence[str]
    prose: Sequence[str]


def vocabulary() -> Vocabulary:
    """From the data where it is there."""
    if not DATA.is_file():
        chance = random.Random(3)
        words = [*_FEW, *(_name(chance).lower() for _ in range(8000))]
        frequencies = [max(1, 4000 // (place + 1)) for place in range(len(words))]
        names = [_name(chance) for _ in range(4000)]
        return Vocabulary(words, list(accumulate(frequencies)), names[:1500], names[1500:], words)
    csv.field_size_limit(10_000_000)
    with lzma.open(DATA) as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8")))
    titles = Counter(word for row in rows for word in row["original_title"].split() if word.isalpha() and len(word) > 2)
    people = [name.split() for row in rows for name in row["cast"].split("|") if " " in name]
    prose = [word for row in rows[:3000] for word in row["overview"].split()]
    words = list(titles)
    first, last = sorted({name[0] for name in people}), sorted({name[-1] for name in people})
    return Vocabulary(words, list(accumulate(titles[word] for word in words)), first, last, prose)


def documents(count: int, known: Vocabulary, seed: int = 1) -> Iterator[Document]:
    """`count` titles; the same ones each time."""
    chance = random.Random(seed)
    for number in range(count):
        title = _title(known, chance)
        people = [f"{chance.choice(known.first)} {chance.choice(known.last)}" for _ in range(5)]
        start = chance.randrange(len(known.prose) - 30)
        body = " ".join(known.prose[start : start + 25])
        yield Document(f"movie-{number}", "movie", title, "", people, body, min(1.0, chance.paretovariate(1.2) / 100))


def misspelt(title: str, chance: random.Random) -> str | None:
    """The title with one error in its longest word; None where that is too short to be recognised with one."""
    words = title.split()
    longest = max(words, key=len)
    if len(longest) < 5 or not longest.isalpha():
        return None
    place = chance.randrange(1, len(longest) - 1)
    head, tail = longest[:place], longest[place:]
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    wrong = chance.choice([head + tail[1:], head + tail[1] + tail[0] + tail[2:], head + letter + tail[1:], head + letter + tail])
    return " ".join(wrong if word is longest else word for word in words)


def _title(known: Vocabulary, chance: random.Random) -> str:
    words = [
        _name(chance) if chance.random() < _NAMES_IN else word
        for word in chance.choices(known.words, cum_weights=known.weights, k=3)
    ]
    [pattern] = chance.choices(_PATTERNS, _WEIGHTS)
    title = str(pattern).format(*words)
    return title[0].upper() + title[1:]


def _name(chance: random.Random) -> str:
    parts = (chance.choice(_ONSETS) + chance.choice(_VOWELS) + chance.choice(_ENDS) for _ in range(chance.choice((2, 2, 3))))
    return "".join(parts).capitalize()
