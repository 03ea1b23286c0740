"""Signing in with Plex: a PIN that the person confirms at Plex, asked about by the browser that began."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Literal

from matinee.features.accounts.attempts import Attempt, Attempts
from matinee.features.accounts.audit import AuditLog
from matinee.features.accounts.errors import (
    AccountDisabled,
    IdentityUnknown,
    PlexSignInPending,
    PlexTokenExpired,
    WayInUnavailable,
)
from matinee.features.accounts.identities import Identities, Source
from matinee.features.accounts.policy import Origin
from matinee.features.accounts.sessions import SignedIn
from matinee.features.accounts.tokens import digest
from matinee.infra.clock import Clock
from matinee.infra.errors import Forbidden, NotFound
from matinee.infra.http.caller import Caller
from matinee.ports.identity import Pending, PinSignIn, ProvenIdentity, SignInProviders, StartedPin
from matinee.ports.metadata import Found, Rejected, Unavailable
from matinee.ports.metadata import NotFound as Gone

Purpose = Literal["sign_in", "link"]
POLL_EVERY = timedelta(seconds=2)
"""Plex answers 429 to who asks every second."""
_REMEMBERED = 2_000


class PlexSignIns:
    """Starts and asks. The PIN and its number stay on the server; what the browser gets is a secret of ours."""

    def __init__(
        self, attempts: Attempts, identities: Identities, audit: AuditLog, clock: Clock, providers: SignInProviders
    ) -> None:
        self._attempts = attempts
        self._identities = identities
        self._audit = audit
        self._clock = clock
        self._providers = {one.id: one for one in providers.pins}
        self._asked: OrderedDict[str, float] = OrderedDict()

    async def start(
        self, purpose: Purpose, caller: Caller | None, browser: str, return_to: str, origin: Origin
    ) -> tuple[str, str, str, datetime]:
        """The attempt's secret, the code, the page to open, and the end. Raises `NotFound` where Plex is off."""
        provider = self._plex()
        await self._attempts.admit(origin.address)
        outcome = await provider.start()
        if not isinstance(outcome, Found):
            raise _unavailable(outcome)
        pin = outcome.value
        user_id = caller.user_id if purpose == "link" and caller is not None else None
        document = {"number": pin.number, "code": pin.code, "seconds": pin.lifetime.total_seconds()}
        attempt = await self._attempts.begin(provider.id, browser, user_id, document, pin.lifetime)
        return attempt.secret, pin.code, provider.address(pin, return_to), attempt.expires_at

    async def poll(self, secret: str, browser: str, caller: Caller | None, origin: Origin) -> SignedIn | None:
        """The session, or None when an identity was linked.

        Raises `PlexSignInPending`, `PlexTokenExpired`, `IdentityUnknown`, `IdentityTaken`, `AccountDisabled`, `WayInUnavailable`.
        """
        provider = self._plex()
        attempt = await self._attempts.find(secret, browser)
        if attempt is None or attempt.provider != provider.id:
            raise PlexTokenExpired("This sign-in has ended, or was begun in another browser. Start again.")
        if attempt.user_id is not None and (caller is None or caller.user_id != attempt.user_id):
            raise Forbidden("Only who began to link an identity may finish it.")
        self._not_too_often(attempt)
        proven = await self._asked_plex(provider, attempt)
        if not await self._attempts.take(attempt):
            raise PlexTokenExpired("This sign-in was finished a moment ago. Start again.")
        source = Source(provider.id, "plex", provider.sign_up)
        if attempt.user_id is not None and caller is not None:
            await self._identities.link(caller, source, proven, origin)
            return None
        try:
            return await self._identities.sign_in(source, proven, origin)
        except (IdentityUnknown, AccountDisabled) as refusal:
            await self._audit.sign_in_failed(origin, "plex", refusal.code)
            raise

    async def _asked_plex(self, provider: PinSignIn, attempt: Attempt) -> ProvenIdentity:
        known = attempt.document
        pin = StartedPin(known["number"], known["code"], timedelta(seconds=known["seconds"]))
        outcome = await provider.check(pin)
        match outcome:
            case Found(value=proven):
                return proven
            case Pending(again_in=again):
                raise PlexSignInPending("Confirm the sign-in on the page of Plex.", retry_after=again.total_seconds())
            case Gone():
                await self._attempts.take(attempt)
                raise PlexTokenExpired("The time to confirm at Plex is over. Start again.")
            case _:
                raise _unavailable(outcome)

    def _not_too_often(self, attempt: Attempt) -> None:
        """Plex is not asked more often because a browser asks us more often. Raises `PlexSignInPending`."""
        key, now, pause = digest(attempt.secret), self._clock.monotonic(), POLL_EVERY.total_seconds()
        last = self._asked.get(key)
        if last is not None and now - last < pause - 0.5:
            raise PlexSignInPending("Confirm the sign-in on the page of Plex.", retry_after=pause)
        self._asked[key] = now
        self._asked.move_to_end(key)
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)

    def _plex(self) -> PinSignIn:
        provider = next(iter(self._providers.values()), None)
        if provider is None:
            raise NotFound("Signing in with Plex is not set up here.")
        return provider


def _unavailable(outcome: object) -> WayInUnavailable:
    wait = outcome.retry_after if isinstance(outcome, Unavailable) else None
    words = (
        "Plex does not answer at the moment." if not isinstance(outcome, Rejected) else "Plex refuses to work with this server."
    )
    return WayInUnavailable(words, retry_after=wait.total_seconds() if wait else 10)
