"""Whether a password is right, and the limits on guessing it."""

from __future__ import annotations

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.errors import InvalidCredentials, TooManySignIns
from matinee.features.accounts.models import User
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.policy import MAX_PASSWORD, Origin, name_key
from matinee.features.accounts.throttle import SignInThrottle


class PasswordCheck:
    """Checks passwords. An attempt stays counted until `succeeded`: when all of a sign-in has worked, or codes could be tried
    without end by who knows the password."""

    def __init__(self, passwords: Passwords, throttle: SignInThrottle, audit: AuditLog) -> None:
        self._passwords = passwords
        self._throttle = throttle
        self._audit = audit

    async def check(self, user: User | None, name: str, password: str, origin: Origin) -> str | None:
        """Raises `InvalidCredentials` or `TooManySignIns`; returns a better hash to store when there is one. Takes long."""
        try:
            await self._throttle.attempt(_counted(name), origin.address)
        except TooManySignIns:
            await self._audit.sign_in_failed(origin, "password", "too_many", subject_of(user))
            raise
        hashed = user.password_hash if user else None
        fits, better = await self._passwords.verify(password[: MAX_PASSWORD + 1], hashed or None)
        if not fits:
            await self._audit.sign_in_failed(origin, "password", "wrong_password", subject_of(user))
            raise InvalidCredentials
        return better

    async def succeeded(self, name: str, origin: Origin) -> None:
        """Forget the attempts."""
        await self._throttle.succeeded(_counted(name), origin.address)


def subject_of(user: User | None) -> Subject | None:
    """The account in the audit log, where there is one."""
    return Subject("user", user.id, user.name) if user else None


def _counted(name: str) -> str:
    """What attempts on a name are counted by."""
    return name_key(name)[:128]
