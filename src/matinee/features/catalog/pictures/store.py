"""The use cases of pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from weakref import WeakValueDictionary

from matinee.features.catalog.errors import PictureNotFound, PictureRefused, PictureUnavailable
from matinee.features.catalog.pictures.colours import Colours
from matinee.features.catalog.pictures.errors import PictureBroken, PicturesBusy
from matinee.features.catalog.pictures.names import LOCAL, SIZES, PictureKind, PictureName, Size
from matinee.features.catalog.pictures.negotiation import WantedFormat, chosen
from matinee.features.catalog.pictures.originals import LARGEST, Originals
from matinee.infra.disk_cache import DiskCache, Kept
from matinee.infra.media import pictures as tools
from matinee.infra.media.pictures import PictureFormat, sniff
from matinee.infra.workshop import Workshop, WorkshopFull

T = TypeVar("T")
_LASTING = "max-age=2592000, stale-while-revalidate=2592000, immutable"  # 30 days and 30 more
_PROVISIONAL = "private, max-age=60"
_COLOUR_SOURCE = 500  # the poster's source for most sizes: it will be wanted anyway


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes ready to be sent; `digest` is of them.

    `negotiated`: another `Accept` header gets other bytes. `provisional`: better ones will be there once the provider is back, so
    it must not be kept. `local`: it was made or given here, and is nobody else's business.
    """

    data: bytes
    media_type: str
    digest: str
    negotiated: bool = False
    provisional: bool = False
    local: bool = False


class PictureStore:
    """Gives pictures in their sizes and formats, made when they are first wanted and kept in the cache."""

    def __init__(self, originals: Originals, cache: DiskCache, workshop: Workshop, colours: Colours) -> None:
        self._originals = originals
        self._cache = cache
        self._workshop = workshop
        self._colours = colours
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def keep(self, data: bytes) -> tuple[str, str]:
        """Keep a picture for good; gives its name and its dominant colour. Raises `PictureRefused`."""
        if len(data) > LARGEST:
            raise PictureRefused("The picture is larger than 20 MB.")
        if sniff(data) is None:
            raise PictureRefused("Only JPEG, PNG, WebP, GIF and AVIF are pictures here.")
        try:
            color = await self._work(lambda: tools.dominant_colour(data))
        except tools.PictureRefused as error:
            raise PictureRefused(str(error)) from error
        name = await self._originals.keep(data)
        await self._colours.remember(name, color)
        return name, color

    async def color_of(self, name: str) -> str:
        """The dominant colour of a poster; fetches it if need be.

        Raises `PictureNotFound`, `PictureUnavailable`, `PictureBroken`.
        """
        known = self._colours.known(name)
        if known is not None:
            return known
        parsed = _parsed(name)
        source = await self._originals.get(parsed, "poster", _COLOUR_SOURCE)
        try:
            color = await self._work(lambda: tools.dominant_colour(source.value))
        except tools.PictureRefused as error:
            await self._originals.condemn(parsed, "poster", _COLOUR_SOURCE, f"The picture cannot be read: {error}.")
        await self._colours.remember(name, color)
        return color

    def placeholder(self, name: str | None) -> str | None:
        """`#rrggbb` to show until the picture is there: its own colour where it was seen before, else one made up from its name.

        Never fetches and never waits. None for no picture.
        """
        return self._colours.of(name) if name else None

    async def variant(
        self,
        kind: PictureKind,
        size: str,
        name: str,
        accept: str = "",
        wanted: WantedFormat = "auto",
        begin: Callable[[], None] = lambda: None,
    ) -> Picture:
        """The picture in a size of `SIZES`, in the format that was `wanted` or fits the `Accept` header best.

        The original comes as it is. `begin` is called before one is made that is not there yet, and may refuse by raising. Raises
        `PictureNotFound`, `PictureUnavailable`, `PictureBroken`.
        """
        offered, parsed = SIZES[kind].get(size), _parsed(name)
        if offered is None:
            raise PictureNotFound("There is no picture of this size.")
        local = parsed.provider == LOCAL
        if offered.box is None:
            kept = await self._originals.get(parsed, kind, None)
            return Picture(kept.value, sniff(kept.value) or "application/octet-stream", kept.digest, local=local)
        form = chosen(accept, wanted, alpha=kind == "logo")
        media_type, negotiated = f"image/{form}", wanted == "auto"
        key = f"{kind}/{size}/{form}/{name}"
        found = await self._cache.get(key)
        if found is None:
            try:
                found = await self._made(key, offered, parsed, kind, form, begin)
            except PictureUnavailable:
                stopgap = await self._stopgap(offered, parsed, kind, form)
                if stopgap is None:
                    raise
                return Picture(stopgap.value, media_type, stopgap.digest, negotiated, provisional=True, local=local)
        return Picture(found.value, media_type, found.digest, negotiated, local=local)

    async def _made(
        self, key: str, size: Size, name: PictureName, kind: PictureKind, form: PictureFormat, begin: Callable[[], None]
    ) -> Kept:
        """The variant, made once for all who ask meanwhile."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            found = await self._cache.get(key)
            if found is not None:
                return found
            begin()
            source = await self._originals.get(name, kind, size.source)
            try:
                data = await self._drawn(source, size, name, kind, form)
            except tools.PictureRefused as error:
                if name.provider == LOCAL:
                    raise PictureBroken("The picture on the disk is damaged.") from error
                await self._originals.condemn(name, kind, size.source, f"The picture cannot be read: {error}.")
            # As old as what it was made from: nothing of a provider outlives the time for which it may be kept.
            return await self._cache.put(key, data, None if name.provider == LOCAL else source.stored_at)

    async def _stopgap(self, size: Size, name: PictureName, kind: PictureKind, form: PictureFormat) -> Kept | None:
        source = await self._originals.smaller(name, kind, size.source)
        if source is None:
            return None
        try:
            data = await self._drawn(source, size, name, kind, form)
        except tools.PictureRefused:
            return None
        return Kept(data, f"{source.digest}-{form}", source.stored_at)

    async def _drawn(self, source: Kept, size: Size, name: PictureName, kind: PictureKind, form: PictureFormat) -> bytes:
        box, title = size.box or tools.Box(), str(name)
        color_wanted = kind == "poster" and self._colours.known(title) is None

        def piece() -> tuple[bytes, str | None]:
            data = tools.resized(source.value, box, form, keep_alpha=kind == "logo")
            return data, tools.dominant_colour(source.value) if color_wanted else None

        data, color = await self._work(piece)
        if color is not None:
            await self._colours.remember(title, color)
        return data

    async def _work(self, piece: Callable[[], T]) -> T:
        try:
            return await self._workshop.run(piece)
        except WorkshopFull:
            raise PicturesBusy("Very many pictures are being made.", retry_after=2) from None


def caching(picture: Picture, *, public: bool) -> str:
    """`Cache-Control` of a picture. `public`: everybody may read the catalogue.

    A picture that was made here (of somebody's own film) stays out of shared caches where the catalogue is for members. One of a
    provider is no secret, and its name gives nothing away.
    """
    if picture.provisional:
        return _PROVISIONAL
    return f"{'public' if public or not picture.local else 'private'}, {_LASTING}"


def _parsed(name: str) -> PictureName:
    parsed = PictureName.parse(name)
    if parsed is None:
        raise PictureNotFound("There is no picture of this name.")
    return parsed
