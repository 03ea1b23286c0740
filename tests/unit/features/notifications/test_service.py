"""What is told of jobs that another process runs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from matinee.features.notifications.service import JOBS, LIBRARY, NotificationsService, topics_of
from matinee.infra.http.caller import ALL_SCOPES, USER_SCOPES, Caller
from matinee.infra.ids import UserId
from matinee.infra.jobs.definitions import JobContext, JobDefinition, JobView
from matinee.infra.jobs.immediate import ImmediateJobs
from matinee.infra.realtime.hub import RealtimeHub, encode

pytestmark = pytest.mark.anyio
USER = Caller(UserId("2"), "ben", "user", "free", USER_SCOPES, "token", "t")


async def scan(context: JobContext) -> dict[str, Any]:
    return {"added": 3, "unchanged": 9, "missing": 1}


@pytest.fixture
async def scanned() -> JobView:
    jobs = ImmediateJobs(JobDefinition("library.scan", "Scan", scan))
    return await jobs.get(await jobs.enqueue("library.scan"))


class Elsewhere(ImmediateJobs):
    """Jobs whose changes the test makes up."""

    def change(self, view: JobView) -> None:
        for listener in self._listeners:
            listener(view)


@pytest.mark.parametrize(("executor", "told"), [("another", True), ("here", False), (None, False)])
async def test_a_scan_in_another_process_speaks_through_its_result(scanned: JobView, executor: str | None, told: bool) -> None:
    hub, jobs = RealtimeHub(), Elsewhere()
    notifications = NotificationsService(hub, jobs)
    with notifications.connect(USER) as connection, hub.subscribe([JOBS]) as admins:
        await connection.next()
        jobs.change(replace(scanned, executor=executor))
        assert json.loads((await admins.take())[0])["data"]["result"]["added"] == 3
        hub.publish(LIBRARY, "end", {})
        news = [encode("library", {"added": 3, "missing": 1})] if told else []
        assert await connection.next() == [*news, encode("end", {})]


async def test_a_scan_that_failed_elsewhere_changes_nothing(scanned: JobView) -> None:
    hub, jobs = RealtimeHub(), Elsewhere()
    with NotificationsService(hub, jobs).connect(USER) as connection:
        await connection.next()
        jobs.change(replace(scanned, executor="another", state="failed", result=None))
        hub.publish(LIBRARY, "end", {})
        assert await connection.next() == [encode("end", {})]


async def test_a_client_that_lost_messages_gets_a_snapshot_again() -> None:
    hub, jobs = RealtimeHub(capacity=2), ImmediateJobs(JobDefinition("library.scan", "Scan", scan), hold=True)
    await jobs.enqueue("library.scan")
    admin = Caller(UserId("1"), "ann", "admin", "free", ALL_SCOPES, "cookie", "c")
    with NotificationsService(hub, jobs).connect(admin) as connection:
        snapshot = await connection.next()
        assert [json.loads(text)["data"]["state"] for text in snapshot] == ["queued"]
        for n in range(3):
            hub.publish(JOBS, "job", {"n": n})
        assert await connection.next() == [encode("resync", {}), *snapshot]


def test_what_a_caller_may_hear() -> None:
    assert topics_of(USER) == {LIBRARY}
    assert topics_of(replace(USER, role="admin", scopes=ALL_SCOPES)) == {JOBS, LIBRARY}
    assert topics_of(replace(USER, scopes=frozenset({"catalog:read"}))) == set()
    assert topics_of(replace(USER, role="admin", scopes=frozenset({"library:read"}))) == {LIBRARY}
