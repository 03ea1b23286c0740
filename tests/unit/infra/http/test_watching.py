"""Which callers of the hot lane are looked at, and for how long."""

from __future__ import annotations

import pytest

from matinee.infra.clock import ManualClock
from matinee.infra.http.limits import LimitOptions, Limits, Window, watching
from matinee.infra.http.limits.watching import BUSY, LOOKED_AT, Watch
from matinee.infra.observability import Metrics

pytestmark = pytest.mark.anyio


class Lane:
    """A caller of the hot lane: what the lane does not answer the normal path does."""

    def __init__(self, limits: Limits, clock: ManualClock, address: str = "203.0.113.7") -> None:
        self._clock = clock
        window = limits.window(None, address, "hit", clock.monotonic())
        assert window is not None
        self.window: Window = window

    def ask(self, times: int) -> int:
        """How many of so many requests the normal path got to see."""
        seen = 0
        for _ in range(times):
            if self.window.counted(self._clock.monotonic()) is None:
                seen += self.window.take(self._clock.monotonic()) >= 0
        return seen


@pytest.fixture
def limits() -> Limits:
    return Limits(LimitOptions.changed({"anonymous.hit": 100_000}))


@pytest.fixture
def watch(limits: Limits, clock: ManualClock) -> Watch:
    return Watch(limits, clock, Metrics())


async def test_who_asks_for_much_is_looked_at_for_a_while_in_every_period(
    limits: Limits, watch: Watch, clock: ManualClock
) -> None:
    lane = Lane(limits, clock)
    assert lane.ask(BUSY) == 0
    await watch.step()
    assert lane.ask(LOOKED_AT - 1) == LOOKED_AT - 1
    await watch.step()
    assert lane.ask(1) == 1
    await watch.step()
    assert lane.ask(1000) == 0, "enough was seen"
    await watch.step()
    assert lane.ask(1000) == 0
    await clock.advance(60)
    await watch.step()
    assert lane.ask(1000) == 1000, "the next period is seen from its first request to the next round"
    await watch.step()
    assert lane.ask(1000) == 0
    assert lane.window.count == 2000, "whoever answers, it counts"


async def test_who_asks_for_little_is_never_led_elsewhere(limits: Limits, watch: Watch, clock: ManualClock) -> None:
    lane = Lane(limits, clock)
    for _ in range(10):
        assert lane.ask(BUSY - 1) == 0
        await watch.step()
        await clock.advance(60)


async def test_a_look_goes_over_the_end_of_a_period_and_ends_with_its_caller(
    limits: Limits, watch: Watch, clock: ManualClock
) -> None:
    lane = Lane(limits, clock)
    lane.ask(BUSY)
    await watch.step()
    assert lane.ask(10) == 10
    await clock.advance(61)
    assert lane.ask(10) == 10
    await watch.step()
    assert lane.ask(LOOKED_AT) == LOOKED_AT
    await watch.step()
    assert lane.ask(1) == 0
    lane.ask(BUSY)
    await clock.advance(61)
    await watch.step()
    await clock.advance(120)
    await watch.step()
    assert type(lane.window) is Window


async def test_a_start_that_the_shared_count_corrects_is_no_new_period(limits: Limits, watch: Watch, clock: ManualClock) -> None:
    lane = Lane(limits, clock)
    await clock.advance(10)
    lane.ask(BUSY)
    await watch.step()
    lane.window.adopt(BUSY, 0, BUSY + 500, 3.0, clock.monotonic())
    await watch.step()
    assert lane.ask(1) == 0, "all that others counted is part of what was seen"
    lane.window.adopt(1, 0, 1000, 5.0, clock.monotonic())
    await watch.step()
    assert lane.ask(5) == 0


async def test_a_window_that_fell_out_is_let_go(clock: ManualClock) -> None:
    limits = Limits(LimitOptions(remembered=1))
    watch = Watch(limits, clock, Metrics())
    lane = Lane(limits, clock)
    lane.ask(BUSY)
    await watch.step()
    other = Lane(limits, clock, "203.0.113.8")
    await watch.step()
    assert type(lane.window) is Window
    assert type(other.window) is Window


async def test_a_round_goes_over_all_windows_in_portions(
    limits: Limits, watch: Watch, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_PORTION", 2)
    lanes = [Lane(limits, clock, f"203.0.113.{number}") for number in range(5)]
    for lane in lanes:
        lane.ask(BUSY)
    await watch.step()
    assert [lane.ask(1) for lane in lanes] == [1] * 5
    await watch.step()
    assert [lane.ask(1) for lane in lanes] == [1] * 5
