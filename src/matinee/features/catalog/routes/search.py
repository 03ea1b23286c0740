"""Search and suggestions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from matinee.features.catalog.routes.parameters import Answers, Catalog, CatalogueReader, Place
from matinee.features.catalog.schemas import HitKind, SearchList, SuggestionList
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Fields, Limit
from matinee.infra.http.answers.shared import Built, Further

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

    async def read(cursor: str | None, limit: int) -> Built:
        return await catalog.search(q, kind=kind, locale=place, limit=limit, cursor=cursor)

    further = Further(limit, cursor, read)
    return await answers.send(request, lambda: read(cursor, limit), fields=fields, cost="search", further=further)


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
