"""Blocked addresses wait for their refusal, and not too many of them at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from matinee.infra.clock import ManualClock
from matinee.infra.http.edge import gatekeeping
from matinee.infra.http.edge.gatekeeping import Gatekeeper
from matinee.infra.protection.gate import Gate

BLOCKED, OTHER = "198.51.100.7", "198.51.100.8"


async def _welcome(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _ask(keeper: Gatekeeper, address: str) -> int:
    """The status of an answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": (address, 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
    }
    await keeper(scope, receive, send)
    status: int = sent[0]["status"]
    return status


@pytest.fixture
def keeper(clock: ManualClock) -> Gatekeeper:
    gate = Gate(clock)
    gate.block(BLOCKED, None)
    return Gatekeeper(_welcome, gate, clock, hold=1.0)


@pytest.mark.anyio
async def test_the_refusal_comes_late_and_everybody_else_is_served_at_once(keeper: Gatekeeper, clock: ManualClock) -> None:
    async with asyncio.TaskGroup() as group:
        blocked = group.create_task(_ask(keeper, BLOCKED))
        while not clock.sleepers:
            await asyncio.sleep(0)
        assert keeper.gate.held == 1
        assert await _ask(keeper, OTHER) == 200
        assert not blocked.done()
        await clock.advance(1.0)
    assert blocked.result() == 403
    assert keeper.gate.held == 0


@pytest.mark.anyio
async def test_more_than_so_many_do_not_wait(keeper: Gatekeeper, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatekeeping, "MOST_HELD", 0)
    assert await _ask(keeper, BLOCKED) == 403
    assert clock.sleepers == 0
