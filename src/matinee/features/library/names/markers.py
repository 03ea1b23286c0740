"""Places in a name that say which season and episode it is, and the rewriting of forms that guessit does not know.

The text before an explicit marker is the show's title, whole: guessit cuts it at ` - `, at words that it takes for an edition or
a country, and at a leading year.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_LIST = r"(?:(?:\s?[-+&,~]\s?|\s(?:en|and|y|et|und)\s)(?:e|ep|afl\.?)?\d{1,4})*"
_DUTCH = re.compile(rf"(?i)\b(?:se|seizoen)[. ]?(\d{{1,2}})[ ._-]+(?:afl|aflevering)[. ]?(\d{{1,4}})({_LIST})(?![\d])")
_YEAR_DAY_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)([-._ ])(1[3-9]|2\d|3[01])([-._ ])(0[1-9]|1[0-2])(?![\d])")
_ORDINAL_SEASON = re.compile(r"(?i)\b(\d{1,2})(?:st|nd|rd|th)[ ._](?:season|saison)\b(?=[ ._]*-?[ ._]*(?:e|ep|episode)?[ ._]?\d)")
_CAPITULO = re.compile(r"(?i)\[\s*(?:cap|capitulo|capítulo)\s*[. ]\s*(\d{2,4})((?:_\d{2,4})?)\s*\]")
_DATE_STAMP = re.compile(r"(?i)^(?:\d{6}|\d{8})[ _](?=\S.*\b(?:ep|e|episode|第)[ ._]?\d{1,4}\b)")
_ASIAN = re.compile(r"第\s*(\d{1,4})\s*[話话集回]")
_ASIAN_SEASON = re.compile(r"第\s*(\d{1,2})\s*[季期]")
_SEASON_DASH = re.compile(r"(?i)(?<![a-z\d])s(\d{1,2})\s+-\s+(\d{1,4})(?=v\d|$|[\s\[(._])")
_VERSION = re.compile(r"(?i)((?:s\d{1,2}[ ._-]?e|\d{1,2}x)\d{2,4})v\d(?![\da-z])")
_GLUED = re.compile(r"(?i)(?<=[a-z])(?=s\d{2}e\d{2,3}(?![\da-z]))")

_REWRITES: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: _DUTCH.sub(lambda m: f"S{int(m[1]):02}E{int(m[2]):02}{_episode_list(m[3])}", text),
    lambda text: _YEAR_DAY_MONTH.sub(r"\1\2\5\4\3", text),
    lambda text: _ORDINAL_SEASON.sub(lambda m: f"S{int(m[1])}", text),
    lambda text: _CAPITULO.sub(r"[Cap.\1\2]", text),
    lambda text: _DATE_STAMP.sub("", text),
    lambda text: _ASIAN_SEASON.sub(r"S\1 ", text),
    lambda text: _ASIAN.sub(r"E\1 ", text),
    lambda text: _SEASON_DASH.sub(lambda m: f"S{int(m[1]):02}E{int(m[2]):02}", text),
    lambda text: _VERSION.sub(r"\1", text),
    lambda text: _GLUED.sub(".", text),
)

_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-._ ](?:0[1-9]|1[0-2])[-._ ](?:0[1-9]|[12]\d|3[01])(?!\d)")
_EXPLICIT: Final[tuple[re.Pattern[str], ...]] = (
    re.compile(r"(?i)(?<![a-z\d])s\d{1,4}[\s._-]{0,3}(?:e|ep|x|episode)[\s._]?\(?\d{1,4}"),
    re.compile(r"(?i)(?<![a-z\d])\d{1,2}x\d{2,3}(?![a-z\d]*p\b)(?!\d)"),
    re.compile(
        r"(?i)(?<![a-z])(?:season|saison|temporada|staffel|stagione)[\s._-]{0,3}\d{1,4}[\s._-]{0,3}(?:e|ep|episode|folge)[\s._]{0,2}\d{1,4}"
    ),
    _DATE,
)
_SEASON_ONLY = re.compile(
    r"(?i)(?<![a-z\d])(?:s\d{1,2}|(?:season|saison|temporada|staffel|stagione|series)[\s._-]{1,3}\d{1,2})(?![a-z\d])"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """Where a name says its season or episode. `explicit` is False for a season alone; `dated` is True for a date alone."""

    start: int
    explicit: bool
    dated: bool = False


def rewrite(text: str) -> str:
    """The name with its national and unusual forms as guessit knows them."""
    for change in _REWRITES:
        text = change(text)
    return text


def find_marker(text: str) -> Marker | None:
    """The first explicit marker, else a season's."""
    found = [match for pattern in _EXPLICIT for match in [pattern.search(text)] if match]
    if found:
        first = min(found, key=lambda match: match.start())
        return Marker(first.start(), True, all(match.re is _DATE for match in found))
    season = _SEASON_ONLY.search(text)
    return Marker(season.start(), False) if season else None


def _episode_list(text: str) -> str:
    return "".join(f"E{int(number):02}" for number in re.findall(r"\d+", text))
