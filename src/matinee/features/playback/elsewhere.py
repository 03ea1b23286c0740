"""What other processes convert, as this one last heard."""

from __future__ import annotations

from collections.abc import Mapping

from matinee.infra.clock import Clock

_BELIEVED = 30.0  # seconds: three notes of the others


class Elsewhere:
    """By account: the sessions that other processes convert for, and the rendition of each."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard: dict[str, tuple[float, dict[str, str]]] = {}

    def heard(self, user_id: str, conversions: Mapping[str, str]) -> None:
        """All that there is of an account: session to rendition."""
        self._heard[user_id] = (self._clock.monotonic(), dict(conversions))

    def forget_old(self) -> None:
        """Drop what is not believed any more."""
        since = self._clock.monotonic() - _BELIEVED
        self._heard = {user_id: heard for user_id, heard in self._heard.items() if heard[0] > since}

    def count(self, user_id: str, session_id: str = "") -> int:
        """How many renditions are converted for other sessions of the account than that one, whose requests may come here now."""
        heard_at, conversions = self._heard.get(user_id, (0.0, {}))
        if self._clock.monotonic() - heard_at > _BELIEVED:
            return 0
        return len({rendition for session, rendition in conversions.items() if session != session_id})
