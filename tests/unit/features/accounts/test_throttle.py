"""The limit on guessing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matinee.features.accounts.errors import TooManySignIns
from matinee.features.accounts.throttle import SignInThrottle
from matinee.infra.clock import ManualClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def throttle(clock: ManualClock) -> SignInThrottle:
    return SignInThrottle(clock, attempts=3, window=timedelta(minutes=15), keys=5)


async def test_the_window_slides(throttle: SignInThrottle, clock: ManualClock) -> None:
    for _ in range(3):
        throttle.attempt("anna")
        await clock.advance(60)
    with pytest.raises(TooManySignIns) as caught:
        throttle.attempt("anna")
    assert caught.value.retry_after == 12 * 60
    await clock.advance(12 * 60)
    throttle.attempt("anna")
    with pytest.raises(TooManySignIns):
        throttle.attempt("anna")


async def test_refused_attempts_do_not_lengthen_the_wait(throttle: SignInThrottle, clock: ManualClock) -> None:
    for _ in range(3):
        throttle.attempt("anna")
    for _ in range(10):
        with pytest.raises(TooManySignIns):
            throttle.attempt("anna")
    await clock.advance(15 * 60)
    for _ in range(3):
        throttle.attempt("anna")
    with pytest.raises(TooManySignIns) as caught:
        throttle.attempt("anna")
    assert caught.value.retry_after == 15 * 60


async def test_a_success_clears_and_others_are_not_touched(throttle: SignInThrottle) -> None:
    for _ in range(3):
        throttle.attempt("anna")
    throttle.attempt("ben")
    throttle.succeeded("anna")
    for name, left in (("anna", 3), ("ben", 2)):
        for _ in range(left):
            throttle.attempt(name)
        with pytest.raises(TooManySignIns):
            throttle.attempt(name)


async def test_memory_is_bounded(throttle: SignInThrottle) -> None:
    for number in range(50):
        throttle.attempt(f"user {number}")
    assert len(throttle._seen) == 5
