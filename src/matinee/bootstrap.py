"""The composition root: settings become a wired application. The only place that names concrete classes."""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from starlette.types import ASGIApp

from matinee import __version__
from matinee.config import Settings
from matinee.features.accounts.feature import FEATURE as ACCOUNTS
from matinee.features.accounts.first_start import FirstStart
from matinee.features.accounts.policy import SESSION_COOKIE, AccountsOptions
from matinee.features.admin.feature import FEATURE as ADMIN
from matinee.features.catalog.feature import FEATURE as CATALOG
from matinee.features.catalog.policy import lifetimes
from matinee.features.catalog.purging import EVERYTHING
from matinee.features.catalog.service import CatalogOptions, CatalogueSources, MetadataProviders
from matinee.features.library.demo import DemoLibrary as DemoFiles
from matinee.features.library.feature import FEATURE as LIBRARY
from matinee.features.library.policy import LibraryOptions
from matinee.features.monitoring.feature import FEATURE as MONITORING
from matinee.features.monitoring.policy import MonitoringOptions
from matinee.features.notifications.feature import FEATURE as NOTIFICATIONS
from matinee.features.playback.feature import FEATURE as PLAYBACK
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.progress.feature import FEATURE as PROGRESS
from matinee.infra.bus import Bus, MemoryBus
from matinee.infra.cache import Cache, CacheOptions
from matinee.infra.cache.disk_tier import DiskOptions, DiskTier
from matinee.infra.clock import Clock, SystemClock
from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.database.migrations import require_current, upgrade
from matinee.infra.feature import ROLES, Container, EventBus, Feature, Role, RoutesOf
from matinee.infra.http.answers.prebuilt import AnswerTable
from matinee.infra.http.answers.shared import SharedAnswers, SharedOptions
from matinee.infra.http.app import HttpOptions, build_api, create_app, hot_headers
from matinee.infra.http.caller import CredentialMemory
from matinee.infra.http.edge.addresses import TrustedProxies
from matinee.infra.http.edge.connections import ConnectionOptions, Connections
from matinee.infra.http.edge.heads import Heads
from matinee.infra.http.edge.hot_lane import Entrance, HotLane
from matinee.infra.http.edge.server import Shutdown
from matinee.infra.http.health import HealthChecks
from matinee.infra.http.limits import LimitOptions, Limits, Throttles
from matinee.infra.http.limits.metrics import show as show_limits
from matinee.infra.http.web import WebFiles
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
from matinee.infra.upstream.guard import Guard
from matinee.ports.cdn import Cdn, NoCdn
from matinee.ports.identity import SignInProviders
from matinee.providers.cloudflare import TRANSFORM, CloudflareCdn, CloudflareOptions
from matinee.providers.cloudflare import policy as cloudflare_policy
from matinee.providers.demo import DemoLibrary, DemoProvider
from matinee.providers.oidc import OidcSignIn, elsewhere_policy, issuer_policy
from matinee.providers.plain_cdn import PlainCdn
from matinee.providers.plex import PlexOptions, PlexSignIn
from matinee.providers.plex import policy as plex_policy
from matinee.providers.tmdb import TmdbOptions, TmdbProvider, api_policy, image_policy

log = structlog.get_logger(__name__)
_HOLD_BLOCKED = 1.0
"""Seconds: what a flood of 64 connections then costs is 64 requests a second, not thousands."""

FEATURES: tuple[Feature, ...] = (ACCOUNTS, CATALOG, LIBRARY, PROGRESS, MONITORING, PLAYBACK, NOTIFICATIONS, ADMIN)
"""In the order of the import contract, lowest first: a feature finds the services below it when it is built."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of the application a process runs: the queues it works on, whether it serves requests, and whether it tends
    the library (a command works on jobs for a moment, and tends nothing)."""

    queues: Sequence[Queue] = ()
    serving: bool = False
    tending: bool = False


@asynccontextmanager
async def opened(settings: Settings, parts: Parts) -> AsyncIterator[Container]:
    """The wired application, started; closed in reverse order at the end."""
    async with AsyncExitStack() as stack:
        container = Container()
        await _infrastructure(container, settings, stack)
        _options(container, settings)
        jobs = _jobs(container, settings, parts.queues)
        for feature in FEATURES:
            feature.build(container)
        for feature in FEATURES:
            for definition in feature.jobs(container) if feature.jobs else ():
                jobs.register(definition)
            for schedule in feature.schedules:
                jobs.schedule(schedule)
        await jobs.start(held=parts.serving)
        stack.push_async_callback(jobs.stop)
        for feature in FEATURES:
            for part in (*(feature.running if parts.serving else ()), *(feature.tending if parts.tending else ())):
                await stack.enter_async_context(part(container))
        yield container


def application(container: Container, settings: Settings, roles: Sequence[Role]) -> ASGIApp:
    """The ASGI application that serves `roles`."""

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield  # the container is opened and closed round the server, so that jobs outlive the last request

    return create_app(
        container,
        routers_of(roles),
        options=_http_options(settings),
        web=WebFiles(web_folder(), settings.base_path),
        lifespan=lifespan,
        tags=api_tags(),
    )


def hot_lane(container: Container, settings: Settings, roles: Sequence[Role]) -> HotLane:
    """What the server asks before the application: answers and files that lie ready."""
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    memory: CredentialMemory = container.get(CredentialMemory)  # type: ignore[type-abstract]  # a Protocol as a key
    return HotLane(
        container.get(SharedAnswers).table,
        Heads(SESSION_COOKIE),
        memory,
        container.get(Limits),
        clock,
        container.get(Metrics),
        headers=hot_headers(_http_options(settings)),
        files=[lane for group in _groups(roles) if group.lanes for lane in group.lanes(container)],
        entrance=Entrance(TrustedProxies(settings.trusted_proxies), container.get(Protection).gate),
    )


def connections(container: Container, settings: Settings) -> Connections:
    """What each connection to the server may cost."""
    options = ConnectionOptions(per_address=settings.connections_per_address, total=settings.connections)
    proxies, registry = TrustedProxies(settings.trusted_proxies), container.get(Metrics).registry
    return Connections(options, proxies, container.get(Protection).dawdled, registry)


def _http_options(settings: Settings) -> HttpOptions:
    return HttpOptions(
        base_path=settings.base_path,
        body_limit=settings.body_limit,
        time_limit=settings.request_timeout,
        hold_blocked=_HOLD_BLOCKED,
        behind_tls=settings.public_url.startswith("https:"),
        image_origin="/".join(settings.cdn_url.split("/")[:3]),
        origins=settings.cors_origins,
        trusted_proxies=settings.trusted_proxies,
    )


async def first_steps(container: Container, settings: Settings) -> str | None:
    """What a fresh server needs: its first administrator, from the settings or by the link that is returned (a path)."""
    start = container.get(FirstStart)
    if settings.admin_name and settings.admin_password:
        await start.ensure_admin(settings.admin_name, settings.admin_password.get_secret_value())
    token = await start.token()
    return f"/setup#token={token}" if token else None  # a fragment: it reaches no log of a server or proxy


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of all roles; nothing is opened for it."""

    @asynccontextmanager
    async def nothing() -> AsyncIterator[None]:
        yield

    container = Container()
    container.add(Metrics, Metrics())
    return build_api(container, routers_of(ROLES), lifespan=nothing, tags=api_tags()).openapi()


def routers_of(roles: Iterable[Role]) -> list[Any]:
    """The routers of the features that belong to `roles`."""
    return [router for group in _groups(roles) for router in group.routers]


def _groups(roles: Iterable[Role]) -> list[RoutesOf]:
    wanted = set(roles)
    return [group for feature in FEATURES for group in feature.routes if group.role in wanted]


def api_tags() -> list[dict[str, str]]:
    """The OpenAPI tags of all features."""
    return [tag for feature in FEATURES for tag in feature.tags]


def web_folder() -> Path | None:
    """The built UI: inside the installed package, else in the checkout; None when it was not built."""
    here = Path(__file__).resolve().parent
    for folder in (here / "_web", here.parents[1] / "web" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


async def _infrastructure(container: Container, settings: Settings, stack: AsyncExitStack) -> None:
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
    container.add(Throttles, Throttles(clock))
    bus, cache = await _cache(container, settings, stack)
    upstreams = Upstreams(clock, metrics.registry, bus)
    container.add(Upstreams, await stack.enter_async_context(upstreams))
    cdn = _cdn(upstreams, settings)
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


def _jobs(container: Container, settings: Settings, queues: Sequence[Queue]) -> JobService:
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


def _options(container: Container, settings: Settings) -> None:
    container.add(
        AccountsOptions,
        AccountsOptions(
            cookie_secure=settings.public_url.startswith("https:"),
            sign_in_attempts=max(1, LimitOptions.changed(settings.limits).table["free", "sign_in"]),
            base_path=settings.base_path,
            public_url=settings.public_url,
            token_key=settings.token_key,
            second_factor=settings.second_factor,
            demo=True,
            library_paths=tuple(map(str, settings.library_paths)),
            version=__version__,
            public_catalog=settings.catalog_access == "public",
            audit_kept=timedelta(days=settings.audit_days),
        ),
    )
    container.add(
        CatalogOptions,
        CatalogOptions(
            public_url=settings.public_url.rstrip("/"),
            base_path=settings.base_path,
            image_cache_bytes=settings.image_cache_bytes,
            language=settings.language,
            region=settings.region,
            lifetimes=lifetimes(settings.catalog_lifetimes),
        ),
    )
    paths = container.get(DataPaths)
    demo = DemoLibrary(container.get(MediaTools), paths.demo, settings.demo_titles)
    container.add(DemoFiles, demo)  # type: ignore[type-abstract]  # a Protocol as a key
    container.add(SignInProviders, _sign_ins(container, settings))
    tmdb = _tmdb(container, settings)
    container.add(MetadataProviders, MetadataProviders((DemoProvider(demo), *tmdb)))
    container.add(CatalogueSources, CatalogueSources(tmdb))
    container.add(
        LibraryOptions,
        LibraryOptions(paths=settings.library_paths, watch=settings.watch, demo=settings.demo, data_dir=paths.root),
    )
    container.add(MonitoringOptions, MonitoringOptions(probe_interval=timedelta(seconds=settings.probe_interval)))
    container.add(
        PlaybackOptions,
        PlaybackOptions(
            max_transcodes=settings.max_transcodes,
            max_transcodes_per_user=settings.max_transcodes_per_user,
            segment_cache_bytes=settings.segment_cache_bytes,
            hardware_encoding=settings.hardware_encoding,
            url_lifetime=timedelta(hours=settings.playback_hours),
            accel_prefix=settings.accel_prefix,
            base_path=settings.base_path,
        ),
    )


def _cdn(upstreams: Upstreams, settings: Settings) -> Cdn:
    """What is in front of this server; Cloudflare also where it only makes formats, or where only its cache is to be purged."""
    token, proxy = settings.cloudflare_token, settings.http_proxy
    options = CloudflareOptions(
        cdn_url=settings.cdn_url,
        zone=settings.cloudflare_zone,
        token=token.get_secret_value() if token else "",
        proxy=proxy.get_secret_value() if proxy else None,
    )
    missing = "" if token else "MATINEE_CLOUDFLARE_TOKEN is not set"
    upstream = upstreams.add(cloudflare_policy(options), kind="cdn", disabled=missing)
    if token or settings.cdn_url.rstrip("/").endswith(TRANSFORM):
        cdn = CloudflareCdn(upstream, options)
        upstream.probe_with(cdn.probe)
        return cdn
    return PlainCdn(settings.cdn_url) if settings.cdn_url else NoCdn()


def _tmdb(container: Container, settings: Settings) -> tuple[TmdbProvider, ...]:
    """TMDB with a key; without one only its place among the services."""
    key, proxy = settings.tmdb_api_key, settings.http_proxy
    options = TmdbOptions(
        key=key.get_secret_value() if key else "",
        base_urls=settings.tmdb_base_urls,
        image_url=settings.tmdb_image_url,
        language=settings.language,
        region=settings.region,
        proxy=proxy.get_secret_value() if proxy else None,
        rate=settings.tmdb_rate,
    )
    upstreams, missing = container.get(Upstreams), "" if key else "MATINEE_TMDB_API_KEY is not set"
    api = upstreams.add(api_policy(options), kind="metadata", disabled=missing)
    images = upstreams.add(image_policy(options), kind="images", disabled=missing)
    if missing:
        return ()
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    provider = TmdbProvider(api, images, clock, options)
    api.probe_with(provider.probe)
    return (provider,)


def _sign_ins(container: Container, settings: Settings) -> SignInProviders:
    """Plex and the providers of OpenID Connect; Plex has its place among the services when it is off, too."""
    upstreams = container.get(Upstreams)
    proxy = settings.http_proxy.get_secret_value() if settings.http_proxy else None
    # For ever the same for this installation: Plex shows it among the person's devices.
    client_id = str(uuid.UUID(bytes=container.get(Signer).derive("plex.client")[:16], version=4))
    plex = PlexOptions(
        client_id=client_id,
        version=__version__,
        sign_up=settings.plex_sign_in == "anyone",
        base_urls=settings.plex_url,
        page_url=settings.plex_page_url,
        proxy=proxy,
    )
    off = "MATINEE_PLEX_SIGN_IN is off" if settings.plex_sign_in == "off" else ""
    upstream = upstreams.add(plex_policy(plex), kind="identity", disabled=off)
    pins = () if off else (PlexSignIn(upstream, plex),)
    for pin in pins:
        upstream.probe_with(pin.probe)
    if settings.oidc is None:
        return SignInProviders(pins)
    from matinee.providers.oidc.settings import providers_of

    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    guard, redirects = Guard.allowing(settings.private_networks), []
    for options in providers_of(settings.oidc.get_secret_value(), proxy):
        issuer = upstreams.add(issuer_policy(options), kind="identity")
        provider = OidcSignIn(issuer, upstreams.add(elsewhere_policy(options, guard), kind="identity"), clock, options)
        issuer.probe_with(provider.probe)
        redirects.append(provider)
    return SignInProviders(pins, tuple(redirects))


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
