"""The limit on guessing passwords."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matinee.features.accounts.errors import TooManySignIns
from matinee.features.accounts.throttle import FROM_ANYWHERE, SignInThrottle
from matinee.infra.clock import ManualClock
from matinee.infra.http.limits import Throttles

pytestmark = pytest.mark.anyio
HERE, ELSEWHERE = "203.0.113.5", "203.0.113.6"


@pytest.fixture
def throttle(clock: ManualClock) -> SignInThrottle:
    return SignInThrottle(Throttles(clock), attempts=3, window=timedelta(minutes=15))


async def used_up(throttle: SignInThrottle, name: str, address: str = HERE) -> None:
    for _ in range(3):
        await throttle.attempt(name, address)
    with pytest.raises(TooManySignIns):
        await throttle.attempt(name, address)


async def test_the_refusal_says_how_long_to_wait_and_the_count_fades(throttle: SignInThrottle, clock: ManualClock) -> None:
    await used_up(throttle, "anna")
    await clock.advance(300)
    with pytest.raises(TooManySignIns, match="10 minutes") as caught:
        await throttle.attempt("anna", HERE)
    assert caught.value.retry_after == 600
    await clock.advance(601)
    await throttle.attempt("anna", HERE)
    with pytest.raises(TooManySignIns):
        await throttle.attempt("anna", HERE)


async def test_refused_attempts_do_not_lengthen_the_wait(throttle: SignInThrottle, clock: ManualClock) -> None:
    await used_up(throttle, "anna")
    for _ in range(50):
        with pytest.raises(TooManySignIns):
            await throttle.attempt("anna", HERE)
    await clock.advance(1800)
    for _ in range(3):
        await throttle.attempt("anna", HERE)


async def test_a_success_clears_and_others_are_not_touched(throttle: SignInThrottle) -> None:
    for _ in range(2):
        await throttle.attempt("anna", HERE)
    await throttle.succeeded("anna", HERE)
    for name in ("anna", "ben"):
        await used_up(throttle, name)
    await throttle.attempt("anna", ELSEWHERE)


async def test_an_ipv6_network_counts_as_one_address(throttle: SignInThrottle) -> None:
    for number in range(3):
        await throttle.attempt("anna", f"2001:db8:1:2::{number}")
    with pytest.raises(TooManySignIns):
        await throttle.attempt("anna", "2001:db8:1:2:ffff::1")
    await throttle.attempt("anna", "2001:db8:1:3::1")


async def test_many_addresses_together_have_a_limit_for_one_account(throttle: SignInThrottle) -> None:
    for number in range(3 * FROM_ANYWHERE):
        await throttle.attempt("anna", f"203.0.113.{number}")
    with pytest.raises(TooManySignIns):
        await throttle.attempt("anna", "198.51.100.1")
    await throttle.attempt("ben", "198.51.100.1")


async def test_what_is_remembered_is_bounded_and_holds_no_names(clock: ManualClock) -> None:
    throttles = Throttles(clock, remembered=5)
    throttle = throttles.of("pin", 3, timedelta(minutes=15))
    for number in range(20):
        await throttle.attempt(f"user {number}")
    assert len(throttles.limits) == 5
    assert not any("user" in window.key for window in throttles.limits.windows())
