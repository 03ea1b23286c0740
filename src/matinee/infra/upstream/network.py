"""What HTTP itself is made of: aiohttp's connections, TLS, proxies and parser, with its errors in our words.

Of its client nothing is used that an upstream should not get: no cookies, no redirects, no decoding, no environment.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Protocol

import aiohttp
import truststore
from yarl import URL

from matinee.infra.upstream.guard import AddressRefused
from matinee.infra.upstream.policy import UpstreamPolicy

_IDLE_SECONDS = 30.0
OnRefused = Callable[[AddressRefused], None]
AddressInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
"""One address of a host as `socket.getaddrinfo` gives it."""


class NetworkError(Exception):
    """An exchange that did not come to its end. `sent`: the request may have arrived. `late`: time was up. `ours`: the request
    cannot be written. `refused`: it may not be sent there. The text is our own: some of a library's quote the address or a
    header."""

    def __init__(self, words: str, *, sent: bool = True, late: bool = False, ours: bool = False, refused: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.sent = sent
        self.late = late
        self.ours = ours
        self.refused = refused


class Answered(Protocol):
    """The head of an answer, and its body as it comes over the wire. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]

    def chunks(self) -> AsyncIterator[bytes]:
        """The body, transfer coding removed, content coding not. Raises `NetworkError`."""

    def close(self) -> None:
        """Let go of it. A connection of which the body was not read to its end is closed."""


class Network(Protocol):
    """Sends one request."""

    async def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        """The answer, whatever its status. `url` is percent-encoded. Raises `NetworkError`."""

    async def aclose(self) -> None:
        """Close the connections."""


class RealNetwork:
    """At most as many connections as the bulkhead lets through, each kept for half a minute.

    `refused` hears of every address that the guard keeps out. Making one reads the system's certificates: a matter for a thread.
    """

    def __init__(self, policy: UpstreamPolicy, refused: OnRefused | None = None) -> None:
        self._refused = refused
        self._size = policy.bulkhead.concurrent
        self._proxy = policy.proxy
        self._guard = policy.guard
        # The exchange as a whole is bounded outside, by `Attempt`.
        seconds = min(policy.connect, policy.per_try).total_seconds()
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=seconds)
        self._tls = _certificates()
        self._tls.set_alpn_protocols(["http/1.1"])
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        session = self._session or self._open()
        try:
            if self._guard is not None and self._proxy is not None:
                await self._look_behind_proxy(URL(url, encoded=True))
            response = await session.request(
                method,
                URL(url, encoded=True),
                headers=headers,
                data=body or None,
                allow_redirects=False,
                proxy=self._proxy,
            )
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise named(error) from None
        return _Answered(response)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._size, keepalive_timeout=_IDLE_SECONDS, ssl=self._tls, socket_factory=self._socket
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
            auto_decompress=False,
            skip_auto_headers=("Content-Type",),
        )
        # What is tried again is decided by `Retrying`, and counted.
        self._session._retry_connection = False
        return self._session

    def _socket(self, address: AddressInfo) -> socket.socket:
        """The one place where an address, however it was found, becomes a connection."""
        if self._proxy is None:
            self._check(str(address[4][0]))
        made = socket.socket(*address[:3])
        made.setblocking(False)
        return made

    async def _look_behind_proxy(self, url: URL) -> None:
        """The proxy looks the name up itself, so this is a first look only: it must refuse private networks, too."""
        loop = asyncio.get_running_loop()
        for found in await loop.getaddrinfo(url.host or "", url.port, type=socket.SOCK_STREAM):
            self._check(str(found[4][0]))

    def _check(self, address: str) -> None:
        if self._guard is None:
            return
        try:
            self._guard.check(address)
        except AddressRefused as error:
            if self._refused is not None:
                self._refused(error)
            raise


def _certificates() -> ssl.SSLContext:
    """The authorities that the system trusts; OpenSSL finds them by itself on Linux only."""
    if sys.platform in {"win32", "darwin"}:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ssl.create_default_context()


class _Answered:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.status = response.status
        self._response = response
        headers: dict[str, str] = {}
        for name, value in response.headers.items():
            lower = name.lower()
            headers[lower] = f"{headers[lower]}, {value}" if lower in headers else value
        self.headers: Mapping[str, str] = headers

    async def chunks(self) -> AsyncIterator[bytes]:
        read = self._response.content.readany
        try:
            while chunk := await read():
                yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise named(error) from None

    def close(self) -> None:
        self._response.close()


def named(error: Exception) -> NetworkError:
    """An error of the library as ours."""
    if any(isinstance(found, AddressRefused) for found in _behind(error)):
        return NetworkError("its address is in a network that may not be reached", sent=False, refused=True)
    match error:
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return NetworkError("the proxy refused to connect", sent=False)
        case aiohttp.ConnectionTimeoutError():
            return NetworkError("no connection in time", sent=False, late=True)
        case aiohttp.ClientConnectorError() | ssl.CertificateError():
            return NetworkError(_why_no_connection(error), sent=False)
        case TimeoutError():
            return NetworkError("no answer in time", late=True)
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | aiohttp.ClientResponseError():
            return NetworkError("its answer was cut off or is not HTTP")
        case OSError() | aiohttp.ClientConnectionError():
            return NetworkError("the connection broke")
        case _:  # an address or a header that cannot be
            return NetworkError("the request cannot be written", sent=False, ours=True)


def _behind(error: BaseException) -> list[BaseException]:
    """The error and all that led to it."""
    seen: list[BaseException] = [error]
    for found in seen:
        inner = found.exceptions if isinstance(found, BaseExceptionGroup) else ()
        causes = (found.__cause__, found.__context__, getattr(found, "os_error", None), *inner)
        seen += [cause for cause in causes if isinstance(cause, BaseException) and cause not in seen]
    return seen


def _why_no_connection(error: BaseException) -> str:
    """The cause in words an operator can act on."""
    seen = _behind(error)
    for kinds, words in _CAUSES:
        if any(isinstance(found, kinds) for found in seen):
            return words
    return "no connection"


_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (ssl.SSLError, "no TLS connection"),
    (socket.gaierror, "its name was not found"),
    (ConnectionRefusedError, "it refuses connections"),
)
