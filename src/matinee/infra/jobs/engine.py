"""DBOS, as much of it as Matinee uses: durable queues, claims with an owner, recorded steps, recovery.

DBOS exists once in a process, has threads of its own and blocks; everything here that is a coroutine may be awaited on the event
loop, and handlers never see a thread. It costs over a second to import, which is why that happens in `start`.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import structlog

from matinee.infra.jobs.channel import Record, RunLost, StepChannel, Steps
from matinee.infra.jobs.options import JobsOptions

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig

log = structlog.get_logger(__name__)

NAME = "matinee"
WORKFLOW = "matinee.job"
VERSION = "1"
"""Fixed: DBOS runs a job only in a process of the same version, and ours must survive an upgrade."""
LIMIT_OF_CRASHES = 20
"""Runs that ended with their process, after which a job is given up: it may be what kills it."""
_PAST_EVERY_STEP = 1_000_000_000

EngineState = Literal["queued", "claimed", "ended", "given_up"]
Run = Callable[[str, Steps], Awaitable[bool]]
"""Runs a job to its outcome. False: leave it to be run again."""


class RunLeft(BaseException):
    """The run ends without an outcome. Not an `Exception`, because the engine would record that as the outcome."""


@dataclass(frozen=True, slots=True)
class EngineJob:
    """What the engine knows about a job."""

    id: str
    state: EngineState
    executor: str | None


class Engine:
    """Started once; `run` is called on the loop that started it."""

    def __init__(self, options: JobsOptions, run: Run) -> None:
        self._options = options
        self._run = run
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: DBOSClient | None = None
        self._launched = False

    @property
    def ready(self) -> bool:
        """Whether jobs can be submitted."""
        return self._client is not None

    async def start(self) -> None:
        """Bring the engine's database up to date and begin to serve the queues of the options."""
        self._loop = asyncio.get_running_loop()
        self._client = await asyncio.to_thread(self._start)

    async def stop_serving(self) -> None:
        """Take no more jobs. Runs must have ended before."""
        if self._launched:
            self._launched = False
            await asyncio.to_thread(_destroy)

    async def stop(self) -> None:
        """Let go of the database."""
        await self.stop_serving()
        if self._client is not None:
            client, self._client = self._client, None
            await asyncio.to_thread(client.destroy)

    async def submit(self, job_id: str, queue: str, priority: int) -> None:
        """Put a job into its queue; once more is no harm."""
        await self._ready.enqueue_async(
            {
                "workflow_name": WORKFLOW,
                "queue_name": queue,
                "workflow_id": job_id,
                "priority": priority,
                "app_version": VERSION,
            },
            job_id,
        )

    async def again(self, job_id: str, queue: str, *, forget: bool) -> None:
        """Put an ended job into its queue again; `forget` drops its recorded steps."""
        await self._ready.rewind_workflow_async(job_id, start_step=1 if forget else _PAST_EVERY_STEP, queue_name=queue)

    async def requeue(self, job_id: str, queue: str) -> None:
        """Put a job that has no outcome back into its queue. Only for one that certainly runs nowhere."""
        await self._ready.resume_workflow_async(job_id, queue_name=queue)

    async def withdraw(self, job_id: str) -> None:
        """Take a job that has not begun out of its queue."""
        await self._ready.cancel_workflow_async(job_id)

    async def forget(self, job_ids: Sequence[str]) -> None:
        """Delete ended jobs and their recorded steps."""
        await self._ready.delete_workflows_async(list(job_ids))

    async def look_up(self, job_ids: Sequence[str]) -> Mapping[str, EngineJob]:
        """What the engine knows about these; those it does not know are missing."""
        found = await self._ready.list_workflows_async(workflow_ids=list(job_ids), load_input=False, load_output=False)
        return {w.workflow_id: EngineJob(w.workflow_id, _STATES[w.status], w.executor_id) for w in found}

    async def claimed(self) -> Sequence[EngineJob]:
        """Every job that an executor has taken and not ended."""
        found = await self._ready.list_workflows_async(status="PENDING", name=WORKFLOW, load_input=False, load_output=False)
        return [EngineJob(w.workflow_id, "claimed", w.executor_id) for w in found]

    async def given_up(self) -> Sequence[str]:
        """Jobs whose process died too often."""
        found = await self._ready.list_workflows_async(
            status="MAX_RECOVERY_ATTEMPTS_EXCEEDED", name=WORKFLOW, load_input=False, load_output=False, limit=100, sort_desc=True
        )
        return [w.workflow_id for w in found]

    async def recover(self, executors: Iterable[str]) -> None:
        """Put everything that these dead executors had taken back into the queues. Harmless when several processes do it."""
        if self._launched:
            await asyncio.to_thread(_recover, list(executors))

    @property
    def _ready(self) -> DBOSClient:
        if self._client is None:
            raise RuntimeError("the job engine has not started")
        return self._client

    def _start(self) -> DBOSClient:
        from dbos import DBOS, DBOSClient  # over a second of imports, see the module's docstring

        options = self._options
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # else DBOS adds a console handler of its own
        if options.sqlite_path is not None:
            _use_wal(options.sqlite_path)
        if options.queues:
            try:
                self._launch()
            except BaseException:
                _destroy()  # else DBOS would be there, half launched, at the next attempt
                raise
        else:
            DBOS.migrate(options.engine_url)
        return DBOSClient(system_database_url=options.engine_url, application_name=NAME, system_database_pool_size=2)

    def _launch(self) -> None:
        from dbos import DBOS

        def execute(job_id: str) -> str:  # a function, because DBOS writes attributes on it
            return self._execute(job_id)

        DBOS(config=_config(self._options))
        DBOS.workflow(name=WORKFLOW, max_recovery_attempts=LIMIT_OF_CRASHES)(execute)
        DBOS.listen_queues(list(self._options.queues))
        DBOS.launch()
        self._launched = True
        for queue in self._options.queues:
            DBOS.register_queue(
                queue,
                worker_concurrency=self._options.concurrency[queue],
                polling_interval_sec=self._options.poll.total_seconds(),
                on_conflict="always_update",
            )

    def _execute(self, job_id: str) -> str:
        """The one workflow; in a thread of DBOS. It raises nothing but `RunLeft`: outcomes are ours, not the engine's."""
        assert self._loop is not None
        channel = StepChannel(self._loop)
        try:
            running: Future[bool] = asyncio.run_coroutine_threadsafe(_awaited(self._run, job_id, channel), self._loop)
            running.add_done_callback(lambda _: channel.close())
            channel.serve(_record())
            ended = running.result()
        except BaseException as error:  # noqa: BLE001  # whatever it is, it must not become the outcome
            log.warning("a job's run was left to be run again", job=job_id, reason=repr(error))
            raise RunLeft from None
        if not ended:
            raise RunLeft
        return "ended"


_STATES: Mapping[str, EngineState] = {
    "DELAYED": "queued",
    "ENQUEUED": "queued",
    "PENDING": "claimed",
    "SUCCESS": "ended",
    "ERROR": "ended",
    "CANCELLED": "ended",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "given_up",
}


async def _awaited(run: Run, job_id: str, channel: StepChannel) -> bool:
    return await run(job_id, channel)


def _record() -> Record:
    from dbos import DBOS, error

    def record(name: str, perform: Callable[[], str]) -> str:
        try:
            return DBOS.run_step({"name": name}, perform)
        except (error.DBOSWorkflowCancelledError, error.DBOSWorkflowConflictIDError) as refusal:
            raise RunLost from refusal

    return record


def _config(options: JobsOptions) -> DBOSConfig:
    return {
        "name": NAME,
        "system_database_url": options.engine_url,
        "application_version": VERSION,
        "executor_id": options.executor,
        "log_level": "WARNING",
        "sys_db_pool_size": 4,
        # Nothing here waits for DBOS's notifications; on SQLite this is how long its listener takes to notice the end.
        "use_listen_notify": False,
        "notification_listener_polling_interval_sec": 0.25,
    }


def _use_wal(path: str) -> None:
    """WAL is a property of the file: readers do not wait for the writer, and a commit is one write."""
    with sqlite3.connect(path, timeout=30) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _recover(executors: list[str]) -> None:
    from dbos import DBOS

    # The one private name we use: DBOS has no public way to say that an executor is dead. It checks the executor in the same
    # statement that requeues, so that two reapers cannot requeue what one of them has already started again.
    DBOS._recover_pending_workflows(executors)


def _destroy() -> None:
    from dbos import DBOS

    DBOS.destroy(destroy_registry=True)
