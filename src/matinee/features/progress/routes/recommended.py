"""Recommendations over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from matinee.features.progress.recommending import Recommender
from matinee.features.progress.routes.playing import Viewer
from matinee.features.progress.schemas import Recommendation
from matinee.infra.http.answers.conventions import answer
from matinee.infra.http.answers.paging import DEFAULT, Fields, Limit, ListOf
from matinee.infra.http.dependencies import Reading, service
from matinee.infra.http.maturity import suited

router = APIRouter(tags=["progress"])


@router.get("/me/recommendations", response_model=ListOf[Recommendation])
async def recommendations(
    request: Request,
    recommender: Annotated[Recommender, Depends(service(Recommender))],
    caller: Viewer,
    unit: Reading,
    limit: Limit = DEFAULT,
    fields: Fields = None,
) -> Response:
    """Titles of the library that you may like, the best first, each with the title of yours that speaks for it most.

    What you have begun, finished or rated is not among them. Empty until something was watched or rated.
    """
    found = await recommender.recommendations(unit, caller.viewer, limit)
    return answer(request, await suited(request, caller, ListOf[Recommendation](items=found)), fields=fields)
