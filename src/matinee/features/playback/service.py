"""The use cases of playback, and all that other features may import from it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from matinee.features.accounts.events import AccountClosed
from matinee.features.playback import repository
from matinee.features.playback.decider import Capabilities, Decision, Method, Reason, decide, hears
from matinee.features.playback.errors import MediaUnreadableError, NoSource
from matinee.features.playback.models import PlaybackSessionRow
from matinee.features.playback.opened import OpenSession, OpenSessions, client_document, profile_of
from matinee.features.playback.playlist import bandwidth_of
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.presence import Presence
from matinee.features.playback.renditions import Presentation, copies_well, present
from matinee.features.playback.schemas import (
    ActiveSession,
    AudioView,
    ChapterView,
    DecisionView,
    ReasonView,
    RenditionView,
    SourceView,
    StreamingSessionView,
    SubtitleView,
)
from matinee.features.playback.sessions import Links, whole_second
from matinee.features.playback.sources import LibraryFiles, SourceFile, SourceItem
from matinee.features.playback.telemetry import PlaybackMetrics
from matinee.features.playback.transcoder import Viewer
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import NotFound
from matinee.infra.http.caller import Permission
from matinee.infra.http.rights import Rights
from matinee.infra.ids import ItemId, TitleId, UserId, new_id
from matinee.infra.media.info import MediaInfo

__all__ = ["PlaybackOptions", "PlaybackService", "Player"]

log = structlog.get_logger(__name__)
_EFFORT: dict[Method, int] = {"direct": 0, "remux": 1, "transcode": 2}
_REMEMBERED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Player:
    """Who plays."""

    user_id: str
    user_name: str
    credential_id: str
    is_admin: bool
    tier: str
    permissions: frozenset[Permission]
    profile_id: str
    max_age: int | None = None

    def may_see(self, row: PlaybackSessionRow) -> bool:
        """Whether that session is the player's to see and to end."""
        if self.max_age is not None:
            return row.user_id == self.user_id and profile_of(row) == self.profile_id
        return self.is_admin or row.user_id == self.user_id


@dataclass(frozen=True, slots=True)
class _Choice:
    source: SourceFile
    info: MediaInfo
    decision: Decision
    shown: Presentation


class PlaybackService:
    """Sessions and sources. Each call opens its own short units."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        library: LibraryFiles,
        sessions: OpenSessions,
        presence: Presence,
        links: Links,
        options: PlaybackOptions,
        metrics: PlaybackMetrics,
        rights: Rights,
    ) -> None:
        self._database = database
        self._clock = clock
        self._library = library
        self._sessions = sessions
        self._keys = sessions.keys
        self._presence = presence
        self._links = links
        self._options = options
        self._metrics = metrics
        self._rights = rights

    async def begin(
        self, player: Player, client: Capabilities, *, item_id: str | None = None, title_id: str | None = None
    ) -> StreamingSessionView:
        """Start playing. Raises `NoSource`, `MediaUnreadableError`, `TranscodeCapacity`, `QuotaExceeded` with as many streams as
        the account may have, and `Forbidden` or `TierRequired` where it may not have videos converted."""
        async with self._database.read() as unit:
            if item_id is not None:
                item = await self._library.item(unit, ItemId(item_id))
            else:
                item = await self._library.title(unit, player.profile_id, TitleId(title_id or ""))
            resume = await self._library.resume_position(unit, player.profile_id, item.id)
        if player.max_age is not None:
            await self._library.require_suitable(item.title_id, player.max_age)
        choice = await self._choose(item, client)
        allowance = await self._rights.allowance(UserId(player.user_id))
        if choice.decision.method == "transcode" and ("transcode" not in player.permissions or allowance.transcodes == 0):
            raise self._rights.refusal("transcode", player.tier)
        files = {file.id for file in item.files}
        await self._presence.supersede(player.user_id, player.profile_id, files)
        row = self._row(player, item, choice, client, resume, allowance.transcodes)
        async with self._database.write() as unit:
            await self._presence.require_place(unit, row, files, allowance)
            await repository.add_session(unit, row)
        self._sessions.keep(self._opened(row, choice, client, resume))
        self._metrics.sessions.labels(choice.decision.method).inc()
        log.info("playback_started", session=row.id, item=item.id, method=choice.decision.method)
        return self._view(row, item, choice, resume)

    async def end(self, player: Player, session_id: str) -> None:
        """Stop playing: the addresses end and so does ffmpeg. Raises `NotFound` also for somebody else's session."""
        async with self._database.write() as unit:
            row = await repository.find_session(unit, session_id)
            if row is None or not player.may_see(row):
                raise NotFound("There is no such playing.")
            await repository.revoke(unit, session_id, self._clock.now())
        await self._presence.ended(session_id)

    async def end_all(self, event: AccountClosed) -> None:
        """An account was closed: all that it plays ends, here at once and in other processes within seconds; of a deleted one
        nothing is kept."""
        async with self._database.write() as unit:
            ended = await repository.revoke_of_user(unit, event.user_id, self._clock.now())
            if event.deleted:
                await repository.delete_of_user(unit, event.user_id)
        for session_id in ended:
            await self._presence.ended(session_id)

    async def active(self, player: Player) -> list[ActiveSession]:
        """The caller's sessions; everybody's for an administrator, the profile's own for one with a maturity limit."""
        async with self._database.read() as unit:
            rows = await repository.active_sessions(unit, self._clock.now(), None if player.is_admin else player.user_id)
        return [self._active(row, self._presence.converts(row)) for row in rows if player.may_see(row)]

    async def sources(self, title_id: str) -> list[SourceView]:
        """Every way to play a title. Raises `NoSource` when there is none."""
        async with self._database.read() as unit:
            items = await self._library.items_of(unit, TitleId(title_id))
        found = [_source_view(item, file) for item in items for file in item.files]
        if not found:
            raise NoSource("The library has no file of this title.")
        return found

    async def tidy(self) -> int:
        """Forget sessions that expired a while ago; says how many."""
        async with self._database.write() as unit:
            return await repository.delete_expired(unit, self._clock.now() - _REMEMBERED)

    async def _choose(self, item: SourceItem, client: Capabilities) -> _Choice:
        """The file that takes the least work, the best picture among equals."""
        read = [(source, source.info) for source in item.files if source.state == "ok" and source.info is not None]
        there = await asyncio.to_thread(lambda: [source.path.is_file() for source, _ in read])
        usable = [entry for entry, is_there in zip(read, there, strict=True) if is_there]
        if not usable:
            if any(source.state == "broken" for source in item.files):
                raise MediaUnreadableError("The file is damaged or not a video.")
            raise NoSource("The file is not there; its disk may be away.")
        decided = [(source, info, decide(info, client)) for source, info in usable]
        source, info, decision = min(decided, key=lambda entry: _EFFORT[entry[2].method])
        keys = None
        if decision.method == "remux":
            keys = await self._keys.read(source, decision.video.index)
            if keys is None or not copies_well(keys):
                decision = _not_copied(decision)
        return _Choice(source, info, decision, present(source, info, decision, client, keys))

    def _row(
        self,
        player: Player,
        item: SourceItem,
        choice: _Choice,
        client: Capabilities,
        resume: float,
        transcodes: int | None,
    ) -> PlaybackSessionRow:
        now, session_id = self._clock.now(), new_id()
        return PlaybackSessionRow(
            id=session_id,
            user_id=player.user_id,
            user_name=player.user_name,
            credential_id=player.credential_id,
            title_id=item.title_id,
            item_id=item.id,
            file_id=choice.source.id,
            method=choice.decision.method,
            document={
                "capabilities": client_document(client),
                "position": resume,
                "profile_id": player.profile_id,
                "transcodes": transcodes,
                "presence": self._presence.first_note(session_id, converts=choice.decision.method == "transcode"),
            },
            created_at=now,
            expires_at=whole_second(now + self._options.url_lifetime),
            revoked_at=None,
        )

    def _opened(self, row: PlaybackSessionRow, choice: _Choice, client: Capabilities, resume: float) -> OpenSession:
        return OpenSession(
            id=row.id,
            user_id=row.user_id,
            profile_id=profile_of(row),
            source=choice.source,
            info=choice.info,
            client=client,
            decision=choice.decision,
            expires_at=row.expires_at,
            viewer=Viewer(row.id, row.user_id, resume, row.document["transcodes"]),
            checked_at=self._clock.monotonic(),
            asked_at=self._clock.monotonic(),
            noted_at=self._clock.monotonic(),
            begun_at=self._clock.monotonic(),
            shown=choice.shown if choice.decision.method != "direct" else None,
        )

    def _active(self, row: PlaybackSessionRow, transcoding: bool) -> ActiveSession:
        return ActiveSession(
            id=row.id,
            user_id=row.user_id,
            user_name=row.user_name,
            title_id=row.title_id,
            item_id=row.item_id,
            method=row.method,
            position=self._sessions.position(row.id),
            transcoding=transcoding,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    def _view(self, row: PlaybackSessionRow, item: SourceItem, choice: _Choice, resume: float) -> StreamingSessionView:
        base = f"{self._options.base_path}/api/v1/streaming"
        query = self._links.session_query(row.id, row.expires_at)
        file_query = self._links.file_query(row.id, row.file_id, row.expires_at)
        info, shown = choice.info, choice.shown
        return StreamingSessionView(
            id=row.id,
            decision=DecisionView(method=choice.decision.method, reasons=[_reason_view(r) for r in choice.decision.reasons]),
            master_url=f"{base}/sessions/{row.id}/master.m3u8?{query}",
            file_url=f"{base}/files/{row.file_id}?{file_query}",
            trickplay_url=f"{base}/sessions/{row.id}/trickplay/thumbnails.vtt?{query}",
            resume_position=resume,
            duration=info.duration,
            expires_at=row.expires_at,
            item=item.summary,
            next_item_id=item.next_item_id,
            audio=_audio_views(info, shown),
            subtitles=[
                SubtitleView(index=text.index, language=text.language, title=text.label, forced=text.forced)
                for text in shown.texts
            ],
            chapters=[ChapterView(start=c.start, end=c.end, title=c.title) for c in info.chapters],
            renditions=[
                RenditionView(name=p.name, width=p.width, height=p.height, bandwidth=bandwidth_of(shown, p))
                for p in shown.pictures
            ],
        )


def _not_copied(decision: Decision) -> Decision:
    text = "Its key frames are too far apart to cut segments without converting."
    return replace(
        decision, method="transcode", reasons=(*decision.reasons, Reason("key_frames_sparse", text)), copies_video=False
    )


def _reason_view(reason: Reason) -> ReasonView:
    return ReasonView(code=reason.code, text=reason.text, values=dict(reason.values))


def _audio_views(info: MediaInfo, shown: Presentation) -> list[AudioView]:
    names = {sound.stream: sound.name for sound in shown.sounds}
    return [
        AudioView(
            index=track.index,
            codec=track.codec,
            channels=track.channels,
            language=track.language,
            title=track.title,
            default=track is info.main_audio,
            name=names.get(track.index) if hears(track) else None,
        )
        for track in info.audio
    ]


def _source_view(item: SourceItem, file: SourceFile) -> SourceView:
    video = file.info.main_video if file.info else None
    return SourceView(
        item_id=item.id,
        file_id=file.id,
        season=getattr(item.summary, "season", None),
        episode=getattr(item.summary, "episode", None),
        playable=file.state == "ok" and file.info is not None,
        container=file.info.container if file.info else None,
        video_codec=video.codec if video else None,
        width=video.width if video else None,
        height=video.height if video else None,
        hdr=video.hdr if video else None,
        duration=file.info.duration if file.info else None,
        bitrate=file.info.bit_rate if file.info else None,
        size=file.size,
    )
