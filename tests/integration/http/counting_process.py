"""A process that counts in Redis for a test: reads `take` and `hit` lines, writes what is left. Started by `test_limits.py`."""

from __future__ import annotations

import asyncio
import sys

from matinee.infra.clock import SystemClock
from matinee.infra.http.limits import Limits
from matinee.infra.http.limits.redis_counts import RedisCounts
from matinee.infra.redis import RedisConnection, RedisOptions


async def main(url: str) -> None:
    clock, limits = SystemClock(), Limits()
    connection = RedisConnection(RedisOptions(url), clock)
    counts = RedisCounts(connection, [limits], clock)
    print("ready", flush=True)  # noqa: T201 - how the test is told
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        what, key, limit, number = line.split()
        now, left = clock.monotonic(), -1
        window = limits.named(key, "write" if what == "take" else "hit", int(limit), 60.0, now)
        for _ in range(int(number)):
            left = await limits.take(window, clock.monotonic())
        if what == "tell":
            await counts.tell()
            left = window.left(clock.monotonic())
        print(left, flush=True)  # noqa: T201 - as above
    await connection.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
