"""`/admin`: jobs, schedules, figures, the cache."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from matinee import __version__
from matinee.features.admin.schemas import (
    CacheFigures,
    CacheKey,
    CachePolicyFigures,
    CachePurge,
    CachePurged,
    CacheTier,
    DiskUse,
    LibraryFigures,
    ProcessFigures,
    ScheduleList,
    ScheduleOut,
    Stats,
)
from matinee.features.admin.service import AdminService
from matinee.infra.cache import Cache, PolicyFigures
from matinee.infra.errors import InvalidCursor
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Cursors, Fields, Limit, ListOf
from matinee.infra.http.dependencies import Reading, requires, service
from matinee.infra.ids import JobId
from matinee.infra.jobs.definitions import Jobs, JobState
from matinee.infra.jobs.schemas import JobOut, job_out

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(requires("admin"))])

Work = Annotated[Jobs, Depends(service(Jobs))]
Sealed = Annotated[Cursors, Depends(service(Cursors))]
Kept = Annotated[Cache, Depends(service(Cache))]
Figures = Annotated[AdminService, Depends(service(AdminService))]
OfState = Annotated[JobState | None, Query(description="Only jobs in this state.")]
OfName = Annotated[str | None, Query(max_length=64, description="Only jobs of this kind, such as `library.scan`.")]
Id = Annotated[str, Path(min_length=1, max_length=64)]


@router.get("/jobs", response_model=ListOf[JobOut])
async def list_jobs(
    request: Request,
    jobs: Work,
    cursors: Sealed,
    state: OfState = None,
    name: OfName = None,
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """Background jobs, newest first. Ended ones are kept for some time."""
    scope = f"admin.jobs?state={state}&name={name}"
    page = await jobs.list(name=name, state=state, limit=limit, cursor=_after(cursors, scope, cursor))
    sealed = cursors.seal(scope, [page.next_cursor]) if page.next_cursor else None
    items = [job_out(view) for view in page.items]
    return answer(request, ListOf[JobOut](items=items, next_cursor=sealed), fields=fields)


@router.get("/jobs/{job_id}", response_model=JobOut)
async def read_job(request: Request, jobs: Work, job_id: Id) -> Response:
    """One job."""
    return answer(request, job_out(await jobs.get(JobId(job_id))))


@router.post("/jobs/{job_id}/cancel", status_code=202, response_model=JobOut)
async def cancel_job(request: Request, jobs: Work, job_id: Id) -> Response:
    """Stop a job. One that waits never starts; one that runs stops within seconds: ask again, or listen, for its state.

    `conflict` when it has ended.
    """
    return answer(request, job_out(await jobs.cancel(JobId(job_id))), cache=NO_STORE, status=202)


@router.post("/jobs/{job_id}/retry", status_code=202, response_model=JobOut)
async def retry_job(request: Request, jobs: Work, job_id: Id) -> Response:
    """Start an ended job again. One that failed or was cancelled goes on after its last completed step.

    `conflict` while it, or another one for the same thing, is queued or running.
    """
    return answer(request, job_out(await jobs.retry(JobId(job_id))), cache=NO_STORE, status=202)


@router.get("/schedules", response_model=ScheduleList)
async def list_schedules(request: Request, jobs: Work) -> Response:
    """The jobs that start by the clock, with their last and next time."""
    items = [ScheduleOut(**asdict(view)) for view in await jobs.schedules()]
    return answer(request, ScheduleList(items=items))


@router.get("/stats", response_model=Stats)
async def stats(request: Request, figures: Figures, unit: Reading) -> Response:
    """The server in figures: library, jobs, disk, and this process."""
    found = await figures.figures(unit)
    body = Stats(
        version=__version__,
        library=LibraryFigures(folders=found.folders, files=found.files),
        jobs={queue: dict(states) for queue, states in found.jobs.items()},
        disk=[DiskUse(**asdict(use)) for use in found.disk],
        process=ProcessFigures(**asdict(found.process)),
    )
    return answer(request, body, cache=NO_STORE)


@router.get("/cache", response_model=CacheFigures)
async def cache_figures(request: Request, cache: Kept) -> Response:
    """The cache of the process that answers: hits and misses by policy, its tiers, the keys asked for most."""
    found = cache.statistics()
    body = CacheFigures(
        policies=[_policy(name, figures) for name, figures in found.policies.items()],
        tiers=[CacheTier(**asdict(tier)) for tier in found.tiers],
        top_keys=[CacheKey(key=key, calls=calls) for key, calls in found.top_keys],
        loading=found.loading,
    )
    return answer(request, body, cache=NO_STORE)


@router.post("/cache/purge", response_model=CachePurged)
async def purge_cache(request: Request, body: CachePurge, cache: Kept) -> Response:
    """Forget cached entries by key, tag or prefix, or all of them, in every process.

    What is asked for next comes from its source; while that fails, what was forgotten cannot stand in for it.
    """
    removed = await cache.invalidate(keys=body.keys, tags=body.tags, prefix="" if body.all else body.prefix)
    return answer(request, CachePurged(removed=removed), cache=NO_STORE)


def _policy(name: str, figures: PolicyFigures) -> CachePolicyFigures:
    served = figures.hits + figures.stale + figures.negative
    calls = served + figures.misses + figures.errors + figures.failures
    return CachePolicyFigures(name=name, hit_rate=round(served / calls, 4) if calls else None, **asdict(figures))


def _after(cursors: Cursors, scope: str, cursor: str | None) -> str | None:
    values = cursors.open(scope, cursor)
    if values is None:
        return None
    if len(values) != 1 or not isinstance(values[0], str):
        raise InvalidCursor
    return values[0]
