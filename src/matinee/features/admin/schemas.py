"""Wire types of the administration."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

Name = Annotated[str, Field(min_length=1, max_length=512)]


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


class CachePolicyFigures(BaseModel):
    """What the cache of this process answered under one policy since its start, and what it holds in memory."""

    name: str
    hits: int
    stale: int = Field(description="Old values served while a refresh ran.")
    misses: int
    errors: int = Field(description="Old values served because the source failed.")
    negative: int = Field(description='Answers "there is none" without asking the source.')
    failures: int = Field(description="Calls that got nothing: the source failed and nothing was kept.")
    hit_rate: float | None = Field(description="Part of the calls that did not wait for the source; null before the first.")
    loads: int
    refreshes: int
    refreshes_skipped: int
    load_failures: int
    discarded: int = Field(description="Loaded values that an invalidation overtook.")
    evictions: int
    entries: int
    bytes: int


class CacheTier(BaseModel):
    """A tier of the cache. Redis' figures are those of the whole server."""

    name: Literal["memory", "disk", "redis"]
    state: Literal["up", "down"]
    entries: int
    bytes: int
    limit: int | None = Field(description="Bytes allowed; null where nothing limits it.")
    evictions: int


class CacheKey(BaseModel):
    """A key and about how often it was asked for since this process started."""

    key: str
    calls: int


class CacheFigures(BaseModel):
    """The cache of this process."""

    policies: list[CachePolicyFigures]
    tiers: list[CacheTier]
    top_keys: list[CacheKey]
    loading: int = Field(description="Loads that run now.")


class CachePurge(BaseModel):
    """What to forget: any of the first three together, or everything."""

    model_config = ConfigDict(extra="forbid")

    keys: list[Name] = Field(default_factory=list, max_length=1000)
    tags: list[Name] = Field(default_factory=list, max_length=1000, examples=[["title:movie-603"]])
    prefix: str | None = Field(None, min_length=1, max_length=512)
    all: StrictBool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.keys or self.tags or self.prefix or self.all):
            raise ValueError("name keys, tags or a prefix, or say all")
        return self


class CachePurged(BaseModel):
    """What went."""

    removed: int = Field(description="Entries that were in the memory of this process.")
