"""Tokens, waiting for them, and silence."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.upstream import BudgetPolicy, Saturated, UpstreamRateLimited, UpstreamUnavailable
from matinee.infra.upstream.budget import Budgeted, TokenBudget
from tests.unit.infra.upstream.doubles import GET, LoopClock, Scripted, policy, reply, seconds

pytestmark = pytest.mark.anyio
TEN = BudgetPolicy(rate=10, burst=5, queue=100, longest_wait=seconds(5))


async def taken(budget: TokenBudget, clock: LoopClock, number: int) -> list[float]:
    """When each of so many tokens came, in seconds from now."""
    began, times = clock.monotonic(), list[float]()

    async def one() -> None:
        await budget.take(None)
        times.append(clock.monotonic() - began)

    async with asyncio.TaskGroup() as group:
        for _ in range(number):
            group.create_task(one())
    return times


async def test_a_burst_at_once_then_the_rate(clock: LoopClock) -> None:
    budget = TokenBudget(policy(budget=TEN), clock)
    assert await taken(budget, clock, 8) == pytest.approx([0, 0, 0, 0, 0, 0.1, 0.2, 0.3])
    assert budget.left == pytest.approx(0, abs=1e-6)
    await clock.sleep(0.25)
    assert budget.left == pytest.approx(2.5)
    await clock.sleep(60)
    assert budget.left == 5


@given(gaps=st.lists(st.floats(0, 0.5), min_size=1, max_size=40), rate=st.sampled_from([1.0, 7.0, 40.0]), burst=st.integers(1, 6))
async def test_never_more_than_the_burst_and_the_rate_in_any_stretch_of_time(gaps: list[float], rate: float, burst: int) -> None:
    clock = LoopClock()
    budget = TokenBudget(policy(budget=BudgetPolicy(rate, burst, queue=100, longest_wait=seconds(100))), clock)
    times: list[float] = []

    async def one() -> None:
        await budget.take(None)
        times.append(clock.monotonic())

    async with asyncio.TaskGroup() as group:
        for gap in gaps:
            group.create_task(one())
            await clock.sleep(gap)
    assert len(times) == len(gaps)
    for first, begin in enumerate(times):
        for last in range(first, len(times)):
            assert last - first + 1 <= burst + (times[last] - begin) * rate + 1e-6


async def test_nobody_waits_in_vain(clock: LoopClock) -> None:
    budget = TokenBudget(policy(budget=BudgetPolicy(rate=1, burst=1, queue=2, longest_wait=seconds(1.5))), clock)
    began = clock.monotonic()
    await budget.take(None)
    async with asyncio.TaskGroup() as group:
        waiter = group.create_task(budget.take(None))
        await asyncio.sleep(0)
        with pytest.raises(Saturated) as error:
            await budget.take(None)  # it would be two seconds
        assert (clock.monotonic(), error.value.retry_after) == (began, pytest.approx(2))
        with pytest.raises(Saturated):
            await budget.take(clock.monotonic() + 0.5)
    assert waiter.done()
    assert clock.monotonic() - began == pytest.approx(1)


async def test_the_queue_is_bounded(clock: LoopClock) -> None:
    budget = TokenBudget(policy(budget=BudgetPolicy(rate=10, burst=1, queue=2, longest_wait=seconds(60))), clock)
    await budget.take(None)
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(budget.take(None))
        await asyncio.sleep(0)
        assert budget.waiting == 2
        with pytest.raises(Saturated):
            await budget.take(None)
    assert budget.waiting == 0


async def test_who_leaves_gives_the_token_back(clock: LoopClock) -> None:
    budget = TokenBudget(policy(budget=BudgetPolicy(rate=1, burst=1, longest_wait=seconds(60))), clock)
    await budget.take(None)
    async with asyncio.TaskGroup() as group:
        waiter = group.create_task(budget.take(None))
        await asyncio.sleep(0)
        waiter.cancel()
    assert await taken(budget, clock, 1) == pytest.approx([1])


async def test_a_429_silences_all_of_them_those_too_who_wait_already(clock: LoopClock) -> None:
    budget = TokenBudget(policy(budget=BudgetPolicy(rate=10, burst=1, longest_wait=seconds(60))), clock)
    inner = Scripted(UpstreamRateLimited("films", "429", retry_after=4), reply())
    began = clock.monotonic()
    with pytest.raises(UpstreamRateLimited):
        await Budgeted(inner, budget).send(GET)
    assert budget.left == 0
    assert await taken(budget, clock, 3) == pytest.approx([4, 4.1, 4.2])
    assert clock.monotonic() - began == pytest.approx(4.2)

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(taken(budget, clock, 2))
        await clock.sleep(0.05)
        assert budget.waiting == 2
        budget.pause(3)
    assert waiting.result() == pytest.approx([3.05, 3.15])


async def test_a_silence_too_long_to_wait_for_is_told_at_once(clock: LoopClock) -> None:
    budget = TokenBudget(policy(budget=TEN), clock)
    budget.pause(60)
    with pytest.raises(UpstreamRateLimited) as error:
        await budget.take(None)
    assert (error.value.retry_after, error.value.sent) == (pytest.approx(60), False)
    budget.resume()
    assert await taken(budget, clock, 1) == [0]


async def test_without_a_length_each_silence_is_longer_until_an_answer_comes(clock: LoopClock) -> None:
    budget = TokenBudget(policy(budget=BudgetPolicy(first_pause=seconds(1), longest_pause=seconds(5))), clock)
    lengths = []
    for _ in range(4):
        lengths.append(budget.pause(None))
        budget.pause(None)  # tries that were under way at the same time do not make it longer
        assert budget.paused_for == pytest.approx(lengths[-1])
        await clock.sleep(budget.paused_for)
    assert lengths == pytest.approx([1, 2, 4, 5])
    budget.answered()
    assert budget.pause(None) == pytest.approx(1)
    assert budget.pause(86400) == pytest.approx(5)


async def test_other_errors_silence_nobody(clock: LoopClock) -> None:
    budget = TokenBudget(policy(budget=TEN), clock)
    with pytest.raises(UpstreamUnavailable):
        await Budgeted(Scripted(UpstreamUnavailable("films", "x", retry_after=9)), budget).send(GET)
    assert budget.paused_for == 0
