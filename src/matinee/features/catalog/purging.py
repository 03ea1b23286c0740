"""What changed is purged from the network in front of this server: gathered, batched, retried, never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from matinee.infra.cache import Cache, Invalidation
from matinee.infra.clock import Clock
from matinee.ports.cdn import Cdn, Purged, PurgeOutcome, TagsRefused
from matinee.ports.metadata import Rejected, Unavailable

log = structlog.get_logger(__name__)
EVERYTHING = "catalogue"
"""The tag that every shared answer carries at the edge."""
_PUBLIC = ("title:", "person:", "library", "lists", "trending", "search", "home", "configuration", "image")
"""How the tags of shared answers begin. What is a person's own is never at the edge."""
_GATHER_SECONDS = 3.0  # a scan changes many titles at once
_REST_SECONDS = (5.0, 300.0)  # after a failure, doubled each time
_MOST_TAGS = 2000  # twenty purges; above that one broad tag does it in one


_API = "/api/v1"
_OF_TITLE = ("", "/similar", "/recommendations", "/credits", "/videos")
_LISTS = ("popular", "top-rated", "now-playing", "upcoming")


def addresses(tag: str) -> list[str]:
    """Where the answers with that tag are, without the base path. Answers to questions (a search, a page, a language) are not
    among them: their copies end by their own age."""
    topic, _, key = tag.partition(":")
    if topic == "title" and (kind := {"movie": "movies", "show": "shows"}.get(key.partition("-")[0])):
        return [f"{_API}/{kind}/{key}{part}" for part in _OF_TITLE]
    if topic == "person" or key.startswith("person-"):
        return [f"{_API}/people/{key}"]
    trending = [f"{_API}/{kind}/trending" for kind in ("movies", "shows")]
    lists = [f"{_API}/{kind}/{name}" for kind in ("movies", "shows") for name in _LISTS]
    found = {
        "home": [f"{_API}/home"],
        "trending": trending,
        "lists": [*lists, f"{_API}/discover"],
        "configuration": [f"{_API}/genres"],
        "library": [f"{_API}/home", *trending, *lists, f"{_API}/discover", f"{_API}/genres"],
    }.get(topic, [])
    if topic == "library" and key:
        return addresses(f"title:{key}")
    return found


class EdgePurges:
    """Listens to what becomes invalid in the cache, and purges its tags."""

    def __init__(self, cdn: Cdn, clock: Clock, registry: CollectorRegistry, origin: str = "") -> None:
        """`origin`: the address of this server with its base path, for a network that can be told addresses only."""
        self._cdn = cdn
        self._origin = origin.rstrip("/")
        self._by_address = False
        self._clock = clock
        self._tags: dict[str, None] = {}  # in the order of their coming
        self._there = asyncio.Event()
        self._refused = False
        self._waiting = Gauge("matinee_cdn_purge_waiting", "Tags that wait to be purged.", registry=registry)
        self._purges = Counter("matinee_cdn_purges", "Purges sent, by outcome.", ["outcome"], registry=registry)
        self._addresses = Counter("matinee_cdn_purged_addresses", "Addresses purged in place of tags.", registry=registry)
        self._widened = Counter("matinee_cdn_purges_widened", "Times that too many tags became one broad one.", registry=registry)

    @asynccontextmanager
    async def running(self, cache: Cache) -> AsyncIterator[None]:
        """Purge while this lives. Does nothing where the network cannot be told anything."""
        if not self._cdn.purge_limit:
            yield
            return
        cache.on_invalidated(self.noticed)
        async with asyncio.TaskGroup() as group:
            work = group.create_task(self.work())
            try:
                yield
            finally:
                work.cancel()

    def noticed(self, what: Invalidation) -> None:
        """Take note; never waits.

        A key alone is a value that was renewed as planned: the edge's copy ends by its own age. A prefix is an administrator's
        word, and of no use at the edge, which knows tags only.
        """
        broad = what.everything or what.prefix is not None
        self._add([EVERYTHING] if broad else [tag for tag in sorted(what.tags) if tag.startswith(_PUBLIC)])

    async def work(self) -> None:
        """Purge what was noticed, for ever."""
        failures = 0
        while True:
            await self._there.wait()
            await self._clock.sleep(_GATHER_SECONDS)
            while self._tags:
                batch = list(self._tags)[: self._cdn.purge_limit]
                for tag in batch:
                    del self._tags[tag]
                self._counted()
                outcome = await self._purged(batch)
                if self._settled(outcome, len(batch)):
                    failures = 0
                else:
                    failures += 1
                    self._add(batch)
                    await self._clock.sleep(_rest(outcome, failures))

    async def _purged(self, tags: list[str]) -> PurgeOutcome:
        try:
            outcome = await self._by_addresses(tags) if self._by_address else await self._cdn.purge(tags=tags)
            if isinstance(outcome, TagsRefused) and self._origin:
                log.warning("cdn_purges_by_address", cdn=self._cdn.name, reason=outcome.reason)
                self._by_address = True
                outcome = await self._by_addresses(tags)
            return outcome
        except Exception as error:  # noqa: BLE001  # a provider's fault must not end the process
            return Unavailable(f"failed: {error!r}")

    async def _by_addresses(self, tags: list[str]) -> PurgeOutcome:
        """The same for a network that takes no tags, as far as addresses are known: those without a query."""
        if EVERYTHING in tags:
            return await self._cdn.purge(everything=True)
        urls = list(dict.fromkeys(self._origin + path for tag in tags for path in addresses(tag)))
        done = 0
        while done < len(urls):
            some = urls[done : done + self._cdn.purge_limit]
            outcome = await self._cdn.purge(urls=some)
            if not isinstance(outcome, Purged):
                return outcome
            done += len(some)
            self._addresses.inc(len(some))
        return Purged(done)

    def _settled(self, outcome: PurgeOutcome, items: int) -> bool:
        """Whether the batch is done with; trouble is logged once until it is over."""
        self._purges.labels(type(outcome).__name__.lower()).inc()
        if isinstance(outcome, Purged):
            if self._refused:
                log.info("cdn_purges_again", cdn=self._cdn.name)
            self._refused = False
            return True
        if not self._refused:
            log.warning("cdn_purge_failed", cdn=self._cdn.name, tags=items, reason=outcome.reason)
        self._refused = True
        # A refusal does not go away by repeating it; the edge's copies end by their own age.
        return isinstance(outcome, Rejected)

    def _add(self, tags: Iterable[str]) -> None:
        self._tags.update(dict.fromkeys(tags))
        if len(self._tags) > _MOST_TAGS or (EVERYTHING in self._tags and len(self._tags) > 1):
            if len(self._tags) > _MOST_TAGS:
                self._widened.inc()
            self._tags = {EVERYTHING: None}
        self._counted()

    def _counted(self) -> None:
        self._waiting.set(len(self._tags))
        if self._tags:
            self._there.set()
        else:
            self._there.clear()


def _rest(outcome: PurgeOutcome, failures: int) -> float:
    least, most = _REST_SECONDS
    asked = getattr(outcome, "retry_after", None)
    return max(asked.total_seconds() if asked else 0.0, min(most, least * 2.0 ** min(failures - 1, 10)))
