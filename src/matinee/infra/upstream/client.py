"""The innermost transport: one exchange over HTTP.

It drives httpx2's transports rather than its client: that one logs every address with its query, keeps cookies and follows
redirects, none of which an upstream should get. Connection pool, TLS, proxies and protocol are the library's.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import cast

import httpx2

from matinee import __version__
from matinee.infra.clock import Clock
from matinee.infra.upstream.body import ACCEPT_ENCODING, BodyTooLarge, BodyUnreadable, read_body
from matinee.infra.upstream.errors import ResponseTooLarge, UpstreamRejected, UpstreamTimeout, UpstreamUnavailable
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.transport import Call, Reply
from matinee.infra.upstream.verdicts import judged

_IDLE_SECONDS = 30.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HttpClient:
    """Sends to `Call.base_url`, else to the first of the policy. `network` stands in for the real one in tests."""

    def __init__(self, policy: UpstreamPolicy, clock: Clock, network: httpx2.AsyncBaseTransport | None = None) -> None:
        self._policy = policy
        self._clock = clock
        self._network = network or _network(policy)
        seconds = policy.per_try.total_seconds()
        self._timeout = {
            "connect": min(policy.connect.total_seconds(), seconds),
            "read": seconds,
            "write": seconds,
            "pool": seconds,
        }

    async def send(self, call: Call) -> Reply:
        base_url = call.base_url or self._policy.base_urls[0]
        began = self._clock.monotonic()
        with self._named_errors():
            reply = await self._exchange(call, base_url, self._request(call, base_url))
        elapsed = self._clock.monotonic() - began
        return judged(self._policy.name, call, Reply(reply[0], reply[1], reply[2], base_url, elapsed), self._clock.now())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._network.aclose()

    def _request(self, call: Call, base_url: str) -> httpx2.Request:
        if (call.path and not call.path.startswith("/")) or "?" in call.path or "#" in call.path:
            raise AssertionError("a path begins with a slash and holds no query")  # else it could change the host
        url = httpx2.URL(base_url.rstrip("/") + call.path)
        headers = {"user-agent": f"Matinee/{__version__}", "accept": call.expects or "*/*", "accept-encoding": ACCEPT_ENCODING}
        return httpx2.Request(
            call.method,
            url.copy_with(params=httpx2.QueryParams(_pairs(call))) if call.query else url,
            headers={**headers, **call.headers},
            content=call.body or None,
            extensions={"timeout": self._timeout},
        )

    async def _exchange(self, call: Call, base_url: str, request: httpx2.Request) -> tuple[int, Mapping[str, str], bytes]:
        for _ in range(self._policy.redirects + 1):
            response = await self._network.handle_async_request(request)
            try:
                headers = {name.lower(): value for name, value in response.headers.items()}
                body = await self._body(response, headers, call.method)
            finally:
                await response.aclose()
            onward = self._redirected(call, request, response.status_code, headers)
            if onward is None:
                return response.status_code, headers, body
            request = onward
        raise UpstreamUnavailable(self._policy.name, "it redirects without end")

    async def _body(self, response: httpx2.Response, headers: Mapping[str, str], method: str) -> bytes:
        limit, declared = self._policy.response_limit, headers.get("content-length", "")
        if method != "HEAD" and declared.isascii() and declared.isdigit() and int(declared) > limit:
            raise BodyTooLarge
        stream = cast(httpx2.AsyncByteStream, response.stream)
        return await read_body(stream, headers.get("content-encoding", ""), limit)

    def _redirected(self, call: Call, request: httpx2.Request, status: int, headers: Mapping[str, str]) -> httpx2.Request | None:
        if not self._policy.redirects or status not in _REDIRECTS or call.method != "GET" or "location" not in headers:
            return None
        target = request.url.join(headers["location"])
        if (target.scheme, target.host, target.port) != (request.url.scheme, request.url.host, request.url.port):
            # The credential must not go there, and an address inside our own network must not be reached this way.
            raise UpstreamUnavailable(self._policy.name, "it redirects to another place")
        return httpx2.Request("GET", target, headers=request.headers, extensions=request.extensions)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """The library's errors as ours. Their text stays behind (`from None`): some quote the address or a header."""
        name = self._policy.name
        try:
            yield
        except (httpx2.ConnectTimeout, httpx2.PoolTimeout):
            raise UpstreamTimeout(name, "no connection in time", sent=False) from None
        except (httpx2.TimeoutException, TimeoutError):
            raise UpstreamTimeout(name, "no answer in time") from None
        except httpx2.ConnectError as error:
            raise UpstreamUnavailable(name, _why_no_connection(error), sent=False) from None
        except httpx2.ProxyError:
            raise UpstreamUnavailable(name, "the proxy refused to connect", sent=False) from None
        except (httpx2.LocalProtocolError, httpx2.InvalidURL, httpx2.UnsupportedProtocol, UnicodeError):
            raise UpstreamRejected(
                name, "the request cannot be written; is there a stray character in a credential or address?", sent=False
            ) from None
        except httpx2.RemoteProtocolError:
            raise UpstreamUnavailable(name, "its answer was cut off or is not HTTP") from None
        except BodyUnreadable:
            raise UpstreamUnavailable(name, "its answer was cut off or is wrongly encoded") from None
        except BodyTooLarge:
            limit = self._policy.response_limit
            raise ResponseTooLarge(name, f"its answer is larger than {limit} bytes") from None
        except (httpx2.RequestError, OSError):
            raise UpstreamUnavailable(name, "the connection broke") from None


def _network(policy: UpstreamPolicy) -> httpx2.AsyncBaseTransport:
    size = policy.bulkhead.concurrent
    limits = httpx2.Limits(max_connections=size, max_keepalive_connections=size, keepalive_expiry=_IDLE_SECONDS)
    return httpx2.AsyncHTTPTransport(limits=limits, proxy=policy.proxy, retries=0)


def _pairs(call: Call) -> list[tuple[str, str | int | float | bool | None]]:
    return list(call.query.items() if isinstance(call.query, Mapping) else call.query)


def _why_no_connection(error: BaseException) -> str:
    """The cause in words an operator can act on."""
    seen: list[BaseException] = [error]
    for found in seen:
        inner = found.exceptions if isinstance(found, BaseExceptionGroup) else ()
        seen += [cause for cause in (found.__cause__, found.__context__, *inner) if cause is not None and cause not in seen]
    for kind, words in _CAUSES:
        if any(isinstance(found, kind) for found in seen):
            return words
    return "no connection"


_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (ssl.SSLError, "no TLS connection"),
    (socket.gaierror, "its name was not found"),
    (ConnectionRefusedError, "it refuses connections"),
)
