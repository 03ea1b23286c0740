"""Words of a title, field by field: the language asked for, then English, then the original language.

TMDB falls back by itself for names only, and to the original language at that; overview and tagline it leaves empty.
"""

from __future__ import annotations

from dataclasses import dataclass

from matinee.providers.tmdb.policy import base_language
from matinee.providers.tmdb.values import Json, items, part, text

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    original_title: str
    overview: str
    tagline: str


def words_of(body: Json, language: str) -> Words:
    """The words of details that were asked for in `language`, with their translations appended."""
    wanted, original = base_language(language), text(body, "original_language")
    data = _by_language(body, language)
    order = [data[one] for one in (wanted, ENGLISH, original) if one in data]
    original_title = text(body, "original_title", "original_name")
    return Words(
        title=_title(body, data, wanted, original, original_title),
        original_title=original_title,
        overview=_first(body, order, "overview"),
        tagline=_first(body, order, "tagline"),
    )


def biography(body: Json) -> str:
    """A person's biography, else the English one."""
    return _first(body, [_by_language(body, ENGLISH).get(ENGLISH, {})], "biography")


def _title(body: Json, data: dict[str, Json], wanted: str, original: str, original_title: str) -> str:
    """TMDB fills a missing title with the original one; where that is in neither language asked for, English reads better."""
    title = text(body, "title", "name")
    translated = text(data.get(wanted, {}), "title", "name")
    if not title or (title == original_title and not translated and wanted != original):
        return text(data.get(ENGLISH, {}), "title", "name") or title or original_title
    return title


def _first(body: Json, order: list[Json], field: str) -> str:
    return text(body, field) or next((found for data in order if (found := text(data, field))), "")


def _by_language(body: Json, language: str) -> dict[str, Json]:
    """The translations by language without country: that of the country asked for wins, else the fullest."""
    country = language.partition("-")[2]
    found: dict[str, tuple[tuple[bool, int], Json]] = {}
    for item in items(part(body, "translations"), "translations"):
        data, code = part(item, "data"), text(item, "iso_639_1")
        rank = (bool(country) and text(item, "iso_3166_1") == country, len(text(data, "overview", "biography")))
        if code and (code not in found or rank > found[code][0]):
            found[code] = (rank, data)
    return {code: data for code, (_, data) in found.items()}
