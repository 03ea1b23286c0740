"""The hub: what is published on a topic reaches everybody connected to this process who subscribed to it.

Nothing is kept for those who are not connected, so a client gets a snapshot when it connects. A client that reads too slowly
loses its oldest messages and gets `resync` instead: it then needs a snapshot again. Messages with the same key replace each
other while they wait, so that progress does not crowd out the rest.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge

CAPACITY = 256
"""Messages that wait for one client. A snapshot is larger; it is not queued."""


def encode(kind: str, data: Mapping[str, Any]) -> str:
    """A message as clients get it."""
    return json.dumps({"type": kind, "data": data}, separators=(",", ":"), ensure_ascii=False)


RESYNC = encode("resync", {})


class Inbox:
    """What waits for one client."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._waiting: OrderedDict[object, str] = OrderedDict()
        self._numbers = itertools.count()
        self._some = asyncio.Event()
        self._lossy = False

    def put(self, text: str, key: str | None = None) -> bool:
        """False when the oldest message had to give way."""
        slot: object = next(self._numbers) if key is None else key
        self._waiting.pop(slot, None)
        self._waiting[slot] = text
        self._some.set()
        if len(self._waiting) <= self._capacity:
            return True
        self._waiting.popitem(last=False)
        self._lossy = True
        return False

    async def take(self) -> list[str]:
        """Everything that waits, at least one message; `RESYNC` alone when something was lost."""
        await self._some.wait()
        self._some.clear()
        waiting, self._waiting = [*self._waiting.values()], OrderedDict()
        if self._lossy:
            self._lossy = False
            return [RESYNC]
        return waiting


class RealtimeHub:
    """One in a process; every method is for the event loop's thread."""

    def __init__(self, registry: CollectorRegistry | None = None, *, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._topics: dict[str, dict[Inbox, None]] = {}
        self._sources: list[Callable[[], Callable[[], None]]] = []
        self._running: list[Callable[[], None]] = []
        self._clients = 0
        self._metrics = _HubMetrics(registry) if registry is not None else None

    def add_source(self, source: Callable[[], Callable[[], None]]) -> None:
        """Something that publishes: called when the first client comes; what it gives back, when the last one has left."""
        self._sources.append(source)

    @contextmanager
    def subscribe(self, topics: Collection[str]) -> Iterator[Inbox]:
        """An inbox that receives these topics."""
        inbox = Inbox(self._capacity)
        for topic in topics:
            self._topics.setdefault(topic, {})[inbox] = None
        self._count(1)
        try:
            yield inbox
        finally:
            for topic in topics:
                del self._topics[topic][inbox]
            self._count(-1)

    def publish(self, topic: str, kind: str, data: Mapping[str, Any], *, key: str | None = None) -> None:
        """Give a message to every subscriber of the topic."""
        inboxes = self._topics.get(topic)
        if not inboxes:
            return
        text = encode(kind, data)
        lost = sum(not inbox.put(text, key) for inbox in inboxes)
        if self._metrics is not None:
            self._metrics.published.labels(topic).inc()
            self._metrics.lost.inc(lost)

    def _count(self, change: int) -> None:
        before, self._clients = self._clients, self._clients + change
        if before == 0:
            self._running = [source() for source in self._sources]
        elif self._clients == 0:
            running, self._running = self._running, []
            for stop in running:
                stop()
        if self._metrics is not None:
            self._metrics.clients.set(self._clients)


class _HubMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.clients = Gauge("matinee_realtime_clients", "Clients connected by SSE or WebSocket.", registry=registry)
        self.published = Counter("matinee_realtime_messages", "Messages published.", ["topic"], registry=registry)
        self.lost = Counter("matinee_realtime_messages_lost", "Messages that a slow client lost.", registry=registry)
