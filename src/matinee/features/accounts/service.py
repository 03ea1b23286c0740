"""Accounts: adding, finding and renaming them, and what they may use; what other features may import of accounts."""

from __future__ import annotations

from collections.abc import Sequence

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models import User
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.permissions import Tier, allowance_of, refusal
from matinee.features.accounts.policy import Origin, Role, cleaned_name, name_key, name_problem, password_problem
from matinee.features.accounts.repository import AccountsRepository
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import FieldError, MatineeError, NotFound, ValidationFailed
from matinee.infra.http.caller import Caller, Permission
from matinee.infra.http.rights import Allowance
from matinee.infra.ids import UserId, new_id

__all__ = ["AccountsService", "AuditLog", "Origin", "Subject"]


class AccountsService:
    """Use cases around users. Methods without a unit open their own, because they hash a password in between."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        passwords: Passwords,
        verified: VerifiedCredentials,
        audit: AuditLog,
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._verified = verified
        self._audit = audit
        self._repository = AccountsRepository()

    async def add_user(
        self,
        name: str,
        password: str,
        role: Role = "user",
        tier: Tier | None = None,
        *,
        actor: Caller | None = None,
        origin: Origin | None = None,
    ) -> User:
        """A new account. Raises `ValidationFailed`, `Conflict` when the name is taken."""
        user = await self.prepared(name, password, role, tier=tier)
        async with self._database.write() as unit:
            await self._repository.add_user(unit, user)
            if role == "admin":
                await self._repository.delete_setup_tokens(unit)
            await self.created(unit, user, actor, origin, way="administrator" if actor else "command line")
        return user

    async def rename(self, unit: UnitOfWork, caller: Caller, name: str, origin: Origin) -> User:
        """The caller's own name. Raises `ValidationFailed`, `Conflict` when it is taken."""
        check_value("name", name_problem(name), "body.name")
        user = await self.user(unit, caller.user_id)
        if name == user.name:
            return user
        before = user.name
        await self._repository.change_user(unit, user.id, self._clock.now(), name=name, name_key=name_key(name))
        subject = Subject("user", user.id, name)
        await self._audit.record(unit, "user_changed", actor=caller, subject=subject, origin=origin, name=name, before=before)

        async def forget() -> None:
            self._verified.revoke_user(caller.user_id)

        unit.after_commit(forget)
        return await self.user(unit, caller.user_id)

    async def users(self, unit: ReadUnit) -> Sequence[User]:
        """Everybody, by name."""
        return await self._repository.users(unit)

    async def user(self, unit: ReadUnit, user_id: UserId) -> User:
        """Raises `NotFound`."""
        user = await self._repository.user(unit, user_id)
        if user is None:
            raise NotFound("There is no such account.")
        return user

    async def user_named(self, unit: ReadUnit, name: str) -> User:
        """Raises `NotFound`."""
        user = await self._repository.user_named(unit, name_key(name))
        if user is None:
            raise NotFound(f"There is no account with the name {name}.")
        return user

    async def allowance(self, user_id: UserId) -> Allowance:
        """How much the account may use. Raises `NotFound`."""
        async with self._database.read() as unit:
            user = await self.user(unit, user_id)
        return allowance_of(user.role, user.tier, user.limits)

    def refusal(self, permission: Permission, tier: str) -> MatineeError:
        """Why somebody of `tier` lacks `permission`; see `infra.http.rights.Rights`."""
        return refusal(permission, tier)

    async def prepared(
        self,
        name: str,
        password: str,
        role: Role,
        *,
        tier: str | None = None,
        founder: bool = False,
        estimated: bool = True,
    ) -> User:
        """A user to be stored, its name cleaned. Takes long, so it belongs in front of a unit. Raises `ValidationFailed`."""
        name = cleaned_name(name)
        check_value("name", name_problem(name), "body.name")
        found = await self._passwords.problem(password, name) if estimated else password_problem(password, name)
        check_value("password", found, "body.password")
        now = self._clock.now()
        return User(
            id=new_id(),
            name=name,
            name_key=name_key(name),
            password_hash=await self._passwords.hash(password),
            role=role,
            tier=tier or ("premium" if role == "admin" else "free"),
            disabled=False,
            founder=True if founder else None,
            granted=[],
            denied=[],
            limits={},
            created_at=now,
            updated_at=now,
        )

    async def created(self, unit: UnitOfWork, user: User, actor: Caller | None, origin: Origin | None, *, way: str) -> None:
        """Write down that an account was made, and how."""
        subject = Subject("user", user.id, user.name)
        await self._audit.record(
            unit, "user_created", actor=actor, subject=subject, origin=origin, role=user.role, tier=user.tier, way=way
        )


def check_value(what: str, problem: str | None, location: str) -> None:
    """Raises `ValidationFailed` where there is a problem."""
    if problem is not None:
        raise ValidationFailed(problem, errors=[FieldError(location, problem, f"{what}_refused")])
