"""Warming the cache, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from matinee.features.catalog.schemas import WarmStarted
from matinee.features.catalog.service import WARM
from matinee.infra.http.dependencies import requires, service
from matinee.infra.jobs.definitions import Jobs

router = APIRouter(prefix="/admin", tags=["admin"], dependencies=[Depends(requires("admin"))])
JobsOf = Annotated[Jobs, Depends(service(Jobs))]


@router.post("/cache/warm", status_code=202)
async def warm(request: Request, jobs: JobsOf, response: Response) -> WarmStarted:
    """Read what people will look at into the cache. While that is under way, its job is given instead of a second one."""
    job_id = await jobs.enqueue(WARM, key="all")
    response.headers["location"] = f"{request.url.path.rpartition('/cache/')[0]}/jobs/{job_id}"
    return WarmStarted(job_id=job_id, state=(await jobs.get(job_id)).state)
