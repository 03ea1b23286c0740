"""Lists of TMDB as pages of titles and people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from matinee.ports.catalogue import PersonSummary, SearchPage, TitlePage, TitleSummary
from matinee.ports.metadata import TitleKind
from matinee.providers.tmdb.policy import LAST_PAGE
from matinee.providers.tmdb.values import Json, day, integer, items, number, picture, text

T = TypeVar("T")
GenreNames = Callable[[Iterable[object]], tuple[str, ...]]
"""English names by TMDB's ids."""
KINDS: Mapping[str, TitleKind] = {"movie": "movie", "tv": "show"}


def title_page(body: Json, kind: TitleKind, names: GenreNames, page: int) -> TitlePage:
    """A page of titles. Entries of lists that mix kinds say which they are; the others are of `kind`."""
    titles = unique((summary(item, kind, names) for item in items(body, "results")), lambda one: one.title_id)
    return TitlePage(titles, page, _pages(body), _total(body))


def search_page(body: Json, kind: TitleKind | None, names: GenreNames, page: int) -> SearchPage:
    """A page of a search: titles, and people where kinds are mixed."""
    found = list(items(body, "results"))
    titles = unique((summary(item, kind, names) for item in found), lambda one: one.title_id)
    people = unique((person_summary(item) for item in found if item.get("media_type") == "person"), lambda one: one.person_id)
    return SearchPage(titles, people, page, _pages(body), _total(body))


def summary(item: Json, kind: TitleKind | None, names: GenreNames) -> TitleSummary | None:
    """A title of a list; None for what is none (a person, a collection), has no name, or is for adults only."""
    media_type = item.get("media_type")
    kind = KINDS.get(media_type) if isinstance(media_type, str) else kind
    key, name = integer(item, "id"), text(item, "title", "name", "original_title", "original_name")
    if kind is None or not key or not name or item.get("adult") is True:
        return None
    released, votes = day(item, "release_date", "first_air_date"), integer(item, "vote_count") or 0
    return TitleSummary(
        title_id=f"{kind}-{key}",
        kind=kind,
        title=name,
        year=released.year if released else None,
        overview=text(item, "overview"),
        poster=picture(item, "poster_path"),
        backdrop=picture(item, "backdrop_path"),
        genres=names(item.get("genre_ids") or ()),
        vote_average=vote(item),
        vote_count=votes,
        popularity=number(item, "popularity") or 0.0,
    )


def person_summary(item: Json) -> PersonSummary | None:
    """A person of a list."""
    key, name = integer(item, "id"), text(item, "name", "original_name")
    if not key or not name or item.get("adult") is True:
        return None
    return PersonSummary(
        person_id=f"person-{key}",
        name=name,
        profile=picture(item, "profile_path"),
        department=text(item, "known_for_department"),
        popularity=number(item, "popularity") or 0.0,
    )


def vote(item: Json) -> float | None:
    """0..10; None where nobody has voted, which TMDB writes as 0."""
    found = number(item, "vote_average")
    return found if found and 0 < found <= 10 else None


def unique(found: Iterable[T | None], key: Callable[[T], str], most: int | None = None) -> tuple[T, ...]:
    """What is there, each once: lists move while they are paged through. Looks no further than `most` need."""
    kept: dict[str, T] = {}
    for one in found:
        if one is not None:
            kept.setdefault(key(one), one)
            if len(kept) == most:
                break
    return tuple(kept.values())


def _pages(body: Json) -> int:
    return max(1, min(integer(body, "total_pages") or 1, LAST_PAGE))


def _total(body: Json) -> int:
    return integer(body, "total_results") or 0
