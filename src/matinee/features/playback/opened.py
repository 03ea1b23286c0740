"""Sessions that are playing in this process; put together again from their row when another process began them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from matinee.features.playback import repository
from matinee.features.playback.decider import Capabilities, Decision, decide
from matinee.features.playback.errors import MediaUnreadableError, NoSource, PlaybackUrlExpired
from matinee.features.playback.models import PlaybackSessionRow
from matinee.features.playback.renditions import Presentation, present, source_key
from matinee.features.playback.sources import LibraryFiles, SourceFile
from matinee.features.playback.transcoder import Viewer
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.ids import ItemId
from matinee.infra.media.info import MediaInfo
from matinee.infra.media.keyframes import KeyFrameReader, KeyFrames
from matinee.infra.media.probe import MediaUnreadable

_KEPT = 500
_BELIEVED = 10.0  # seconds that a session's row is believed: another process may have revoked it


@dataclass(slots=True)
class OpenSession:
    """A session and what it plays."""

    id: str
    user_id: str
    profile_id: str
    source: SourceFile
    info: MediaInfo
    client: Capabilities
    decision: Decision
    expires_at: datetime
    viewer: Viewer
    checked_at: float
    asked_at: float
    """When its player last asked for something; monotonic."""
    noted_at: float = float("-inf")
    """The `asked_at` that other processes were told of."""
    taken: int = 0
    """Answers with the file itself that are under way: a player may take a whole film with one request."""
    begun_at: float | None = None
    """When it began, where it began in this process; monotonic."""
    shown: Presentation | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class KeyFrameCache:
    """Key frames of files, read once each."""

    def __init__(self, reader: KeyFrameReader) -> None:
        self._reader = reader
        self._known: OrderedDict[str, KeyFrames | None] = OrderedDict()
        self._lock = asyncio.Lock()

    def known(self, source: SourceFile) -> KeyFrames | None:
        """What has been read already."""
        return self._known.get(source_key(source))

    async def read(self, source: SourceFile, stream: int) -> KeyFrames | None:
        """The key frames of a picture track, None when they cannot be read."""
        key = source_key(source)
        if key not in self._known:
            async with self._lock:
                if key not in self._known:
                    try:
                        self._known[key] = await self._reader.read(source.path, stream)
                    except MediaUnreadable:
                        self._known[key] = None
                    if len(self._known) > _KEPT:
                        self._known.popitem(last=False)
        return self._known.get(key)


class OpenSessions:
    """Finds sessions by id, in memory first."""

    def __init__(self, database: Database, clock: Clock, library: LibraryFiles, keys: KeyFrameCache) -> None:
        self._database = database
        self._clock = clock
        self._library = library
        self.keys = keys
        self._open: OrderedDict[str, OpenSession] = OrderedDict()

    def keep(self, session: OpenSession) -> None:
        """Remember a new session."""
        self._open[session.id] = session
        if len(self._open) > _KEPT:
            self._open.popitem(last=False)

    def forget(self, session_id: str) -> None:
        """It has ended."""
        self._open.pop(session_id, None)

    def position(self, session_id: str) -> float | None:
        """Where the session watches, None when it has not asked for pictures here."""
        found = self._open.get(session_id)
        return found.viewer.position if found and found.shown else None

    def known(self, session_id: str) -> OpenSession | None:
        """A session of this process."""
        return self._open.get(session_id)

    def all(self) -> list[OpenSession]:
        """Those of this process."""
        return list(self._open.values())

    def of_user(self, user_id: str) -> list[OpenSession]:
        """That user's sessions in this process."""
        return [session for session in self._open.values() if session.user_id == user_id]

    def at_hand(self, session_id: str) -> OpenSession | None:
        """A session that may be played and whose presentation is known; None where `get` and `presentation` must look."""
        session = self._open.get(session_id)
        if session is None or session.shown is None or self._clock.monotonic() - session.checked_at >= _BELIEVED:
            return None
        self._asked(session)
        return session

    async def get(self, session_id: str) -> OpenSession:
        """A session that may be played. Raises `PlaybackUrlExpired` when it has ended, `NoSource` when its file is gone."""
        session = self._open.get(session_id)
        if session is not None and self._clock.monotonic() - session.checked_at < _BELIEVED:
            self._asked(session)
            return session
        async with self._database.read() as unit:
            row = await repository.find_session(unit, session_id)
            if row is None or row.revoked_at is not None or row.expires_at <= self._clock.now():
                self.forget(session_id)
                raise PlaybackUrlExpired("This playing has ended; start it again.")
            if session is None:
                item = await self._library.item(unit, ItemId(row.item_id))
                source = next((file for file in item.files if file.id == row.file_id), None)
                session = self._restored(row, source)
                self.keep(session)
        session.checked_at = self._clock.monotonic()
        self._asked(session)
        return session

    @contextmanager
    def taking(self, session: OpenSession) -> Iterator[None]:
        """For as long as its player takes the file itself."""
        session.taken += 1
        try:
            yield
        finally:
            session.taken -= 1
            self._asked(session)

    def asked_at(self, session: OpenSession) -> float:
        """When its player last asked for something, or took what it had asked for; monotonic."""
        if session.taken:
            session.asked_at = self._clock.monotonic()
        return session.asked_at

    async def presentation(self, session: OpenSession) -> Presentation:
        """What HLS offers in this session."""
        async with session.lock:
            if session.shown is None:
                keys = None
                if session.decision.copies_video:
                    keys = await self.keys.read(session.source, session.decision.video.index)
                session.shown = present(session.source, session.info, session.decision, session.client, keys)
        return session.shown

    def _asked(self, session: OpenSession) -> None:
        session.asked_at = self._clock.monotonic()
        if session.id in self._open:
            self._open.move_to_end(session.id)

    def _restored(self, row: PlaybackSessionRow, source: SourceFile | None) -> OpenSession:
        if source is None or source.state == "missing":
            raise NoSource("The file is not there any more.")
        if source.info is None:
            raise MediaUnreadableError("The file cannot be read any more.")
        client = client_from(row.document["capabilities"])
        return OpenSession(
            id=row.id,
            user_id=row.user_id,
            profile_id=profile_of(row),
            source=source,
            info=source.info,
            client=client,
            decision=decide(source.info, client),
            expires_at=row.expires_at,
            viewer=Viewer(row.id, row.user_id, float(row.document.get("position", 0.0)), row.document.get("transcodes")),
            checked_at=self._clock.monotonic(),
            asked_at=self._clock.monotonic(),
        )


def profile_of(row: PlaybackSessionRow) -> str:
    """Which of the account's profiles plays."""
    return str(row.document.get("profile_id", row.user_id))


def client_document(client: Capabilities) -> dict[str, Any]:  # Any: a JSON document
    """Capabilities as JSON; `client_from` reads them back."""
    return {
        "video_codecs": sorted(client.video_codecs),
        "audio_codecs": sorted(client.audio_codecs),
        "containers": sorted(client.containers),
        "max_height": client.max_height,
        "max_bitrate": client.max_bitrate,
        "hdr": client.hdr,
    }


def client_from(document: dict[str, Any]) -> Capabilities:  # Any: a JSON document
    """The inverse of `client_document`."""
    return Capabilities.of(**document)
