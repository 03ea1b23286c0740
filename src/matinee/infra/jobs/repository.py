"""All SQL on the tables of `models.py`. Each change raises the row's `revision` and gives the row as it is afterwards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Select, delete, false, func, select, update
from sqlalchemy.exc import IntegrityError

from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into
from matinee.infra.ids import JobId
from matinee.infra.jobs.definitions import JobState, JobView
from matinee.infra.jobs.host import ProcessIdentity
from matinee.infra.jobs.models import ExecutorRow, JobRow, ScheduleRow

ACTIVE: tuple[JobState, ...] = ("queued", "running")
ENDED: tuple[JobState, ...] = ("succeeded", "failed", "cancelled")
Counts = Mapping[tuple[str, JobState], int]


async def insert_job(unit: UnitOfWork, **values: Any) -> JobRow | None:
    """A new job; None where its `active_key` is taken."""
    statement = insert_into(unit, JobRow).values(**values).on_conflict_do_nothing(index_elements=["active_key"])
    inserted = await unit.session.execute(statement.returning(JobRow))
    return inserted.scalar_one_or_none()


async def find(unit: ReadUnit, job_id: str) -> JobRow | None:
    return (await unit.session.execute(select(JobRow).where(JobRow.id == job_id))).scalar_one_or_none()


async def find_active(unit: ReadUnit, active_key: str) -> JobRow | None:
    return (await unit.session.execute(select(JobRow).where(JobRow.active_key == active_key))).scalar_one_or_none()


async def page(unit: ReadUnit, *, name: str | None, state: JobState | None, limit: int, before: str | None) -> Sequence[JobRow]:
    """Newest first; one more than `limit`, to tell whether there are more."""
    statement = select(JobRow).order_by(JobRow.id.desc()).limit(limit + 1)
    if name is not None:
        statement = statement.where(JobRow.name == name)
    if state is not None:
        statement = statement.where(JobRow.state == state)
    if before is not None:
        statement = statement.where(JobRow.id < before)
    return await _rows(unit, statement)


async def active(unit: ReadUnit, limit: int = 500) -> Sequence[JobRow]:
    """Queued and running jobs, oldest first."""
    return await _rows(unit, select(JobRow).where(JobRow.state.in_(ACTIVE)).order_by(JobRow.id).limit(limit))


async def changed_since(unit: ReadUnit, since: datetime, limit: int = 1000) -> Sequence[JobRow]:
    """In the order of the changes; the latest ones, where there are too many."""
    latest = select(JobRow).where(JobRow.updated_at >= since).order_by(JobRow.updated_at.desc(), JobRow.id.desc())
    return (await _rows(unit, latest.limit(limit)))[::-1]


async def counts(unit: ReadUnit) -> Counts:
    found = await unit.session.execute(select(JobRow.queue, JobRow.state, func.count()).group_by(JobRow.queue, JobRow.state))
    return {(queue, cast(JobState, state)): number for queue, state, number in found}


async def change(unit: UnitOfWork, now: datetime, *conditions: Any, **values: Any) -> Sequence[JobRow]:
    """Set `values` in every job that meets the conditions."""
    statement = (
        update(JobRow)
        .where(*conditions)
        .values(revision=JobRow.revision + 1, updated_at=now, **values)
        .returning(JobRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return (await unit.session.execute(statement)).scalars().all()


async def change_one(unit: UnitOfWork, now: datetime, *conditions: Any, **values: Any) -> JobRow | None:
    """The same for one job; None where it does not meet the conditions."""
    found = await change(unit, now, *conditions, **values)
    return found[0] if found else None


async def begin(unit: UnitOfWork, now: datetime, job_id: str, *, executor: str, run: str) -> JobRow | None:
    """Give a job to a new run. None where it is not to be run."""
    return await change_one(
        unit,
        now,
        JobRow.id == job_id,
        JobRow.state.in_(ACTIVE),
        JobRow.cancel.is_(False),
        state="running",
        executor=executor,
        run=run,
        attempts=JobRow.attempts + 1,
        started_at=func.coalesce(JobRow.started_at, now),
        not_before=None,
        error=None,
    )


async def unsubmitted(unit: ReadUnit, now: datetime, limit: int = 200) -> Sequence[JobRow]:
    """Queued jobs that the engine may not hold yet, and that may start."""
    due = (JobRow.not_before.is_(None)) | (JobRow.not_before <= now)
    waiting = select(JobRow).where(JobRow.state == "queued", JobRow.submitted.is_(False), due)
    return await _rows(unit, waiting.order_by(JobRow.id).limit(limit))


async def next_due(unit: ReadUnit, now: datetime) -> datetime | None:
    """When the next paused job may start."""
    statement = select(func.min(JobRow.not_before)).where(JobRow.state == "queued", JobRow.not_before > now)
    return (await unit.session.execute(statement)).scalar_one_or_none()


async def mark_submitted(unit: UnitOfWork, job_id: str, attempts: int) -> None:
    """The engine holds it. `attempts` as read before: a run that has begun since may have put it back to be submitted again."""
    await unit.session.execute(
        update(JobRow).where(JobRow.id == job_id, JobRow.attempts == attempts).values(submitted=True, restart=False)
    )


async def flags(unit: ReadUnit, executor: str) -> Mapping[str, tuple[str | None, bool]]:
    """The run and the wish to cancel of each job this executor runs."""
    statement = select(JobRow.id, JobRow.run, JobRow.cancel).where(JobRow.state == "running", JobRow.executor == executor)
    return {row.id: (row.run, row.cancel) for row in await unit.session.execute(statement)}


async def cancel(unit: UnitOfWork, now: datetime, job_id: str) -> JobRow | None:
    """A queued job ends; a running one is asked to. None where it is neither."""
    this = JobRow.id == job_id
    end = {"state": "cancelled", "finished_at": now, "active_key": None}
    queued = await change_one(unit, now, this, JobRow.state == "queued", **end)
    return queued or await change_one(unit, now, this, JobRow.state == "running", cancel=True)


async def revive(unit: UnitOfWork, now: datetime, job_id: str, active_key: str | None) -> JobRow | None:
    """Queue an ended job again. None where it is active, or another one has its key."""
    fresh = {"result": None, "error": None, "finished_at": None, "not_before": None, "executor": None, "message": "", "done": 0}
    try:
        return await change_one(
            unit,
            now,
            JobRow.id == job_id,
            JobRow.state.in_(ENDED),
            restart=JobRow.state == "succeeded",
            state="queued",
            failures=0,
            submitted=False,
            cancel=False,
            active_key=active_key,
            **fresh,
        )
    except IntegrityError:
        await unit.session.rollback()
        return None


async def release(unit: UnitOfWork, now: datetime, executors: Collection[str]) -> Sequence[JobRow]:
    """Jobs that these executors were running wait again."""
    theirs = (JobRow.state == "running", JobRow.executor.in_(executors))
    return await change(unit, now, *theirs, state="queued", executor=None, run=None, submitted=False)


async def fail_given_up(unit: UnitOfWork, now: datetime, job_ids: Collection[str]) -> Sequence[JobRow]:
    """Jobs that the engine does not start any more, because each run ended with its process."""
    conditions = (JobRow.id.in_(job_ids), JobRow.state == "queued", JobRow.submitted.is_(True))
    words = "The process ended each time this job ran."
    return await change(unit, now, *conditions, state="failed", error=words, finished_at=now, active_key=None)


async def register_executor(unit: UnitOfWork, executor: str, process: ProcessIdentity, now: datetime) -> None:
    """A process that is alive."""
    row = ExecutorRow(id=executor, host=process.host, pid=process.pid, born=process.born, beat=0, seen_at=now)
    unit.session.add(row)


async def beat(unit: UnitOfWork, executor: str, now: datetime) -> bool:
    """It still is. False when it is not registered (any more)."""
    statement = update(ExecutorRow).where(ExecutorRow.id == executor).values(beat=ExecutorRow.beat + 1, seen_at=now)
    return cast("CursorResult[Any]", await unit.session.execute(statement)).rowcount == 1


async def remove_executor(unit: UnitOfWork, executor: str) -> bool:
    """It is not. True for the one who removed it."""
    statement = delete(ExecutorRow).where(ExecutorRow.id == executor)
    return cast("CursorResult[Any]", await unit.session.execute(statement)).rowcount == 1


async def executors(unit: ReadUnit) -> Sequence[ExecutorRow]:
    return (await unit.session.execute(select(ExecutorRow))).scalars().all()


async def working_executors(unit: ReadUnit) -> set[str]:
    """Executors that some running job names."""
    statement = select(JobRow.executor).where(JobRow.state == "running").distinct()
    return {name for name in (await unit.session.execute(statement)).scalars() if name is not None}


async def surplus(unit: ReadUnit, before: datetime, keep: int, limit: int = 500) -> Sequence[str]:
    """Ended jobs older than `before`, and the oldest beyond `keep`."""
    ended = select(JobRow.id).where(JobRow.state.in_(ENDED))
    boundary = (await unit.session.execute(ended.order_by(JobRow.id.desc()).offset(keep).limit(1))).scalar_one_or_none()
    too_many = JobRow.id <= boundary if boundary is not None else false()
    chosen = ended.where((JobRow.finished_at < before) | too_many).order_by(JobRow.id).limit(limit)
    return (await unit.session.execute(chosen)).scalars().all()


async def delete_jobs(unit: UnitOfWork, job_ids: Collection[str]) -> None:
    """Forget these, as far as they have ended."""
    await unit.session.execute(delete(JobRow).where(JobRow.id.in_(job_ids), JobRow.state.in_(ENDED)))


async def fired(unit: ReadUnit) -> Mapping[str, ScheduleRow]:
    """Every schedule that has ever been seen, by name."""
    return {row.name: row for row in (await unit.session.execute(select(ScheduleRow))).scalars()}


async def note_schedule(unit: UnitOfWork, name: str, at: datetime) -> None:
    """Begin to count from `at`, where the schedule is new."""
    await unit.session.execute(insert_into(unit, ScheduleRow).values(name=name, fired_at=at).on_conflict_do_nothing())


async def take_firing(unit: UnitOfWork, name: str, *, last: datetime, due: datetime, job_id: str) -> bool:
    """Claim a firing: true for one process only."""
    statement = update(ScheduleRow).where(ScheduleRow.name == name, ScheduleRow.fired_at == last)
    result = await unit.session.execute(statement.values(fired_at=due, job_id=job_id))
    return cast("CursorResult[Any]", result).rowcount == 1


def view_of(row: JobRow) -> JobView:
    """The row as the API shows it."""
    return JobView(
        id=JobId(row.id),
        name=row.name,
        title=row.title,
        queue=row.queue,
        state=cast(JobState, row.state),
        done=row.done,
        total=row.total,
        message=row.message,
        payload=row.payload,
        result=row.result,
        error=row.error,
        executor=row.executor,
        created_at=row.created_at,
        started_at=row.started_at,
        updated_at=row.updated_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
    )


async def _rows(unit: ReadUnit, statement: Select[JobRow]) -> Sequence[JobRow]:
    return (await unit.session.execute(statement)).scalars().all()
