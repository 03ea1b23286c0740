"""What players fetch: playlists, segments, subtitles, thumbnails, files. The signed address is all they need."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.types import Receive, Scope, Send

from matinee.features.playback.delivery import Delivery
from matinee.features.playback.playlist import MEDIA_TYPE
from matinee.features.playback.policy import PlaybackOptions
from matinee.infra.http.answers.conventions import encoded
from matinee.infra.http.answers.files import FileAnswer
from matinee.infra.http.dependencies import service
from matinee.infra.http.documentation import may_answer
from matinee.infra.http.input.identifiers import ObjectId
from matinee.infra.http.limits import limited

_ANSWERS = may_answer("playback_url_expired", "transcode_capacity", "transcode_failed", "media_unreadable")
_FILES = {206: {"description": "A range."}, 304: {"description": "Not changed."}, **may_answer("range_not_satisfiable")}
router = APIRouter(prefix="/streaming", tags=["playback"], responses={**_ANSWERS, **_FILES})
Deliver = Annotated[Delivery, Depends(service(Delivery))]
Options = Annotated[PlaybackOptions, Depends(service(PlaybackOptions))]
Expires = Annotated[int, Query(alias="e", ge=0, le=253_402_300_799, description="When the link ends, Unix seconds.")]
Signature = Annotated[str, Query(alias="s", max_length=64, description="Signature of the link.")]
Number = Annotated[int, Path(ge=0, le=1_000_000)]
Name = Annotated[str, Path(max_length=32)]


@dataclass(frozen=True, slots=True)
class _Link:
    """A signed address below a session, as `Delivery` takes it."""

    deliver: Delivery
    session_id: str
    expires: int
    signature: str


async def _link(session_id: ObjectId, deliver: Deliver, expires: Expires, signature: Signature) -> _Link:
    return _Link(deliver, session_id, expires, signature)


Link = Annotated[_Link, Depends(_link)]
SEGMENT_CACHE = "private, max-age=31536000, immutable"
_BASE = "/sessions/{session_id}"
_CONTAINERS = {".webm": "video/webm", ".mkv": "video/x-matroska", ".mov": "video/quicktime", ".ts": "video/mp2t"}
_CONTAINERS |= {".avi": "video/x-msvideo", ".mpg": "video/mpeg", ".flv": "video/x-flv", ".ogv": "video/ogg", ".3gp": "video/3gpp"}


class _InPlay(FileAnswer):
    """A file whose session is being played until its last byte is taken."""

    def __init__(self, taking: AbstractContextManager[None], path: FilePath, **given: Any) -> None:  # Any: see `FileAnswer`
        super().__init__(path, **given)
        self._taking = taking

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._taking:
            await super().__call__(scope, receive, send)


def segment_answer(request: Request, path: FilePath, media_type: str, options: PlaybackOptions) -> Response:
    """A segment, which never changes."""
    headers = request.headers
    return FileAnswer(path, media_type=media_type, cache=SEGMENT_CACHE, request_headers=headers, accel=options.accel_prefix)


def _playlist(request: Request, text: str) -> Response:
    return encoded(request, text.encode(), MEDIA_TYPE)


@router.get(_BASE + "/master.m3u8", response_class=Response)
@limited("none")
async def master(request: Request, link: Link) -> Response:
    """The HLS multivariant playlist: sizes of the picture, sound tracks, subtitles."""
    return _playlist(request, await link.deliver.master(link.session_id, link.expires, link.signature))


@router.get(_BASE + "/video/{name}/index.m3u8", response_class=Response)
@limited("none")
async def video_playlist(request: Request, link: Link, name: Name) -> Response:
    """The HLS playlist of one size of the picture, complete from the start."""
    return _playlist(request, await link.deliver.video_playlist(link.session_id, name, link.expires, link.signature))


@router.get(_BASE + "/audio/{name}/index.m3u8", response_class=Response)
@limited("none")
async def audio_playlist(request: Request, link: Link, name: Name) -> Response:
    """The HLS playlist of one sound track."""
    return _playlist(request, await link.deliver.audio_playlist(link.session_id, name, link.expires, link.signature))


@router.get(_BASE + "/subtitles/{index}/index.m3u8", response_class=Response)
@limited("none")
async def subtitle_playlist(request: Request, link: Link, index: Number) -> Response:
    """The HLS playlist of one subtitle track."""
    return _playlist(request, await link.deliver.subtitle_playlist(link.session_id, index, link.expires, link.signature))


@router.get(_BASE + "/video/{name}/init.mp4", response_class=Response)
@limited("none")
async def video_init(request: Request, link: Link, name: Name, options: Options) -> Response:
    """The initialisation segment of one size of the picture."""
    path = await link.deliver.video_segment(link.session_id, name, -1, link.expires, link.signature)
    return segment_answer(request, path, "video/mp4", options)


@router.get(_BASE + "/video/{name}/{number}.m4s", response_class=Response)
@limited("none")
async def video_segment(request: Request, link: Link, name: Name, number: Number, options: Options) -> Response:
    """A segment of one size of the picture, made now if it is not there. 503 when it takes longer than players wait."""
    path = await link.deliver.video_segment(link.session_id, name, number, link.expires, link.signature)
    return segment_answer(request, path, "video/mp4", options)


@router.get(_BASE + "/audio/{name}/init.mp4", response_class=Response)
@limited("none")
async def audio_init(request: Request, link: Link, name: Name, options: Options) -> Response:
    """The initialisation segment of one sound track."""
    path = await link.deliver.audio_segment(link.session_id, name, -1, link.expires, link.signature)
    return segment_answer(request, path, "audio/mp4", options)


@router.get(_BASE + "/audio/{name}/{number}.m4s", response_class=Response)
@limited("none")
async def audio_segment(request: Request, link: Link, name: Name, number: Number, options: Options) -> Response:
    """A segment of one sound track."""
    path = await link.deliver.audio_segment(link.session_id, name, number, link.expires, link.signature)
    return segment_answer(request, path, "audio/mp4", options)


@router.get(_BASE + "/subtitles/{index}/{number}.vtt", response_class=Response)
@limited("none")
async def subtitle_piece(request: Request, link: Link, index: Number, number: Number) -> Response:
    """A minute of subtitles as WebVTT."""
    text = await link.deliver.subtitle_piece(link.session_id, index, number, link.expires, link.signature)
    return encoded(request, text.encode(), "text/vtt; charset=utf-8")


@router.get(_BASE + "/trickplay/thumbnails.vtt", response_class=Response)
@limited("none")
async def thumbnail_index(request: Request, link: Link) -> Response:
    """Which small picture belongs to which time, as WebVTT with rectangles of sheets."""
    return encoded(
        request,
        (await link.deliver.thumbnail_index(link.session_id, link.expires, link.signature)).encode(),
        "text/vtt; charset=utf-8",
    )


@router.get(_BASE + "/trickplay/{number}.jpg", response_class=Response)
@limited("none")
async def thumbnail_sheet(request: Request, link: Link, number: Number, options: Options) -> Response:
    """A sheet of small pictures. 503 while it is being made."""
    path = await link.deliver.thumbnail_sheet(link.session_id, number, link.expires, link.signature)
    return segment_answer(request, path, "image/jpeg", options)


@router.head("/files/{file_id}", include_in_schema=False)
@router.get("/files/{file_id}", response_class=Response)
@limited("none")
async def file(
    request: Request,
    file_id: ObjectId,
    deliver: Deliver,
    options: Options,
    session: Annotated[str, Query(max_length=64, description="The session that the link belongs to.")],
    expires: Expires,
    signature: Signature,
) -> Response:
    """The file itself, whole or one byte range.

    A request for several ranges is answered with the whole file. Conditions: `If-Range`, `If-None-Match` with the strong ETag.
    """
    found = await deliver.file(session, file_id, expires, signature)
    source = found.source
    return _InPlay(
        found.taking,
        source.path,
        media_type=_CONTAINERS.get(source.path.suffix.lower(), "video/mp4"),
        cache="private, no-cache, no-transform",
        request_headers=request.headers,
        accel=options.accel_prefix,
    )
