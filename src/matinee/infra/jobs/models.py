"""Tables of the jobs: what people see and steer. The engine's own tables (queues, claims, recorded steps) are DBOS's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Float, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Table


class JobRow(Table):
    """One job. `run` names its current run: whoever lost the job cannot write to it any more."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_name_id", "name", "id"),
        Index("ix_job_state_id", "state", "id"),
        Index("ix_job_updated_at", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    queue: Mapped[str] = mapped_column(String(32))
    priority: Mapped[int]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16))
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(255))
    active_key: Mapped[str | None] = mapped_column(String(320), unique=True)
    """Name and key while the job is queued or running: the unique constraint keeps a second one out."""
    executor: Mapped[str | None] = mapped_column(String(64))
    run: Mapped[str | None] = mapped_column(String(26))
    attempts: Mapped[int] = mapped_column(default=0)
    """Runs begun."""
    failures: Mapped[int] = mapped_column(default=0)
    """Failures since it was last started by a person or a schedule; `Retry.attempts` bounds them."""
    cancel: Mapped[bool] = mapped_column(default=False)
    submitted: Mapped[bool] = mapped_column(default=False)
    """Whether the engine's queue is known to hold it; until then the outbox puts it there."""
    restart: Mapped[bool] = mapped_column(default=False)
    """Whether recorded steps are to be forgotten at the next submission."""
    not_before: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(BigInteger, default=1)
    """Goes up by one with each change, so that watchers see each change once."""
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ExecutorRow(Table):
    """One process that runs jobs."""

    __tablename__ = "job_executor"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    """The machine (and container) within which `pid` means something."""
    pid: Mapped[int]
    born: Mapped[float] = mapped_column(Float)
    """When the process was created, by its machine; a pid alone may be another process by now."""
    beat: Mapped[int] = mapped_column(BigInteger, default=0)
    seen_at: Mapped[datetime]


class ScheduleRow(Table):
    """When a schedule has fired last."""

    __tablename__ = "job_schedule"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    fired_at: Mapped[datetime]
    job_id: Mapped[str | None] = mapped_column(String(26))
