"""Who is told what: administrators follow the jobs, everybody learns that the library has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from matinee.features.library.events import LibraryChanged
from matinee.infra.http.caller import Caller
from matinee.infra.jobs.definitions import Jobs, JobState, JobView
from matinee.infra.jobs.schemas import job_out
from matinee.infra.realtime.hub import RESYNC, Inbox, RealtimeHub, encode

JOBS, LIBRARY = "jobs", "library"
SNAPSHOT_LIMIT = 200
_LIBRARY_JOBS = "library."
_COUNTS = ("added", "updated", "removed", "moved", "missing")


class Connection:
    """What one client is to be sent, in order: a snapshot, then batches of messages."""

    def __init__(self, inbox: Inbox, snapshot: Callable[[], Any]) -> None:
        self._inbox = inbox
        self._snapshot = snapshot
        self._begun = False

    async def next(self) -> Sequence[str]:
        """The next messages; waits for them. After a loss: `resync` and a snapshot."""
        if not self._begun:
            self._begun = True
            return list(await self._snapshot())
        batch = await self._inbox.take()
        return [RESYNC, *await self._snapshot()] if batch == [RESYNC] else batch


class NotificationsService:
    """Feeds the hub from the jobs and the library, and opens connections to it."""

    def __init__(self, hub: RealtimeHub, jobs: Jobs) -> None:
        self._hub = hub
        self._jobs = jobs
        hub.add_source(lambda: jobs.listen(self._job_changed))

    @contextmanager
    def connect(self, caller: Caller) -> Iterator[Connection]:
        """A connection for as long as the context lasts."""
        topics = topics_of(caller)

        async def snapshot() -> Sequence[str]:
            return await self._active_jobs() if JOBS in topics else []

        with self._hub.subscribe(topics) as inbox:
            yield Connection(inbox, snapshot)

    async def library_changed(self, event: LibraryChanged) -> None:
        """Tell everybody."""
        self._tell_library({"added": event.added, "updated": event.updated, "removed": event.removed})

    def _job_changed(self, view: JobView) -> None:
        self._hub.publish(JOBS, "job", _data(view), key=view.id)
        elsewhere = view.executor not in {None, self._jobs.executor}
        if elsewhere and view.state == "succeeded" and view.name.startswith(_LIBRARY_JOBS):
            # The event was published in the worker's process, so here the job's result speaks for it.
            self._tell_library({name: view.result[name] for name in _COUNTS if view.result and name in view.result})

    def _tell_library(self, counts: Mapping[str, int]) -> None:
        self._hub.publish(LIBRARY, "library", counts)

    async def _active_jobs(self) -> Sequence[str]:
        states: tuple[JobState, ...] = ("running", "queued")
        pages = [await self._jobs.list(state=state, limit=SNAPSHOT_LIMIT) for state in states]
        return [encode("job", _data(view)) for page in pages for view in page.items]


def topics_of(caller: Caller) -> frozenset[str]:
    """What a caller may hear."""
    topics = {JOBS} if caller.is_admin else set()
    if "library:read" in caller.scopes:
        topics.add(LIBRARY)
    return frozenset(topics)


def _data(view: JobView) -> dict[str, Any]:
    return job_out(view).model_dump(mode="json")
