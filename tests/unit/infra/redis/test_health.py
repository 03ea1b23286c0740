"""When Redis, or a part of it, counts as down, and who may try whether it is back."""

from __future__ import annotations

import pytest

from matinee.infra.clock import ManualClock
from matinee.infra.redis.health import Health

pytestmark = pytest.mark.anyio


@pytest.fixture
def health(clock: ManualClock) -> Health:
    return Health(clock, failures=3, pause=1.0)


def is_down(health: Health) -> bool:
    return health.down


def fail(health: Health, times: int) -> None:
    for _ in range(times):
        health.ended(answered=False)


async def test_an_answer_in_between_forgives_the_failures_before(health: Health) -> None:
    fail(health, 2)
    health.ended(answered=True)
    fail(health, 2)
    assert not is_down(health)
    assert health.admits()


async def test_one_call_at_a_time_tries_after_each_pause(health: Health, clock: ManualClock) -> None:
    fail(health, 3)
    assert is_down(health)
    assert not health.admits()
    await clock.advance(1.1)
    assert [health.admits() for _ in range(3)] == [True, False, False]
    health.ended(answered=False)
    assert not health.admits(), "the next pause has begun"
    await clock.advance(1.1)
    assert health.admits()
    health.ended(answered=True)
    assert not is_down(health)
    assert health.admits()


async def test_a_try_that_is_given_up_lets_the_next_one_try(health: Health, clock: ManualClock) -> None:
    fail(health, 3)
    await clock.advance(1.1)
    assert health.admits()
    health.ended(answered=None)
    assert is_down(health)
    assert health.admits()
