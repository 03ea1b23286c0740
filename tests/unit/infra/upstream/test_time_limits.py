"""Attempt and Deadline."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from matinee.infra.upstream import UpstreamTimeout
from matinee.infra.upstream.attempt import Attempt
from matinee.infra.upstream.deadline import GRACE, Deadline
from tests.unit.infra.upstream.doubles import GET, LoopClock, Scripted, policy, reply, seconds

pytestmark = pytest.mark.anyio


async def test_a_try_is_cut_off_at_its_limit(clock: LoopClock) -> None:
    attempt = Attempt(Scripted((60, reply())), policy(per_try=seconds(5)), clock)
    began = clock.monotonic()
    with pytest.raises(UpstreamTimeout) as error:
        await attempt.send(GET)
    assert clock.monotonic() - began == pytest.approx(5)
    assert (error.value.code, error.value.fair, error.value.sent) == ("upstream_timeout", True, True)


async def test_a_try_ends_with_its_call_and_then_says_nothing_about_the_upstream(clock: LoopClock) -> None:
    attempt = Attempt(Scripted((60, reply())), policy(per_try=seconds(5)), clock)
    began = clock.monotonic()
    with pytest.raises(UpstreamTimeout) as error:
        await attempt.send(replace(GET, expires_at=began + 2))
    assert clock.monotonic() - began == pytest.approx(2)
    assert not error.value.fair


async def test_without_time_left_nothing_is_sent(clock: LoopClock) -> None:
    inner = Scripted(reply())
    with pytest.raises(UpstreamTimeout) as error:
        await Attempt(inner, policy(), clock).send(replace(GET, expires_at=clock.monotonic()))
    assert (inner.calls, error.value.sent) == ([], False)


async def test_a_short_total_is_the_usual_time_of_a_try(clock: LoopClock) -> None:
    short = policy(per_try=seconds(5), total=seconds(1))
    with pytest.raises(UpstreamTimeout) as error:
        await Deadline(Attempt(Scripted((60, reply())), short, clock), short, clock).send(GET)
    assert error.value.fair


async def test_the_deadline_tells_everybody_inside_and_cuts_off_who_does_not_listen(clock: LoopClock) -> None:
    inner = Scripted((60, reply()))
    began = clock.monotonic()
    with pytest.raises(UpstreamTimeout):
        await Deadline(inner, policy(total=seconds(10)), clock).send(GET)
    assert inner.calls[0].expires_at == pytest.approx(began + 10)
    assert clock.monotonic() - began == pytest.approx(10 + GRACE)


async def test_a_cancelled_caller_is_not_a_timeout(clock: LoopClock) -> None:
    plain = policy()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(Deadline(Attempt(Scripted((60, reply())), plain, clock), plain, clock).send(GET))
        await clock.sleep(1)
        task.cancel()
    assert task.cancelled()
