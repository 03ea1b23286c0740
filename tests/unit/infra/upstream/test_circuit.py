"""The breaker's states, one by one; and what a try tells it."""

from __future__ import annotations

import asyncio

import pytest

from matinee.infra.upstream import (
    BreakerPolicy,
    CircuitOpen,
    ResponseTooLarge,
    Saturated,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from matinee.infra.upstream.breaking import Breaking
from matinee.infra.upstream.circuit import CircuitBreaker, Transition, Verdict
from matinee.infra.upstream.window import Counts, SlidingWindow
from tests.unit.infra.upstream.doubles import GET, LoopClock, Scripted, policy, reply, seconds

pytestmark = pytest.mark.anyio
POLICY = policy(
    per_try=seconds(3),
    breaker=BreakerPolicy(
        failure_rate=0.5,
        slow_after=seconds(2),
        slow_rate=0.8,
        window=seconds(30),
        minimum_calls=4,
        open_for=seconds(15),
        probes=2,
    ),
)


class Watched(CircuitBreaker):
    """A breaker whose transitions are noted."""

    def __init__(self, clock: LoopClock) -> None:
        self.seen: list[Transition] = []
        super().__init__(POLICY, clock, self.seen.append)

    def tried(self, *verdicts: Verdict, elapsed: float = 0.1) -> None:
        for verdict in verdicts:
            self.settle(self.admit(), verdict, elapsed=elapsed)

    def states(self) -> list[str]:
        return [change.after for change in self.seen]


@pytest.fixture
def breaker(clock: LoopClock) -> Watched:
    return Watched(clock)


async def test_few_tries_prove_nothing(breaker: Watched) -> None:
    breaker.tried("bad", "bad", "bad")
    assert breaker.state == "closed"
    breaker.tried("bad")
    assert (breaker.state, breaker.states()) == ("open", ["open"])
    assert breaker.seen[0].reason == "4 of 4 tries failed"


async def test_it_opens_at_the_rate_and_not_below(breaker: Watched) -> None:
    breaker.tried(*["good"] * 6, *["bad"] * 5)
    assert breaker.state == "closed"
    breaker.tried("bad")
    assert breaker.state == "open"


async def test_slow_answers_open_it_too(breaker: Watched) -> None:
    breaker.tried("good", elapsed=0.1)
    breaker.tried("good", "good", "good", elapsed=2.5)
    assert breaker.state == "closed"
    breaker.tried("good", elapsed=2.0)
    assert (breaker.state, breaker.seen[0].reason) == ("open", "4 of 5 tries were slow")


async def test_what_says_nothing_is_not_counted(breaker: Watched) -> None:
    breaker.tried(*["void"] * 20)
    assert (breaker.state, breaker.counts) == ("closed", Counts(0, 0, 0))


async def test_old_failures_are_forgotten(breaker: Watched, clock: LoopClock) -> None:
    breaker.tried("bad", "bad", "bad")
    await clock.sleep(34)
    breaker.tried("bad")
    assert (breaker.state, breaker.counts.tries) == ("closed", 1)


async def opened(breaker: Watched) -> None:
    breaker.tried(*["bad"] * 4)
    breaker.seen.clear()


async def test_an_open_one_refuses_and_says_for_how_long(breaker: Watched, clock: LoopClock) -> None:
    await opened(breaker)
    await clock.sleep(5)
    with pytest.raises(CircuitOpen) as error:
        breaker.admit()
    assert (error.value.code, error.value.sent) == ("circuit_open", False)
    assert error.value.retry_after == breaker.retry_after == pytest.approx(10)


async def test_good_probes_close_it_and_the_past_is_forgotten(breaker: Watched, clock: LoopClock) -> None:
    await opened(breaker)
    await clock.sleep(15)
    first, second = breaker.admit(), breaker.admit()
    with pytest.raises(CircuitOpen):
        breaker.admit()  # the probes are guarded
    breaker.settle(first, "good")
    assert breaker.state == "half_open"
    breaker.settle(second, "good")
    assert (breaker.states(), breaker.counts) == (["half_open", "closed"], Counts(0, 0, 0))


@pytest.mark.parametrize(("verdict", "elapsed"), [("bad", 0.1), ("good", 2.5)])
async def test_a_bad_or_slow_probe_opens_it_again(breaker: Watched, clock: LoopClock, verdict: Verdict, elapsed: float) -> None:
    await opened(breaker)
    await clock.sleep(15)
    breaker.tried(verdict, elapsed=elapsed)
    assert breaker.states() == ["half_open", "open"]
    assert breaker.retry_after == pytest.approx(15)


async def test_a_probe_that_was_cancelled_leaves_room_for_another(breaker: Watched, clock: LoopClock) -> None:
    await opened(breaker)
    await clock.sleep(15)
    breaker.tried(*["void"] * 10)
    breaker.tried("good", "good")
    assert breaker.state == "closed"


async def test_what_was_let_through_before_a_change_does_not_count_after_it(breaker: Watched, clock: LoopClock) -> None:
    late = [breaker.admit() for _ in range(3)]
    await opened(breaker)
    breaker.settle(late[0], "bad")
    await clock.sleep(15)
    probe = breaker.admit()
    breaker.settle(late[1], "good")
    breaker.settle(late[2], "bad")
    assert breaker.state == "half_open"
    breaker.settle(probe, "good")
    breaker.tried("good")
    assert breaker.state == "closed"


async def test_only_a_reset_ends_what_an_administrator_did(breaker: Watched, clock: LoopClock) -> None:
    breaker.trip()
    breaker.trip()
    await clock.sleep(1000)
    with pytest.raises(CircuitOpen) as error:
        breaker.admit()
    assert (error.value.retry_after, breaker.retry_after) == (None, None)
    breaker.heard("closed", "their probes succeeded", 0)
    assert breaker.state == "open"
    breaker.reset()
    assert (breaker.states(), breaker.forced) == (["open", "closed"], False)
    breaker.tried("good")


async def test_it_follows_others(breaker: Watched, clock: LoopClock) -> None:
    breaker.heard("open", "theirs", 10)
    assert (breaker.state, breaker.seen[-1].cause, breaker.retry_after) == ("open", "heard", pytest.approx(10))
    await clock.sleep(9)
    breaker.heard("half_open", "they look", 3)  # and so this one need not
    assert breaker.retry_after == pytest.approx(3)
    breaker.heard("closed", "they found it well", 0)
    assert breaker.state == "closed"
    breaker.heard("half_open", "late", 3)
    assert (breaker.state, breaker.states()) == ("closed", ["open", "closed"])


async def test_the_window_is_a_sliding_one(clock: LoopClock) -> None:
    window = SlidingWindow(seconds(10), clock)
    for _ in range(20):
        window.add(failed=True, slow=False)
        await clock.sleep(1)
    assert 9 <= window.counts().failed <= 10
    await clock.sleep(11)
    assert window.counts() == Counts(0, 0, 0)


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (UpstreamUnavailable("films", "x"), Counts(1, 1, 0)),
        (UpstreamTimeout("films", "x"), Counts(1, 1, 0)),
        (ResponseTooLarge("films", "x"), Counts(1, 1, 0)),
        (UpstreamTimeout("films", "x", fair=False), Counts(0, 0, 0)),
        (UpstreamRejected("films", "x"), Counts(0, 0, 0)),
        (UpstreamRateLimited("films", "x"), Counts(0, 0, 0)),
        (Saturated("films", "x"), Counts(0, 0, 0)),
    ],
)
async def test_what_each_error_says_about_the_upstream(clock: LoopClock, error: Exception, counted: Counts) -> None:
    breaker = Watched(clock)
    with pytest.raises(type(error)):
        await Breaking(Scripted(error), breaker).send(GET)
    assert breaker.counts == counted


async def test_a_slow_answer_is_judged_by_the_exchange_and_not_by_our_queues(clock: LoopClock) -> None:
    breaker = Watched(clock)
    await Breaking(Scripted((30, reply(elapsed=0.1))), breaker).send(GET)
    await Breaking(Scripted(reply(elapsed=2.5)), breaker).send(GET)
    assert breaker.counts == Counts(2, 0, 1)


async def test_a_cancelled_call_gives_its_probe_back(clock: LoopClock) -> None:
    breaker = Watched(clock)
    await opened(breaker)
    await clock.sleep(15)
    chain = Breaking(Scripted((60, reply())), breaker)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(chain.send(GET)) for _ in range(2)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
    breaker.tried("good", "good")
    assert breaker.state == "closed"


async def test_an_open_one_sends_nothing(clock: LoopClock) -> None:
    breaker, inner = Watched(clock), Scripted(reply())
    await opened(breaker)
    with pytest.raises(CircuitOpen):
        await Breaking(inner, breaker).send(GET)
    assert inner.calls == []
