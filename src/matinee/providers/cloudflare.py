"""Cloudflare: addresses of pictures at its edge, and purging by address and by tag.

Sources: its documentation of the API `POST /zones/{zone}/purge_cache`, of `Cache-Tag`, and of image transformations by URL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from matinee.infra.upstream import (
    Backoff,
    BreakerPolicy,
    BudgetPolicy,
    BulkheadPolicy,
    Call,
    Reply,
    Transport,
    UpstreamError,
    UpstreamPolicy,
    UpstreamRejected,
)
from matinee.ports.cdn import NOT_AT_THE_EDGE, Purged, PurgeOutcome, TagsRefused, edge_tag
from matinee.ports.metadata import Rejected, Unavailable

NAME = "cloudflare"
API_URL = "https://api.cloudflare.com/client/v4"
BATCH = 100
"""Addresses or tags in one purge, on every plan but Enterprise, which takes 500 addresses."""
TRANSFORM = "/cdn-cgi/image"
_HEADER_LIMIT = 4096  # Cloudflare takes 16 KB of tags; proxies in between often take no header above 4 or 8
_JSON = "application/json"
_NO_TAGS = 1107
"""The error of a plan that has no purge by tag."""


@dataclass(frozen=True, slots=True)
class CloudflareOptions:
    """What an operator sets.

    `cdn_url` is where clients find pictures: a host of the zone, or its `/cdn-cgi/image` when Cloudflare is to choose their
    format; empty where the whole server is behind Cloudflare. Without `zone` and `token` nothing is purged.
    """

    cdn_url: str = ""
    zone: str = ""
    token: str = field(default="", repr=False)
    api_url: str = API_URL
    proxy: str | None = field(default=None, repr=False)


def policy(options: CloudflareOptions) -> UpstreamPolicy:
    """A free plan allows 5 purges by tag a minute with a bucket of 25; who waits longer than a moment comes again with the next
    batch. Purges are harmless when repeated. An answer takes well below a second."""
    return UpstreamPolicy(
        name=NAME,
        base_urls=(options.api_url.rstrip("/"),),
        total=timedelta(seconds=20),
        per_try=timedelta(seconds=8),
        connect=timedelta(seconds=3),
        attempts=3,
        backoff=Backoff(first=timedelta(milliseconds=500), longest=timedelta(seconds=4)),
        breaker=BreakerPolicy(minimum_calls=5, slow_after=timedelta(seconds=6), open_for=timedelta(seconds=30)),
        budget=BudgetPolicy(rate=5 / 60, burst=25, queue=4, longest_wait=timedelta(seconds=2)),
        bulkhead=BulkheadPolicy(concurrent=2, queue=4),
        response_limit=256 * 1024,
        proxy=options.proxy,
    )


class CloudflareCdn:
    """Implements `ports.cdn.Cdn`."""

    name = NAME

    def __init__(self, transport: Transport, options: CloudflareOptions) -> None:
        base = options.cdn_url.rstrip("/")
        parts = urlsplit(base)
        self.image_origin = f"{parts.scheme}://{parts.netloc}" if base else ""
        self.purge_limit = BATCH if options.zone and options.token else 0
        self._transport = transport
        self._base = base
        self._transforms = parts.path.endswith(TRANSFORM)
        self._zone = options.zone
        self._headers = {"authorization": f"Bearer {options.token}"} if options.token else {}

    def url(self, path: str) -> str:
        """The edge keeps one copy of an address, whatever the clients accept, so the address itself says the format: WebP, which
        every browser of today shows, or what the edge is to make its own formats of."""
        if self._transforms:
            return f"{self._base}/format=auto,metadata=none{path}?format=jpeg"
        return f"{self._base}{path}?format=webp"

    def headers(self, tags: Iterable[str]) -> Mapping[str, str]:
        joined = _joined(tags)
        return {"cache-tag": joined} if joined else {}

    def picture_headers(self, tags: Iterable[str], *, negotiated: bool) -> Mapping[str, str]:
        found = dict(self.headers(tags))
        if negotiated:
            found |= NOT_AT_THE_EDGE
        if self.image_origin:  # pages of this server load it from another origin
            found["cross-origin-resource-policy"] = "cross-origin"
        return found

    async def purge(self, urls: Sequence[str] = (), tags: Sequence[str] = (), *, everything: bool = False) -> PurgeOutcome:
        if not self.purge_limit:
            return Rejected("no zone or no token is set")
        if max(len(urls), len(tags)) > BATCH:
            raise ValueError(f"at most {BATCH} addresses and {BATCH} tags at once")
        if everything:
            outcome = await self._purge({"purge_everything": True})
            return Purged(1) if isinstance(outcome, Purged) else outcome
        done = 0
        for kind, items in (("files", list(urls)), ("tags", list(filter(None, map(edge_tag, tags))))):
            if items:  # a call takes one kind only
                outcome = await self._purge({kind: items})
                if not isinstance(outcome, Purged):
                    return outcome
                done += len(items)
        return Purged(done)

    async def probe(self) -> None:
        """Whether the token lives; that it may purge shows with the first purge. Raises `UpstreamError`."""
        call = Call("GET", "/user/tokens/verify", headers=self._headers, expects=_JSON, decode=_envelope)
        reply = await self._transport.send(call)
        result = reply.value.get("result") if reply.ok else None
        if not isinstance(result, dict) or result.get("status") != "active":
            raise UpstreamRejected(NAME, "the token is not active", reply=reply)

    async def _purge(self, body: Mapping[str, Sequence[str] | bool]) -> PurgeOutcome:
        call = Call(
            "POST",
            f"/zones/{quote(self._zone, safe='')}/purge_cache",
            headers={**self._headers, "content-type": _JSON},
            body=msgspec.json.encode(body),
            idempotent=True,
            decode=_envelope,
        )
        try:
            reply = await self._sent(call)
        except UpstreamRejected as error:
            if "tags" in body and _NO_TAGS in _numbers(error.reply):
                return TagsRefused(f"{error.code}: this plan has no purge by tag{_codes(error.reply)}")
            return Rejected(f"{error.code}: Cloudflare refused the token{_codes(error.reply)}")
        except UpstreamError as error:
            wait = None if error.retry_after is None else timedelta(seconds=error.retry_after)
            return Unavailable(f"{error.code}: {error.reason}", wait)
        if reply.ok and reply.value["success"] is True:
            return Purged(0)
        if "tags" in body and _NO_TAGS in _numbers(reply):
            return TagsRefused(f"upstream_rejected: this plan has no purge by tag{_codes(reply)}")
        return Rejected(f"upstream_rejected: Cloudflare refused the purge{_codes(reply)}")

    async def _sent(self, call: Call) -> Reply:
        try:
            return await self._transport.send(call)
        except UpstreamRejected:
            # Good tokens were seen to be refused now and then (2026): believed when it is said twice.
            return await self._transport.send(call)


def _envelope(body: bytes) -> dict[str, Any]:  # Any: JSON
    """The object round every answer. Raises ValueError."""
    found = msgspec.json.decode(body)
    if not isinstance(found, dict) or not isinstance(found.get("success"), bool):
        raise ValueError("not an answer of the API")  # noqa: TRY004  # what a call's `decode` raises
    return found


def _codes(reply: Reply | None) -> str:
    """The numbers of the errors in an answer; their words are not ours to repeat."""
    if reply is None:
        return ""
    numbers = ", ".join(map(str, _numbers(reply)[:5]))
    return f" (status {reply.status}{', error ' + numbers if numbers else ''})"


def _numbers(reply: Reply | None) -> list[int]:
    try:
        errors = _envelope(reply.body).get("errors") if reply is not None else None
    except ValueError:
        return []
    codes = [error.get("code") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    return [code for code in codes if isinstance(code, int)]


def _joined(tags: Iterable[str]) -> str:
    """Tags as the header takes them; those beyond its limit are left out, the first ones being the broader ones."""
    joined = ""
    for tag in filter(None, map(edge_tag, tags)):
        longer = f"{joined},{tag}" if joined else tag
        if len(longer) > _HEADER_LIMIT:
            break
        joined = longer
    return joined
