"""A network in memory: a handler answers, as with `httpx2.MockTransport`, whose errors stand for what can happen to a request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import httpx2

from matinee.infra.upstream.network import Answered, NetworkError

Handler = Callable[[httpx2.Request], httpx2.Response | Awaitable[httpx2.Response]]


class MockNetwork:
    """A `Network`."""

    def __init__(self, handler: Handler) -> None:
        self._transport = httpx2.MockTransport(handler)  # type: ignore[arg-type]  # its own type knows no awaitables in general

    async def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        request = httpx2.Request(method, url, headers=dict(headers), content=body or None)
        try:
            return _Answered(await self._transport.handle_async_request(request))
        except (httpx2.RequestError, OSError) as error:
            raise named(error) from None

    async def aclose(self) -> None:
        await self._transport.aclose()


class _Answered:
    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}

    async def chunks(self) -> AsyncIterator[bytes]:
        stream: Any = self._response.stream
        try:
            async for chunk in stream:
                yield chunk
        except (httpx2.RequestError, OSError) as error:
            raise named(error) from None

    def close(self) -> None:
        """Nothing is held."""


def named(error: Exception) -> NetworkError:
    """What the real network would say."""
    match error:
        case httpx2.ConnectTimeout():
            return NetworkError("no connection in time", sent=False, late=True)
        case httpx2.TimeoutException():
            return NetworkError("no answer in time", late=True)
        case httpx2.ConnectError():
            return NetworkError("it refuses connections", sent=False)
        case _:
            return NetworkError("the connection broke")
