"""Several processes count together in a real Redis, and go on without it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from matinee.infra.clock import ManualClock, SystemClock
from matinee.infra.errors import RateLimited
from matinee.infra.http.limits import Limits, Throttles, Window
from matinee.infra.http.limits.redis_counts import MOST, RedisCounts
from matinee.infra.redis import RedisConnection, RedisOptions
from tests.servers.redis import OwnRedis, own

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(30)]
OPTIONS = {"timeout": timedelta(milliseconds=200), "pause": timedelta(milliseconds=50), "failures": 1}


@pytest.fixture(scope="module")
def server() -> Iterator[OwnRedis]:
    with own() as found:
        yield found


class Process:
    """Another process with the same code, in this one: its own windows, its own connection."""

    def __init__(self, server: OwnRedis) -> None:
        self.clock = SystemClock()
        self.registry = CollectorRegistry()
        self.limits = Limits()
        self.throttles = Throttles(self.clock)
        self.connection = RedisConnection(RedisOptions(server.server.url(), **OPTIONS), self.clock)  # type: ignore[arg-type]
        self.counts = RedisCounts(self.connection, [self.limits, self.throttles.limits], self.clock, self.registry)

    def window(self, name: str, limit: int, cost: str = "write") -> Window:
        return self.limits.named(name, cost, limit, 60.0, self.clock.monotonic())  # type: ignore[arg-type]

    async def take(self, name: str, limit: int, cost: str = "write") -> int:
        return await self.limits.take(self.window(name, limit, cost), self.clock.monotonic())

    def value(self, name: str) -> float:
        return self.registry.get_sample_value(name) or 0.0


@pytest.fixture
async def pair(server: OwnRedis) -> AsyncIterator[tuple[Process, Process]]:
    if server.process is None or server.process.poll() is not None:
        server.start()
    both = Process(server), Process(server)
    yield both
    for one in both:
        await one.connection.aclose()


async def test_what_one_has_counted_the_other_refuses(pair: tuple[Process, Process]) -> None:
    one, two = pair
    left = [await (one, two)[number % 2].take("u:ada", 5) for number in range(7)]
    assert left == [4, 3, 2, 1, 0, -1, -1]
    assert await two.take("u:ben", 5) == 4


async def test_what_is_refused_is_not_counted(pair: tuple[Process, Process]) -> None:
    one, two = pair
    for _ in range(5):
        await one.take("u:often", 2)
    assert (two.window("u:often", 2).count, await two.take("u:often", 2)) == (0, -1)
    assert two.window("u:often", 2).count == 2


async def test_reads_are_told_in_the_background_and_then_both_know(pair: tuple[Process, Process]) -> None:
    one, two = pair
    for _ in range(7):
        assert await one.take("u:reader", 10, "hit") >= 0
    assert await two.take("u:reader", 10, "hit") == 9  # not told yet: the error is bounded by what one interval brings
    await one.counts.tell()
    await two.counts.tell()
    assert two.window("u:reader", 10, "hit").left(two.clock.monotonic()) == 2
    await one.counts.tell()
    assert await one.take("u:reader", 10, "hit") == 2  # one's own count, until there is something to tell again
    await one.counts.tell()
    assert one.window("u:reader", 10, "hit").left(one.clock.monotonic()) == 1


async def test_what_is_given_back_is_given_back_to_all(pair: tuple[Process, Process]) -> None:
    one, two = pair
    for _ in range(3):
        await one.take("a:10.0.0.1", 3, "sign_in")
    one.window("a:10.0.0.1", 3, "sign_in").give_back()
    assert await two.take("a:10.0.0.1", 3, "sign_in") == -1
    await one.counts.tell()
    assert await two.take("a:10.0.0.1", 3, "sign_in") == 0


async def test_guesses_are_counted_together_and_a_success_clears_them_for_all(pair: tuple[Process, Process]) -> None:
    one, two = (process.throttles.of("pin", 3, timedelta(minutes=15)) for process in pair)
    for throttle in (one, two, one):
        await throttle.attempt("profile")
    for throttle in (one, two):
        with pytest.raises(RateLimited) as refused:
            await throttle.attempt("profile")
        assert 890 < (refused.value.retry_after or 0) <= 900
    await two.succeeded("profile")
    await one.attempt("profile")


async def test_without_redis_memory_carries_on_and_what_it_counted_is_told_later(
    server: OwnRedis, pair: tuple[Process, Process]
) -> None:
    one, two = pair
    assert await one.take("u:lost", 4) == 3
    server.kill()
    assert [await one.take("u:lost", 4) for _ in range(4)] == [2, 1, 0, -1]
    assert one.value("matinee_limits_degraded") == 1
    assert one.value("matinee_limits_counted_alone_total") == 4
    server.start()  # empty
    await one.clock.sleep(0.1)
    await one.counts.tell()
    assert one.value("matinee_limits_degraded") == 0
    assert await two.take("u:lost", 4) == 0  # what Redis had heard before is lost with it; the three told now are not
    assert await one.take("u:lost", 4) == -1


async def test_a_redis_that_hangs_holds_nobody_up_for_long(server: OwnRedis, pair: tuple[Process, Process]) -> None:
    one, _ = pair
    await one.take("u:hung", 10)
    server.hang()
    began = one.clock.monotonic()
    left = [await one.take("u:hung", 10) for _ in range(5)]
    took = one.clock.monotonic() - began
    server.go_on()
    assert left == [8, 7, 6, 5, 4]
    assert took < 0.6


async def test_those_nearest_to_their_limit_are_told_first(pair: tuple[Process, Process]) -> None:
    one, two = pair
    for number in range(MOST + 50):
        one.window(f"a:10.1.{number // 250}.{number % 250}", 100, "hit").take(one.clock.monotonic())
    for _ in range(90):
        one.window("a:busy", 100, "hit").take(one.clock.monotonic())
    await one.counts.tell()
    assert one.value("matinee_limits_told_total") == MOST
    two.window("a:busy", 100, "hit").take(two.clock.monotonic())
    await two.counts.tell()
    assert two.window("a:busy", 100, "hit").left(two.clock.monotonic()) == 9


@contextmanager
def counting(server: OwnRedis) -> Iterator[subprocess.Popen[str]]:
    script = Path(__file__).with_name("counting_process.py")
    command = [sys.executable, str(script), server.server.url()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.communicate("\n", timeout=10)


def asked(process: subprocess.Popen[str], line: str) -> int:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def test_two_operating_system_processes_agree(server: OwnRedis) -> None:
    with counting(server) as one, counting(server) as two:
        assert asked(one, "take u:shared 10 6") == 4
        assert asked(two, "take u:shared 10 4") == 0
        assert asked(one, "take u:shared 10 1") == -1
        asked(one, "hit u:reads 1000 400")
        asked(two, "hit u:reads 1000 300")
        left = [asked(process, "tell u:reads 1000 1") for process in (one, two, one)]
        assert left[-1] == 1000 - 700 - 3


async def test_a_shared_window_that_turns_over_is_followed(clock: ManualClock) -> None:
    window = Window("hit", 100, 0.0)
    for _ in range(30):
        window.take(0.0)
    window.adopt(30, 0, 80, 0.0, 1.0)
    assert (window.count, window.left(1.0)) == (80, 20)
    await clock.advance(60.5)
    for _ in range(5):
        window.take(clock.monotonic())
    # Redis has turned over too: the eighty have become the count before, and the five are new.
    window.adopt(5, 80, 12, 60.0, clock.monotonic())
    assert (window.count, window.before, window.started) == (12, 80, 60.0)
    # It comes back empty: what was counted here stays.
    window.take(61.0)
    window.adopt(1, 0, 1, 61.0, 61.0)
    assert (window.count, window.before) == (6, 80)
