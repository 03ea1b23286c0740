"""Learning on demand, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from matinee.features.progress.learning import Learning
from matinee.features.progress.schemas import LearningStarted
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import requires, service

router = APIRouter(tags=["admin"])


@router.post("/admin/recommendations/learn", response_model=LearningStarted, status_code=202)
async def learn(
    learning: Annotated[Learning, Depends(service(Learning))], _caller: Annotated[Caller, Depends(requires("admin"))]
) -> LearningStarted:
    """Learn anew what goes with what, from what everybody watched and rated. It also happens every day, and after scans."""
    return LearningStarted(job_id=await learning.start("asked"))
