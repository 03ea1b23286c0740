"""Starting and ending a playing, what can be played, and the bandwidth probe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.responses import StreamingResponse

from matinee.features.playback.decider import Capabilities
from matinee.features.playback.policy import MOST_PROBE_BYTES, PROBE_BYTES
from matinee.features.playback.schemas import ActiveSession, SessionIn, SourceView, StreamingSessionView
from matinee.features.playback.service import PlaybackService, Player
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import Fields, ListOf
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import require_permission, requires, service
from matinee.infra.http.idempotency import IdempotentRoute, idempotency_key
from matinee.infra.http.input.identifiers import ObjectId
from matinee.infra.http.maturity import suitable_title, suited

router = APIRouter(prefix="/streaming", tags=["playback"], route_class=IdempotentRoute)
Service = Annotated[PlaybackService, Depends(service(PlaybackService))]
Watcher = Annotated[Caller, Depends(requires("playback"))]
_CHUNK = 64 * 1024


def player_of(caller: Caller) -> Player:
    return Player(
        caller.user_id,
        caller.name,
        caller.credential_id,
        caller.is_admin,
        caller.tier,
        caller.permissions,
        caller.profile_id,
        caller.max_age,
    )


@router.post("/sessions", status_code=201, dependencies=[Depends(require_permission("play")), Depends(idempotency_key)])
async def begin(body: SessionIn, playback: Service, caller: Watcher, response: Response) -> StreamingSessionView:
    """Start playing a title or an item.

    The answer says how (`direct`, `remux` or `transcode`) and, as data, what stood against a simpler way.
    """
    client = Capabilities.of(**body.capabilities.model_dump())
    view = await playback.begin(player_of(caller), client, item_id=body.item_id, title_id=body.title_id)
    response.headers["cache-control"] = NO_STORE
    return view


@router.delete("/sessions/{session_id}", status_code=204)
async def end(session_id: ObjectId, playback: Service, caller: Watcher) -> None:
    """Stop playing: its URLs are revoked and its conversion ends."""
    await playback.end(player_of(caller), session_id)


@router.get("/sessions", response_model=ListOf[ActiveSession])
async def active(request: Request, playback: Service, caller: Watcher, fields: Fields = None) -> Response:
    """What you are playing now; for administrators what everybody is playing."""
    found = await playback.active(player_of(caller))
    return answer(request, await suited(request, caller, ListOf[ActiveSession](items=found)), fields=fields)


@router.get(
    "/sources/{title_id}",
    response_model=ListOf[SourceView],
    dependencies=[Depends(requires("playback")), Depends(suitable_title)],
)
async def sources(
    request: Request, title_id: Annotated[str, Path(max_length=64)], playback: Service, fields: Fields = None
) -> Response:
    """Every file that plays a title, the best first."""
    return answer(request, ListOf[SourceView](items=await playback.sources(title_id)), fields=fields)


@router.head("/bandwidth", dependencies=[Depends(requires("playback"))], include_in_schema=False)
@router.get("/bandwidth", dependencies=[Depends(requires("playback"))], response_class=Response)
async def bandwidth(
    size: Annotated[int, Query(alias="bytes", ge=1, le=MOST_PROBE_BYTES, description="How many bytes.")] = PROBE_BYTES,
) -> Response:
    """Bytes that cannot be compressed, to measure how fast the line is."""
    headers = {"cache-control": "no-store, no-transform", "content-length": str(size)}
    return StreamingResponse(_noise(size), media_type="application/octet-stream", headers=headers)


def _noise(size: int) -> Iterator[bytes]:
    """A random block over and over: nothing between here and there compresses over more than its own 32 KiB window."""
    block = os.urandom(_CHUNK)
    for start in range(0, size, _CHUNK):
        yield block[: min(_CHUNK, size - start)]
