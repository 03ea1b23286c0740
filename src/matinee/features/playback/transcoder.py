"""Segments on demand: runs of ffmpeg around the places where people watch.

A run makes the segments of one rendition from some number on, for every session that wants them. It waits while it is far
ahead of its viewers, ends at the first segment that is there already, and is stopped when nobody has asked for a while.
A session has one run for pictures and one for sound at most: a seek or a change of rendition leaves the old one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import structlog

from matinee.features.playback.elsewhere import Elsewhere
from matinee.features.playback.errors import SegmentLate, TranscodeCapacity, TranscodeFailed
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.segments import SegmentCache
from matinee.features.playback.telemetry import PlaybackMetrics
from matinee.infra.clock import Clock
from matinee.infra.media.hls import INIT, Piece, RunFailed
from matinee.infra.media.hls_grid import Grid

log = structlog.get_logger(__name__)

Kind = Literal["encode", "copy", "sound"]
_REACH = {"encode": 20.0, "copy": 120.0, "sound": 240.0}
"""Seconds ahead of a run's next segment that it is waited for rather than started anew: what it makes in about two seconds."""
_FAILURE_COUNTS = 30.0  # seconds in which a failed segment is not tried again
_WATCH_EVERY = 5.0


class Rendition(Protocol):
    """One rendition of one file. `folder` names its bytes; `track` is what a session has only one run of."""

    @property
    def folder(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def grid(self) -> Grid: ...

    def pieces(self, first: int, attempt: int) -> AsyncGenerator[Piece, None]:
        """The initialisation segment and segments `first` to the last. `attempt` 1 is the second try. Raises `RunFailed`."""
        ...


@dataclass(slots=True)
class Viewer:
    """A session as the transcoder sees it. `position` is where it watches, in seconds; `transcodes` is how many its user may
    have at once, None for as many as the server gives to each."""

    session_id: str
    user_id: str
    position: float = 0.0
    transcodes: int | None = None


@dataclass(slots=True, eq=False)
class Run:
    """One process at work, and who wants its segments."""

    rendition: Rendition
    owner: str
    first: int
    next: int
    asked_at: float
    playhead: int
    viewers: dict[str, Viewer] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    ended: bool = False
    waiting: bool = False
    last_words: tuple[str, ...] = ()
    has_init: bool = False
    task: asyncio.Task[None] | None = None

    def reaches(self, number: int) -> bool:
        """Whether waiting for this run is quicker than a new one."""
        if self.ended or number < self.next:
            return False
        edges = self.rendition.grid.edges
        return edges[number] - edges[self.next] <= _REACH[self.rendition.kind]

    async def notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()


class Transcoder:
    """Gives out segments, making them where they are missing."""

    def __init__(
        self,
        cache: SegmentCache,
        options: PlaybackOptions,
        clock: Clock,
        metrics: PlaybackMetrics,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._cache = cache
        self._elsewhere = elsewhere or Elsewhere(clock)
        self._options = options
        self._clock = clock
        self._metrics = metrics
        self._runs: set[Run] = set()
        self._failures: dict[tuple[str, int], tuple[float, tuple[str, ...]]] = {}
        self._watcher: asyncio.Task[None] | None = None

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs at work."""
        return tuple(self._runs)

    async def segment(self, rendition: Rendition, number: int, viewer: Viewer) -> Path:
        """The file of a segment (-1: the initialisation segment), made if need be.

        Raises `SegmentLate` when it takes longer than a player waits, `TranscodeCapacity`, `TranscodeFailed`.
        """
        self._note(rendition, number, viewer)
        if path := self._cache.find(rendition.folder, number):
            self._metrics.segments.labels("cache").inc()
            return path
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._options.patience):
                path = await self._made(rendition, number, viewer)
        except TimeoutError:
            raise SegmentLate("The segment is not ready yet.", retry_after=1) from None
        self._metrics.waits.observe(self._clock.monotonic() - began)
        self._metrics.segments.labels("run").inc()
        return path

    def ready(self, rendition: Rendition, number: int, viewer: Viewer) -> Path | None:
        """The file of a segment if it is there already."""
        path = self._cache.find(rendition.folder, number)
        if path is not None:
            self._note(rendition, number, viewer)
            self._metrics.segments.labels("cache").inc()
        return path

    def check_capacity(self, user_id: str, allowed: int | None) -> None:
        """Raise `TranscodeCapacity` when an encoding could not start now."""
        self._place("encode", Viewer("", user_id, transcodes=allowed), stop=False)

    async def leave(self, session_id: str) -> None:
        """The session has ended: stop what was made for it alone."""
        for run in list(self._runs):
            self._depart(run, session_id)
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Stop everything."""
        tasks = [run.task for run in self._runs if run.task]
        if self._watcher:
            tasks.append(self._watcher)
            self._watcher = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _made(self, rendition: Rendition, number: int, viewer: Viewer) -> Path:
        while True:
            self._raise_known_failure(rendition, number)
            run = self._run_for(rendition, number, viewer)
            async with run.changed:
                await run.changed.wait_for(lambda run=run: run.ended or _delivered(run, number))  # type: ignore[misc]  # a default
            if path := self._cache.find(rendition.folder, number):
                return path

    def _note(self, rendition: Rendition, number: int, viewer: Viewer) -> None:
        """Remember where a session watches, and wake its run if that was waiting."""
        if number < 0:
            return
        if rendition.kind != "sound":
            viewer.position = rendition.grid.edges[number]
        for run in self._runs:
            if run.rendition.folder == rendition.folder and viewer.session_id in run.viewers:
                run.asked_at = self._clock.monotonic()
                if run.first <= number:
                    run.playhead = max(run.playhead, number)
                self._spawn_notify(run)

    def _run_for(self, rendition: Rendition, number: int, viewer: Viewer) -> Run:
        wanted = number if number >= 0 else rendition.grid.at(viewer.position)
        for run in self._runs:
            if run.rendition.folder != rendition.folder or run.ended:
                continue
            if run.reaches(wanted) or (number < 0 and not run.has_init):
                run.viewers[viewer.session_id] = viewer
                run.asked_at = self._clock.monotonic()
                run.playhead = max(run.playhead, wanted)
                self._spawn_notify(run)
                self._leave_others(rendition, viewer, run)
                return run
        self._leave_others(rendition, viewer, None)
        self._place(rendition.kind, viewer, stop=True)
        return self._start(rendition, wanted, viewer)

    def _leave_others(self, rendition: Rendition, viewer: Viewer, kept: Run | None) -> None:
        sound = rendition.kind == "sound"
        for run in list(self._runs):
            if run is not kept and (run.rendition.kind == "sound") == sound:
                self._depart(run, viewer.session_id)

    def _depart(self, run: Run, session_id: str) -> None:
        if run.viewers.pop(session_id, None) is not None and not run.viewers:
            self._stop(run)

    def _place(self, kind: Kind, viewer: Viewer, *, stop: bool) -> None:
        """Find a place for one more run, taking it from one that nobody has asked for lately. What an account may have
        counts over all processes, what the server may do in this one. Raises `TranscodeCapacity`."""
        options = self._options
        alike = [run for run in self._runs if not run.ended and (run.rendition.kind == "encode") == (kind == "encode")]
        own = [run for run in alike if run.owner == viewer.user_id]
        most, most_own = options.max_transcodes, options.max_transcodes_per_user
        if viewer.transcodes is not None:
            most_own = min(most_own, viewer.transcodes)
        most_own -= self._elsewhere.count(viewer.user_id, viewer.session_id)
        if kind != "encode":
            most = most_own = options.max_copies
        for group, limit in ((own, most_own), (alike, most)):
            if len(group) < limit:
                continue
            oldest = min(group, key=lambda run: run.asked_at, default=None)
            if oldest is None or self._clock.monotonic() - oldest.asked_at < options.yields_after:
                self._metrics.refused.inc()
                raise TranscodeCapacity("All transcoders are busy; try again soon.", retry_after=options.retry_after)
            if stop:
                self._stop(oldest)
                if oldest in alike:
                    alike.remove(oldest)

    def _start(self, rendition: Rendition, first: int, viewer: Viewer) -> Run:
        now = self._clock.monotonic()
        run = Run(rendition, viewer.user_id, first, first, now, first, {viewer.session_id: viewer})
        self._runs.add(run)
        self._metrics.runs.labels(rendition.kind).inc()
        self._metrics.started.labels(rendition.kind).inc()
        # Owned by this object: `_pump` handles every error, `close` ends it.
        run.task = asyncio.get_running_loop().create_task(self._pump(run))
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.get_running_loop().create_task(self._watch())
        return run

    def _stop(self, run: Run) -> None:
        run.ended = True
        if run.task is not None:
            run.task.cancel()

    def _spawn_notify(self, run: Run) -> None:
        if run.waiting:
            asyncio.get_running_loop().call_soon(lambda: asyncio.get_running_loop().create_task(run.notify()))

    async def _pump(self, run: Run) -> None:
        log.info("run_started", rendition=run.rendition.folder, kind=run.rendition.kind, segment=run.first)
        try:
            for attempt in (0, 1):
                try:
                    await self._make(run, attempt)
                    return
                except (RunFailed, OSError) as error:
                    run.last_words = tuple(getattr(error, "last_words", ()))
                    self._failed(run, attempt, error)
        except asyncio.CancelledError:
            log.info("run_stopped", rendition=run.rendition.folder, segment=run.next)
        except Exception:
            log.exception("run_crashed", rendition=run.rendition.folder, segment=run.next)
            self._failures[run.rendition.folder, run.next] = (self._clock.monotonic(), run.last_words)
        finally:
            run.ended = True
            self._runs.discard(run)
            self._metrics.runs.labels(run.rendition.kind).dec()
            await run.notify()

    async def _make(self, run: Run, attempt: int) -> None:
        rendition = run.rendition
        async with contextlib.aclosing(rendition.pieces(run.next, attempt)) as pieces:
            async for piece in pieces:
                await asyncio.to_thread(self._keep, rendition.folder, piece)
                run.has_init = True
                if piece.number >= 0:
                    run.next = piece.number + 1
                await run.notify()
                if run.next >= rendition.grid.count or (piece.number >= 0 and self._cache.has(rendition.folder, run.next)):
                    return
                await self._hold_back(run)

    def _keep(self, folder: str, piece: Piece) -> None:
        if piece.number == INIT:
            known = self._cache.read_init(folder)
            if known == piece.data:
                return
            if known is not None:
                log.warning("rendition_changed", rendition=folder)
                self._cache.drop(folder)
        self._cache.put(folder, piece.number, piece.data)

    async def _hold_back(self, run: Run) -> None:
        """Wait while the run is far ahead; not reading its pipe makes ffmpeg wait too."""
        edges = run.rendition.grid.edges

        def near() -> bool:
            return edges[run.next] - edges[min(run.playhead + 1, len(edges) - 1)] < self._options.ahead

        if not near():
            run.waiting = True
            async with run.changed:
                await run.changed.wait_for(near)
            run.waiting = False

    def _failed(self, run: Run, attempt: int, error: Exception) -> None:
        self._metrics.failed.labels(run.rendition.kind).inc()
        log.warning(
            "run_failed",
            rendition=run.rendition.folder,
            segment=run.next,
            attempt=attempt + 1,
            reason=str(error),
            last_words=list(run.last_words),
        )
        if attempt:
            self._failures[run.rendition.folder, run.next] = (self._clock.monotonic(), run.last_words)

    def _raise_known_failure(self, rendition: Rendition, number: int) -> None:
        """Raise `TranscodeFailed` when this segment has just failed; for the initialisation segment, when any has."""
        since = self._clock.monotonic() - _FAILURE_COUNTS
        self._failures = {key: failed for key, failed in self._failures.items() if failed[0] > since}
        if any(folder == rendition.folder and number in (-1, segment) for folder, segment in self._failures):
            raise TranscodeFailed("This part of the video could not be converted.")

    async def _watch(self) -> None:
        """Stop runs that nobody asks for any more; ends when there are none."""
        while self._runs:
            await self._clock.sleep(_WATCH_EVERY)
            now = self._clock.monotonic()
            for run in list(self._runs):
                if now - run.asked_at > self._options.idle:
                    log.info("run_idle", rendition=run.rendition.folder)
                    self._stop(run)


def _delivered(run: Run, number: int) -> bool:
    return run.has_init if number < 0 else run.next > number
