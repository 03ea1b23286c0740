"""Progress over HTTP: reports of players, what to go on with, history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from matinee.features.catalog.service import TitleCard
from matinee.features.progress.schemas import HistoryEntry, ItemPosition, ProgressView, ReportBody, TitleProgressView
from matinee.features.progress.service import Progress, ProgressReport, ProgressService
from matinee.infra.database import ReadUnit
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Fields, Limit, ListOf
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import Reading, Writing, requires, service
from matinee.infra.http.limits import limited
from matinee.infra.http.maturity import suitable_title, suited
from matinee.infra.ids import ItemId, TitleId, UserId
from matinee.infra.paging import Page

T = TypeVar("T")
ID = r"^[A-Za-z0-9_-]{1,64}$"

router = APIRouter(tags=["progress"], dependencies=[Depends(suitable_title)])

Service = Annotated[ProgressService, Depends(service(ProgressService))]
Viewer = Annotated[Caller, Depends(requires("progress"))]
TitlePath = Annotated[str, Path(pattern=ID, description="`movie-603`, `show-1399` or `local-…`.")]
Item = Annotated[str | None, Query(pattern=ID, description="An episode; else the one being watched.")]


@dataclass(frozen=True, slots=True)
class _Listed:
    """Who asks for a part of a list of their own, and where it goes."""

    viewer: UserId
    unit: ReadUnit
    limit: int
    cursor: str | None
    _caller: Caller
    _request: Request
    _fields: str | None

    async def send(self, kind: type[ListOf[T]], page: Page[T]) -> Response:
        """The page, as far as it is for the caller's age."""
        shown = await suited(self._request, self._caller, kind(items=list(page.items), next_cursor=page.next_cursor))
        return answer(self._request, shown, fields=self._fields)


async def _listed(
    request: Request, caller: Viewer, unit: Reading, limit: Limit = DEFAULT, cursor: Cursor = None, fields: Fields = None
) -> _Listed:
    return _Listed(caller.viewer, unit, limit, cursor, caller, request, fields)


Listed = Annotated[_Listed, Depends(_listed)]


@router.post("/streaming/progress/{title_id}", response_model=ProgressView)
@limited("progress")
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
    held = await progress.save(unit, caller.viewer, TitleId(title_id), report, ItemId(item) if item else None)
    return answer(request, _view(title_id, held), cache=NO_STORE)


@router.get("/streaming/progress/{title_id}", response_model=TitleProgressView)
async def read(
    request: Request, title_id: TitlePath, progress: Service, caller: Viewer, unit: Reading, item_id: Item = None
) -> Response:
    """How far a film, or the episode of a show that was played last, was watched; position 0 when it never was.

    `items` says the same of every item of the title that was played.
    """
    played = await progress.played_of(unit, caller.viewer, TitleId(title_id))
    held = next((one for one in played if item_id in {None, one.item_id}), None)
    if held is None and item_id:
        held = await progress.of_item(unit, caller.viewer, ItemId(item_id))
    items = {
        one.item_id: ItemPosition(position=one.position, duration=one.duration, watched=one.watched, updated_at=one.updated_at)
        for one in played
    }
    return answer(request, TitleProgressView(**dict(_view(title_id, held)), items=items))


@router.get("/me/continue-watching", response_model=ListOf[TitleCard])
async def continue_watching(progress: Service, listed: Listed) -> Response:
    """Films and episodes under way, and the next episodes of shows; what was played last comes first."""
    page = await progress.continue_watching(listed.unit, listed.viewer, listed.limit, listed.cursor)
    return await listed.send(ListOf[TitleCard], page)


@router.get("/me/history", response_model=ListOf[HistoryEntry])
async def history(progress: Service, listed: Listed) -> Response:
    """Everything that was played, newest first."""
    page = await progress.history(listed.unit, listed.viewer, listed.limit, listed.cursor)
    return await listed.send(ListOf[HistoryEntry], page)


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
