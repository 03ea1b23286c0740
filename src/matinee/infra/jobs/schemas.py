"""A job on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from matinee.infra.jobs.definitions import JobState, JobView


class JobOut(BaseModel):
    """A background job."""

    id: str
    name: str = Field(description="The kind of job, for programs.", examples=["library.scan"])
    title: str = Field(description="The same, for people.")
    queue: str
    state: JobState
    progress: float | None = Field(description="0..1; null while the total is unknown.")
    done: int
    total: int | None
    message: str = Field(description="What it is working on.")
    result: dict[str, Any] | None = Field(description="What it gave; its shape is the job's own.")
    error: str | None = Field(description="Why it failed; while it is queued, why it is tried again.")
    attempts: int = Field(description="How often it was begun.")
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime | None
    finished_at: datetime | None


def job_out(view: JobView) -> JobOut:
    """The wire form of a job."""
    return JobOut(
        id=view.id,
        name=view.name,
        title=view.title,
        queue=view.queue,
        state=view.state,
        progress=view.fraction,
        done=view.done,
        total=view.total,
        message=view.message,
        result=view.result,
        error=view.error,
        attempts=view.attempts,
        created_at=view.created_at,
        started_at=view.started_at,
        updated_at=view.updated_at,
        finished_at=view.finished_at,
    )
