"""Opens the HTTP client at the first call.

Loading the library and reading the certificates takes a tenth of a second: too long for every start, and for the event loop at
any time, so it happens in a thread.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from matinee.infra.clock import Clock
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.transport import Call, Reply

if TYPE_CHECKING:
    from matinee.infra.upstream.client import HttpClient
    from matinee.infra.upstream.network import Network, OnRefused


class OpenedAtFirstUse:
    """An `HttpClient` that does not exist before it is needed. `network` stands in for the real one in tests."""

    def __init__(self, policy: UpstreamPolicy, clock: Clock, network: Network | None, refused: OnRefused | None = None) -> None:
        self._policy = policy
        self._clock = clock
        self._network = network
        self._refused = refused
        self._client: HttpClient | None = None
        self._opening = asyncio.Lock()

    async def send(self, call: Call) -> Reply:
        client = self._client or await self._opened()
        return await client.send(call)

    async def aclose(self) -> None:
        """Close the connections, if there are any."""
        if self._client is not None:
            await self._client.aclose()

    async def _opened(self) -> HttpClient:
        async with self._opening:
            if self._client is None:
                self._client = self._open() if self._network is not None else await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> HttpClient:
        from matinee.infra.upstream.client import HttpClient

        return HttpClient(self._policy, self._clock, self._network, self._refused)
