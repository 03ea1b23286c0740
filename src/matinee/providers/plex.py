"""Plex: who somebody is there, by a PIN that the person confirms at Plex's own page.

Nobody's token is kept: it is used once, to ask who it belongs to. Sources: Plex's published description of its API (pins, user,
errors), and reports in public trackers of how often it lets itself be asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

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
    UpstreamRateLimited,
    UpstreamRejected,
)
from matinee.infra.upstream.policy import SECRET_PARAMETERS
from matinee.ports.identity import Pending, ProvenIdentity, StartedPin
from matinee.ports.metadata import Found, NotFound, Outcome, Rejected, Unavailable

NAME = "plex"
PROVIDER = NAME
API_URL = "https://plex.tv"
PAGE_URL = "https://app.plex.tv/auth"
ISSUER = "https://plex.tv"
"""Part of the key of every identity: stays as it is, whatever address is asked."""
_JSON = "application/json"
_LIMITED = timedelta(seconds=5)
_LONGEST_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class PlexOptions:
    """What an operator sets, and who this server is to Plex: `client_id` is one random word for each installation, for ever.

    `sign_up` opens an account for anybody with an account at Plex.
    """

    client_id: str
    version: str
    sign_up: bool = False
    base_urls: tuple[str, ...] = (API_URL,)
    page_url: str = PAGE_URL
    product: str = "Matinee"
    proxy: str | None = field(default=None, repr=False)


def policy(options: PlexOptions) -> UpstreamPolicy:
    """Limits are not published; bursts near ten a second were blocked, and polling a PIN every second was answered with 429.
    A person waits, so an answer that takes five seconds is none."""
    return UpstreamPolicy(
        name=NAME,
        base_urls=tuple(url.rstrip("/") for url in options.base_urls),
        total=timedelta(seconds=8),
        per_try=timedelta(seconds=5),
        connect=timedelta(seconds=3),
        attempts=2,
        backoff=Backoff(first=timedelta(milliseconds=500), longest=timedelta(seconds=2)),
        breaker=BreakerPolicy(minimum_calls=6, slow_after=timedelta(seconds=4), open_for=timedelta(seconds=15)),
        budget=BudgetPolicy(rate=4, burst=8, queue=40, longest_wait=timedelta(seconds=3), longest_pause=timedelta(seconds=30)),
        bulkhead=BulkheadPolicy(concurrent=4, queue=40),
        response_limit=256 * 1024,
        proxy=options.proxy,
        secret_parameters=SECRET_PARAMETERS | {"code"},
    )


class PlexSignIn:
    """Implements `ports.identity.PinSignIn`."""

    id = NAME
    label = "Plex"

    def __init__(self, transport: Transport, options: PlexOptions) -> None:
        self.sign_up = options.sign_up
        self._transport = transport
        self._options = options
        self._headers = {
            "accept": _JSON,
            "x-plex-client-identifier": options.client_id,
            "x-plex-product": options.product,
            "x-plex-version": options.version,
        }

    async def start(self) -> Outcome[StartedPin]:
        """See the port. The long code: it lives for half an hour and goes into an address, so nobody types it."""
        call = Call("POST", "/api/v2/pins", {"strong": True}, self._headers, expects=_JSON, decode=_object)
        try:
            reply = await self._transport.send(call)
        except UpstreamError as error:
            return _missed(error)
        if not reply.ok:
            return Rejected(f"it refused to begin a sign-in (status {reply.status})")
        number, code = _integer(reply.value.get("id")), reply.value.get("code")
        if number is None or not isinstance(code, str) or not code:
            return Unavailable("its answer holds no PIN")
        seconds = _integer(reply.value.get("expiresIn")) or 900
        return Found(StartedPin(number, code, min(timedelta(seconds=max(30, seconds)), _LONGEST_LIFE)))

    def address(self, pin: StartedPin, return_to: str) -> str:
        """See the port. Everything is in the fragment, as Plex's page wants it."""
        wanted = {
            "clientID": self._options.client_id,
            "code": pin.code,
            "context[device][product]": self._options.product,
            "forwardUrl": return_to,
        }
        return f"{self._options.page_url}#?{urlencode(wanted, quote_via=quote)}"

    async def check(self, pin: StartedPin) -> Outcome[ProvenIdentity] | Pending:
        """See the port."""
        call = Call("GET", f"/api/v2/pins/{pin.number}", {"code": pin.code}, self._headers, expects=_JSON, decode=_object)
        try:
            reply = await self._transport.send(call)
            if reply.status == 404:
                return NotFound()
            if not reply.ok:
                return Rejected(f"it refused to tell of the sign-in (status {reply.status})")
            token = reply.value.get("authToken")
            return await self._person(token) if isinstance(token, str) and token else Pending()
        except UpstreamRateLimited as error:
            return Pending(timedelta(seconds=error.retry_after) if error.retry_after else _LIMITED)
        except UpstreamError as error:
            return _missed(error)

    async def probe(self) -> None:
        """Whether Plex answers; it needs no account for that. Raises `UpstreamError`."""
        await self._transport.send(Call("GET", "/api/v2/ping", headers=self._headers, accepts=_speaks))

    async def _person(self, token: str) -> Outcome[ProvenIdentity]:
        headers = {**self._headers, "x-plex-token": token}
        reply = await self._transport.send(
            Call("GET", "/api/v2/user", headers=headers, expects=_JSON, decode=_object, accepts=_is_refusal)
        )
        if reply.status in {401, 422}:
            return NotFound()  # the person took it back at once
        if not reply.ok:
            return Rejected(f"it refused to say who this is (status {reply.status})")
        return _identity(reply.value)


def _identity(user: Mapping[str, Any]) -> Outcome[ProvenIdentity]:
    number = _integer(user.get("id"))
    if number is None or number <= 0:
        return Unavailable("its answer holds no person")
    if _is_true(user.get("anonymous")) or _is_true(user.get("guest")):
        return Rejected("guests of Plex have no account there")
    name = next((text for key in ("username", "friendlyName", "title") if (text := _text(user.get(key)))), "")
    return Found(ProvenIdentity(ISSUER, str(number), name or "plex", name or _text(user.get("email")) or str(number)))


def _missed(error: UpstreamError) -> Unavailable | Rejected:
    if isinstance(error, UpstreamRejected):
        return Rejected(error.reason)
    return Unavailable(error.reason, timedelta(seconds=error.retry_after) if error.retry_after else None)


def _object(body: bytes) -> dict[str, Any]:  # Any: JSON
    """Raises ValueError."""
    found = msgspec.json.decode(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  # what a call's `decode` raises
    return found


def _integer(value: object) -> int | None:
    """A number, which may be written as a string."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19 else None


def _is_true(value: object) -> bool:
    return value is True or value in (1, "1", "true")


def _text(value: object) -> str:
    return value.strip()[:120] if isinstance(value, str) else ""


def _is_refusal(reply: Reply) -> bool:
    return reply.status == 401


def _speaks(reply: Reply) -> bool:
    """Without a token it may refuse; it has answered then."""
    return reply.status in {401, 403}
