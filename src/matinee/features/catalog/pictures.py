"""Pictures: kept, resized, converted, cached under a byte cap.

A picture's name says where it comes from: `local~<digest>` is kept here for good, `<provider>~<its name>` is fetched from a
metadata provider when it is first wanted. A name never means other bytes later, so answers may be cached for ever.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from weakref import WeakValueDictionary

from matinee.features.catalog.contributors import MetadataProviders
from matinee.features.catalog.errors import PictureNotFound, PictureRefused, PictureUnavailable
from matinee.infra.disk_cache import DiskCache
from matinee.infra.media import pictures as tools
from matinee.infra.media.pictures import PictureFormat
from matinee.ports.metadata import Found, NotFound, Rejected

PictureKind = Literal["poster", "backdrop", "still", "profile"]
SIZES: dict[str, dict[str, int | None]] = {
    "poster": {"w185": 185, "w342": 342, "w780": 780, "original": None},
    "backdrop": {"w780": 780, "w1280": 1280, "original": None},
    "still": {"w300": 300, "original": None},
    "profile": {"w185": 185, "original": None},
}
_NAME = re.compile(r"[a-z0-9-]{1,32}~[A-Za-z0-9._!-]{1,250}")
_SOURCE = re.compile(r"[A-Za-z0-9._/-]{1,250}")
_LARGEST = 20 * 1024 * 1024
_FETCH_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes ready to be sent."""

    data: bytes
    media_type: str


def picture_name(provider: str, source: str | None) -> str | None:
    """The name here of a provider's picture; None for no picture and for names that cannot be a part of a URL."""
    if not source or ".." in source or not _SOURCE.fullmatch(source):
        return None
    return f"{provider}~{source.replace('/', '!')}"


class PictureStore:
    """Originals below `kept`, everything that can be made or fetched again in `cache`."""

    def __init__(self, kept: Path, cache: DiskCache, providers: MetadataProviders) -> None:
        self._kept = kept
        self._cache = cache
        self._providers = {provider.name: provider for provider in providers.providers}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._resizing = asyncio.Semaphore(2)

    async def keep(self, data: bytes) -> tuple[str, str]:
        """Keep a picture for good; gives its name and its dominant colour. Raises `PictureRefused`."""
        _check(data)
        color = await self._color(data)
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        await asyncio.to_thread(_write_once, self._kept_path(digest), data)
        return f"local~{digest}", color

    async def color_of(self, name: str) -> str:
        """The dominant colour of a picture; fetches it if need be. Raises `PictureNotFound`, `PictureUnavailable`."""
        return await self._color(await self.original(name))

    async def variant(self, kind: PictureKind, size: str, name: str, accept: str) -> Picture:
        """The picture in a size of `SIZES`, as WebP where the `Accept` header names it, else as JPEG.

        Raises `PictureNotFound`, `PictureUnavailable`, `PictureRefused`.
        """
        if size not in SIZES[kind] or not _NAME.fullmatch(name) or ".." in name:
            raise PictureNotFound("There is no picture of this name or size.")
        width = SIZES[kind][size]
        if width is None:
            data = await self.original(name)
            return Picture(data, tools.sniff(data) or "application/octet-stream")
        encoding: PictureFormat = "webp" if "image/webp" in accept.lower() else "jpeg"
        key = f"{width}/{encoding}/{name}"
        async with self._lock(key):
            data = await self._cache.get(key) or b""
            if not data:
                data = await self._resized(await self.original(name), width, encoding)
                await self._cache.put(key, data)
        return Picture(data, f"image/{encoding}")

    async def original(self, name: str) -> bytes:
        """The picture as it was given or fetched. Raises `PictureNotFound`, `PictureUnavailable`, `PictureRefused`."""
        origin, _, source = name.partition("~")
        if origin == "local":
            try:
                return await asyncio.to_thread(self._kept_path(source).read_bytes)
            except OSError:
                raise PictureNotFound("There is no such picture.") from None
        async with self._lock(name):
            data = await self._cache.get(f"original/{name}")
            if data is None:
                data = await self._fetch(origin, source.replace("!", "/"))
                await self._cache.put(f"original/{name}", data)
        return data

    async def _fetch(self, origin: str, source: str) -> bytes:
        provider = self._providers.get(origin)
        if provider is None:
            raise PictureNotFound("The provider of this picture is not set up here.")
        try:
            async with asyncio.timeout(_FETCH_SECONDS):
                outcome = await provider.image(source)
        except TimeoutError:
            raise PictureUnavailable("The provider of this picture did not answer in time.", retry_after=30) from None
        if isinstance(outcome, Found):
            _check(outcome.value)
            return outcome.value
        if isinstance(outcome, NotFound):
            raise PictureNotFound("The provider has no such picture.")
        wait = None if isinstance(outcome, Rejected) or outcome.retry_after is None else outcome.retry_after.total_seconds()
        raise PictureUnavailable("The provider of this picture cannot be reached.", retry_after=wait)

    async def _resized(self, data: bytes, width: int, encoding: PictureFormat) -> bytes:
        try:
            async with self._resizing:
                return await tools.resize(data, width, encoding)
        except tools.PictureRefused as error:
            raise PictureRefused(str(error)) from error

    async def _color(self, data: bytes) -> str:
        try:
            async with self._resizing:
                return await tools.dominant_colour(data)
        except tools.PictureRefused as error:
            raise PictureRefused(str(error)) from error

    def _kept_path(self, digest: str) -> Path:
        if not re.fullmatch(r"[0-9a-f]{32}", digest):
            raise PictureNotFound("There is no such picture.")
        return self._kept / digest[:2] / digest

    def _lock(self, key: str) -> asyncio.Lock:
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock


def _check(data: bytes) -> None:
    if len(data) > _LARGEST:
        raise PictureRefused("The picture is larger than 20 MB.")
    if tools.sniff(data) is None:
        raise PictureRefused("Only JPEG, PNG, WebP, GIF and AVIF are pictures here.")


def _write_once(path: Path, data: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{id(data)}.part")
    fresh.write_bytes(data)
    fresh.replace(path)
