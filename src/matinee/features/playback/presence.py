"""Who is playing, over all processes of an installation: what limits of an account are counted by.

Each process writes into the rows of the sessions that it plays when their players last asked for something, and which rendition
it converts for them; every few seconds, and only for those who did ask. A row whose process has died grows old by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from matinee.features.playback import repository
from matinee.features.playback.elsewhere import Elsewhere
from matinee.features.playback.models import PlaybackSessionRow
from matinee.features.playback.opened import OpenSession, OpenSessions, profile_of
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.transcoder import Transcoder
from matinee.infra.clock import Clock
from matinee.infra.database import Database, UnitOfWork
from matinee.infra.database.locks import hold
from matinee.infra.errors import QuotaExceeded
from matinee.infra.http.rights import Allowance
from matinee.infra.ids import new_id

BEAT = 10.0
"""Seconds between two notes of what this process plays."""
_STREAMS_FOR = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Playing:
    """A session as its row tells of it, and this process where it knows better."""

    id: str
    asked_at: datetime
    converts: str
    """The folder of the rendition that is converted for it in another process, "" for none."""


class Presence:
    """Says who plays, and hears it of the other processes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sessions: OpenSessions,
        transcoder: Transcoder,
        elsewhere: Elsewhere,
        options: PlaybackOptions,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sessions = sessions
        self._transcoder = transcoder
        self._elsewhere = elsewhere
        self._lasting = options.yields_after + 2 * BEAT
        self._process = new_id()

    def first_note(self, session_id: str, *, converts: bool) -> dict[str, Any]:  # Any: part of a JSON document
        """What the row of a new session says; that it converts, before its first run has begun."""
        return self._note(self._clock.now(), session_id if converts else "")

    async def beat(self) -> None:
        """Write down who has asked since the last time, and read what the others have written of the same accounts."""
        asked = [one for one in self._sessions.all() if self._sessions.asked_at(one) > one.noted_at]
        if asked:
            moments = {one.id: one.asked_at for one in asked}
            async with self._database.write() as unit:
                await repository.note(unit, {one.id: self._note_of(one) for one in asked})
            for one in asked:
                one.noted_at = moments[one.id]
        users = {one.user_id for one in self._sessions.all() if self._asked_at(one) >= self._clock.now() - _STREAMS_FOR}
        if users:
            async with self._database.read() as unit:
                rows = await repository.living(unit, self._clock.now(), users)
            for user_id in users:
                self._heard(user_id, [row for row in rows if row.user_id == user_id])
        self._elsewhere.forget_old()

    async def require_place(
        self, unit: UnitOfWork, row: PlaybackSessionRow, files: Collection[str], allowance: Allowance
    ) -> None:
        """The account may play one more, and have one more converted: what is about to be stored, in place of what the same
        profile plays of those files. Until the unit ends nobody else finds a place for that account.

        A stream counts while its player has asked for something within the last minute. Raises `QuotaExceeded`,
        `TranscodeCapacity`.
        """
        await hold(unit, f"playback:{row.user_id}")
        now, profile_id = self._clock.now(), profile_of(row)
        living = await repository.living(unit, now, [row.user_id])
        others = [one for one in living if profile_of(one) != profile_id or one.file_id not in files]
        playing = [one for one in self._heard(row.user_id, others) if one.asked_at > now - _STREAMS_FOR]
        if allowance.streams is not None and len(playing) >= allowance.streams:
            first = min((one.asked_at for one in playing), default=now)
            wait = (first + _STREAMS_FOR - now).total_seconds()
            text = f"This account may play {allowance.streams} at a time. Stop one, or wait a minute."
            raise QuotaExceeded(text, retry_after=max(1, round(wait)))
        if row.method == "transcode":
            self._transcoder.check_capacity(row.user_id, allowance.transcodes)

    async def supersede(self, user_id: str, profile_id: str, files: Collection[str]) -> None:
        """Who reloads a page begins anew; the run of the session before must not hold a place until it is found idle."""
        for session in self._sessions.of_user(user_id):
            if session.profile_id == profile_id and session.source.id in files:
                await self._transcoder.leave(session.id)

    async def ended(self, session_id: str) -> None:
        """Nobody plays that session any more: what was made for it alone ends."""
        self._sessions.forget(session_id)
        await self._transcoder.leave(session_id)

    def converts(self, row: PlaybackSessionRow) -> bool:
        """Whether something is converted for that session, wherever."""
        return bool(self._playing(row).converts) or row.id in self._converted_here()

    def _heard(self, user_id: str, rows: Sequence[PlaybackSessionRow]) -> list[Playing]:
        playing = [self._playing(row) for row in rows]
        here = self._converted_here()
        converted = {one.id: one.converts for one in playing if one.converts and one.id not in here}
        self._elsewhere.heard(user_id, converted)
        return playing

    def _playing(self, row: PlaybackSessionRow) -> Playing:
        said = row.document.get("presence") or {}
        asked_at = datetime.fromisoformat(said["asked_at"]) if said else row.created_at
        converts = str(said.get("converts", ""))
        # What another process converts has a place as long as it would have here: until it yields it.
        if said.get("process") == self._process or asked_at <= self._clock.now() - timedelta(seconds=self._lasting):
            converts = ""
        mine = self._sessions.known(row.id)
        if mine is not None:
            asked_at = max(asked_at, self._asked_at(mine))
        return Playing(row.id, asked_at, converts)

    def _converted_here(self) -> dict[str, str]:
        runs = [run for run in self._transcoder.runs if run.rendition.kind == "encode" and not run.ended]
        return {viewer: run.rendition.folder for run in runs for viewer in run.viewers}

    def _note_of(self, session: OpenSession) -> dict[str, Any]:  # Any: part of a JSON document
        converts = self._converted_here().get(session.id, "")
        if not converts and session.decision.method == "transcode" and self._is_new(session):
            converts = session.id  # its first run is about to begin
        note = {"presence": self._note(self._asked_at(session), converts)}
        return note if session.shown is None else {**note, "position": session.viewer.position}

    def _is_new(self, session: OpenSession) -> bool:
        return session.begun_at is not None and self._clock.monotonic() - session.begun_at < self._lasting

    def _note(self, asked_at: datetime, converts: str) -> dict[str, Any]:  # Any: part of a JSON document
        return {"asked_at": asked_at.isoformat(), "converts": converts, "process": self._process}

    def _asked_at(self, session: OpenSession) -> datetime:
        return self._clock.now() - timedelta(seconds=self._clock.monotonic() - self._sessions.asked_at(session))
