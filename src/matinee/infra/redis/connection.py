"""The process's connection to Redis: every call has a short deadline, and when Redis is away nobody waits for it.

After a few failures in a row Redis counts as down: calls then fail at once, but for one every pause that finds out whether it is
back. Going and coming back are logged once each.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import (
    ClusterDownError,
    NoScriptError,
    RedisClusterException,
    RedisError,
    ResponseError,
    SlotNotCoveredError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeout

from matinee.infra.clock import Clock
from matinee.infra.redis.drivers import ServerFigures, driver
from matinee.infra.redis.health import Health
from matinee.infra.redis_address import parse

log = structlog.get_logger(__name__)
T = TypeVar("T")
State = Literal["up", "down"]
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5)
_COMPLAINTS = 16
_AWAY = (
    RedisConnectionError,
    RedisTimeout,
    TimeoutError,
    OSError,
    ClusterDownError,
    SlotNotCoveredError,
    RedisClusterException,
)
"""Nobody answered, or nobody serves that part of a cluster."""


class RedisUnavailable(Exception):
    """Redis did not answer in time, refused the command, or is known to be down."""


@dataclass(frozen=True, slots=True)
class RedisOptions:
    """`url` as `redis_address.parse` takes it, with a password perhaps: never logged.

    `timeout` is for a call, from connecting to the answer. More calls than `connections` wait for their turn, but not for a Redis
    that is down: it is so after `failures` in a row, and is tried again after every `pause`.
    """

    url: str
    timeout: timedelta = timedelta(milliseconds=250)
    connections: int = 32
    failures: int = 3
    pause: timedelta = timedelta(seconds=1)


class RedisConnection:
    """One in a process. Close it with `aclose`."""

    def __init__(self, options: RedisOptions, clock: Clock, registry: CollectorRegistry | None = None) -> None:
        self._options = options
        self._clock = clock
        self._timeout = options.timeout.total_seconds()
        address = parse(options.url)
        self._driver = driver(address, options.connections, self._timeout)
        self.clustered = address.kind == "cluster"
        """Whether keys that one script touches must share a `{tag}`."""
        self._slots = asyncio.Semaphore(options.connections)
        self.database = self._driver.database
        self.state: State = "up"
        """`down` when no part answers."""
        self._healths: dict[int, Health] = {0: self._health()}
        self._parts_down = 0
        self._last_error = ""
        self._relearn_at = math.inf
        self._complaints: set[str] = set()
        self._metrics = _RedisMetrics(registry) if registry is not None else None

    @property
    def client(self) -> Redis:
        """The driver's client, for a library that wants one. What it does belongs into `run`."""
        return self._driver.client

    async def run(self, operation: Callable[[Redis], Awaitable[T]], part: int = 0) -> T:
        """The result of `operation`, which makes one call. Raises `RedisUnavailable` when the deadline passes, and at once while
        Redis is down.

        `part`: which part of a cluster it is for, so that the loss of one master does not hold up those who need another; a few
        small numbers. 0 is for what any node may answer.
        """
        async with self._slots:
            return await self._run(operation, self._healths.get(part) or self._healths.setdefault(part, self._health()))

    async def _run(self, operation: Callable[[Redis], Awaitable[T]], health: Health) -> T:
        if not health.admits():
            self._count("skipped")
            raise RedisUnavailable("down")
        began = self._clock.monotonic()
        answered: bool | None = None
        try:
            async with asyncio.timeout(self._timeout):
                if began >= self._relearn_at:
                    await self._relearn()
                result = await operation(self._driver.client)
                answered = True
        except _AWAY as error:
            answered = False
            self._last_error = f"{type(error).__name__}: {error}"
            raise RedisUnavailable(str(error) or type(error).__name__) from error
        except RedisError as error:
            answered = True
            self._complain(error)
            raise RedisUnavailable(str(error)) from error
        finally:
            health.ended(answered)
            if answered is not None:
                self._judge(answered, began)
        return result

    async def probe(self) -> str:
        """For the health checks: a short text; raises `RedisUnavailable`."""
        began = self._clock.monotonic()
        await self.run(lambda _: self._driver.check())
        return f"{(self._clock.monotonic() - began) * 1000:.1f} ms"

    async def figures(self) -> ServerFigures:
        """Of the whole Redis; raises `RedisUnavailable`."""
        return await self.run(lambda _: self._driver.figures())

    async def pubsub(self) -> PubSub:
        """A connection of its own for subscriptions. The one who asks closes it. Raises `RedisUnavailable`."""
        if self.clustered:
            await self.run(lambda _: self._driver.learn())
        return self._driver.pubsub()

    def script(self, text: str) -> Script:
        """A Lua script, sent by its digest once Redis knows it."""
        return Script(self, text)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._driver.aclose()

    async def _relearn(self) -> None:
        """A node that hangs tells nobody that another has taken its place; so that is asked, once every pause."""
        self._relearn_at = self._clock.monotonic() + self._options.pause.total_seconds()
        await self._driver.relearn()
        self._relearn_at = math.inf

    def _health(self) -> Health:
        return Health(self._clock, self._options.failures, self._options.pause.total_seconds())

    def _judge(self, answered: bool, began: float) -> None:
        self._count("answered" if answered else "failed")
        if answered and self._metrics is not None:
            self._metrics.duration.observe(self._clock.monotonic() - began)
        if not answered and self.clustered and self._relearn_at == math.inf:
            self._relearn_at = self._clock.monotonic()
        before, self._parts_down = self._parts_down, sum(health.down for health in self._healths.values())
        state: State = "down" if self._parts_down == len(self._healths) else "up"
        if state != self.state:
            self._become(state)
            log.warning("redis_down", error=self._last_error) if state == "down" else log.info("redis_up")
        elif self.clustered and bool(before) != bool(self._parts_down):
            log.warning("redis_part_down", error=self._last_error) if self._parts_down else log.info("redis_parts_up")

    def _complain(self, error: RedisError) -> None:
        """Say once what Redis refuses: a full memory, a read-only replica, missing rights."""
        word = str(error).split(" ", 1)[0] if isinstance(error, ResponseError) else type(error).__name__
        if word not in self._complaints and len(self._complaints) < _COMPLAINTS:
            self._complaints.add(word)
            log.warning("redis_refused", error=str(error))

    def _become(self, state: State) -> None:
        self.state = state
        if self._metrics is not None:
            self._metrics.up.set(state == "up")
            self._metrics.transitions.labels(state).inc()

    def _count(self, outcome: str) -> None:
        if self._metrics is not None:
            self._metrics.calls.labels(outcome).inc()


class Script:
    """A Lua script on a connection. Arguments and results are redis-py's: bytes, integers, lists of them. On a cluster all keys
    must be in one slot."""

    def __init__(self, connection: RedisConnection, text: str) -> None:
        self._connection = connection
        self._text = text
        self._digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()  # the name by which Redis knows it

    async def __call__(self, keys: list[bytes], arguments: list[bytes | float], part: int = 0) -> object:
        """`part` as for `run`. Raises `RedisUnavailable`."""
        return await self._connection.run(lambda client: self._evaluate(client, [*keys, *arguments], len(keys)), part)

    async def _evaluate(self, client: Redis, values: list[bytes | float], keys: int) -> object:
        try:
            return await client.evalsha(self._digest, keys, *values)
        except NoScriptError:  # one node of a cluster may know it and another not: the text goes to the one that was asked
            return await client.eval(self._text, keys, *values)


class _RedisMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.up = Gauge("matinee_redis_up", "Whether Redis answers.", registry=registry)
        self.up.set(1)
        self.transitions = Counter(
            "matinee_redis_transitions", "Times that Redis went or came back.", ["state"], registry=registry
        )
        self.calls = Counter(
            "matinee_redis_calls", "Calls answered, failed, or skipped while Redis was down.", ["outcome"], registry=registry
        )
        self.duration = Histogram(
            "matinee_redis_call_duration_seconds", "Time of an answered call.", buckets=_SECONDS, registry=registry
        )
