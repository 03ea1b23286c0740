"""The home page."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from matinee.features.catalog.routes.parameters import Catalog, CatalogueReader, Place
from matinee.features.catalog.schemas import HomeView
from matinee.infra.http.answers.conventions import answer, encoded
from matinee.infra.http.answers.paging import Fields
from matinee.infra.http.dependencies import Reading
from matinee.infra.http.maturity import suited

router = APIRouter(tags=["catalogue"])


@router.get("/home", response_model=HomeView)
async def home(
    request: Request, catalog: Catalog, caller: CatalogueReader, unit: Reading, place: Place, fields: Fields = None
) -> Response:
    """The home page: what to watch next, what is new, trending and popular, films, shows and the biggest genres."""
    user_id = caller.viewer if caller is not None else None
    if fields is None and (caller is None or caller.max_age is None):
        return encoded(request, await catalog.home_body(unit, user_id, place), "application/json")
    page = await catalog.home(unit, user_id, place, None if caller is None else caller.max_age)
    return answer(request, await suited(request, caller, page), fields=fields)
