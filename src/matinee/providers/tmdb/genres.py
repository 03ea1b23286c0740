"""Genres: TMDB numbers them, in one series for films and another for shows; Matinee names them by their English words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matinee.ports.catalogue import GenreName, genre_id
from matinee.ports.metadata import TitleKind
from matinee.providers.tmdb.values import Json, integer, items, text

Names = Mapping[int, str]
"""By TMDB's id."""

KNOWN: Mapping[TitleKind, Names] = {
    "movie": {
        28: "Action", 12: "Adventure", 16: "Animation", 35: "Comedy", 80: "Crime", 99: "Documentary", 18: "Drama",
        10751: "Family", 14: "Fantasy", 36: "History", 27: "Horror", 10402: "Music", 9648: "Mystery", 10749: "Romance",
        878: "Science Fiction", 10770: "TV Movie", 53: "Thriller", 10752: "War", 37: "Western",
    },
    "show": {
        10759: "Action & Adventure", 16: "Animation", 35: "Comedy", 80: "Crime", 99: "Documentary", 18: "Drama",
        10751: "Family", 10762: "Kids", 9648: "Mystery", 10763: "News", 10764: "Reality", 10765: "Sci-Fi & Fantasy",
        10766: "Soap", 10767: "Talk", 10768: "War & Politics", 37: "Western",
    },
}  # fmt: skip
"""What TMDB answered in 2025, for as long as it has not been asked itself."""

_NEAR: Mapping[TitleKind, Mapping[str, tuple[str, ...]]] = {
    "movie": {
        "action-and-adventure": ("action", "adventure"),
        "sci-fi-and-fantasy": ("science-fiction", "fantasy"),
        "war-and-politics": ("war",),
        "kids": ("family",),
    },
    "show": {
        "action": ("action-and-adventure",),
        "adventure": ("action-and-adventure",),
        "science-fiction": ("sci-fi-and-fantasy",),
        "fantasy": ("sci-fi-and-fantasy",),
        "war": ("war-and-politics",),
    },
}
"""Genres that only the other kind has, and what comes nearest to them."""


def names_of(body: Json) -> dict[int, str]:
    """A list of genres. Some have no name in some languages."""
    return {key: name for one in items(body, "genres") if (key := integer(one, "id")) and (name := text(one, "name"))}


def english_names(known: Mapping[TitleKind, Names], ids: Iterable[object]) -> tuple[str, ...]:
    """The English names of ids of either series; unknown ones are left out. No number means two things."""
    found = (known["movie"].get(one) or known["show"].get(one) for one in ids if isinstance(one, int))
    return tuple(dict.fromkeys(name for name in found if name))


def genre_names(known: Mapping[TitleKind, Names], local: Mapping[TitleKind, Names]) -> tuple[GenreName, ...]:
    """All genres with their names in a language, English where it has none, ordered by name."""
    found: dict[str, str] = {}
    for kind in ("movie", "show"):
        names: Names = local.get(kind, {})
        for key, english in known[kind].items():
            found.setdefault(genre_id(english), names.get(key) or english)
    return tuple(GenreName(key, name) for key, name in sorted(found.items(), key=lambda pair: pair[1].casefold()))


def with_genres(known: Names, kind: TitleKind, wanted: Sequence[str]) -> str | None:
    """The filter `with_genres` of a discovery: a comma is "and", a bar is "or". None where a genre cannot occur.

    The two cannot be mixed: next to other genres, one that stands for several is taken for the first of them.
    """
    by_id = {genre_id(name): str(key) for key, name in known.items()}
    groups = []
    for one in wanted:
        near = [one] if one in by_id else list(_NEAR[kind].get(one, ()))
        group = [by_id[name] for name in near if name in by_id]
        if not group:
            return None
        groups.append(group)
    if len(groups) == 1:
        return "|".join(groups[0])
    return ",".join(dict.fromkeys(group[0] for group in groups))
