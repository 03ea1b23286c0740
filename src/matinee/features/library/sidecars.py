"""Files beside a video that belong to it: subtitles and NFO."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matinee.features.library.names.formats import SUBTITLE_CODECS

_FORCED = frozenset({"forced", "foreign"})
_HEARING = frozenset({"sdh", "cc", "hi"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]{2,4})?", re.IGNORECASE)
_NAMES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "francais": "fr", "français": "fr", "spanish": "es",
    "espanol": "es", "español": "es", "italian": "it", "portuguese": "pt", "brazilian": "pt-BR", "dutch": "nl", "swedish": "sv",
    "norwegian": "no", "danish": "da", "finnish": "fi", "polish": "pl", "russian": "ru", "japanese": "ja", "chinese": "zh",
    "korean": "ko", "arabic": "ar", "turkish": "tr", "greek": "el", "hebrew": "he", "hindi": "hi", "czech": "cs", "hungarian": "hu",
}  # fmt: skip
_THREE = {
    "eng": "en", "ger": "de", "deu": "de", "fre": "fr", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "dut": "nl", "nld": "nl",
    "swe": "sv", "nor": "no", "dan": "da", "fin": "fi", "pol": "pl", "rus": "ru", "jpn": "ja", "chi": "zh", "zho": "zh", "kor": "ko",
    "ara": "ar", "tur": "tr", "gre": "el", "ell": "el", "heb": "he", "hin": "hi", "cze": "cs", "ces": "cs", "hun": "hu",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a folder: `path` relative to the library folder as the file system has it."""

    path: str
    name: str
    size: int
    mtime_ns: int

    @property
    def stem(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def suffix(self) -> str:
        return "." + self.name.rpartition(".")[2].lower()


def subtitles_of(video: Entry, candidates: Iterable[Entry], *, alone: bool) -> list[Entry]:
    """The subtitle files of `video`: those that begin with its name; every one when it is `alone` in its folder."""
    stem = video.stem.casefold()
    found = [
        entry
        for entry in candidates
        if entry.suffix in SUBTITLE_CODECS
        and (alone or entry.stem.casefold() == stem or entry.stem.casefold().startswith((stem + ".", stem + "-", stem + "_")))
    ]
    return sorted(found, key=lambda entry: entry.name)


def describe(video: Entry, subtitle: Entry) -> dict[str, Any]:  # Any: a JSON document
    """What a subtitle's name says: `film.en.forced.srt` is English and forced; `2_German.srt` is German."""
    rest = subtitle.stem
    if rest.casefold().startswith(video.stem.casefold()):
        rest = rest[len(video.stem) :]
    language: str | None = None
    flags: set[str] = set()
    title: list[str] = []
    for word in filter(None, re.split(r"[._\s\[\]()-]+(?![a-z]{2}$)|[._]", rest)):
        lowered = word.casefold()
        if lowered in _FORCED or lowered in _HEARING or lowered == "default":
            flags.add(lowered)
        elif language is None and (known := _language(word)):
            language = known
        elif not word.isdigit():
            title.append(word)
    return {
        "path": subtitle.path,
        "codec": SUBTITLE_CODECS[subtitle.suffix],
        "language": language,
        "title": _title(title, flags),
        "forced": bool(flags & _FORCED),
        "default": "default" in flags,
    }


def signature(entries: Sequence[Entry]) -> str:
    """Changes when one of the files is added, removed or written; "" for none."""
    if not entries:
        return ""
    text = "\0".join(f"{entry.path}\1{entry.size}\1{entry.mtime_ns}" for entry in entries)
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def _language(word: str) -> str | None:
    lowered = word.casefold()
    if lowered in _NAMES:
        return _NAMES[lowered]
    if lowered in _THREE:
        return _THREE[lowered]
    if not _LANGUAGE.fullmatch(word):
        return None
    language, _, region = word.partition("-")
    if len(language) == 3:
        return None
    return f"{language.lower()}-{region.upper()}" if region else language.lower()


def _title(words: list[str], flags: set[str]) -> str | None:
    if flags & _HEARING:
        words = [*words, "SDH"]
    return " ".join(words) or None
