"""One title, season or person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, get_args

from fastapi import APIRouter, Path, Response

from matinee.features.catalog.routes.parameters import Asked, TitlePath
from matinee.features.catalog.schemas import CreditsView, MovieView, PersonView, SeasonView, ShowView, VideoList
from matinee.infra.ids import TitleId
from matinee.ports.metadata import TitleKind

router = APIRouter(tags=["catalogue"])
_PATHS: dict[TitleKind, str] = {"movie": "movies", "show": "shows"}


@router.get("/movies/{title_id}", response_model=MovieView)
async def movie(title_id: TitlePath, asked: Asked) -> Response:
    """A film with its credits, videos and what the library has of it."""
    return await asked.send(lambda: asked.catalog.details("movie", TitleId(title_id), asked.place))


@router.get("/shows/{title_id}", response_model=ShowView)
async def show(title_id: TitlePath, asked: Asked) -> Response:
    """A show with its seasons and what the library has of it."""
    return await asked.send(lambda: asked.catalog.details("show", TitleId(title_id), asked.place))


@router.get("/shows/{title_id}/seasons/{number}", response_model=SeasonView)
async def season(
    title_id: TitlePath,
    number: Annotated[int, Path(ge=0, le=100_000)],
    asked: Asked,
) -> Response:
    """The episodes of a season, each with its item in the library."""
    return await asked.send(lambda: asked.catalog.season(TitleId(title_id), number, asked.place))


@router.get("/people/{person_id}", response_model=PersonView)
async def person(
    person_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Such as `person-6384`.")],
    asked: Asked,
) -> Response:
    """A person with the titles they took part in, the newest first."""
    return await asked.send(lambda: asked.catalog.person(person_id, asked.place))


def _credits(kind: TitleKind) -> Callable[..., Awaitable[Response]]:
    async def credits_of(title_id: TitlePath, asked: Asked) -> Response:
        """The leading cast and crew."""
        return await asked.send(lambda: asked.catalog.credits(kind, TitleId(title_id), asked.place))

    credits_of.__name__ = f"{_PATHS[kind]}_credits"
    return credits_of


def _videos(kind: TitleKind) -> Callable[..., Awaitable[Response]]:
    async def videos_of(title_id: TitlePath, asked: Asked) -> Response:
        """Trailers and clips elsewhere."""
        return await asked.send(lambda: asked.catalog.videos(kind, TitleId(title_id), asked.place))

    videos_of.__name__ = f"{_PATHS[kind]}_videos"
    return videos_of


for _kind in get_args(TitleKind):
    router.add_api_route(f"/{_PATHS[_kind]}/{{title_id}}/credits", _credits(_kind), response_model=CreditsView)
    router.add_api_route(f"/{_PATHS[_kind]}/{{title_id}}/videos", _videos(_kind), response_model=VideoList)
