"""Files beside a video that belong to it: subtitles and NFO."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from matinee.features.library.names.formats import SUBTITLE_CODECS
from matinee.infra.media.languages import language_tag

_FORCED = frozenset({"forced", "foreign"})
_HEARING = frozenset({"sdh", "cc", "hi"})
_NAMES: Final = {
    name: tag
    for tag, names in {
        "en": ("english",),
        "de": ("german", "deutsch"),
        "fr": ("french", "francais", "français"),
        "es": ("spanish", "espanol", "español", "castellano"),
        "it": ("italian", "italiano"),
        "pt": ("portuguese",),
        "pt-BR": ("brazilian",),
        "nl": ("dutch",),
        "sv": ("swedish",),
        "no": ("norwegian",),
        "da": ("danish",),
        "fi": ("finnish",),
        "pl": ("polish",),
        "ru": ("russian",),
        "uk": ("ukrainian",),
        "ja": ("japanese",),
        "zh": ("chinese",),
        "ko": ("korean",),
        "ar": ("arabic",),
        "tr": ("turkish",),
        "el": ("greek",),
        "he": ("hebrew",),
        "hi": ("hindi",),
        "cs": ("czech",),
        "hu": ("hungarian",),
        "ro": ("romanian",),
    }.items()
    for name in names
}
_SEPARATORS: Final = re.compile(r"[._\s\[\]()]+|-(?![A-Za-z]{2}(?:[._\s]|$))")


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
    for word in filter(None, _SEPARATORS.split(rest)):
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
    named = _NAMES.get(word.casefold())
    if named is not None:
        return named
    tag = language_tag(word)
    # Three letters that stay three are rarely a language here, mostly a word (`The`, `Ext`).
    return tag if tag is not None and len(tag.split("-")[0]) == 2 and word.isascii() else None


def _title(words: list[str], flags: set[str]) -> str | None:
    if flags & _HEARING:
        words = [*words, "SDH"]
    return " ".join(words) or None
