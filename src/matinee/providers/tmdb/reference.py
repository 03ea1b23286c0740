"""What changes once in years: genres and the addresses and sizes of pictures. Asked for again after seven days."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from matinee.infra.clock import Clock
from matinee.ports.metadata import ImageKind, TitleKind
from matinee.providers.tmdb.client import Missed, TmdbClient
from matinee.providers.tmdb.genres import KNOWN, Names, english_names, names_of
from matinee.providers.tmdb.policy import IMAGE_URL
from matinee.providers.tmdb.values import Json, part, text

log = structlog.get_logger(__name__)
FRESH = timedelta(days=7)
AGAIN = timedelta(minutes=1)
"""How soon it is asked again after a failure."""
LONGEST = timedelta(seconds=3)
"""The call beside which it is asked for waits no longer than that."""
_SIZE = re.compile(r"(?:[wh]\d{1,4}|original)")
_OURS = ("tmdb.org", "themoviedb.org")


@dataclass(frozen=True, slots=True)
class Pictures:
    """Where pictures are, and in which sizes by kind."""

    base_url: str = IMAGE_URL
    sizes: Mapping[ImageKind, tuple[str, ...]] = field(
        default_factory=lambda: {
            "poster": ("w92", "w154", "w185", "w342", "w500", "w780", "original"),
            "backdrop": ("w300", "w780", "w1280", "original"),
            "still": ("w92", "w185", "w300", "original"),
            "profile": ("w45", "w185", "h632", "original"),
            "logo": ("w45", "w92", "w154", "w185", "w300", "w500", "original"),
        }
    )


class Reference:
    """Starts with what is known to have been true, so that nothing ever waits for it; a failure leaves what was known last."""

    def __init__(self, client: TmdbClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._asking = asyncio.Lock()
        self._due = 0.0
        self.genres: dict[TitleKind, Names] = dict(KNOWN)
        self.pictures = Pictures()

    @property
    def stale(self) -> bool:
        """Whether somebody should call `refresh`; not while somebody does."""
        return self._clock.monotonic() >= self._due and not self._asking.locked()

    def names(self, ids: Iterable[object]) -> tuple[str, ...]:
        """English names of genres by TMDB's ids."""
        return english_names(self.genres, ids)

    async def refresh(self) -> None:
        """Ask anew. Never raises for what TMDB does."""
        async with self._asking:
            if self._clock.monotonic() < self._due:
                return
            self._due = self._clock.monotonic() + AGAIN.total_seconds()
            try:
                async with asyncio.timeout(LONGEST.total_seconds()):
                    await self._ask()
            except (Missed, TimeoutError) as error:
                log.info("tmdb_reference_kept", reason=str(error) or "no answer in time")
                return
            self._due = self._clock.monotonic() + FRESH.total_seconds()

    async def _ask(self) -> None:
        self.pictures = _pictures(await self._client.get("/configuration")) or self.pictures
        self.genres = {"movie": await self._genres("movie", "movie"), "show": await self._genres("tv", "show")}

    async def _genres(self, series: str, kind: TitleKind) -> Names:
        found = names_of(await self._client.get(f"/genre/{series}/list", {"language": "en"}))
        return {**self.genres[kind], **found}


def _pictures(body: Json) -> Pictures | None:
    """None where the answer makes no sense. Only TMDB's own hosts are believed: these addresses are fetched later on."""
    images = part(body, "images")
    base_url = text(images, "secure_base_url")
    address = urlsplit(base_url)
    host = address.hostname or ""
    if address.scheme != "https" or not any(host == one or host.endswith(f".{one}") for one in _OURS):
        return None
    usual = Pictures().sizes
    sizes = {kind: _sizes(images, f"{kind}_sizes") or known for kind, known in usual.items()}
    return Pictures(base_url, sizes)


def _sizes(images: Json, name: str) -> tuple[str, ...]:
    value = images.get(name)
    found = value if isinstance(value, list) else []
    return tuple(one for one in found if isinstance(one, str) and _SIZE.fullmatch(one))
