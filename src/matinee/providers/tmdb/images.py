"""Pictures from TMDB's image host."""

from __future__ import annotations

import re

from matinee.infra.media.pictures import sniff
from matinee.infra.upstream import Call, ResponseTooLarge, Transport, UpstreamError, UpstreamRejected
from matinee.ports.metadata import ImageSize, NotFound, Rejected, Unavailable
from matinee.providers.tmdb.client import Missed, missed_by
from matinee.providers.tmdb.reference import Pictures

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,249}")
_PORTRAIT = 2 / 3
"""Width to height of posters and profiles: a size by height (`h632`) is that wide."""
ORIGINAL = "original"


class ImageHost:
    """Fetches pictures; `base_url` is the operator's, else the host that TMDB's configuration names."""

    def __init__(self, transport: Transport, base_url: str = "") -> None:
        self._transport = transport
        self._base_url = base_url

    async def fetch(self, name: str, size: ImageSize | None, pictures: Pictures) -> bytes:
        """The bytes of a picture. Raises `Missed`."""
        if not _NAME.fullmatch(name) or ".." in name:
            raise Missed(NotFound())
        base_url = (self._base_url or pictures.base_url).rstrip("/")
        call = Call("GET", f"/{size_for(size, pictures)}/{name}", base_url=base_url, decode=_picture)
        try:
            reply = await self._transport.send(call)
        except (ResponseTooLarge, UpstreamRejected) as error:
            raise Missed(Rejected(f"upstream_rejected: TMDB's pictures: {error.reason}")) from error
        except UpstreamError as error:
            raise missed_by(error, "TMDB's pictures") from error
        if reply.ok and isinstance(reply.value, bytes):
            return reply.value
        if reply.status in {404, 410}:
            raise Missed(NotFound())
        raise Missed(Unavailable(f"upstream_unavailable: TMDB's pictures: an answer with status {reply.status}"))


def size_for(size: ImageSize | None, pictures: Pictures) -> str:
    """The smallest size that is wide enough, else the original."""
    if size is None or size.width is None:
        return ORIGINAL
    wanted = size.width
    known = [(width, one) for one in pictures.sizes.get(size.kind, ()) if (width := _width(one)) is not None]
    return min(((width, one) for width, one in known if width >= wanted), default=(0, ORIGINAL))[1]


def _width(size: str) -> int | None:
    if size == ORIGINAL:
        return None
    pixels = int(size[1:])
    return pixels if size[0] == "w" else round(pixels * _PORTRAIT)


def _picture(body: bytes) -> bytes:
    if sniff(body) is None:
        raise ValueError("not a picture")
    return body
