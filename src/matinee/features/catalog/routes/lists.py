"""Lists of titles."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Query, Response

from matinee.features.catalog.routes.parameters import Asked, Part, TitlePath
from matinee.features.catalog.schemas import GenreList, Kind, TitleList
from matinee.infra.ids import TitleId
from matinee.ports.catalogue import DiscoverQuery, DiscoverSort, Listing, Relation
from matinee.ports.metadata import TitleKind

router = APIRouter(tags=["catalogue"])
_PATHS: dict[TitleKind, str] = {"movie": "movies", "show": "shows"}
_NAMES: dict[TitleKind, str] = {"movie": "Films", "show": "Shows"}
_WHICH: dict[Listing, str] = {
    "popular": "that most people look at.",
    "trending": "that are talked about this week.",
    "top-rated": "with the best votes.",
    "now-playing": "that are shown now: in cinemas, or with new episodes.",
    "upcoming": "that come out soon.",
}


@dataclass(frozen=True, slots=True)
class Range:
    """Between what the numbers of a title have to be."""

    year_from: int | None
    year_to: int | None
    vote_from: float | None
    votes_from: int | None
    runtime_to: int | None


Year = Annotated[int | None, Query(ge=1870, le=2200)]


def _listing(kind: TitleKind, listing: Listing) -> Callable[..., Awaitable[Response]]:
    async def listed(asked: Asked, part: Part) -> Response:
        return await asked.send_part(
            part,
            lambda cursor, limit: asked.catalog.listing(kind, listing, locale=asked.place, limit=limit, cursor=cursor),
        )

    listed.__name__ = f"{_PATHS[kind]}_{listing.replace('-', '_')}"
    listed.__doc__ = f"{_NAMES[kind]} {_WHICH[listing]} Without an upstream: those that this server knows, in that order."
    return listed


def _related(kind: TitleKind, relation: Relation) -> Callable[..., Awaitable[Response]]:
    async def related(title_id: TitlePath, asked: Asked, part: Part) -> Response:
        return await asked.send_part(
            part,
            lambda cursor, limit: asked.catalog.related(
                kind, TitleId(title_id), relation, locale=asked.place, limit=limit, cursor=cursor
            ),
        )

    like = "like this one" if relation == "similar" else "that those liked who liked this one"
    related.__name__ = f"{_PATHS[kind]}_{relation}"
    related.__doc__ = f"{_NAMES[kind]} {like}."
    return related


for _kind in get_args(TitleKind):
    for _one in get_args(Listing):
        router.add_api_route(f"/{_PATHS[_kind]}/{_one}", _listing(_kind, _one), response_model=TitleList)
    for _relation in get_args(Relation):
        router.add_api_route(f"/{_PATHS[_kind]}/{{title_id}}/{_relation}", _related(_kind, _relation), response_model=TitleList)


async def _range(
    year_from: Year = None,
    year_to: Year = None,
    vote_from: Annotated[float | None, Query(ge=0, le=10, description="At least this average vote.")] = None,
    votes_from: Annotated[int | None, Query(ge=0, le=1_000_000_000, description="At least so many votes.")] = None,
    runtime_to: Annotated[int | None, Query(ge=1, le=10_000, description="Minutes.")] = None,
) -> Range:
    return Range(year_from, year_to, vote_from, votes_from, runtime_to)


async def _query(
    within: Annotated[Range, Depends(_range)],
    genre: Annotated[
        list[Annotated[str, Query(max_length=200)]],
        Query(
            default_factory=list,
            max_length=10,
            description="Ids of `/genres`, all of which must fit; several times or separated by commas.",
        ),
    ],
    kind: Kind = "movie",
    language_original: Annotated[str, Query(pattern="^([a-z]{2})?$", description="ISO 639-1.")] = "",
    sort: Annotated[DiscoverSort, Query(description="Descending with `-`.")] = "-popularity",
) -> DiscoverQuery:
    genres = tuple(sorted({one.strip() for part in genre for one in part.split(",") if one.strip()}))
    return DiscoverQuery(
        kind,
        genres,
        within.year_from,
        within.year_to,
        within.vote_from,
        within.votes_from,
        language_original,
        within.runtime_to,
        sort,
    )


@router.get("/discover", response_model=TitleList)
async def discover(query: Annotated[DiscoverQuery, Depends(_query)], asked: Asked, part: Part) -> Response:
    """Titles by genre, year, votes, running time and language."""
    return await asked.send_part(
        part, lambda cursor, limit: asked.catalog.discover(query, locale=asked.place, limit=limit, cursor=cursor)
    )


@router.get("/genres", response_model=GenreList)
async def genres(
    asked: Asked,
    library: Annotated[bool, Query(description="Only genres of which the library has something.")] = False,
) -> Response:
    """Genres, by name."""
    return await asked.send(lambda: asked.catalog.genres(locale=asked.place, of_library=library))
