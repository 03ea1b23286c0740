"""The two ways to listen: server-sent events, and a WebSocket with the same messages."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response, WebSocket, WebSocketDisconnect
from starlette.types import Receive, Scope, Send

from matinee.features.notifications.service import Connection, NotificationsService
from matinee.infra.errors import AuthenticationRequired, Forbidden, MatineeError
from matinee.infra.feature import Container
from matinee.infra.http.caller import Authenticator, Caller
from matinee.infra.http.dependencies import CurrentCaller, service
from matinee.infra.http.edge.server import Shutdown
from matinee.infra.http.problems import problem_response

HEARTBEAT = 15.0
CHECK_AGAIN = 60.0
"""How often a long connection's credential is verified again, so that a revoked one does not listen on."""
PROTOCOL = "matinee"
_RESTARTING, _POLICY = 1012, 1008
_OUR_ENDS = 2
"""Of the parts of a WebSocket, from which on it is the server that ends it: the credential, then the shutdown."""

router = APIRouter(tags=["realtime"])
Notifications = Annotated[NotificationsService, Depends(service(NotificationsService))]


@router.get("/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def events(request: Request, notifications: Notifications, caller: CurrentCaller) -> Response:
    """Live messages as server-sent events; each is `{"type": …, "data": …}`.

    `job` (administrators): a job as `GET /admin/jobs/{id}` shows it; first every active one, then each that changes. `library`:
    how many files were added, updated and removed. `resync`: this client was too slow and has missed something. The stream
    starts with a snapshot each time, so `Last-Event-ID` is not needed; a comment is sent every 15 seconds.
    """
    return _EventStream(request, notifications, caller)


class _EventStream(Response):
    """Ends when the client goes, the server stops, or the credential is no longer valid."""

    def __init__(self, request: Request, notifications: NotificationsService, caller: Caller) -> None:
        super().__init__(media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._request = request
        self._notifications = notifications
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        container: Container = self._request.app.state.container
        await send(_chunk(b"retry: 3000\n\n"))
        with self._notifications.connect(self._caller) as connection:
            parts = (
                _gone(receive),
                _closing(container),
                _still_valid(container, self._request, self._caller),
                _write(connection, send),
            )
            await _first_to_end(*parts)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _write(connection: Connection, send: Send) -> None:
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT):
                batch = await connection.next()
        except TimeoutError:
            await send(_chunk(b": still here\n\n"))
            continue
        if batch:
            await send(_chunk("".join(f"data: {text}\n\n" for text in batch).encode()))


def _chunk(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def realtime(websocket: WebSocket) -> None:
    """The messages of `GET /events` over a WebSocket. `{"type": "ping"}` is answered with `{"type": "pong"}`.

    The credential comes in a header, in the cookie (from pages of this server only), or as subprotocols: `matinee` and
    `bearer.<access token>`.
    """
    container: Container = websocket.app.state.container
    try:
        caller = await _caller_of(container, websocket)
        if caller is None:
            raise AuthenticationRequired("Sign in, or send an access token or an API key.")
        if caller.credential == "cookie" and not _same_origin(websocket.headers):
            raise Forbidden("A page of another site may not listen here.")
    except MatineeError as error:
        await websocket.send_denial_response(problem_response(error, instance=websocket.url.path, correlation_id=""))
        return
    offered = websocket.scope.get("subprotocols", [])
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
    with container.get(NotificationsService).connect(caller) as connection:
        ended = await _first_to_end(
            _answer(websocket), _send(connection, websocket), _still_valid(container, websocket, caller), _closing(container)
        )
    if ended >= _OUR_ENDS:
        await websocket.close(_POLICY if ended == _OUR_ENDS else _RESTARTING)


async def _answer(websocket: WebSocket) -> None:
    while True:
        try:
            message = await websocket.receive_json()
        except WebSocketDisconnect:
            return
        except (ValueError, KeyError):  # not JSON, or not text
            continue
        if isinstance(message, dict) and message.get("type") == "ping":
            await websocket.send_text('{"type":"pong","data":{}}')


async def _send(connection: Connection, websocket: WebSocket) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):  # RuntimeError is Starlette's word for sending to one who has gone
        while True:
            for text in await connection.next():
                await websocket.send_text(text)


async def _closing(container: Container) -> None:
    await container.get(Shutdown).wait()


async def _still_valid(container: Container, request: Request | WebSocket, listener: Caller) -> None:
    """Return when the credential no longer is, or when it means another profile, which may hear other things."""
    while True:
        await asyncio.sleep(CHECK_AGAIN)
        try:
            found = await _caller_of(container, request)
            if found is None or (found.profile_id, found.scopes) != (listener.profile_id, listener.scopes):
                return
        except MatineeError as error:
            if error.spec.category == "auth":
                return


async def _caller_of(container: Container, connection: Request | WebSocket) -> Caller | None:
    authenticator = container.get(Authenticator)  # type: ignore[type-abstract]  # a key, not a constructor
    headers = dict(connection.headers)
    for offered in connection.scope.get("subprotocols", []):
        if offered.startswith("bearer."):
            headers["authorization"] = f"Bearer {offered.removeprefix('bearer.')}"
    return await authenticator.authenticate("GET", headers, connection.cookies)


def _same_origin(headers: Mapping[str, str]) -> bool:
    """Browsers send Origin with every WebSocket, also to other sites, and with our cookie (RFC 6455 section 10.2)."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


async def _first_to_end(*parts: Any) -> int:
    """Run all; when one ends, cancel the others and give its place."""
    ended: list[int] = []

    async def run(place: int, part: Any) -> None:
        await part
        ended.append(place)
        raise _EndedError

    try:
        async with asyncio.TaskGroup() as group:
            for place, part in enumerate(parts):
                group.create_task(run(place, part))
    except* _EndedError:
        pass
    return ended[0]


class _EndedError(Exception):
    """Ends a task group."""


router.add_websocket_route("/realtime", realtime)
