"""Taking one's data along, and leaving."""

from __future__ import annotations

from collections.abc import AsyncIterator

from matinee.features.accounts.code_check import CodeCheck
from matinee.features.accounts.new_passwords import NewPasswords
from matinee.features.accounts.people import People
from matinee.features.accounts.policy import Origin
from matinee.features.accounts.profiles import Profiles
from matinee.features.accounts.repository.own import OwnRepository
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.http.caller import Caller
from matinee.infra.own_data import OwnData, Owner

FORMAT = 1
"""Of the document: it grows when a part changes its meaning, not when one is added."""


def register(parts: OwnData, rows: OwnRepository) -> None:
    """What accounts keep."""
    parts.add("account", rows.account)
    parts.add("profiles", rows.profiles)
    parts.add("sessions", rows.sessions)
    parts.add("api_keys", rows.api_keys)
    parts.add("identities", rows.identities)
    parts.add("second_factor", rows.second_factor)
    parts.add("invitations", rows.invitations)
    parts.add("password_resets", rows.password_resets)
    parts.add("waiting_devices", rows.devices)
    parts.add("audit", rows.audit)


class Leaving:
    """What somebody does with the account as a whole."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        parts: OwnData,
        profiles: Profiles,
        people: People,
        passwords: NewPasswords,
        codes: CodeCheck,
    ) -> None:
        self._database = database
        self._clock = clock
        self._parts = parts
        self._profiles = profiles
        self._people = people
        self._passwords = passwords
        self._codes = codes

    async def export(self, caller: Caller) -> AsyncIterator[bytes]:
        """Everything that is kept about the caller's account, as one JSON document in pieces."""
        async with self._database.read() as unit:
            profiles = [profile.id for profile in await self._profiles.of_user(unit, caller.user_id)]
        exported_at = self._clock.now().isoformat()
        return self._parts.document(Owner(caller.user_id, profiles), format=FORMAT, exported_at=exported_at)

    async def delete(self, caller: Caller, password: str | None, code: str | None, origin: Origin) -> None:
        """Delete the caller's account with all that belongs to it.

        Raises `InvalidCredentials`, `SecondFactorRequired`, `SecondFactorWrong`, `TooManySignIns`, `Forbidden` without a password
        and without a recent sign-in, and `Conflict` for the last working administrator.
        """
        user = await self._passwords.prove(caller, password, origin, "an account is deleted")
        async with self._database.write() as unit:
            # Not raised in here: a wrong code is counted, and that must be committed.
            refused = await self._codes.refusal(unit, user, code, origin) if user.password_hash else None
            if refused is None:
                await self._people.delete(unit, caller.user_id, caller, origin)
        if refused is not None:
            raise refused
