"""The process's connection to Redis: every call has a short deadline, and when Redis is away nobody waits for it.

After a few failures in a row Redis counts as down: calls then fail at once, but for one every pause that finds out whether it is
back. Going and coming back are logged once each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeout

from matinee.infra.clock import Clock

log = structlog.get_logger(__name__)
T = TypeVar("T")
State = Literal["up", "down"]
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5)
_COMPLAINTS = 16


class RedisUnavailable(Exception):
    """Redis did not answer in time, refused the command, or is known to be down."""


@dataclass(frozen=True, slots=True)
class RedisOptions:
    """`url` as redis-py takes it (`redis://`, `rediss://`, `unix://`), with a password perhaps: never logged.

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
        pool = BlockingConnectionPool.from_url(
            options.url,
            max_connections=options.connections + 4,  # subscriptions have connections of their own
            timeout=self._timeout,
            # `run` has the deadline. The driver's own would go through asyncio.wait_for, which on Python 3.11 may swallow a
            # cancellation: a task that is told to end would go on.
            socket_timeout=None,
            socket_connect_timeout=self._timeout,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            driver_info=None,
        )
        self._client = Redis.from_pool(pool)
        self._slots = asyncio.Semaphore(options.connections)
        self.database = int(pool.connection_kwargs.get("db") or 0)
        self.state: State = "up"
        self._failures = 0
        self._retry_at = 0.0
        self._probing = False
        self._complaints: set[str] = set()
        self._metrics = _RedisMetrics(registry) if registry is not None else None

    async def run(self, operation: Callable[[Redis], Awaitable[T]]) -> T:
        """The result of `operation`, which makes one call. Raises `RedisUnavailable` when the deadline passes, and at once while
        Redis is down."""
        async with self._slots:
            return await self._run(operation)

    async def _run(self, operation: Callable[[Redis], Awaitable[T]]) -> T:
        probing = self._admit()
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._timeout):
                result = await operation(self._client)
        except (RedisConnectionError, RedisTimeout, TimeoutError, OSError) as error:
            self._failed(error)
            raise RedisUnavailable(str(error) or type(error).__name__) from error
        except RedisError as error:
            self._answered(began)
            self._complain(error)
            raise RedisUnavailable(str(error)) from error
        finally:
            if probing:
                self._probing = False
        self._answered(began)
        return result

    async def probe(self) -> str:
        """For the health checks: a short text; raises `RedisUnavailable`."""
        began = self._clock.monotonic()
        await self.run(lambda client: client.ping())
        return f"{(self._clock.monotonic() - began) * 1000:.1f} ms"

    def pubsub(self) -> PubSub:
        """A connection of its own for subscriptions. The one who asks closes it."""
        return self._client.pubsub(ignore_subscribe_messages=False)

    def script(self, text: str) -> Script:
        """A Lua script, sent by its digest once Redis knows it."""
        return Script(self, text)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()
        await self._client.connection_pool.disconnect()

    def _admit(self) -> bool:
        """Whether this call is the one that tries a Redis that is down; raises when it is another's turn."""
        if self.state == "up":
            return False
        if self._probing or self._clock.monotonic() < self._retry_at:
            self._count("skipped")
            raise RedisUnavailable("down")
        self._probing = True
        return True

    def _failed(self, error: BaseException) -> None:
        self._count("failed")
        self._failures += 1
        self._retry_at = self._clock.monotonic() + self._options.pause.total_seconds()
        if self.state == "up" and self._failures >= self._options.failures:
            self._become("down")
            log.warning("redis_down", error=f"{type(error).__name__}: {error}")

    def _answered(self, began: float) -> None:
        self._failures = 0
        if self.state == "down":
            self._become("up")
            log.info("redis_up")
        self._count("answered")
        if self._metrics is not None:
            self._metrics.duration.observe(self._clock.monotonic() - began)

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
    """A Lua script on a connection. Arguments and results are redis-py's: bytes, integers, lists of them."""

    def __init__(self, connection: RedisConnection, text: str) -> None:
        self._connection = connection
        self._script = connection._client.register_script(text)

    async def __call__(self, keys: list[bytes], arguments: list[bytes | float]) -> object:
        """Run it; raises `RedisUnavailable`."""
        return await self._connection.run(lambda client: self._script(keys=keys, args=arguments, client=client))


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
