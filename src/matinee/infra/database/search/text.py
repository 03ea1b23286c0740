"""Folding of text to comparable words, and the distance between misspelt ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_LONGEST_WORD = 60
_APOSTROPHES = dict.fromkeys(map(ord, "'’`´ʼ"))
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)} | dict.fromkeys(map(ord, "'`"))
# Words that are in too many titles to find one by; searched for only when there is nothing else.
STOP_WORDS = frozenset({"the", "a", "an", "of", "and", "in", "to", "on", "de", "la", "le", "der", "die", "das", "el"})


def fold(text: str) -> str:
    """Words in lower case, without accents and punctuation, one space between them: `Amélie & Zoë's` -> `amelie and zoes`."""
    if text.isascii():  # the same by a quicker way
        return " ".join(text.replace("&", " and ").translate(_ASCII).split())
    decomposed = unicodedata.normalize("NFKD", text.replace("&", " and ").translate(_APOSTROPHES)).casefold()
    return " ".join(unicodedata.normalize("NFC", decomposed.translate(_FOLDED)).split())


def words_of(text: str) -> list[str]:
    """The words of a text as the index keeps them. Scripts written without spaces give a word for each character."""
    folded = fold(text)
    spaced = folded if folded.isascii() else "".join(f" {c} " if _is_ideograph(c) else c for c in folded)
    return [word[:_LONGEST_WORD] for word in spaced.split()]


def squash(text: str) -> str:
    """The text folded and without spaces, so that `Spider-Man`, `Spider Man` and `Spiderman` are one."""
    return fold(text).replace(" ", "")


def trigrams(word: str) -> list[str]:
    """Distinct groups of three characters of a word with its edges marked: `cat` -> `^ca`, `cat`, `at$`."""
    padded = f"^{word}$"
    return list(dict.fromkeys(padded[n : n + 3] for n in range(len(padded) - 2)))


def near_spellings(word: str) -> set[str]:
    """The word with one character left out or two neighbours swapped; trigrams miss these in short words."""
    deleted = {word[:n] + word[n + 1 :] for n in range(len(word))}
    swapped = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
    return (deleted | swapped) - {word, ""}


def allowed_errors(word: str) -> int:
    """How many typing errors are forgiven in a word of this length."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2 if len(word) < 10 else 3


def distance(one: str, other: str, at_most: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two words; `at_most + 1` stands for more."""
    if abs(len(one) - len(other)) > at_most:
        return at_most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        current = [row]
        for column, right in enumerate(other, 1):
            cost = min(above[column] + 1, current[-1] + 1, above[column - 1] + (left != right))
            if before and column > 1 and left == other[column - 2] and one[row - 2] == right:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > at_most:
            return at_most + 1
        before, above = above, current
    return min(above[-1], at_most + 1)


def corrections(word: str, known: Iterable[str], limit: int = 6) -> list[str]:
    """The known words within the errors allowed, nearest first."""
    allowed = allowed_errors(word)
    ranked = sorted((distance(word, candidate, allowed), candidate) for candidate in set(known) - {word})
    return [candidate for errors, candidate in ranked if errors <= allowed][:limit]


class _Folded(dict[int, str]):
    """What becomes of each character, worked out when it is first met; there are no more than Unicode has."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _folded_character(chr(code))
        return found


_FOLDED = _Folded()


def _folded_character(character: str) -> str:
    if character.isalnum():
        return character
    if "\u0300" <= character <= "\u036f":
        return ""
    # Other combining marks are vowels in Indic and Arabic scripts and belong to the word.
    return character if unicodedata.category(character).startswith("M") else " "


def _is_ideograph(character: str) -> bool:
    return "\u3040" <= character <= "\u30ff" or "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"
