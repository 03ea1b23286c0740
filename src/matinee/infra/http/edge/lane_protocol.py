"""The server's protocol with the hot lane before it."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from matinee.infra.http.edge.connections import ConnectionOptions, Connections, GuardedProtocol
from matinee.infra.http.edge.hot_lane import HotLane


class HotLaneProtocol(GuardedProtocol):
    """The server's protocol with the hot lane before it."""

    lane: HotLane

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: uvicorn's own arguments, passed on
        super().__init__(*args, **kwargs)
        self._between = True
        self._settled = False
        """Whether nothing has happened since the hot lane answered last: no message begun, nothing waiting to be sent."""
        self._last = 0.0
        self._peer = ""
        self._repeats = self.lane.repeats

    def data_received(self, data: bytes) -> None:
        """Bytes came: the hot lane if it may and can, else the normal path."""
        transport = self.transport
        if self._settled:
            again = self._repeats.answer(data, self.server_state.default_headers, self._peer)
            if again is not None:
                transport.write(again)
                self._last = self.loop.time()
                return
        cycle = self.cycle
        if (
            self._between
            and (cycle is None or cycle.response_complete)  # type: ignore[redundant-expr]  # None before the first request
            and not self.pipeline
            and not self.flow.write_paused
            and not transport.is_closing()
        ):
            sent = self.lane.answer(data, self.server_state.default_headers, self._peer)
            if sent is not None:
                self._settled = True  # before writing, which may find that the client reads slowly
                if len(sent) == 1:
                    transport.write(sent[0])
                else:
                    transport.writelines(sent)
                self._last = self.loop.time()
                if self.timed:
                    self.settled()
                if self.timeout_keep_alive_task is None:
                    self._await_next(self.timeout_keep_alive)
                return
        self._settled = False
        super().data_received(data)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """A client has connected."""
        super().connection_made(transport)
        self._peer = self.client[0] if self.client else ""

    def pause_writing(self) -> None:
        """The client reads slowly: what comes next is looked at closely."""
        self._settled = False
        super().pause_writing()

    def on_message_begin(self) -> None:
        """The parser is inside a message now."""
        self._between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """The parser is between messages again."""
        self._between = True
        super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Closes the connection when it was idle for so long; hot answers do not set the timer anew, so it looks here."""
        left = self._last + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._await_next(left)
        else:
            super().timeout_keep_alive_handler()

    def _await_next(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)


def protocol_with(lane: HotLane, connections: Connections | None = None) -> type[asyncio.Protocol]:
    """The protocol class that uvicorn makes for each connection."""
    bound = {"lane": lane, "guard": connections or Connections(ConnectionOptions())}
    return cast("type[asyncio.Protocol]", type("BoundHotLaneProtocol", (HotLaneProtocol,), bound))
