"""Search and suggestions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from matinee.features.catalog.routes.parameters import Answers, Catalog, CatalogueReader, Place
from matinee.features.catalog.schemas import HitKind, SearchList, SuggestionList
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Fields, Limit

router = APIRouter(tags=["catalogue"])
Words = Annotated[str, Query(max_length=200, description="What to look for. Typing errors are forgiven.")]


@router.get("/search", response_model=SearchList)
async def search(
    request: Request,
    q: Words,
    catalog: Catalog,
    answers: Answers,
    _caller: CatalogueReader,
    place: Place,
    kind: HitKind | None = None,
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """Titles by title, original title, people and description, and people by name; best first."""
    return await answers.send(
        request,
        lambda: catalog.search(q, kind=kind, locale=place, limit=limit, cursor=cursor),
        fields=fields,
        cost="search",
    )


@router.get("/search/suggest", response_model=SuggestionList)
async def suggest(
    request: Request,
    q: Words,
    catalog: Catalog,
    answers: Answers,
    _caller: CatalogueReader,
    place: Place,
    fields: Fields = None,
) -> Response:
    """A few titles and people while the words are still being typed."""
    return await answers.send(request, lambda: catalog.suggest(q, locale=place), fields=fields, cost="search")
