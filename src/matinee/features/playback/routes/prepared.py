"""Renditions made ahead of time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from matinee.features.playback.preparation import Preparation
from matinee.features.playback.schemas import JobStarted, PreparedView, PrepareIn
from matinee.infra.http.answers.conventions import answer
from matinee.infra.http.answers.paging import Fields, ListOf
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import requires, service
from matinee.infra.http.maturity import suited

router = APIRouter(prefix="/streaming", tags=["playback"])
Reader = Annotated[Caller, Depends(requires("library:read"))]
Prepares = Annotated[Preparation, Depends(service(Preparation))]


@router.post("/prepare", status_code=202, dependencies=[Depends(requires("library:write"))])
async def prepare(body: PrepareIn, preparation: Prepares) -> JobStarted:
    """Make renditions of a title or an item ahead of time, as a background job that survives restarts."""
    job = await preparation.start(item_id=body.item_id, title_id=body.title_id, renditions=body.renditions)
    return JobStarted(job_id=job, state="queued")


@router.get("/prepared", response_model=ListOf[PreparedView])
async def prepared(request: Request, preparation: Prepares, caller: Reader, fields: Fields = None) -> Response:
    """What is prepared, with sizes in bytes."""
    found = ListOf[PreparedView](items=await preparation.listed())
    return answer(request, await suited(request, caller, found), fields=fields)


@router.delete("/prepared/{item_id}", status_code=204, dependencies=[Depends(requires("library:write"))])
async def delete_prepared(item_id: Annotated[str, Path(max_length=64)], preparation: Prepares) -> None:
    """Remove what is prepared of an item."""
    await preparation.delete(item_id)
