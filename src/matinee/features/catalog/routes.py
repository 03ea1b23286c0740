"""The catalogue over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from matinee.features.catalog.pictures import PictureKind
from matinee.features.catalog.schemas import (
    GenreList,
    HomeView,
    Kind,
    MovieView,
    SearchHit,
    SeasonView,
    ShowView,
    SuggestionList,
)
from matinee.features.catalog.service import CatalogService
from matinee.infra.http.caller import Caller
from matinee.infra.http.conventions import IMMUTABLE, answer, etag_of, matches
from matinee.infra.http.dependencies import Reading, requires, service
from matinee.infra.http.paging import DEFAULT, Cursor, Fields, Limit, ListOf
from matinee.infra.ids import TitleId

ID = r"^[A-Za-z0-9_-]{1,64}$"

router = APIRouter(tags=["catalogue"])

Catalog = Annotated[CatalogService, Depends(service(CatalogService))]
Reader = Annotated[Caller, Depends(requires("catalog:read"))]
TitlePath = Annotated[str, Path(pattern=ID, description="`movie-603`, `show-1399` or `local-…`.")]
Words = Annotated[str, Query(max_length=200, description="What to look for. Typing errors are forgiven.")]


@router.get("/home", response_model=HomeView)
async def home(request: Request, catalog: Catalog, caller: Reader, unit: Reading, fields: Fields = None) -> Response:
    """The home page: what to watch next, what is new, films, shows and the biggest genres."""
    return answer(request, await catalog.home(unit, caller.user_id), fields=fields)


@router.get("/movies/{title_id}", response_model=MovieView)
async def movie(
    request: Request, title_id: TitlePath, catalog: Catalog, caller: Reader, unit: Reading, fields: Fields = None
) -> Response:
    """A film with its credits and what the library has of it."""
    return answer(request, await catalog.details(unit, "movie", TitleId(title_id), caller.user_id), fields=fields)


@router.get("/shows/{title_id}", response_model=ShowView)
async def show(
    request: Request, title_id: TitlePath, catalog: Catalog, caller: Reader, unit: Reading, fields: Fields = None
) -> Response:
    """A show with its seasons and what the library has of it."""
    return answer(request, await catalog.details(unit, "show", TitleId(title_id), caller.user_id), fields=fields)


@router.get("/shows/{title_id}/seasons/{number}", response_model=SeasonView)
async def season(
    request: Request,
    title_id: TitlePath,
    number: Annotated[int, Path(ge=0, le=100_000)],
    catalog: Catalog,
    caller: Reader,
    unit: Reading,
    fields: Fields = None,
) -> Response:
    """The episodes of a season, each with its item in the library and how far it was watched."""
    return answer(request, await catalog.season(unit, TitleId(title_id), number, caller.user_id), fields=fields)


@router.get("/search", response_model=ListOf[SearchHit])
async def search(
    request: Request,
    q: Words,
    catalog: Catalog,
    _caller: Reader,
    unit: Reading,
    kind: Kind | None = None,
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """Titles by title, original title, people and description; best first."""
    page = await catalog.search(unit, q, kind=kind, limit=limit, cursor=cursor)
    return answer(request, ListOf[SearchHit](items=list(page.items), next_cursor=page.next_cursor), fields=fields)


@router.get("/search/suggest", response_model=SuggestionList)
async def suggest(request: Request, q: Words, catalog: Catalog, _caller: Reader, unit: Reading) -> Response:
    """A few titles while the words are still being typed."""
    return answer(request, SuggestionList(items=await catalog.suggest(unit, q)))


@router.get("/genres", response_model=GenreList)
async def genres(request: Request, catalog: Catalog, _caller: Reader, unit: Reading) -> Response:
    """The genres of what the library has, by name."""
    return answer(request, GenreList(items=await catalog.genres(unit)))


@router.get(
    "/images/{kind}/{size}/{name}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}, "image/webp": {}}, "description": "The picture."}},
)
async def image(
    request: Request,
    kind: PictureKind,
    size: Annotated[str, Path(max_length=16, description="`w185`, `w342`, … or `original`.")],
    name: Annotated[str, Path(max_length=300)],
    catalog: Catalog,
    _caller: Reader,
) -> Response:
    """A poster, backdrop, still or portrait; WebP where `Accept` names it. The bytes behind a URL never change."""
    picture = await catalog.picture(kind, size, name, request.headers.get("accept", ""))
    headers = {"cache-control": IMMUTABLE, "vary": "Accept", "etag": etag_of(picture.data)}
    if matches(request.headers.get("if-none-match"), headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response(picture.data, headers=headers, media_type=picture.media_type)
