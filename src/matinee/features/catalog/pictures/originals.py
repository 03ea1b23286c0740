"""Pictures as they were given or fetched."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from weakref import WeakValueDictionary

from matinee.features.catalog.contributors import MetadataProviders
from matinee.features.catalog.errors import PictureNotFound, PictureUnavailable
from matinee.features.catalog.pictures.errors import PictureBroken, PicturesBusy
from matinee.features.catalog.pictures.names import LOCAL, SOURCES, PictureKind, PictureName
from matinee.infra.clock import Clock
from matinee.infra.disk_cache import DiskCache, Kept
from matinee.infra.errors import MatineeError
from matinee.infra.media.pictures import sniff
from matinee.ports.metadata import Found, ImageSize, NotFound, Outcome, Rejected

LARGEST = 20 * 1024 * 1024
"""Bytes of a picture that is kept or fetched."""
MISSING_SECONDS = 600.0
"""A picture that its provider does not have, or has broken, is not asked for again for so long (spec: not found upstream)."""
_QUEUE_SECONDS = 8
_FETCH_SECONDS = 20
_FETCHES = 8  # at once; TMDB allows about 20 connections from an address, and the API needs some
_WAITING = 400  # a screen shows 40 pictures
_RESTING = (5.0, 60.0)  # least and most seconds of silence after an upstream's failure, for that picture
_DIGEST = re.compile(r"[0-9a-f]{32}")


@dataclass(slots=True)
class FetchFigures:
    """`running` and `waiting` are now, the others since the start."""

    running: int = 0
    waiting: int = 0
    fetched: int = 0
    missing: int = 0
    failed: int = 0
    spared: int = 0
    """Answered from what was known to be missing or failing."""


class Originals:
    """`kept` holds what was given, the cache what was fetched and can be fetched again."""

    def __init__(self, kept: Path, cache: DiskCache, providers: MetadataProviders, clock: Clock) -> None:
        self.figures = FetchFigures()
        self._kept = kept
        self._cache = cache
        self._providers = {provider.name: provider for provider in providers.providers}
        self._clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._fetching = asyncio.Semaphore(_FETCHES)
        self._trouble: OrderedDict[str, tuple[float, Callable[[float], MatineeError]]] = OrderedDict()

    async def keep(self, data: bytes) -> str:
        """Keep a picture for good; gives its name."""
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        await asyncio.to_thread(_write_once, self._path(digest), data)
        return f"{LOCAL}~{digest}"

    async def get(self, name: PictureName, kind: PictureKind, width: int | None) -> Kept:
        """The picture, at least `width` wide where the provider has it so wide, None for the largest.

        Taken from the disk where a source as wide is there, else fetched, once for all who ask meanwhile. Raises
        `PictureNotFound`, `PictureUnavailable`, `PictureBroken`; what went wrong is remembered for a while.
        """
        if name.provider == LOCAL:
            return await asyncio.to_thread(self._read, name.source)
        key = _key(name, width)
        async with self._lock(key):
            found = await self._first(name, [step for step in SOURCES[kind] if _is_as_wide(step, width)])
            if found is not None:
                return found
            self._check(key)
            return await self._cache.put(key, await self._fetch(name, kind, width))

    async def smaller(self, name: PictureName, kind: PictureKind, width: int | None) -> Kept | None:
        """The widest source on the disk that is narrower than `width`: better than nothing while the provider is away."""
        return await self._first(name, [step for step in reversed(SOURCES[kind]) if not _is_as_wide(step, width)])

    async def condemn(self, name: PictureName, kind: PictureKind, width: int | None, reason: str) -> NoReturn:
        """The bytes turned out to be no picture: forget them and remember that. Raises `PictureBroken`."""
        for step in SOURCES[kind]:
            if _is_as_wide(step, width):
                await self._cache.drop(_key(name, step))
        self._fail(_key(name, width), MISSING_SECONDS, lambda left: PictureBroken(reason, retry_after=left))

    async def _first(self, name: PictureName, steps: list[int | None]) -> Kept | None:
        for step in steps:
            found = await self._cache.get(_key(name, step))
            if found is not None:
                return found
        return None

    async def _fetch(self, name: PictureName, kind: PictureKind, width: int | None) -> bytes:
        outcome = await self._outcome(name, ImageSize(kind, width))
        key = _key(name, width)
        if isinstance(outcome, NotFound):
            self.figures.missing += 1
            self._fail(key, MISSING_SECONDS, lambda _left: PictureNotFound("The provider has no such picture."))
        if not isinstance(outcome, Found):
            self.figures.failed += 1
            wait = None if isinstance(outcome, Rejected) else outcome.retry_after
            shortest, longest = _RESTING
            seconds = longest if isinstance(outcome, Rejected) else max(shortest, wait.total_seconds() if wait else 0.0)
            text = "The provider of this picture cannot be reached."
            self._fail(key, min(longest, seconds), lambda left: PictureUnavailable(text, retry_after=left))
        if len(outcome.value) > LARGEST or sniff(outcome.value) is None:
            self.figures.failed += 1
            text = "The provider sent no picture." if len(outcome.value) <= LARGEST else "The picture is larger than 20 MB."
            self._fail(key, MISSING_SECONDS, lambda left: PictureBroken(text, retry_after=left))
        self.figures.fetched += 1
        return outcome.value

    async def _outcome(self, name: PictureName, size: ImageSize) -> Outcome[bytes]:
        provider = self._providers.get(name.provider)
        if provider is None:
            raise PictureNotFound("The provider of this picture is not set up here.")
        try:
            async with self._place(), asyncio.timeout(_FETCH_SECONDS):
                return await provider.image(name.source, size)
        except TimeoutError:
            self.figures.failed += 1
            text = "The provider of this picture did not answer in time."
            self._fail(_key(name, size.width), _RESTING[1], lambda left: PictureUnavailable(text, retry_after=left))

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the few places for fetching; raises `PicturesBusy` where too many wait for one."""
        figures, busy = self.figures, PicturesBusy("Very many pictures are being fetched.", retry_after=2)
        if figures.waiting >= _WAITING:
            raise busy
        figures.waiting += 1
        try:
            async with asyncio.timeout(_QUEUE_SECONDS):
                await self._fetching.acquire()
        except TimeoutError:
            raise busy from None
        finally:
            figures.waiting -= 1
        figures.running += 1
        try:
            yield
        finally:
            figures.running -= 1
            self._fetching.release()

    def _fail(self, key: str, seconds: float, error: Callable[[float], MatineeError]) -> NoReturn:
        self._trouble[key] = (self._clock.monotonic() + seconds, error)
        self._trouble.move_to_end(key)
        while len(self._trouble) > _MOST_TROUBLE:
            self._trouble.popitem(last=False)
        raise error(seconds)

    def _check(self, key: str) -> None:
        """Raise what is known to go wrong."""
        until, error = self._trouble.get(key, (0.0, None))
        left = until - self._clock.monotonic()
        if error is None:
            return
        if left > 0:
            self.figures.spared += 1
            raise error(left)
        del self._trouble[key]

    def _read(self, digest: str) -> Kept:
        try:
            with self._path(digest).open("rb") as file:
                stored = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
                return Kept(file.read(), digest, stored)
        except OSError:
            raise PictureNotFound("There is no such picture.") from None

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise PictureNotFound("There is no such picture.")
        return self._kept / digest[:2] / digest

    def _lock(self, key: str) -> asyncio.Lock:
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock


_MOST_TROUBLE = 10_000  # pictures known to be missing; some 3 MB


def _key(name: PictureName, width: int | None) -> str:
    return f"source/{width or 'original'}/{name}"


def _is_as_wide(step: int | None, width: int | None) -> bool:
    return step is None or (width is not None and step >= width)


def _write_once(path: Path, data: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{id(data)}.part")
    fresh.write_bytes(data)
    fresh.replace(path)
