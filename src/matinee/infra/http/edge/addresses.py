"""Who is really asking, behind proxies.

A header says what anybody wants it to say, so it counts only from a proxy that the operator named. Each proxy appends the address
that it was called from: read from the right, the first hop that is no trusted proxy is the client. X-Forwarded-For goes before
`Forwarded` (RFC 7239), since every common proxy writes the first and passes the second on as the client sent it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from matinee.infra.addresses import networks_of, parsed, plain, within

_REMEMBERED = 8192
_HOPS = 32
"""More than any chain of proxies; the rest of a longer list is the client's invention."""
_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


class TrustedProxies:
    """Networks whose word counts. Without any, the peer is the client."""

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = networks_of(networks)
        self.trusts = lru_cache(maxsize=_REMEMBERED)(self._trusts)
        """Whether an address is one of a trusted proxy."""

    def __bool__(self) -> bool:
        return bool(self._networks)

    def client(self, peer: str, forwarded_for: Iterable[str], forwarded: Iterable[str]) -> str:
        """The client's address, given the peer's and the values of both headers in the order they came."""
        found = plain(peer)
        if not self._networks or not self.trusts(found):
            return found
        hops = [hop for line in forwarded_for for hop in line.split(",")] or _hops_of(forwarded)
        for hop in reversed(hops[-_HOPS:]):
            address = _address_of(hop)
            if address is None:  # what one proxy could not tell, nobody further left can
                return found
            found = address
            if not self.trusts(found):
                break
        return found

    def _trusts(self, address: str) -> bool:
        return within(address, self._networks)


class RealAddress:
    """Pure ASGI, outermost: from here on `scope["client"]` is the client, and from a trusted proxy scheme and host are those
    that the client used."""

    def __init__(self, app: ASGIApp, proxies: TrustedProxies) -> None:
        self.app = app
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope.get("client")
        if peer is not None and scope["type"] in {"http", "websocket"}:
            host, port = peer[0], peer[1]
            if self.proxies and self.proxies.trusts(plain(host)):
                self._forwarded(scope, host)
            elif host.startswith("::ffff:") or "%" in host:
                scope["client"] = (plain(host), port)
        await self.app(scope, receive, send)

    def _forwarded(self, scope: Scope, peer: str) -> None:
        found: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            if name in _FORWARDING:
                found.setdefault(name, []).append(value.decode("latin-1"))
        scope["client"] = (self.proxies.client(peer, found.get(b"x-forwarded-for", ()), found.get(b"forwarded", ())), 0)
        scheme = _SCHEMES.get(found.get(b"x-forwarded-proto", [""])[-1].strip().lower())
        if scheme is not None:
            scope["scheme"] = scheme if scope["type"] == "http" else scheme.replace("http", "ws")
        host = found.get(b"x-forwarded-host", [""])[-1].rpartition(",")[2].strip()
        if host:
            # In place: the list is the request's own, and whoever looks at the scope later must see the same.
            named = (b"host", host.encode("latin-1"))
            scope["headers"][:] = [named if name == b"host" else (name, value) for name, value in scope["headers"]]


_FORWARDING = frozenset({b"x-forwarded-for", b"forwarded", b"x-forwarded-proto", b"x-forwarded-host"})


def _hops_of(forwarded: Iterable[str]) -> list[str]:
    """The `for` of each element of `Forwarded`; "" where one has none."""
    hops = []
    for line in forwarded:
        for element in line.split(","):
            pairs = (pair.partition("=") for pair in element.split(";"))
            hops.append(next((value.strip().strip('"') for name, _, value in pairs if name.strip().lower() == "for"), ""))
    return hops


def _address_of(hop: str) -> str | None:
    """The address of `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1` or `[2001:db8::1]:5678`."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return None if parsed(text) is None else plain(text)
