"""Wire types of the administration."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class ScheduleOut(BaseModel):
    """A job that starts by the clock."""

    name: str
    job: str
    title: str
    cron: str = Field(description="Five fields, UTC.", examples=["30 3 * * *"])
    next_at: datetime
    last_at: datetime | None
    last_job: str | None


class ScheduleList(BaseModel):
    """All of them."""

    items: list[ScheduleOut]


class LibraryFigures(BaseModel):
    """What the library holds."""

    folders: int
    files: int


class DiskUse(BaseModel):
    """A folder of the server. `files` and `bytes` are of the last measurement, at most a minute old."""

    name: str
    files: int
    bytes: int
    free: int = Field(description="Bytes free on its disk.")


class ProcessFigures(BaseModel):
    """This process."""

    started_at: datetime
    memory_bytes: int
    cpu_seconds: float
    cpu_percent: float = Field(description="Of one core, since the last time this was asked.")
    threads: int
    load: float = Field(description="Load average of the machine over one minute.")
    cores: int


class Stats(BaseModel):
    """The server in figures."""

    version: str
    library: LibraryFigures
    jobs: dict[str, dict[str, int]] = Field(description="Number of jobs by queue and state.")
    disk: list[DiskUse]
    process: ProcessFigures
