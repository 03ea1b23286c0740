"""The library over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathParameter

from matinee.features.catalog.service import CatalogService, ListSort, TitleCard, TitleFilter
from matinee.features.library.folders import FolderFacts
from matinee.features.library.models import LibraryFolder
from matinee.features.library.paths import shown
from matinee.features.library.policy import ScanCounts, ScanRequest, folder_kind
from matinee.features.library.schemas import (
    BrowseEntry,
    BrowseView,
    DemoView,
    FolderCreate,
    FolderList,
    FolderView,
    ItemView,
    JobStarted,
    ProblemView,
    PurgeStart,
    ScanStart,
    ScanView,
)
from matinee.features.library.service import DEMO, SCAN, LibraryService
from matinee.infra.errors import NotFound
from matinee.infra.http.answers.conventions import answer
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Fields, Limit, ListOf
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import Reading, Writing, requires, service
from matinee.infra.http.idempotency import IdempotentRoute, idempotency_key
from matinee.infra.http.maturity import sieve_of
from matinee.infra.ids import FolderId, ItemId, JobId
from matinee.infra.jobs.definitions import Jobs, JobView

router = APIRouter(prefix="/library", tags=["library"], route_class=IdempotentRoute)

Library = Annotated[LibraryService, Depends(service(LibraryService))]
Catalog = Annotated[CatalogService, Depends(service(CatalogService))]
JobsOf = Annotated[Jobs, Depends(service(Jobs))]
Reader = Annotated[Caller, Depends(requires("library:read"))]
Writer = Annotated[Caller, Depends(requires("library:write"))]
Admin = Annotated[Caller, Depends(requires("admin"))]
Identifier = Annotated[str, PathParameter(max_length=64)]
Year = Annotated[int | None, Query(ge=1870, le=2200)]


def _filter(
    genre: Annotated[str | None, Query(max_length=64, description="A genre's id, see `/genres`.")] = None,
    year: Year = None,
    year_from: Year = None,
    year_to: Year = None,
    q: Annotated[str | None, Query(max_length=200, description="Words of the title.")] = None,
) -> TitleFilter:
    return TitleFilter(genre=genre, year=year, q=q, year_from=year_from, year_to=year_to)


Filter = Annotated[TitleFilter, Depends(_filter)]
Sort = Annotated[ListSort, Query(description="Descending with `-`.")]


@router.get("/movies", response_model=ListOf[TitleCard])
async def movies(
    request: Request,
    catalog: Catalog,
    caller: Reader,
    unit: Reading,
    only: Filter,
    sort: Sort = "title",
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """The films that the library has."""
    wanted = replace(only, kind="movie", max_age=caller.max_age)
    page = await catalog.available_titles(unit, wanted, sort=sort, limit=limit, cursor=cursor, user_id=caller.viewer)
    return answer(request, ListOf[TitleCard](items=list(page.items), next_cursor=page.next_cursor), fields=fields)


@router.get("/shows", response_model=ListOf[TitleCard])
async def shows(
    request: Request,
    catalog: Catalog,
    caller: Reader,
    unit: Reading,
    only: Filter,
    sort: Sort = "title",
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """The shows that the library has an episode of."""
    wanted = replace(only, kind="show", max_age=caller.max_age)
    page = await catalog.available_titles(unit, wanted, sort=sort, limit=limit, cursor=cursor, user_id=caller.viewer)
    return answer(request, ListOf[TitleCard](items=list(page.items), next_cursor=page.next_cursor), fields=fields)


@router.get("/recent", response_model=ListOf[TitleCard])
async def recent(
    request: Request,
    catalog: Catalog,
    caller: Reader,
    unit: Reading,
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """What was added last, films and shows together."""
    page = await catalog.available_titles(
        unit, TitleFilter(max_age=caller.max_age), sort="-added_at", limit=limit, cursor=cursor, user_id=caller.viewer
    )
    return answer(request, ListOf[TitleCard](items=list(page.items), next_cursor=page.next_cursor), fields=fields)


@router.get("/items/{item_id}", response_model=ItemView)
async def item(
    request: Request, item_id: Identifier, library: Library, caller: Reader, unit: Reading, fields: Fields = None
) -> Response:
    """An item: its files with their tracks and chapters."""
    view = await library.item_view(unit, ItemId(item_id), with_paths=caller.is_admin)
    if caller.max_age is not None:
        await sieve_of(request).require(view.title_id, caller.max_age)
    return answer(request, view, fields=fields)


@router.get("/folders", response_model=FolderList)
async def folders(request: Request, library: Library, _caller: Writer, unit: Reading) -> Response:
    """The folders of the library."""
    return answer(request, FolderList(items=[_folder(facts) for facts in await library.folders(unit)]))


@router.post("/folders", status_code=201, dependencies=[Depends(idempotency_key)])
async def add_folder(body: FolderCreate, library: Library, _caller: Writer, unit: Writing, response: Response) -> FolderView:
    """Add a folder and scan it."""
    row = await library.add_folder(unit, body.path, body.kind)
    response.headers["location"] = f"folders/{row.id}"
    return _folder(FolderFacts(row, 0))


@router.delete("/folders/{folder_id}", status_code=204)
async def remove_folder(folder_id: Identifier, library: Library, _caller: Writer, unit: Writing) -> None:
    """Take a folder out of the library. Its files stay where they are."""
    await library.remove_folder(unit, FolderId(folder_id))


@router.get("/browse", response_model=BrowseView)
async def browse(
    request: Request,
    library: Library,
    _caller: Admin,
    path: Annotated[str | None, Query(max_length=4096, description="Absolute; `/` when left out.")] = None,
) -> Response:
    """Folders on the server, to choose one for the library."""
    found = await library.browse(path)
    entries = [BrowseEntry(name=shown(folder.rpartition("/")[2]), path=folder) for folder in found.folders]
    return answer(request, BrowseView(path=found.path, parent=found.parent, folders=entries), cache="no-store")


@router.post("/scan", status_code=202)
async def start_scan(
    request: Request, body: ScanStart, library: Library, jobs: JobsOf, _caller: Writer, response: Response
) -> JobStarted:
    """Scan one folder or all. While the same scan is under way, its job is given instead of a second one."""
    job_id = await library.start_scan(ScanRequest(body.folder_id, full=body.full), priority=5)
    return await _started(request, jobs, job_id, response)


@router.get("/scan/{job_id}", response_model=ScanView)
async def scan(request: Request, job_id: Identifier, library: Library, jobs: JobsOf, _caller: Reader, unit: Reading) -> Response:
    """How far a scan is."""
    job = await jobs.get(JobId(job_id))
    if job.name not in (SCAN, DEMO):
        raise NotFound("This job is no scan.")
    return answer(request, _scan(job, await library.scan_counts(unit, job.id)), cache="no-store")


@router.post("/purge", status_code=202)
async def start_purge(body: PurgeStart, library: Library, jobs: JobsOf, _caller: Admin) -> JobStarted:
    """Forget files that have been missing for long, in folders that the last scan could reach. Titles and history stay.

    The job's result (`GET /admin/jobs/{id}`) counts the files `forgotten` and those `kept`, whose absence is not certain.
    """
    job_id = await library.start_purge(timedelta(seconds=body.older_than), dry_run=body.dry_run)
    return JobStarted(job_id=job_id, state=(await jobs.get(job_id)).state)


@router.get("/problems", response_model=ListOf[ProblemView])
async def problems(
    request: Request, library: Library, _caller: Writer, unit: Reading, limit: Limit = DEFAULT, cursor: Cursor = None
) -> Response:
    """Files and folders that could not be used, and why."""
    page = await library.problems(unit, limit, cursor)
    return answer(request, ListOf[ProblemView](items=list(page.items), next_cursor=page.next_cursor))


@router.get("/demo", response_model=DemoView)
async def demo(request: Request, library: Library, _caller: Reader) -> Response:
    """Whether the demo library is there."""
    return answer(request, DemoView(installed=await library.demo_installed()))


@router.post("/demo", status_code=202)
async def install_demo(request: Request, library: Library, jobs: JobsOf, _caller: Writer, response: Response) -> JobStarted:
    """Make the demo library: some twenty titles with clips made on this machine."""
    return await _started(request, jobs, await library.start_demo(), response)


@router.delete("/demo", status_code=204)
async def remove_demo(library: Library, _caller: Writer) -> None:
    """Remove the demo's titles, folder and files."""
    await library.remove_demo()


async def _started(request: Request, jobs: Jobs, job_id: JobId, response: Response) -> JobStarted:
    response.headers["location"] = request.url_for("scan", job_id=job_id).path
    return JobStarted(job_id=job_id, state=(await jobs.get(job_id)).state)


def _folder(facts: FolderFacts) -> FolderView:
    row: LibraryFolder = facts.row
    values: dict[str, Any] = {"kind": folder_kind(row.kind), "origin": row.origin}  # Any: checked by the model
    return FolderView(
        id=row.id, path=shown(row.path), files=facts.files, scanned_at=row.scanned_at, created_at=row.created_at, **values
    )


def _scan(job: JobView, counts: ScanCounts) -> ScanView:
    return ScanView(
        id=job.id,
        name=job.name,
        title=job.title,
        queue=job.queue,
        state=job.state,
        progress=job.fraction,
        done=job.done,
        total=job.total,
        message=job.message,
        payload=dict(job.payload),
        result=job.result,
        error=job.error,
        attempts=job.attempts,
        created_at=job.created_at,
        started_at=job.started_at,
        updated_at=job.updated_at,
        finished_at=job.finished_at,
        **counts.numbers(),
    )
