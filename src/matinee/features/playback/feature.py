"""Playback, as bootstrap sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from matinee.features.accounts.events import AccountClosed
from matinee.features.library.service import LibraryService
from matinee.features.playback import repository
from matinee.features.playback.captions import Captions
from matinee.features.playback.delivery import Delivery
from matinee.features.playback.elsewhere import Elsewhere
from matinee.features.playback.jobs import jobs, schedules
from matinee.features.playback.leftovers import Leftovers
from matinee.features.playback.library_files import LibraryOfServices
from matinee.features.playback.opened import KeyFrameCache, OpenSessions
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.preparation import Preparation
from matinee.features.playback.prepared import PreparedStore
from matinee.features.playback.presence import BEAT, Presence
from matinee.features.playback.rendering import Renderer
from matinee.features.playback.routes import lanes, prepared_router, sessions_router, stream_router
from matinee.features.playback.segments import SegmentCache
from matinee.features.playback.service import PlaybackService
from matinee.features.playback.sessions import Links
from matinee.features.playback.sources import LibraryFiles
from matinee.features.playback.telemetry import PlaybackMetrics
from matinee.features.playback.thumbnails import Thumbnails
from matinee.features.playback.transcoder import Transcoder
from matinee.features.progress.service import ProgressService
from matinee.infra.background import repeated
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.feature import Container, EventBus, Feature, RoutesOf
from matinee.infra.http.maturity import Sieve
from matinee.infra.http.rights import Rights
from matinee.infra.jobs.definitions import Jobs
from matinee.infra.media.encoders import EncoderChooser
from matinee.infra.media.keyframes import KeyFrameReader
from matinee.infra.media.tools import MediaTools
from matinee.infra.observability import Metrics
from matinee.infra.own_data import OwnData
from matinee.infra.paths import DataPaths
from matinee.infra.signing import Signer

_PREPARING_NICE = 10  # who watches comes before what is made ahead


def build(container: Container) -> None:
    """Needs what `assemble` needs, and EventBus, LibraryService, ProgressService and Sieve."""
    sieve = container.get(Sieve)  # type: ignore[type-abstract]  # a Protocol as a key
    assemble(container, LibraryOfServices(container.get(LibraryService), container.get(ProgressService), sieve))
    OwnData.of(container).add("playing", repository.own_sessions(container.get(Database)))
    container.get(EventBus).subscribe(AccountClosed, container.get(PlaybackService).end_all)


def assemble(container: Container, library: LibraryFiles) -> None:
    """Needs Database, Clock, Signer, Jobs, DataPaths, Metrics, MediaTools, KeyFrameReader, Rights, PlaybackOptions."""
    database, options, tools = container.get(Database), container.get(PlaybackOptions), container.get(MediaTools)
    clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    work = container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    rights = container.get(Rights)  # type: ignore[type-abstract]  # a Protocol as a key
    paths = container.get(DataPaths)
    metrics = PlaybackMetrics(container.get(Metrics).registry)
    store = PreparedStore(paths.prepared)
    cache = container.add(SegmentCache, SegmentCache(paths.segments, options.segment_cache_bytes, metrics, store.find))
    encoders = EncoderChooser(tools, software_only=not options.hardware_encoding)
    keys, links = KeyFrameCache(container.get(KeyFrameReader)), Links(container.get(Signer), clock)
    sessions = OpenSessions(database, clock, library, keys)
    elsewhere = Elsewhere(clock)
    transcoder = container.add(Transcoder, Transcoder(cache, options, clock, metrics, elsewhere))
    presence = container.add(Presence, Presence(database, clock, sessions, transcoder, elsewhere, options))
    container.add(
        PlaybackService,
        PlaybackService(database, clock, library, sessions, presence, links, options, metrics, rights),
    )
    texts = Leftovers(paths.cache / "subtitles", options.subtitle_cache_bytes, metrics, "subtitles")
    stills = Leftovers(paths.cache / "trickplay", options.thumbnail_cache_bytes, metrics, "thumbnails")
    captions = Captions(tools, texts, options.patience)
    thumbnails = Thumbnails(tools, stills, options.patience)
    renderer = Renderer(tools, encoders)
    container.add(Delivery, Delivery(sessions, links, transcoder, renderer, captions, thumbnails, keys))
    preparing = Renderer(tools, encoders, nice=_PREPARING_NICE)
    container.add(Preparation, Preparation(database, library, work, store, preparing))


@asynccontextmanager
async def playing(container: Container) -> AsyncIterator[None]:
    """The cache knows what an earlier process left, other processes know who plays here; nothing keeps running at the end."""
    await asyncio.to_thread(container.get(SegmentCache).load)
    clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    try:
        async with repeated("playback presence", container.get(Presence).beat, BEAT, clock):
            yield
    finally:
        await container.get(Delivery).close()


def commands() -> Any:  # Any: a typer.Typer, which servers do not load
    """The feature's commands."""
    from matinee.features.playback.commands import commands as found

    return found


FEATURE = Feature(
    name="playback",
    build=build,
    routes=[RoutesOf("streaming", [sessions_router, stream_router, prepared_router], lanes)],
    jobs=jobs,
    schedules=schedules,
    running=[playing],
    commands=commands,
    tags=[{"name": "playback", "description": "Playing: the decision how, HLS, files, prepared renditions."}],
)
