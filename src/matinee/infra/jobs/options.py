"""How one process takes part in the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from matinee.infra.ids import new_id
from matinee.infra.jobs.definitions import Queue


@dataclass(frozen=True, slots=True)
class JobsOptions:
    """Where the job engine keeps its state, and what this process does.

    `url` is the engine's own database: `sqlite:///…/jobs.db`, or the URL of the PostgreSQL that holds everything (schema `dbos`).
    A process with no `queues` runs no job, but may start, watch and steer them.
    """

    url: str
    queues: Sequence[Queue] = ("default", "media")
    concurrency: Mapping[Queue, int] = field(default_factory=lambda: MappingProxyType({"default": 4, "media": 1}))
    """How many jobs of a queue run at the same time in this process."""
    executor: str = field(default_factory=new_id)
    """This process's name among the executors: a new one at each start."""
    poll: timedelta = timedelta(seconds=0.5)
    """How often a queue is looked at. Measured idle, two queues: 1.4 % of a core at 0.5 s, 1.1 % at 1 s."""
    progress_every: timedelta = timedelta(seconds=0.5)
    heartbeat: timedelta = timedelta(seconds=5)
    dead_after: timedelta = timedelta(seconds=15)
    """An executor whose heartbeat stood still this long is dead. On the same machine a missing process is enough."""
    cancel_grace: timedelta = timedelta(seconds=10)
    """How long a cancelled handler may take to reach a checkpoint before its task is cancelled."""
    stop_grace: timedelta = timedelta(seconds=3)
    """The same, when the process stops."""
    engine_delay: timedelta = timedelta(seconds=0.2)
    """The engine loads in the background (over a second of imports), after the server has had the time to start answering."""
    keep: timedelta = timedelta(days=30)
    keep_at_most: int = 5000
    """Ended jobs beyond either bound are forgotten."""

    @property
    def engine_url(self) -> str:
        """The URL as the engine expects it."""
        scheme, _, rest = self.url.partition("://")
        backend = scheme.partition("+")[0]
        return f"{'postgresql' if backend == 'postgres' else backend}://{rest}"

    @property
    def sqlite_path(self) -> str | None:
        """The file, where the engine is SQLite."""
        url = self.engine_url
        return url.removeprefix("sqlite:///").partition("?")[0] if url.startswith("sqlite:///") else None
