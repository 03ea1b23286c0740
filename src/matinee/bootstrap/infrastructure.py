"""What every feature stands on: the database, the cache, the bus, the jobs, the tools."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack

import structlog

from matinee.bootstrap.adapters import make_cdn
from matinee.config import Settings
from matinee.features.catalog.purging import EVERYTHING
from matinee.infra.background import repeated
from matinee.infra.bus import Bus, MemoryBus
from matinee.infra.cache import Cache, CacheOptions
from matinee.infra.cache.disk_tier import DiskOptions, DiskTier
from matinee.infra.clock import Clock, SystemClock
from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.database.migrations import require_current, upgrade
from matinee.infra.feature import Container, EventBus
from matinee.infra.http.answers.prebuilt import AnswerTable
from matinee.infra.http.answers.shared import SharedAnswers, SharedOptions
from matinee.infra.http.edge.server import Shutdown
from matinee.infra.http.health import HealthChecks
from matinee.infra.http.limits import LimitOptions, Limits, Throttles
from matinee.infra.http.limits.metrics import show as show_limits
from matinee.infra.http.limits.watching import EVERY as WATCH_EVERY
from matinee.infra.http.limits.watching import Watch
from matinee.infra.jobs.definitions import Jobs, Queue
from matinee.infra.jobs.service import JobService, JobsOptions
from matinee.infra.media.keyframes import KeyFrameReader
from matinee.infra.media.probe import ProbeOptions, Prober, make_worker_pool
from matinee.infra.media.tools import MediaTools, find_media_tools
from matinee.infra.observability import Metrics
from matinee.infra.paging import Cursors
from matinee.infra.paths import DataPaths
from matinee.infra.protection.service import Protection
from matinee.infra.signing import Signer
from matinee.infra.upstream import Upstreams
from matinee.ports.cdn import Cdn

log = structlog.get_logger(__name__)


async def open_infrastructure(container: Container, settings: Settings, stack: AsyncExitStack) -> None:
    paths = container.add(DataPaths, DataPaths(settings.data_dir.absolute()))
    paths.create()
    clock = SystemClock()
    container.add(Clock, clock)  # type: ignore[type-abstract]  # a Protocol as a key
    signer = container.add(Signer, Signer(_secret_key(settings, paths)))
    container.add(Cursors, Cursors(signer))
    container.add(EventBus, EventBus())
    container.add(Shutdown, Shutdown())
    metrics = container.add(Metrics, Metrics())
    checks = container.add(HealthChecks, HealthChecks(clock))
    database = container.add(Database, await open_database(settings))
    stack.push_async_callback(database.close)
    metrics.watch_pools(database.pools)

    async def database_probe() -> str:
        await database.ping()
        return "sqlite" if database.is_sqlite else "postgresql"

    checks.add("database", database_probe, critical=True)
    limits = container.add(Limits, Limits(LimitOptions.changed(settings.limits)))
    show_limits(limits, metrics)
    watch = Watch(limits, clock, metrics)
    await stack.enter_async_context(repeated("watch over the hot lane", watch.step, WATCH_EVERY, clock))
    container.add(Throttles, Throttles(clock))
    bus, cache = await _cache(container, settings, stack)
    upstreams = Upstreams(clock, metrics.registry, bus)
    container.add(Upstreams, await stack.enter_async_context(upstreams))
    cdn = make_cdn(upstreams, settings)
    container.add(Cdn, cdn)  # type: ignore[type-abstract]  # a Protocol as a key
    protection = Protection(database, clock, bus, metrics, allow=settings.allow, deny=settings.deny)
    container.add(Protection, await stack.enter_async_context(protection))
    options = SharedOptions(
        public=settings.catalog_access == "public", edge_headers=lambda tags: cdn.headers((EVERYTHING, *sorted(tags)))
    )
    table = AnswerTable(settings.answer_memory_bytes, metrics)
    cache.on_invalidated(table.invalidate)
    container.add(SharedAnswers, SharedAnswers(table, limits, clock, options, metrics))
    container.add(MediaTools, await find_media_tools(settings.ffmpeg))
    prober = container.add(Prober, Prober())
    # A pool of its own, so that whoever presses play does not wait for a scan.
    reading = make_worker_pool(ProbeOptions(workers=1))
    container.add(KeyFrameReader, KeyFrameReader(reading))
    stack.push_async_callback(reading.aclose)
    stack.push_async_callback(prober.aclose)


async def _cache(container: Container, settings: Settings, stack: AsyncExitStack) -> tuple[Bus, Cache]:
    """The bus, and the cache with its second tier: Redis where it is set, else a file."""
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    registry = container.get(Metrics).registry
    options = CacheOptions(memory_bytes=settings.cache_memory_bytes)
    if settings.redis_url is None:
        bus: Bus = MemoryBus()
        file = DiskOptions(container.get(DataPaths).cache / "entries.db", settings.cache_disk_bytes)
        disk = await stack.enter_async_context(DiskTier(file, clock, registry))
        cache = Cache(clock, options, bus=bus, second=disk, registry=registry)
    else:
        # Redis' driver takes a while to load, and most installations have none.
        from matinee.infra.cache.redis_locks import RedisLocks
        from matinee.infra.cache.redis_tier import RedisTier
        from matinee.infra.http.limits.redis_counts import RedisCounts
        from matinee.infra.redis import RedisBus, RedisConnection, RedisOptions

        redis = RedisConnection(RedisOptions(settings.redis_url.get_secret_value()), clock, registry)
        stack.push_async_callback(redis.aclose)
        container.get(HealthChecks).add("redis", redis.probe, critical=False)
        bus = await stack.enter_async_context(RedisBus(redis, clock, registry))
        tier = await stack.enter_async_context(RedisTier(redis, clock))
        locks = await stack.enter_async_context(RedisLocks(redis, bus, clock))
        counted = (container.get(Limits), container.get(Throttles).limits)
        await stack.enter_async_context(RedisCounts(redis, counted, clock, registry))
        cache = Cache(clock, options, bus=bus, second=tier, locks=locks, registry=registry)
    container.add(Bus, bus)  # type: ignore[type-abstract]  # a Protocol as a key
    return bus, container.add(Cache, await stack.enter_async_context(cache))


async def open_database(settings: Settings) -> Database:
    """The database at its newest schema: migrated here on SQLite, checked on PostgreSQL (`matinee migrate` does it there)."""
    database = Database(DatabaseOptions(settings.effective_database_url, settings.database_replicas, settings.database_pool))
    try:
        await (upgrade(database) if database.is_sqlite else require_current(database))
    except BaseException:
        await database.close()
        raise
    return database


def make_jobs(container: Container, settings: Settings, queues: Sequence[Queue]) -> JobService:
    paths, database = container.get(DataPaths), container.get(Database)
    url = f"sqlite:///{paths.jobs_database}" if database.is_sqlite else settings.effective_database_url
    options = JobsOptions(
        url=url, queues=tuple(queues), concurrency={"default": settings.default_workers, "media": settings.media_workers}
    )
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    jobs = JobService(database, clock, options, container.get(Metrics))
    container.get(HealthChecks).add("jobs", jobs.probe, critical=False)
    container.add(JobService, jobs)
    container.add(Jobs, jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    return jobs


def _secret_key(settings: Settings, paths: DataPaths) -> bytes:
    """The given key, else one made at the first start and kept in the data folder, readable by its owner only."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = paths.root / "secret.key"
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32), encoding="ascii")
        try:
            os.link(fresh, path)  # fails where another process was first, and then its key counts
        except FileExistsError:
            log.debug("secret_key_made_elsewhere")
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").encode()
