"""Who gets another try, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from matinee.infra.upstream import (
    Backoff,
    Call,
    CircuitOpen,
    ResponseTooLarge,
    Saturated,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from matinee.infra.upstream.retrying import Retrying, delay
from tests.unit.infra.upstream.doubles import GET, POST, LoopClock, Scripted, policy, reply, seconds

pytestmark = pytest.mark.anyio
BACKOFF = Backoff(first=seconds(1), factor=2, longest=seconds(3), jitter=0.5)


def retrying(inner: Scripted, clock: LoopClock, **changes: object) -> Retrying:
    return Retrying(inner, policy(backoff=BACKOFF, **{"attempts": 4, **changes}), clock, chance=lambda: 0.0)


@pytest.mark.parametrize(
    "error", [UpstreamUnavailable("films", "x"), UpstreamTimeout("films", "x"), UpstreamRateLimited("films", "x")]
)
async def test_what_may_pass_is_tried_again_with_growing_pauses(clock: LoopClock, error: UpstreamError) -> None:
    inner = Scripted(error, error, error, reply())
    assert (await retrying(inner, clock).send(GET)).status == 200
    assert [at - inner.at[0] for at in inner.at] == pytest.approx([0, 1, 3, 6])


@pytest.mark.parametrize(
    "error",
    [
        CircuitOpen("films", "x", retry_after=1),
        UpstreamRejected("films", "x"),
        ResponseTooLarge("films", "x"),
        Saturated("films", "x"),
        UpstreamUnavailable("films", "status 501", transient=False),
    ],
)
async def test_what_will_not_pass_is_not(clock: LoopClock, error: UpstreamError) -> None:
    inner = Scripted(error)
    with pytest.raises(type(error)):
        await retrying(inner, clock).send(GET)
    assert len(inner.calls) == 1


async def test_attempts_are_counted_with_the_first(clock: LoopClock) -> None:
    further: list[None] = []
    inner = Scripted(UpstreamUnavailable("films", "x"))
    with pytest.raises(UpstreamUnavailable):
        await Retrying(inner, policy(attempts=3), clock, counted=lambda: further.append(None)).send(GET)
    assert (len(inner.calls), len(further)) == (3, 2)


async def test_only_what_may_be_repeated(clock: LoopClock) -> None:
    for call, tries in (
        (POST, 1),
        (replace(POST, idempotent=True), 4),
        (replace(GET, idempotent=False), 1),
        (Call("PUT", ""), 4),
    ):
        inner = Scripted(UpstreamUnavailable("films", "x"))
        with pytest.raises(UpstreamUnavailable):
            await retrying(inner, clock).send(call)
        assert len(inner.calls) == tries


async def test_retry_after_is_honoured(clock: LoopClock) -> None:
    inner = Scripted(UpstreamUnavailable("films", "x", retry_after=2.5), reply())
    await retrying(inner, clock).send(GET)
    assert inner.at[1] - inner.at[0] == pytest.approx(2.5)


async def test_nobody_sleeps_beyond_the_end_of_the_call(clock: LoopClock) -> None:
    inner = Scripted(UpstreamUnavailable("films", "x", retry_after=30))
    began = clock.monotonic()
    with pytest.raises(UpstreamUnavailable) as error:
        await retrying(inner, clock).send(replace(GET, expires_at=began + 10))
    assert (clock.monotonic(), error.value.retry_after) == (began, 30)


@given(st.integers(1, 60), st.floats(0, 1))
def test_a_pause_is_within_its_bounds(attempt: int, chance: float) -> None:
    pause = delay(BACKOFF, attempt, chance)
    whole = min(2.0 ** (attempt - 1), 3.0)
    assert whole / 2 <= pause <= whole
