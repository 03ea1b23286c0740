"""What this process remembers of credentials: those it verified, those that were revoked, and when they were last used."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from matinee.features.accounts.policy import AccountsOptions
from matinee.infra.clock import Clock
from matinee.infra.http.caller import Caller, Generation
from matinee.infra.ids import UserId


@dataclass(frozen=True, slots=True)
class _Entry:
    caller: Caller
    until: float


class VerifiedCredentials:
    """Callers by the hash of their credential, for a short time; at most `remembered_credentials`, the least used fall out.

    A revocation takes effect here at once: for sessions and keys by their id, for a whole user by the time of its sign-in. What
    was revoked is kept in mind for as long as an access token lives, after which the token has ended by itself.
    """

    def __init__(self, clock: Clock, options: AccountsOptions) -> None:
        self._clock = clock
        self._lifetime = options.credential_memory.total_seconds()
        self._limit = options.remembered_credentials
        self._deny_for = max(options.access_token_lifetime, options.credential_memory).total_seconds() + 60
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._revoked: OrderedDict[str, float] = OrderedDict()
        self._ended: dict[UserId, tuple[datetime, float]] = {}
        self._entered: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self.on_revoked: Callable[[str, str], None] = lambda _kind, _number: None
        """Called with `credential` or `user` and its id when one has ended here, with `profile` and `session:profile` when a
        session has entered a profile."""
        self.generation = Generation()

    def get(self, key: str) -> Caller | None:
        """The caller of a credential verified a moment ago."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.until <= self._clock.monotonic():
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return entry.caller

    def until(self, key: str) -> float:
        """Until when a remembered credential is believed, monotonic; 0 for one that is not remembered."""
        entry = self._entries.get(key)
        return entry.until if entry else 0.0

    def put(self, key: str, caller: Caller, lives: float | None = None) -> None:
        """Remember a verified credential, for `lives` seconds if that is shorter than usual."""
        seconds = self._lifetime if lives is None else min(self._lifetime, lives)
        self._entries[key] = _Entry(caller, self._clock.monotonic() + seconds)
        self._entries.move_to_end(key)
        while len(self._entries) > self._limit:
            self._entries.popitem(last=False)

    def forget_all(self) -> None:
        """Look up every credential anew; what was revoked stays so."""
        self.generation.number += 1
        self._entries.clear()

    def revoke(self, credential_id: str, *, announce: bool = True) -> None:
        """A session or key has ended."""
        self.generation.number += 1
        self._drop(lambda caller: caller.credential_id == credential_id)
        self._revoked[credential_id] = self._clock.monotonic() + self._deny_for
        self._forget_old()
        if announce:
            self.on_revoked("credential", credential_id)

    def revoke_user(self, user_id: UserId, *, announce: bool = True) -> None:
        """Every credential that the user has now has ended or changed its rights; access tokens issued until now are refused."""
        self.generation.number += 1
        self._drop(lambda caller: caller.user_id == user_id)
        self._ended[user_id] = (self._clock.now(), self._clock.monotonic() + self._deny_for)
        self._forget_old()
        if announce:
            self.on_revoked("user", user_id)

    def entered(self, session_id: str, profile_id: str, *, announce: bool = True) -> None:
        """A session acts for another profile now; access tokens that say otherwise are refused, its callers looked up anew."""
        self.generation.number += 1
        self._drop(lambda caller: caller.credential_id == session_id)
        self._entered[session_id] = profile_id, self._clock.monotonic() + self._deny_for
        self._entered.move_to_end(session_id)
        self._forget_old()
        if announce:
            self.on_revoked("profile", f"{session_id}:{profile_id}")

    def is_elsewhere(self, session_id: str, profile_id: str) -> bool:
        """Whether this process saw that session enter another profile last."""
        found = self._entered.get(session_id)
        return found is not None and found[0] != profile_id

    def is_revoked(self, credential_id: str) -> bool:
        """Whether this process saw the end of that session or key."""
        return credential_id in self._revoked

    def is_ended(self, user_id: UserId, issued_at: float) -> bool:
        """Whether an access token issued then is from before the user's rights changed."""
        ended = self._ended.get(user_id)
        return ended is not None and issued_at <= ended[0].timestamp()

    def _drop(self, condition: Callable[[Caller], bool]) -> None:
        for key in [key for key, entry in self._entries.items() if condition(entry.caller)]:
            del self._entries[key]

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        while self._revoked and next(iter(self._revoked.values())) <= now:
            self._revoked.popitem(last=False)
        while self._entered and next(iter(self._entered.values()))[1] <= now:
            self._entered.popitem(last=False)
        for user_id in [user_id for user_id, (_, until) in self._ended.items() if until <= now]:
            del self._ended[user_id]


Used = Literal["session", "api_key"]


@dataclass(slots=True)
class LastUses:
    """When sessions and keys were last used, collected here and written now and then, so that reading costs no write."""

    limit: int = 20_000
    sessions: dict[str, datetime] = field(default_factory=dict)
    api_keys: dict[str, datetime] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    """Where sessions were last seen."""

    def note(self, kind: Used, credential_id: str, now: datetime) -> None:
        """Remember a use; beyond `limit` new ones are not noted until the next writing."""
        uses = self.sessions if kind == "session" else self.api_keys
        if credential_id in uses or len(uses) < self.limit:
            uses[credential_id] = now

    def note_address(self, session_id: str, address: str) -> None:
        """Remember where a session is, likewise."""
        if session_id in self.addresses or len(self.addresses) < self.limit:
            self.addresses[session_id] = address[:64]

    def take(self) -> tuple[dict[str, datetime], dict[str, datetime], dict[str, str]]:
        """What was noted since the last call: sessions, keys, addresses."""
        taken = self.sessions, self.api_keys, self.addresses
        self.sessions, self.api_keys, self.addresses = {}, {}, {}
        return taken
