"""One title, season or person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, get_args

from fastapi import APIRouter, Path, Request, Response

from matinee.features.catalog.routes.parameters import Answers, Catalog, CatalogueReader, Place, TitlePath
from matinee.features.catalog.schemas import CreditsView, MovieView, PersonView, SeasonView, ShowView, VideoList
from matinee.infra.http.paging import Fields
from matinee.infra.ids import TitleId
from matinee.ports.metadata import TitleKind

router = APIRouter(tags=["catalogue"])
_PATHS: dict[TitleKind, str] = {"movie": "movies", "show": "shows"}


@router.get("/movies/{title_id}", response_model=MovieView)
async def movie(
    request: Request,
    title_id: TitlePath,
    catalog: Catalog,
    answers: Answers,
    _caller: CatalogueReader,
    place: Place,
    fields: Fields = None,
) -> Response:
    """A film with its credits, videos and what the library has of it."""
    return await answers.send(request, lambda: catalog.details("movie", TitleId(title_id), place), fields=fields)


@router.get("/shows/{title_id}", response_model=ShowView)
async def show(
    request: Request,
    title_id: TitlePath,
    catalog: Catalog,
    answers: Answers,
    _caller: CatalogueReader,
    place: Place,
    fields: Fields = None,
) -> Response:
    """A show with its seasons and what the library has of it."""
    return await answers.send(request, lambda: catalog.details("show", TitleId(title_id), place), fields=fields)


@router.get("/shows/{title_id}/seasons/{number}", response_model=SeasonView)
async def season(
    request: Request,
    title_id: TitlePath,
    number: Annotated[int, Path(ge=0, le=100_000)],
    catalog: Catalog,
    answers: Answers,
    _caller: CatalogueReader,
    place: Place,
    fields: Fields = None,
) -> Response:
    """The episodes of a season, each with its item in the library."""
    return await answers.send(request, lambda: catalog.season(TitleId(title_id), number, place), fields=fields)


@router.get("/people/{person_id}", response_model=PersonView)
async def person(
    request: Request,
    person_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Such as `person-6384`.")],
    catalog: Catalog,
    answers: Answers,
    _caller: CatalogueReader,
    place: Place,
    fields: Fields = None,
) -> Response:
    """A person with the titles they took part in, the newest first."""
    return await answers.send(request, lambda: catalog.person(person_id, place), fields=fields)


def _credits(kind: TitleKind) -> Callable[..., Awaitable[Response]]:
    async def credits_of(
        request: Request,
        title_id: TitlePath,
        catalog: Catalog,
        answers: Answers,
        _caller: CatalogueReader,
        place: Place,
        fields: Fields = None,
    ) -> Response:
        """The leading cast and crew."""
        return await answers.send(request, lambda: catalog.credits(kind, TitleId(title_id), place), fields=fields)

    credits_of.__name__ = f"{_PATHS[kind]}_credits"
    return credits_of


def _videos(kind: TitleKind) -> Callable[..., Awaitable[Response]]:
    async def videos_of(
        request: Request,
        title_id: TitlePath,
        catalog: Catalog,
        answers: Answers,
        _caller: CatalogueReader,
        place: Place,
        fields: Fields = None,
    ) -> Response:
        """Trailers and clips elsewhere."""
        return await answers.send(request, lambda: catalog.videos(kind, TitleId(title_id), place), fields=fields)

    videos_of.__name__ = f"{_PATHS[kind]}_videos"
    return videos_of


for _kind in get_args(TitleKind):
    router.add_api_route(f"/{_PATHS[_kind]}/{{title_id}}/credits", _credits(_kind), response_model=CreditsView)
    router.add_api_route(f"/{_PATHS[_kind]}/{{title_id}}/videos", _videos(_kind), response_model=VideoList)
