"""Signed addresses of a session: who holds one may play, until it expires or is revoked; nothing else is asked.

The signature covers the session and the expiry, so every address below a session carries the same query, and relative
addresses in playlists stay short. A file's own address is signed for that file.
"""

from __future__ import annotations

from datetime import UTC, datetime

from matinee.features.playback.errors import PlaybackUrlExpired
from matinee.infra.clock import Clock
from matinee.infra.signing import Signer

_SESSION, _FILE = "playback", "playback-file"


class Links:
    """Makes and checks the query of playback addresses."""

    def __init__(self, signer: Signer, clock: Clock) -> None:
        self._signer = signer
        self._clock = clock

    def session_query(self, session_id: str, expires_at: datetime) -> str:
        """`e=...&s=...` for everything below a session."""
        expires = int(expires_at.timestamp())
        return f"e={expires}&s={self._signer.sign(_SESSION, _message(session_id, expires))}"

    def file_query(self, session_id: str, file_id: str, expires_at: datetime) -> str:
        """`session=...&e=...&s=...` for a file."""
        expires = int(expires_at.timestamp())
        signature = self._signer.sign(_FILE, _message(session_id, expires, file_id))
        return f"session={session_id}&e={expires}&s={signature}"

    def check_session(self, session_id: str, expires: int, signature: str) -> None:
        """Raises `PlaybackUrlExpired`."""
        self._check(self._signer.verify(_SESSION, _message(session_id, expires), signature), expires)

    def check_file(self, session_id: str, file_id: str, expires: int, signature: str) -> None:
        """Raises `PlaybackUrlExpired`."""
        self._check(self._signer.verify(_FILE, _message(session_id, expires, file_id), signature), expires)

    def _check(self, genuine: bool, expires: int) -> None:
        # One error for both: a forger learns nothing, and what a player should do is the same.
        if not genuine or self._clock.now().timestamp() >= expires:
            raise PlaybackUrlExpired("This playback link is no longer valid; start playing again.")


def _message(*parts: object) -> bytes:
    return "\n".join(map(str, parts)).encode()


def whole_second(moment: datetime) -> datetime:
    """Expiry is signed in whole seconds; the session ends at the same one."""
    return datetime.fromtimestamp(int(moment.timestamp()), UTC)
