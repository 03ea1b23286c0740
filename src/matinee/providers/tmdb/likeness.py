"""How alike two titles are, as a number that `accepted` of the catalogue (0.6 and more) can rely on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from matinee.infra.database.search import fold

SURE = 0.99
"""The best that words can reach: 1 is for ids."""
_ARTICLES = frozenset({"the", "a", "an", "der", "die", "das", "le", "la", "les", "el", "los", "il"})
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
_ALSO_WORDS = frozenset({"v", "x"})
_SUBTITLE = re.compile(r"[:(–—]|\s-\s|\sor\s")
_SAME_WORDS, _BEGINNING, _PART = 0.97, 0.8, 0.72


def likeness(wanted: str, names: Iterable[str], year: int | None, released: int | None) -> float:
    """0..0.99 for a title in a file's name against the names of a candidate and their years."""
    best = max((_words(wanted, name, same_year=year is not None and year == released) for name in names if name), default=0.0)
    if year is None:
        return min(best, SURE) - 0.02
    if released is None:
        return min(best, SURE) - 0.1
    apart = abs(year - released)
    return max(0.0, min(best, SURE) - (0.0 if apart == 0 else 0.05 if apart == 1 else 0.4))


def _words(wanted: str, name: str, *, same_year: bool) -> float:
    one, other = _tokens(wanted), _tokens(name)
    if not one or not other:
        return 0.0
    if "".join(one) == "".join(other):
        return SURE
    plain, plain_other = _without_article(one), _without_article(other)
    if "".join(plain) == "".join(plain_other):
        return _SAME_WORDS
    if _numbers(one) != _numbers(other):  # a sequel is another film, however alike the words are
        return 0.5 * _mixed(plain, plain_other)
    score = _mixed(plain, plain_other)
    shorter, longer = sorted((plain, plain_other), key=len)
    if same_year and longer[: len(shorter)] == shorter and len(shorter) > 1:
        return max(score, _BEGINNING)
    # One word is enough only where a file leaves out a subtitle: `Birdman`, but not `Good` for `Good Guy`.
    if same_year and plain == _without_article(_tokens(_SUBTITLE.split(name, 1)[0])):
        return max(score, _PART)
    if same_year and len(shorter) > 1 and set(shorter) <= set(longer):
        return max(score, _PART)
    return score


def _mixed(one: list[str], other: list[str]) -> float:
    """Words count most; letters tell a slip of the pen from another word, but `Alien` is not `Aliens`."""
    common = len(set(one) & set(other))
    dice = 2 * common / (len(set(one)) + len(set(other)))
    letters = SequenceMatcher(None, " ".join(one), " ".join(other)).ratio()
    if len(one) == len(other) > 1 and letters > 0.9:
        return max(0.7, 0.6 * dice + 0.35 * letters)
    return 0.6 * dice + 0.25 * letters


def _tokens(text: str) -> list[str]:
    words = fold(text).split()
    return [
        _ROMAN[word] if word in _ROMAN and place and (word not in _ALSO_WORDS or place == len(words) - 1) else word
        for place, word in enumerate(words)
    ]


def _without_article(words: list[str]) -> list[str]:
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def _numbers(words: list[str]) -> list[str]:
    return sorted(word for word in words if word.isdecimal())
