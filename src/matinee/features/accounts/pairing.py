"""Letting a device in that has no keyboard: it shows a code, somebody who is signed in approves it (RFC 8628)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from matinee.features.accounts.audit import AuditEvent, AuditLog, Subject
from matinee.features.accounts.errors import (
    AccountDisabled,
    AuthorizationPending,
    DeviceCodeExpired,
    DeviceDenied,
    SlowDown,
    TooManySignIns,
)
from matinee.features.accounts.lookups import recent
from matinee.features.accounts.models import DevicePairing
from matinee.features.accounts.policy import (
    PAIRING_LIFETIME,
    POLL_INTERVAL,
    USER_CODE_LENGTH,
    USER_CODE_LETTERS,
    WAITING_DEVICES,
    Origin,
    shown_user_code,
    user_code_key,
)
from matinee.features.accounts.repository import AccountsRepository, PairingsRepository
from matinee.features.accounts.sessions import Sessions, SignedIn
from matinee.features.accounts.tokens import digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import Conflict, MatineeError, NotFound
from matinee.infra.http.caller import Caller
from matinee.infra.http.limits import Throttle, network_of
from matinee.infra.ids import new_id
from matinee.infra.signing import Signer

_CODES_TRIED = 5
_SLOWER = 5
"""Seconds that each poll before its time adds to the interval (RFC 8628 section 3.5)."""


@dataclass(frozen=True, slots=True)
class StartedPairing:
    """What the device gets."""

    device_code: str
    user_code: str
    lifetime: timedelta = PAIRING_LIFETIME
    interval: timedelta = POLL_INTERVAL


class Pairings:
    """State is in the database, so that any process may answer the device and any other the person.

    A code that people type is short: it is kept as a keyed hash, lives a quarter of an hour, and guesses are limited by account
    and by address.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        signer: Signer,
        sessions: Sessions,
        audit: AuditLog,
        starts: Throttle,
        guesses: Throttle,
    ) -> None:
        self._database = database
        self._clock = clock
        self._signer = signer
        self._sessions = sessions
        self._audit = audit
        self._starts = starts
        self._guesses = guesses
        self._accounts = AccountsRepository()
        self._repository = PairingsRepository()

    async def start(self, client_name: str, origin: Origin) -> StartedPairing:
        """A new pairing. Raises `TooManySignIns` when too many devices of this address wait."""
        await self._starts.attempt(network_of(origin.address))
        now = self._clock.now()
        address = origin.address[:64]
        async with self._database.write() as unit:
            if await self._repository.waiting_from(unit, address, now) >= WAITING_DEVICES:
                raise TooManySignIns("Too many devices of this address are waiting.", retry_after=60)
            for _ in range(_CODES_TRIED):
                code = "".join(secrets.choice(USER_CODE_LETTERS) for _ in range(USER_CODE_LENGTH))
                device_code = new_secret()
                pairing = DevicePairing(
                    id=new_id(),
                    device_hash=digest(device_code),
                    user_code_hash=self._hashed(code),
                    client_name=client_name,
                    address=address,
                    state="waiting",
                    user_id=None,
                    pause=int(POLL_INTERVAL.total_seconds()),
                    polled_at=None,
                    created_at=now,
                    expires_at=now + PAIRING_LIFETIME,
                )
                if await self._repository.add(unit, pairing):
                    return StartedPairing(device_code, shown_user_code(code))
        raise TooManySignIns("No code is free at the moment.", retry_after=60)

    async def poll(self, device_code: str, origin: Origin) -> SignedIn:
        """The device's session, once somebody has approved it.

        Raises `AuthorizationPending`, `SlowDown`, `DeviceCodeExpired`, `DeviceDenied`, `AccountDisabled`, `TooManySignIns`.
        """
        outcome = await self._polled(device_code, origin)
        if isinstance(outcome, SignedIn):
            return outcome
        if isinstance(outcome, DeviceDenied | AccountDisabled):
            await self._audit.sign_in_failed(origin, "device", outcome.code)
        raise outcome

    async def inspect(self, caller: Caller, user_code: str, origin: Origin) -> DevicePairing:
        """The device that shows this code. Raises `NotFound`, `TooManySignIns`."""
        return await self._found(caller, user_code, origin)

    async def decide(self, caller: Caller, user_code: str, approve: bool, origin: Origin) -> None:
        """Let the device in as the caller, or refuse it. Raises `NotFound`, `Conflict`, `TooManySignIns`."""
        pairing = await self._found(caller, user_code, origin)
        async with self._database.write() as unit:
            if not await self._repository.decide(unit, pairing.id, "approved" if approve else "denied", caller.user_id):
                raise Conflict("This device was approved or refused already.")
            event: AuditEvent = "device_approved" if approve else "device_denied"
            subject = Subject("device", pairing.id, pairing.client_name)
            await self._audit.record(unit, event, actor=caller, subject=subject, origin=origin, device_address=pairing.address)

    async def _polled(self, device_code: str, origin: Origin) -> SignedIn | MatineeError:
        """In one unit, committed whatever comes out: a refused poll counts too."""
        now = self._clock.now()
        async with self._database.write() as unit:
            pairing = await self._repository.by_device(unit, digest(device_code))
            if pairing is None or pairing.expires_at <= now:
                return DeviceCodeExpired("Start again to get a new code.")
            if pairing.state == "denied":
                return DeviceDenied("Somebody refused this device.")
            if pairing.polled_at is not None and (now - pairing.polled_at).total_seconds() < pairing.pause:
                pause = pairing.pause + _SLOWER
                await self._repository.polled(unit, pairing.id, now, pause)
                return SlowDown(f"Wait {pause} seconds between two polls.", retry_after=pause)
            if pairing.state == "waiting" or pairing.user_id is None:
                await self._repository.polled(unit, pairing.id, now, pairing.pause)
                return AuthorizationPending("Nobody has approved this device yet.", retry_after=pairing.pause)
            user = await self._accounts.user(unit, pairing.user_id)
            if user is None or user.disabled:
                return AccountDisabled("An administrator has disabled this account.")
            await self._repository.delete(unit, pairing.id)
            return await self._sessions.start(unit, user, origin, method="device")

    async def _found(self, caller: Caller, user_code: str, origin: Origin) -> DevicePairing:
        # Good codes count as well: who may start devices of its own must not be able to wipe out its guesses with them.
        await self._guesses.attempt(caller.user_id, network_of(origin.address))
        hashed = self._hashed(user_code_key(user_code))
        pairing = await recent(self._database, lambda unit: self._repository.by_user_code(unit, hashed))
        if pairing is None or pairing.state != "waiting" or pairing.expires_at <= self._clock.now():
            raise NotFound("No device shows this code now. Look again, or start anew on the device.")
        return pairing

    def _hashed(self, code: str) -> str:
        return self._signer.sign("accounts.user-code", code.encode())
