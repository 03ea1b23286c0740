"""Which videos are not the film or episode itself: samples, trailers, featurettes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

Extra = Literal["sample", "trailer", "extra"]
_FOLDERS: Final[dict[str, Extra]] = {
    "sample": "sample",
    "samples": "sample",
    "trailer": "trailer",
    "trailers": "trailer",
    **dict.fromkeys(("extra", "extras", "featurette", "featurettes", "behind the scenes", "deleted scenes"), "extra"),
    **dict.fromkeys(("interview", "interviews", "scene", "scenes", "shorts", "bonus", "bonus features"), "extra"),
    **dict.fromkeys(("special features", "backdrops", "theme-music", "other"), "extra"),
}
_SUFFIX = re.compile(
    r"[-._](?P<word>sample|trailer|behindthescenes|deleted|deletedscene|featurette|interview|scene|short|other|extra)\d{0,2}$",
    re.IGNORECASE,
)
_DASH_ONLY = frozenset({"short", "scene", "other", "extra", "deleted", "interview"})
_WHOLE = re.compile(r"(?:sample|trailer)s?[-._ ]?\d{0,2}", re.IGNORECASE)
_PREFIX = re.compile(r"sample[-._ ]", re.IGNORECASE)
_MOST_SAMPLE_BYTES = 300 * 1024 * 1024
_MANY = 5


def extra_kind(folders: Sequence[str], stem: str, size: int, neighbours: int = 1) -> Extra | None:
    """What sort of extra a video is, None for the main thing.

    `folders` are the folders between the library folder and the file, outermost first: the outermost is never taken for a folder
    of extras, since a film or show may be called so (`Scenes`, `Other`). `neighbours` are the other videos of the folder: among
    many, `sample` is a name like any other, for a film's own folder holds few.
    """
    for folder in folders[1:]:
        kind = _FOLDERS.get(folder.casefold().strip().replace("_", " "))
        if kind is not None:
            return kind
    if folders and folders[0].casefold() in {"sample", "samples", "trailers"}:
        return _FOLDERS[folders[0].casefold()]
    if _WHOLE.fullmatch(stem) and neighbours < _MANY:
        return "sample" if stem.casefold().startswith("s") else "trailer"
    match = _SUFFIX.search(stem)
    if match is not None and _is_marked(match, stem):
        word = match["word"].casefold()
        if word == "sample":
            return "sample" if size < _MOST_SAMPLE_BYTES else None
        return "trailer" if word == "trailer" else "extra"
    if neighbours < _MANY and _PREFIX.match(stem) and 0 < size < _MOST_SAMPLE_BYTES and _released(stem):
        return "sample"
    return None


def _is_marked(match: re.Match[str], stem: str) -> bool:
    """Plain words end ordinary titles too (`The Interview`); they mark an extra only after a hyphen without spaces."""
    if match["word"].casefold() not in _DASH_ONLY:
        return True
    return stem[match.start()] == "-"


def _released(stem: str) -> bool:
    """Whether the name has the technical words of a release, as `sample-movie.2019.1080p` has."""
    return re.search(r"(?i)\b(?:\d{3,4}[pi]|x26[45]|h\.?26[45]|xvid|web|bluray|hdtv|dvdrip)\b", stem) is not None
