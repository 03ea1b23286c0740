"""Profiles: the people that share an account, and which of them a session acts for."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

from matinee.features.accounts.audit import AuditLog, Outcome, Subject
from matinee.features.accounts.authenticator import caller_of
from matinee.features.accounts.errors import SessionExpired, TooManySignIns
from matinee.features.accounts.events import ProfileDeleted
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models.profiles import Profile
from matinee.features.accounts.models.users import User
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.policy import Origin
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.repository.profiles import ProfilesRepository
from matinee.features.accounts.schemas.profiles import Avatar
from matinee.features.accounts.tokens import AccessTokens
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.database.unit import AfterCommit
from matinee.infra.errors import Conflict, FieldError, Forbidden, NotFound, ValidationFailed
from matinee.infra.feature import EventBus
from matinee.infra.http.caller import Caller
from matinee.infra.http.limits import Throttles
from matinee.infra.ids import UserId, new_id

MOST_PROFILES = 8
PIN_ATTEMPTS, PIN_WINDOW = 5, timedelta(minutes=15)
AVATARS: tuple[Avatar, ...] = get_args(Avatar)


@dataclass(frozen=True, slots=True)
class Entered:
    """A profile that was entered, with a new access token for who came with one."""

    profile: Profile
    access_token: str | None = None
    expires_in: timedelta | None = None


class Profiles:
    """Lists, makes, changes, deletes and enters profiles.

    Every account has a default profile with the account's id, without a maturity limit: whoever knows the account's password may
    see everything and change everything. Methods without a unit open their own, because they hash a PIN in between.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        passwords: Passwords,
        throttles: Throttles,
        tokens: AccessTokens,
        verified: VerifiedCredentials,
        events: EventBus,
        audit: AuditLog,
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._throttle = throttles.of("pin", PIN_ATTEMPTS, PIN_WINDOW, TooManySignIns)
        self._tokens = tokens
        self._verified = verified
        self._events = events
        self._audit = audit
        self._accounts = AccountsRepository()
        self._repository = ProfilesRepository()

    async def of_user(self, unit: ReadUnit, user_id: UserId) -> Sequence[Profile]:
        """The profiles of an account, the default one first."""
        user = await self._user(unit, user_id)
        rows = await self._repository.of_user(unit, user_id)
        default = next((row for row in rows if row.id == user.id), None) or default_profile(user)
        return [default, *(row for row in rows if row.id != user.id)]

    async def one(self, unit: ReadUnit, user_id: UserId, profile_id: str) -> Profile:
        """A profile of an account. Raises `NotFound`, also for another account's."""
        found = await self._repository.get(unit, user_id, profile_id)
        if found is not None:
            return found
        if profile_id == user_id:
            return default_profile(await self._user(unit, user_id))
        raise NotFound("There is no such profile.")

    async def create(self, caller: Caller, values: Mapping[str, object], pin: str | None, origin: Origin) -> Profile:
        """A new profile; `values` are its columns. Raises `Conflict` when the account has as many as it may."""
        hashed = None if pin is None else await self._passwords.hash(pin)
        now = self._clock.now()
        profile = Profile(id=new_id(), user_id=caller.user_id, pin_hash=hashed, created_at=now, updated_at=now, **values)
        async with self._database.write() as unit:
            await self._repository.lock_user(unit, caller.user_id)
            if len(await self.of_user(unit, caller.user_id)) >= MOST_PROFILES:
                raise Conflict(f"An account has at most {MOST_PROFILES} profiles.")
            await self._repository.save(unit, profile)
            await self._audit.record(
                unit, "profile_created", actor=caller, subject=_subject(profile), origin=origin, max_age=profile.max_age
            )
        return profile

    async def change(
        self, caller: Caller, profile_id: str, values: Mapping[str, object], pin: str | None, origin: Origin
    ) -> Profile:
        """Set columns and, where `values` names `pin_hash`, the PIN. Raises `NotFound`, `ValidationFailed`.

        With another limit every session and token of the account is looked up anew.
        """
        if profile_id == caller.user_id and values.get("max_age") is not None:
            text = "The first profile cannot be limited: whoever signs in begins with it. Make another profile."
            raise ValidationFailed(text, errors=[FieldError("body.max_age", text, "default_profile")])
        hashed = None if pin is None else await self._passwords.hash(pin)
        async with self._database.write() as unit:
            await self._repository.lock_user(unit, caller.user_id)
            profile = await self.one(unit, caller.user_id, profile_id)
            before = profile.max_age
            for name, value in values.items():
                setattr(profile, name, hashed if name == "pin_hash" else value)
            profile.updated_at = self._clock.now()
            await self._repository.save(unit, profile)
            changed = sorted(name.removesuffix("_hash") for name in values)
            await self._audit.record(
                unit,
                "profile_changed",
                actor=caller,
                subject=_subject(profile),
                origin=origin,
                changed=changed,
                max_age=profile.max_age,
            )
            if profile.max_age != before:
                unit.after_commit(self._forgetting(caller.user_id))
        return profile

    async def delete(self, unit: UnitOfWork, caller: Caller, profile_id: str, origin: Origin) -> None:
        """Delete a profile with everything that belongs to it; its sessions and keys end. Raises `NotFound`, `Conflict`."""
        if profile_id == caller.user_id:
            raise Conflict("The first profile goes with the account.")
        if profile_id == caller.profile_id:
            raise Conflict("You are using this profile. Switch to another one first.")
        profile = await self.one(unit, caller.user_id, profile_id)
        ended = await self._repository.end_uses(unit, caller.user_id, profile_id, self._clock.now())
        await self._repository.delete(unit, caller.user_id, profile_id)
        await self._audit.record(unit, "profile_deleted", actor=caller, subject=_subject(profile), origin=origin)

        async def tell() -> None:
            for credential_id in ended:
                self._verified.revoke(credential_id)
            await self._events.publish(ProfileDeleted(profile_id))

        unit.after_commit(tell)

    async def use(self, caller: Caller, profile_id: str, pin: str | None, origin: Origin) -> Entered:
        """Let the caller's session act for a profile.

        Raises `NotFound`, `ValidationFailed` where a PIN is missing or wrong, `TooManySignIns`, `SessionExpired`.
        """
        if caller.credential == "api_key":
            raise Forbidden("A key acts for the profile that it was made for.")
        async with self._database.read() as unit:
            profile = await self.one(unit, caller.user_id, profile_id)
        if profile.pin_hash is not None and profile.id != caller.profile_id:
            await self._check_pin(caller, profile, pin, origin)
        async with self._database.write() as unit:
            user = await self._user(unit, caller.user_id)
            profile = await self.one(unit, caller.user_id, profile_id)
            row = None if profile.id == user.id else profile.id
            if not await self._repository.enter(unit, user.id, caller.credential_id, row):
                raise SessionExpired("Sign in again.")

            async def tell() -> None:
                self._verified.entered(caller.credential_id, profile.id)

            unit.after_commit(tell)
        if caller.credential != "token":
            return Entered(profile)
        token, lifetime = self._tokens.issue(caller_of(user, "token", caller.credential_id, profile, lacking=caller.lacks_factor))
        return Entered(profile, token, lifetime)

    async def _check_pin(self, caller: Caller, profile: Profile, pin: str | None, origin: Origin) -> None:
        if pin is None:
            raise _pin_problem("This profile has a PIN.", "pin_required")
        key = f"{profile.user_id}\0{profile.id}"
        await self._throttle.attempt(key)
        fits, _ = await self._passwords.verify(pin, profile.pin_hash)
        outcome: Outcome = "success" if fits else "failure"
        await self._audit.record(None, "profile_entered", outcome=outcome, actor=caller, subject=_subject(profile), origin=origin)
        if not fits:
            raise _pin_problem("The PIN is wrong.", "pin_wrong")
        await self._throttle.succeeded(key)

    async def _user(self, unit: ReadUnit, user_id: UserId) -> User:
        user = await self._accounts.user(unit, user_id)
        if user is None:
            raise SessionExpired("This account is gone.")
        return user

    def _forgetting(self, user_id: UserId) -> AfterCommit:
        async def forget() -> None:
            self._verified.revoke_user(user_id)

        return forget


def default_profile(user: User) -> Profile:
    """The default profile of an account as it is until somebody changes it; in no database."""
    return Profile(
        id=user.id,
        user_id=user.id,
        name=user.name,
        avatar=AVATARS[zlib.crc32(user.id.encode()) % len(AVATARS)],
        language=None,
        max_age=None,
        pin_hash=None,
        created_at=user.created_at,
        updated_at=user.created_at,
    )


def _subject(profile: Profile) -> Subject:
    return Subject("profile", profile.id, profile.name)


def _pin_problem(text: str, code: str) -> ValidationFailed:
    return ValidationFailed(text, errors=[FieldError("body.pin", text, code)])
