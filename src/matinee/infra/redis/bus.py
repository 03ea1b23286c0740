"""The bus over Redis' publish and subscribe.

Redis keeps nothing for those who are not connected. So a process that was cut off is told so when it hears again (`on_lost`), and
one that could not publish tells the others, as soon as it can, that they missed something.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import structlog
from prometheus_client import CollectorRegistry, Counter
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from matinee.infra.background import repeated
from matinee.infra.bus import Handler
from matinee.infra.clock import Clock
from matinee.infra.redis.connection import RedisConnection, RedisUnavailable

log = structlog.get_logger(__name__)
_MISSED = "!missed"
"""Topic of "you missed a message of mine"."""
_ORIGIN = 8


class RedisBus:
    """An async context manager: it owns the task that listens.

    Channels carry the database's number, which publish and subscribe do not heed otherwise, so that two installations on one
    server do not hear each other.
    """

    def __init__(
        self,
        connection: RedisConnection,
        clock: Clock,
        registry: CollectorRegistry | None = None,
        *,
        pause: timedelta = timedelta(seconds=1),
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._pause = pause.total_seconds()
        self._origin = secrets.token_bytes(_ORIGIN)
        self._prefix = f"matinee:{connection.database}:bus:"
        self._handlers: defaultdict[str, list[Handler]] = defaultdict(list)
        self._lost_handlers: list[Callable[[], None]] = []
        self._unsent = False
        self._stack = AsyncExitStack()
        self._entered = False
        self._tried = asyncio.Event()
        self.connected = asyncio.Event()
        """Whether messages arrive now."""
        self._metrics = _BusMetrics(registry) if registry is not None else None

    async def __aenter__(self) -> Self:
        """Returns when the first attempt to connect has ended, well or not: nothing is missed from then on without a word."""
        await self._stack.enter_async_context(repeated("redis bus", self._listen, self._pause, self._clock))
        await self._tried.wait()
        self._entered = True
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.aclose()

    async def publish(self, topic: str, message: bytes) -> None:
        """See `Bus`."""
        try:
            await self._send(topic, message)
        except RedisUnavailable:
            self._unsent = True
            if self._metrics is not None:
                self._metrics.unsent.inc()
        except asyncio.CancelledError:
            self._unsent = True
            raise
        else:
            await self._confess()

    def subscribe(self, topic: str, handler: Handler) -> None:
        """See `Bus`."""
        self._handlers[topic].append(handler)

    def on_lost(self, handler: Callable[[], None]) -> None:
        """See `Bus`."""
        self._lost_handlers.append(handler)

    async def _send(self, topic: str, message: bytes) -> None:
        await self._connection.run(lambda client: client.publish(self._prefix + topic, self._origin + message))
        if self._metrics is not None:
            self._metrics.published.inc()

    async def _confess(self) -> None:
        """Tell the others about messages that they did not get from here."""
        if not self._unsent:
            return
        self._unsent = False
        try:
            await self._send(_MISSED, b"")
        except RedisUnavailable:
            self._unsent = True

    async def _listen(self) -> None:
        """One connection, from its subscription to its end."""
        pubsub: PubSub | None = None
        try:
            pubsub = await self._connection.pubsub()
            await self._open(pubsub)
            if self._entered:
                self._lost()
            self.connected.set()
            self._tried.set()
            await self._receive(pubsub)
        except (RedisError, OSError, TimeoutError, RedisUnavailable) as error:
            log.debug("bus_disconnected", error=str(error))
        finally:
            self.connected.clear()
            self._tried.set()
            with contextlib.suppress(RedisError, OSError):
                if pubsub is not None:
                    await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py has not annotated it

    async def _open(self, pubsub: PubSub) -> None:
        async with asyncio.timeout(self._pause):
            await pubsub.psubscribe(self._prefix + "*")
            while (message := await pubsub.get_message(timeout=self._pause)) is None or message["type"] != "psubscribe":
                pass
        await self._connection.probe()

    async def _receive(self, pubsub: PubSub) -> None:
        """Until the connection breaks, or is silent although it was asked for a sign of life."""
        waiting = False
        while True:
            message = await pubsub.get_message(timeout=self._pause)
            if message is not None:
                waiting = False
                self._got(message)
            elif waiting:
                raise TimeoutError
            else:
                waiting = True
                async with asyncio.timeout(self._pause):
                    await pubsub.ping()
                await self._confess()
                if self._connection.state == "down":
                    # Nobody may call for a while; those who wait for it to be back look at the state.
                    await self._connection.probe()

    def _got(self, message: dict[str, Any]) -> None:
        if message["type"] == "psubscribe":
            self._lost()  # the driver has connected anew by itself
            return
        if message["type"] != "pmessage":
            return
        data: bytes = message["data"]
        if data[:_ORIGIN] == self._origin:
            return
        if self._metrics is not None:
            self._metrics.received.inc()
        topic = message["channel"].decode()[len(self._prefix) :]
        if topic == _MISSED:
            self._lost()
            return
        for handler in self._handlers.get(topic, ()):
            try:
                handler(data[_ORIGIN:])
            except Exception:  # one listener's fault is not the others'
                log.exception("bus_handler_failed", topic=topic)

    def _lost(self) -> None:
        if self._metrics is not None:
            self._metrics.lost.inc()
        for handler in self._lost_handlers:
            try:
                handler()
            except Exception:
                log.exception("bus_handler_failed", topic=_MISSED)


class _BusMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.published = Counter("matinee_bus_published", "Messages sent to other processes.", registry=registry)
        self.received = Counter("matinee_bus_received", "Messages of other processes.", registry=registry)
        self.unsent = Counter("matinee_bus_unsent", "Messages that could not be sent.", registry=registry)
        self.lost = Counter("matinee_bus_lost", "Times that messages may have been missed.", registry=registry)
