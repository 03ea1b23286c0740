"""Any network that fetches from this server what it does not have, and cannot be told anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from matinee.ports.cdn import NOT_AT_THE_EDGE, Purged, PurgeOutcome


class PlainCdn:
    """Implements `ports.cdn.Cdn` for a network at `base_url`. Pictures need no purge: an address never means other bytes."""

    name = "plain"
    purge_limit = 0

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        parts = urlsplit(self._base)
        self.image_origin = f"{parts.scheme}://{parts.netloc}"

    def url(self, path: str) -> str:
        """WebP by its address, so that nothing depends on whether the network looks at `Vary`."""
        return f"{self._base}{path}?format=webp"

    def headers(self, tags: Iterable[str]) -> Mapping[str, str]:
        return {}

    def picture_headers(self, tags: Iterable[str], *, negotiated: bool) -> Mapping[str, str]:
        return {"cross-origin-resource-policy": "cross-origin", **(NOT_AT_THE_EDGE if negotiated else {})}

    async def purge(self, urls: Sequence[str] = (), tags: Sequence[str] = (), *, everything: bool = False) -> PurgeOutcome:
        return Purged(0)
