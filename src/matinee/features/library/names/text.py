"""From a piece of a file name to a title that people read."""

from __future__ import annotations

import re
import unicodedata

_LEADING_GROUP = re.compile(r"^\s*(?:\[[^\]]*\]|\{[^}]*\}|【[^】]*】)[\s._-]*")
_WEBSITE = re.compile(r"(?i)^\s*(?:www\.[\w-]+(?:\.[a-z]{2,5}){1,2}|[\w-]+\.(?:com|org|net|info|to|cc|me|tv)(?=\s+-))\s*-*\s*")
_LEADING_NUMBERS = re.compile(r"^\d{1,3}(?:-\d{1,3})?\.\s+(?=\D)")
_TRAILING_BRACKETS = re.compile(r"[\s._-]*(?:\([^()]*\)?|\[[^\[\]]*\]?|\{[^{}]*\}?)\s*$")
_TRAILING_YEAR = re.compile(r"[\s._-]+[(\[]?((?:19|20)\d\d)[)\]]?[\s._-]*$")
_EDGE = " \t._-–—,:;|~+"
_EDITION = re.compile(
    r"(?i)\s+(?:(?:the\s+)?(?:extended|unrated|uncut|theatrical|ultimate|special|collector'?s|director'?s|final|limited|anniversary|"
    r"criterion|integral)\s+(?:edition|cut|version|collection)|extended|unrated|uncut|remastered|recut)(?:\s+(?:edition|cut|version))?$"
)


def folded(text: str) -> str:
    """For comparing titles: without case, accents, spaces and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("&", "and"))
    return "".join(char for char in decomposed if char.isalnum())


def without_prefix(text: str) -> str:
    """Without release groups, websites and list numbers in front."""
    while True:
        shorter = _WEBSITE.sub("", _LEADING_GROUP.sub("", text, count=1), count=1)
        if shorter == text or not shorter.strip(_EDGE):
            return _LEADING_NUMBERS.sub("", text)
        text = shorter


def split_year(text: str) -> tuple[str, int | None]:
    """A title's text without the year at its end, and the year; text that is a year alone stays."""
    match = _TRAILING_YEAR.search(text)
    if match is None or not text[: match.start()].strip(_EDGE + "([{"):
        return text, None
    return text[: match.start()], int(match[1])


def without_brackets(text: str) -> str:
    """Without brackets at the end, unless nothing would be left."""
    while True:
        shorter = _TRAILING_BRACKETS.sub("", text)
        if shorter == text or not shorter.strip(_EDGE):
            return text
        text = shorter


def without_edition(title: str) -> str:
    """Without the words of an edition at the end, unless nothing would be left."""
    shorter = _EDITION.sub("", title)
    return title if shorter == title else shorter.strip(_EDGE) or title


def clean(text: str) -> str:
    """Words separated by single spaces: dots and underscores were spaces, except where they abbreviate (`S.H.I.E.L.D.`)."""
    text = text.strip(_EDGE.replace(".", "")).strip("-–— _")
    if " " not in text.strip():
        text = text.replace("_", " ")
        text = re.sub(r"(?<=\w)\.(?=\w\w)|(?<=\w\w)\.(?=\w)|(?<=\W)\.(?=\w)", " ", text)
    text = " ".join(text.replace("_", " ").split())
    return _trim_dots(text).strip(_EDGE.replace(".", ""))


def _trim_dots(text: str) -> str:
    """Dots at the end go, unless they end an abbreviation."""
    if re.search(r"(?:\b\w\.){2,}$", text):
        return text.lstrip(".")
    return text.strip(".")
