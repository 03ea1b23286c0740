"""NFO files of Kodi: XML about a film, a show or episodes; or only the address of a page that names an id.

Source: the NFO chapter of Kodi's documentation (movie.nfo, tvshow.nfo, <episode>.nfo, "parsing NFO"). Read with defusedxml:
an NFO comes from strangers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MOST_BYTES: Final = 1024 * 1024
_ADDRESSES: Final = (
    ("tmdb", re.compile(r"themoviedb\.org/(?:movie|tv)/(\d+)")),
    ("imdb", re.compile(r"imdb\.com/(?:[a-z]{2}/)?title/(tt\d{5,10})")),
    ("tvdb", re.compile(r"thetvdb\.com/\S*?[?&/](?:id=|series/)(\d+)")),
)
_ID_TAGS: Final = {"tmdbid": "tmdb", "imdbid": "imdb", "imdb_id": "imdb", "tvdbid": "tvdb"}


@dataclass(frozen=True, slots=True)
class Nfo:
    """What an NFO says. `kind` is the root element's meaning, None where the file is only an address."""

    kind: str | None = None
    title: str = ""
    show_title: str = ""
    year: int | None = None
    season: int | None = None
    episodes: tuple[int, ...] = ()
    aired: str = ""
    age_rating: str = ""
    """`mpaa`, as it stands there: `Rated PG-13`, `Germany:FSK 16`."""
    hints: Mapping[str, str] = field(default_factory=dict)


def parse_nfo(data: bytes) -> Nfo | None:
    """The content of an NFO; None where it says nothing that we know. Never raises for what is inside."""
    text = _decoded(data[:MOST_BYTES])
    addresses = {provider: match[1] for provider, pattern in _ADDRESSES for match in [pattern.search(text)] if match}
    roots = _roots(text)
    if not roots:
        return Nfo(hints=addresses) if addresses else None
    first = roots[0]
    kind = {"movie": "movie", "tvshow": "show", "episodedetails": "episode"}.get(first.tag)
    if kind is None:
        return Nfo(hints=addresses) if addresses else None
    episodes = tuple(number for root in roots if (number := _number(root, "episode")) is not None)
    return Nfo(
        kind=kind,
        title=_text(first, "title"),
        show_title=_text(first, "showtitle"),
        year=_year(first),
        season=_number(first, "season") if kind == "episode" else None,
        episodes=episodes if kind == "episode" else (),
        aired=_text(first, "aired")[:10],
        age_rating=_text(first, "mpaa")[:64],
        # Of an episode the ids are its own, which no provider of shows can look up as a title.
        hints={} if kind == "episode" else {**addresses, **_ids(first)},
    )


def _roots(text: str) -> list[Element]:
    """The root elements: Kodi writes several `<episodedetails>` one after the other, and an address may follow the XML."""
    found = []
    for match in re.finditer(r"<(movie|tvshow|episodedetails)\b.*?</\1\s*>", text, re.DOTALL):
        try:
            found.append(fromstring(match[0]))
        except (ParseError, DefusedXmlException, ValueError):
            continue
    return found


def _ids(root: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.findall("uniqueid"):
        provider, value = element.get("type", "").lower(), (element.text or "").strip()
        if provider in {"tmdb", "imdb", "tvdb"} and _is_id(provider, value):
            found[provider] = value
    for tag, provider in _ID_TAGS.items():
        value = _text(root, tag)
        if provider not in found and _is_id(provider, value):
            found[provider] = value
    legacy = _text(root, "id")
    if "imdb" not in found and _is_id("imdb", legacy):
        found["imdb"] = legacy
    return found


def _is_id(provider: str, value: str) -> bool:
    return re.fullmatch(r"tt\d{5,10}" if provider == "imdb" else r"\d{1,9}", value) is not None


def _year(root: Element) -> int | None:
    for tag in ("year", "premiered", "releasedate"):
        match = re.match(r"(?:19|20)\d\d", _text(root, tag))
        if match:
            return int(match[0])
    return None


def _number(root: Element, tag: str) -> int | None:
    value = _text(root, tag)
    return int(value) if value.isdecimal() and len(value) < 6 else None


def _text(root: Element, tag: str) -> str:
    return (root.findtext(tag) or "").strip()


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
