"""So many at once, so many waiting, and no place is ever lost."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from matinee.infra.upstream import BulkheadPolicy, Call, Reply, Saturated, UpstreamUnavailable
from matinee.infra.upstream.bulkhead import Bulkheaded
from tests.unit.infra.upstream.doubles import GET, LoopClock, Scripted, policy, reply, seconds

pytestmark = pytest.mark.anyio


class Slow:
    """Takes a second, and counts how many are inside."""

    def __init__(self) -> None:
        self.inside = self.most = 0

    async def send(self, call: Call) -> Reply:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await asyncio.sleep(1)
        finally:
            self.inside -= 1
        return reply()


def bulkhead(inner: Slow | Scripted, clock: LoopClock, **changes: object) -> Bulkheaded:
    return Bulkheaded(inner, policy(bulkhead=BulkheadPolicy(**{"concurrent": 2, **changes})), clock)  # type: ignore[arg-type]


async def test_no_more_than_the_limit_at_once(clock: LoopClock) -> None:
    slow = Slow()
    chain = bulkhead(slow, clock)
    began = clock.monotonic()
    await asyncio.gather(*(chain.send(GET) for _ in range(6)))
    assert slow.most == 2
    assert clock.monotonic() - began == pytest.approx(3)
    assert (chain.in_flight, chain.waiting) == (0, 0)


async def test_a_full_queue_refuses_at_once(clock: LoopClock) -> None:
    chain = bulkhead(Slow(), clock, queue=1)
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(chain.send(GET))
        await asyncio.sleep(0)
        assert (chain.in_flight, chain.waiting) == (2, 1)
        began = clock.monotonic()
        with pytest.raises(Saturated):
            await chain.send(GET)
        assert clock.monotonic() == began


async def test_waiting_is_bounded_by_the_policy_and_by_the_call(clock: LoopClock) -> None:
    chain = bulkhead(Scripted((60, reply())), clock, longest_wait=seconds(5))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(chain.send(GET)) for _ in range(2)]
        await asyncio.sleep(0)
        began = clock.monotonic()
        for call, longest in ((GET, 5), (replace(GET, expires_at=began + 7), 2)):
            before = clock.monotonic()
            with pytest.raises(Saturated) as error:
                await chain.send(call)
            assert clock.monotonic() - before == pytest.approx(longest)
            assert not error.value.sent
        for task in tasks:
            task.cancel()


async def test_places_come_back_after_errors_and_cancelled_calls(clock: LoopClock) -> None:
    chain = bulkhead(Scripted((60, reply())), clock)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(chain.send(GET)) for _ in range(5)]
        await clock.sleep(1)
        for task in reversed(tasks):
            task.cancel()
    chain = bulkhead(Scripted(UpstreamUnavailable("films", "x")), clock)
    for _ in range(5):
        with pytest.raises(UpstreamUnavailable):
            await chain.send(GET)
    assert (chain.in_flight, chain.waiting) == (0, 0)
