"""What is behind a session's signed addresses."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from matinee.features.playback.captions import Captions
from matinee.features.playback.errors import PlaybackUrlExpired
from matinee.features.playback.opened import KeyFrameCache, OpenSession, OpenSessions
from matinee.features.playback.playlist import audio_playlist, master_playlist, subtitle_playlist, video_playlist
from matinee.features.playback.rendering import Renderer
from matinee.features.playback.sessions import Links
from matinee.features.playback.sources import SourceFile
from matinee.features.playback.thumbnails import Thumbnails
from matinee.features.playback.transcoder import Rendition, Transcoder
from matinee.infra.errors import NotFound


@dataclass(frozen=True, slots=True)
class FileInPlay:
    """A file, and what to hold while it is sent: its session is being played for so long."""

    source: SourceFile
    taking: AbstractContextManager[None]


class Delivery:
    """Playlists, segments, subtitles, thumbnails and files. Every method checks the signature first.

    Raises `PlaybackUrlExpired` for a link that is not valid, `NotFound` for what the session does not have.
    """

    def __init__(
        self,
        sessions: OpenSessions,
        links: Links,
        transcoder: Transcoder,
        renderer: Renderer,
        captions: Captions,
        thumbnails: Thumbnails,
        keys: KeyFrameCache,
    ) -> None:
        self._sessions = sessions
        self._links = links
        self._transcoder = transcoder
        self._renderer = renderer
        self._captions = captions
        self._thumbnails = thumbnails
        self._keys = keys

    async def master(self, session_id: str, expires: int, signature: str) -> str:
        """The multivariant playlist."""
        shown = await self._sessions.presentation(await self._session(session_id, expires, signature))
        return master_playlist(shown, _query(expires, signature))

    async def video_playlist(self, session_id: str, name: str, expires: int, signature: str) -> str:
        """The playlist of a video rendition."""
        shown = await self._sessions.presentation(await self._session(session_id, expires, signature))
        picture = shown.picture(name)
        if picture is None:
            raise NotFound("There is no such rendition.")
        return video_playlist(shown, picture, _query(expires, signature))

    async def audio_playlist(self, session_id: str, name: str, expires: int, signature: str) -> str:
        """The playlist of an audio rendition."""
        shown = await self._sessions.presentation(await self._session(session_id, expires, signature))
        if shown.sound(name) is None:
            raise NotFound("There is no such audio track.")
        return audio_playlist(shown, _query(expires, signature))

    async def subtitle_playlist(self, session_id: str, index: int, expires: int, signature: str) -> str:
        """The playlist of a subtitle track."""
        shown = await self._sessions.presentation(await self._session(session_id, expires, signature))
        if all(text.index != index for text in shown.texts):
            raise NotFound("There is no such subtitle track.")
        return subtitle_playlist(shown.info.duration, _query(expires, signature))

    async def video_segment(self, session_id: str, name: str, number: int, expires: int, signature: str) -> Path:
        """A segment of a video rendition (-1: its initialisation segment)."""
        session = await self._session(session_id, expires, signature)
        shown = await self._sessions.presentation(session)
        picture = shown.picture(name)
        if picture is None or number >= shown.grid_of(picture).count:
            raise NotFound("There is no such segment.")
        rendition = await self._renderer.picture(shown, picture)
        return await self._transcoder.segment(rendition, number, session.viewer)

    async def audio_segment(self, session_id: str, name: str, number: int, expires: int, signature: str) -> Path:
        """A segment of an audio rendition (-1: its initialisation segment)."""
        session = await self._session(session_id, expires, signature)
        shown = await self._sessions.presentation(session)
        sound = shown.sound(name)
        if sound is None or number >= shown.sound_frames.count:
            raise NotFound("There is no such segment.")
        return await self._transcoder.segment(self._renderer.sound(shown, sound), number, session.viewer)

    def ready_segment(self, kind: str, session_id: str, name: str, number: int, expires: int, signature: str) -> Path | None:
        """A `video` or `audio` segment that is there already; None where the others must look or refuse."""
        try:
            self._links.check_session(session_id, expires, signature)
        except PlaybackUrlExpired:
            return None
        session = self._sessions.at_hand(session_id)
        shown = session.shown if session else None
        if session is None or shown is None:
            return None
        rendition: Rendition | None = None
        if kind == "video":
            picture = shown.picture(name)
            if picture is not None and number < shown.grid_of(picture).count:
                rendition = self._renderer.picture_now(shown, picture)
        elif (sound := shown.sound(name)) is not None and number < shown.sound_frames.count:
            rendition = self._renderer.sound(shown, sound)
        return None if rendition is None else self._transcoder.ready(rendition, number, session.viewer)

    async def subtitle_piece(self, session_id: str, index: int, number: int, expires: int, signature: str) -> str:
        """One WebVTT piece of a subtitle track."""
        shown = await self._sessions.presentation(await self._session(session_id, expires, signature))
        return await self._captions.piece(shown, index, number)

    async def thumbnail_index(self, session_id: str, expires: int, signature: str) -> str:
        """Which picture belongs to which time."""
        shown = await self._sessions.presentation(await self._session(session_id, expires, signature))
        return self._thumbnails.index(shown, _query(expires, signature))

    async def thumbnail_sheet(self, session_id: str, number: int, expires: int, signature: str) -> Path:
        """A sheet of pictures."""
        session = await self._session(session_id, expires, signature)
        shown = await self._sessions.presentation(session)
        return await self._thumbnails.sheet(shown, number, self._keys.known(session.source))

    async def file(self, session_id: str, file_id: str, expires: int, signature: str) -> FileInPlay:
        """The file itself."""
        self._links.check_file(session_id, file_id, expires, signature)
        session = await self._sessions.get(session_id)
        if session.source.id != file_id or not await asyncio.to_thread(session.source.path.is_file):
            raise NotFound("The file is not there.")
        return FileInPlay(session.source, self._sessions.taking(session))

    async def close(self) -> None:
        """Stop all work that was begun for players."""
        await self._transcoder.close()
        await self._captions.close()
        await self._thumbnails.close()

    async def _session(self, session_id: str, expires: int, signature: str) -> OpenSession:
        self._links.check_session(session_id, expires, signature)
        return await self._sessions.get(session_id)


def _query(expires: int, signature: str) -> str:
    return f"e={expires}&s={signature}"
