"""Names that say little: home videos, test clips, what a camera or a downloader made up.

guessit reads every name as a release; on these it takes words for codecs and numbers for episodes, and different files would
become one title. Such names are their own title, whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from matinee.features.library.names import text as words

_BARE: Final = frozenset({"title", "episode", "season", "type", "container", "mimetype", "alternative_title", "episode_title"})
_TECHNICAL: Final = frozenset(
    {"video_codec", "audio_codec", "color_depth", "video_profile", "audio_channels", "audio_profile", "frame_rate", "video_api"}
    | {"subtitle_language", "language", "other", "bit_rate", "video_bit_rate", "audio_bit_rate", "size"}
)
_NUMBERED: Final = re.compile(r"(?i)\b(?:e|ep|episode|episodio|cap|capitulo|folge|part|of)[ ._]?\d|第|\d[ ._]?of[ ._]?\d")
_WORDS_THEN_NUMBER: Final = re.compile(r"[^\[\]()]*[^\W_][ ._]\d{1,4}(?:[ ._]\d{1,3})?(?:[ ._][^\[\]()]*)?")
_HASH: Final = re.compile(r"[0-9a-f]{16,}|(?=\w*\d)(?=\w*[A-Za-z])[0-9A-Za-z]{20,}", re.IGNORECASE)
_RELEASE: Final = re.compile(
    r"(?i)(?<!\d)(?:19|20)\d\d(?!\d)|\b(?:\d{3,4}[pi]|[xh]\.?26[45]|xvid|divx|web(?:-?dl|rip)?|blu-?ray|hdtv|dvd(?:rip|r|scr)?|b[rd]rip|hdrip)\b"
)
_EMPTY: Final = frozenset({"movie", "film", "video", "index", "title", "feature", "main"})


def is_numbered_clip(stem: str, folders: Sequence[str], guess: Mapping[str, Any]) -> bool:  # Any: guessit's values have no types
    """Words and a number, without anything of a release, a list or a show's folder (`Apollo 13`): no episode."""
    if not _BARE.union(_TECHNICAL).issuperset(guess) or _NUMBERED.search(stem) or " - " in stem.replace("_", " "):
        return False
    if any(words.folded(folder) == words.folded(str(_first(guess.get("title")))) for folder in folders):
        return False
    return _WORDS_THEN_NUMBER.fullmatch(stem) is not None


def is_technical(guess: Mapping[str, Any]) -> bool:  # Any: guessit's values have no types
    """Whether a name has words for a codec or the like but nothing else of a release: they are then more likely its title."""
    found = _TECHNICAL.intersection(guess) - {"language", "subtitle_language", "size", "other"}
    return bool(found) and _BARE.union(_TECHNICAL).issuperset(guess)


def is_release(folder: str) -> bool:
    """Whether a folder is named as releases are: with a year, a source, a codec."""
    return _RELEASE.search(folder) is not None


def is_dated(stem: str) -> bool:
    """Whether a camera made the name (`VID_20190814_120301`)."""
    return re.search(r"(?<!\d)(?:19|20)\d\d-?[01]\d-?[0-3]\d[-_T ]?\d{2}[.:-]?\d{2}", stem) is not None


def says_nothing(stem: str) -> bool:
    """Whether a stem is a hash or a word that every film could have: its folder then names it."""
    return _HASH.fullmatch(stem) is not None or stem.casefold().strip() in _EMPTY


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value or ""
