"""Provider ids in file and folder names, as media managers write them: `{tmdb-603}`, `[tmdbid=603]`, `{imdb-tt0133093}`."""

from __future__ import annotations

import re

_HINT = re.compile(
    r"[\[{(]\s*(?P<provider>tmdb|themoviedb|imdb|tvdb|thetvdb)(?:[ _-]?id)?\s*[-=: ]\s*"
    r"(?P<id>tt\d{5,10}|\d{1,9})\s*[\]})]",
    re.IGNORECASE,
)
_BARE_IMDB = re.compile(r"[\[{(]\s*(tt\d{7,10})\s*[\]})]", re.IGNORECASE)
_EDITION = re.compile(r"\{\s*edition-(?P<edition>[^}]{1,64})\}", re.IGNORECASE)
_PROVIDERS = {"themoviedb": "tmdb", "thetvdb": "tvdb"}


def take_hints(text: str) -> tuple[str, dict[str, str]]:
    """The text without its ids, and the ids by provider."""
    found: dict[str, str] = {}

    def keep(match: re.Match[str]) -> str:
        provider = match["provider"].lower()
        found[_PROVIDERS.get(provider, provider)] = match["id"].lower()
        return " "

    def keep_imdb(match: re.Match[str]) -> str:
        found.setdefault("imdb", match[1].lower())
        return " "

    rest = _BARE_IMDB.sub(keep_imdb, _HINT.sub(keep, text))
    return (" ".join(rest.split()) if found else text), found


def take_edition(text: str) -> tuple[str, str]:
    """The text without `{edition-...}`, and the edition."""
    match = _EDITION.search(text)
    if match is None:
        return text, ""
    return " ".join((text[: match.start()] + text[match.end() :]).split()), match["edition"].strip()
