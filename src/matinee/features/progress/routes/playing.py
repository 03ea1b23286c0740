"""Progress over HTTP: reports of players, what to go on with, history."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from matinee.features.catalog.service import TitleCard
from matinee.features.progress.schemas import HistoryEntry, ItemPosition, ProgressView, ReportBody, TitleProgressView
from matinee.features.progress.service import Progress, ProgressReport, ProgressService
from matinee.infra.http.caller import Caller
from matinee.infra.http.conventions import NO_STORE, answer
from matinee.infra.http.dependencies import Reading, Writing, requires, service
from matinee.infra.http.paging import DEFAULT, Cursor, Fields, Limit, ListOf
from matinee.infra.ids import ItemId, TitleId

ID = r"^[A-Za-z0-9_-]{1,64}$"

router = APIRouter(tags=["progress"])

Service = Annotated[ProgressService, Depends(service(ProgressService))]
Viewer = Annotated[Caller, Depends(requires("progress"))]
TitlePath = Annotated[str, Path(pattern=ID, description="`movie-603`, `show-1399` or `local-…`.")]
Item = Annotated[str | None, Query(pattern=ID, description="An episode; else the one being watched.")]


@router.post("/streaming/progress/{title_id}", response_model=ProgressView)
async def save(
    request: Request,
    title_id: TitlePath,
    body: ReportBody,
    progress: Service,
    caller: Viewer,
    unit: Writing,
    item_id: Item = None,
) -> Response:
    """Save how far a title was watched. It is durable when the answer comes; an older report never replaces a newer one."""
    report = ProgressReport(body.position, body.duration, body.state, body.device, body.client_time, body.sequence)
    item = item_id or body.item_id
    held = await progress.save(unit, caller.user_id, TitleId(title_id), report, ItemId(item) if item else None)
    return answer(request, _view(title_id, held), cache=NO_STORE)


@router.get("/streaming/progress/{title_id}", response_model=TitleProgressView)
async def read(
    request: Request, title_id: TitlePath, progress: Service, caller: Viewer, unit: Reading, item_id: Item = None
) -> Response:
    """How far a film, or the episode of a show that was played last, was watched; position 0 when it never was.

    `items` says the same of every item of the title that was played.
    """
    played = await progress.played_of(unit, caller.user_id, TitleId(title_id))
    held = next((one for one in played if item_id in {None, one.item_id}), None)
    if held is None and item_id:
        held = await progress.of_item(unit, caller.user_id, ItemId(item_id))
    items = {
        one.item_id: ItemPosition(position=one.position, duration=one.duration, watched=one.watched, updated_at=one.updated_at)
        for one in played
    }
    return answer(request, TitleProgressView(**dict(_view(title_id, held)), items=items))


@router.get("/me/continue-watching", response_model=ListOf[TitleCard])
async def continue_watching(
    request: Request,
    progress: Service,
    caller: Viewer,
    unit: Reading,
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """Films and episodes under way, and the next episodes of shows; what was played last comes first."""
    page = await progress.continue_watching(unit, caller.user_id, limit, cursor)
    return answer(request, ListOf[TitleCard](items=list(page.items), next_cursor=page.next_cursor), fields=fields)


@router.get("/me/history", response_model=ListOf[HistoryEntry])
async def history(
    request: Request,
    progress: Service,
    caller: Viewer,
    unit: Reading,
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """Everything that was played, newest first."""
    page = await progress.history(unit, caller.user_id, limit, cursor)
    return answer(request, ListOf[HistoryEntry](items=list(page.items), next_cursor=page.next_cursor), fields=fields)


def _view(title_id: str, held: Progress | None) -> ProgressView:
    if held is None:
        return ProgressView(position=0.0, watched=False, updated_at=None, title_id=title_id)
    return ProgressView(
        position=held.position,
        watched=held.watched,
        updated_at=held.updated_at,
        duration=held.duration,
        state=held.state,
        title_id=held.title_id,
        item_id=held.item_id,
    )
