"""Age ratings: what the classification boards of countries print, as the age in years that a title is for.

Sources: the boards' own descriptions (MPA, TV Parental Guidelines, FSK, BBFC, CNC and Arcom, ICAA, Kijkwijzer, ACB, CHVRS, DJCTQ,
Eirin, KMRB). A rating that only advises parents counts as the age that it advises about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

UNRATED = -1
"""Stored for a title whose details are known and say no age; nothing is stored while nobody has looked."""
ADULT = 99
"""Stored for what is made for adults only: above every limit."""
GROWN_UP = 18
"""From this limit on, titles of unknown age are shown."""
_OLDEST = 21
_FALLBACK = "US"

_EVERYBODY = {"G": 0, "U": 0, "A": 0, "T": 0, "L": 0, "AL": 0, "TP": 0, "ALL": 0, "BTL": 0, "S": 0, "E": 0, "0": 0}
_BY_REGION: Mapping[str, Mapping[str, int]] = {
    "US": {
        "G": 0, "PG": 10, "PG-13": 13, "R": 17, "NC-17": 18, "X": ADULT,
        "TV-Y": 0, "TV-G": 0, "TV-Y7": 7, "TV-Y7-FV": 7, "TV-PG": 10, "TV-14": 14, "TV-MA": 17,
    },
    "DE": {"FSK-0": 0, "OHNE ALTERSBESCHRÄNKUNG": 0, "INFO": 0, "LEHR": 0, "KEINE JUGENDFREIGABE": 18},
    "GB": {"U": 0, "UC": 0, "PG": 8, "12A": 12, "R18": ADULT},
    "FR": {"U": 0, "TP": 0, "TOUS PUBLICS": 0, "X": ADULT},
    "ES": {"A": 0, "AI": 0, "APTA": 0, "A/I": 0, "A/FIG": 0, "TP": 0, "ERI": 0, "7I": 7, "7/I": 7, "X": ADULT},
    "NL": {"AL": 0},
    "IT": {"T": 0},
    "AU": {"E": 0, "P": 0, "C": 7, "G": 0, "PG": 10, "M": 15, "MA": 15, "AV": 15, "X": ADULT, "RC": ADULT},
    "CA": {"G": 0, "C": 0, "C8": 8, "PG": 10, "14A": 14, "18A": 18, "R": 18, "A": 18, "E": 0},
    "BR": {"L": 0, "AL": 0},
    "JP": {"G": 0},
    "KR": {"ALL": 0, "RESTRICTED SCREENING": ADULT},
    "IE": {"G": 0, "GA": 0, "CH": 0, "YA": 13, "PS": 10, "MA": 17, "PG": 10, "12A": 12, "15A": 15},
    "NZ": {"G": 0, "PG": 10, "M": 16, "GXP": 10, "PGR": 13, "AO": 18},
    "IN": {"U": 0, "UA": 12, "U/A": 12, "A": 18, "S": 18},
    "MX": {"AA": 0, "A": 0, "B": 12, "C": 18, "D": 18},
    "RU": {"0+": 0},
}  # fmt: skip
_NUMBERED = re.compile(r"(?:FSK|PEGI|USK|VM|RP|PG|UA|MA|TV|NC|M/|[A-Z])?[ -]?(\d{1,2})(?:[ANQ]|PG)?\+?")
_COUNTRIES: Mapping[str, str] = {
    "USA": "US", "UNITED STATES": "US", "GERMANY": "DE", "UK": "GB", "UNITED KINGDOM": "GB", "FRANCE": "FR", "SPAIN": "ES",
    "ITALY": "IT", "NETHERLANDS": "NL", "AUSTRALIA": "AU", "CANADA": "CA", "BRAZIL": "BR", "IRELAND": "IE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AgeRating:
    """A rating as it is printed in a region (ISO 3166-1), and the age that it means; None for one that says none."""

    region: str
    rating: str
    age: int | None


def age_of(region: str, rating: str) -> int | None:
    """The age that `rating` means in `region`; None for none (`NR`, an unknown word)."""
    printed = " ".join(rating.upper().split())
    known = _BY_REGION.get(region.upper(), _EVERYBODY)
    if printed in known:
        return known[printed]
    match = _NUMBERED.fullmatch(printed)
    return int(match[1]) if match and int(match[1]) <= _OLDEST else None


def chosen(ratings: Mapping[str, str], region: str = "") -> AgeRating | None:
    """The rating that says an age: that of `region`, else of the United States, else the strictest anywhere; then any at all."""
    found = {
        place.upper(): AgeRating(place.upper(), rating, age_of(place, rating)) for place, rating in ratings.items() if rating
    }
    for wanted in (region.upper(), _FALLBACK):
        if wanted in found and found[wanted].age is not None:
            return found[wanted]
    rated = [one for one in found.values() if one.age is not None]
    if rated:
        return max(rated, key=lambda one: (one.age or 0, one.region))
    return found.get(region.upper()) or next(iter(found.values()), None)


def printed_rating(text: str, region: str = "") -> AgeRating | None:
    """The rating in the text of an NFO: `PG-13`, `Rated R for language`, `US:PG-13`, `Germany: FSK 16`, `DE:16 / US:R`."""
    ratings: dict[str, str] = {}
    for part in re.split(r"\s+/\s+|\|", text.strip()):
        before, colon, after = part.rpartition(":")
        place = before.strip().upper()
        place = _COUNTRIES.get(place, place)
        if not colon or not re.fullmatch("[A-Z]{2}", place):
            place, after = "", part
        words = re.sub(r"(?i)^\s*rated\s+", "", after).split()
        rating, guessed = _known_words(words, place)
        if rating:
            ratings.setdefault(place or guessed, rating)
    return chosen(ratings, region)


def encoded(rating: AgeRating | None) -> str:
    """The rating as one short word: `US:PG-13`."""
    return "" if rating is None else f"{rating.region[:7]}:{rating.rating[:32]}"


def decoded(word: str) -> AgeRating | None:
    """The rating in a word of `encoded`."""
    region, colon, rating = word.partition(":")
    return AgeRating(region, rating, age_of(region, rating)) if colon else None


def admits(age: int | None, limit: int) -> bool:
    """Whether a title stored with `age` may be shown under a maturity limit. What nobody knows is for grown-ups."""
    if age is None or age == UNRATED:
        return limit >= GROWN_UP
    return age <= limit


def stored_age(rating: AgeRating | None, *, adult: bool = False) -> int:
    """What is stored of a title whose details are known."""
    if adult:
        return ADULT
    return UNRATED if rating is None or rating.age is None else rating.age


def _known_words(words: Sequence[str], place: str) -> tuple[str, str]:
    """The first one or two words that are a rating, and whose; without a place `FSK` is Germany's, others American."""
    for count in (2, 1):
        rating = " ".join(words[:count])
        guessed = place or ("DE" if rating.upper().startswith("FSK") else "US")
        if rating and age_of(guessed, rating) is not None:
            return rating, guessed
    return "", ""
