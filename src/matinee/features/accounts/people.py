"""Other people's accounts, as an administrator sees and changes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.events import AccountClosed, ProfileDeleted
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models import AuthSession, Identity, User
from matinee.features.accounts.permissions import Tier
from matinee.features.accounts.policy import Origin, Role, name_key, name_problem
from matinee.features.accounts.profiles import Profiles
from matinee.features.accounts.repository import AccountsRepository, IdentitiesRepository, LinksRepository
from matinee.features.accounts.sessions import Sessions
from matinee.infra.clock import Clock
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.errors import Conflict, FieldError, NotFound, ValidationFailed
from matinee.infra.feature import EventBus
from matinee.infra.http.caller import Caller, Permission
from matinee.infra.ids import UserId
from matinee.infra.paging import Cursors, Page


@dataclass(frozen=True, slots=True)
class Person:
    """An account and how else it is entered."""

    user: User
    identities: Sequence[Identity] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to become of an account; None leaves it as it is. `limits` holds the given ones only, None for the tier's."""

    name: str | None = None
    role: Role | None = None
    tier: Tier | None = None
    disabled: bool | None = None
    granted: Sequence[Permission] | None = None
    denied: Sequence[Permission] | None = None
    limits: Mapping[str, int | None] = field(default_factory=dict)


class People:
    """Lists, changes and deletes accounts. `actor` is None for the command line.

    What changes the rights of an account makes every process look its credentials up anew, and access tokens be refreshed.
    """

    def __init__(
        self,
        clock: Clock,
        cursors: Cursors,
        sessions: Sessions,
        profiles: Profiles,
        verified: VerifiedCredentials,
        events: EventBus,
        audit: AuditLog,
    ) -> None:
        self._clock = clock
        self._cursors = cursors
        self._sessions = sessions
        self._profiles = profiles
        self._verified = verified
        self._events = events
        self._audit = audit
        self._repository = AccountsRepository()
        self._identities = IdentitiesRepository()
        self._links = LinksRepository()

    async def page(self, unit: ReadUnit, q: str, limit: int, cursor: str | None) -> Page[Person]:
        """People by name, those whose name contains `q`. Raises `InvalidCursor`."""
        folded = name_key(q)
        scope = f"admin.users?q={folded}"
        values = self._cursors.open(scope, cursor)
        after = (str(values[0]), str(values[1])) if values else None
        users = await self._repository.page(unit, folded, after, limit + 1)
        known = await self._identities.of_users(unit, [user.id for user in users])
        rows = [((user.name_key, user.id), Person(user, known.get(user.id, ()))) for user in users]
        return self._cursors.page(scope, rows, limit)

    async def one(self, unit: ReadUnit, user_id: UserId) -> Person:
        """Raises `NotFound`."""
        user = await self._repository.user(unit, user_id)
        if user is None:
            raise NotFound("There is no such account.")
        return Person(user, await self._identities.of_user(unit, user_id))

    async def locked(self, unit: UnitOfWork, user_id: UserId) -> Person:
        """The same; nobody else changes it before this unit ends."""
        # Administrators first and in order: two who demote each other would wait for one another for ever.
        await self._identities.lock_working_admins(unit)
        await self._identities.lock_user(unit, user_id)
        return await self.one(unit, user_id)

    async def change(
        self, unit: UnitOfWork, user_id: UserId, changes: Changes, actor: Caller | None, origin: Origin | None
    ) -> Person:
        """Raises `NotFound`, `ValidationFailed`, and `Conflict` for a taken name or the last working administrator."""
        user = (await self.locked(unit, user_id)).user
        values = _columns(user, changes)
        if not values:
            return await self.one(unit, user_id)
        if user.role == "admin" and not user.disabled and (values.get("role") == "user" or values.get("disabled")):
            await self._keep_one_admin(unit, user_id)
        before = user.role
        await self._repository.change_user(unit, user_id, self._clock.now(), **values)
        subject = Subject("user", user_id, str(values.get("name", user.name)))
        if "role" in values:
            await self._audit.record(
                unit, "role_changed", actor=actor, subject=subject, origin=origin, before=before, role=str(values["role"])
            )
        if others := {name: value for name, value in values.items() if name not in {"role", "name_key"}}:
            told = [f"{name}: {_told(value)}" for name, value in others.items()]
            await self._audit.record(unit, "user_changed", actor=actor, subject=subject, origin=origin, changed=told)
        if values.get("disabled"):
            await self._close(unit, user_id, deleted=False)
        self._look_again(unit, user_id)
        return await self.locked(unit, user_id)

    async def delete(self, unit: UnitOfWork, user_id: UserId, actor: Caller | None, origin: Origin | None) -> None:
        """Delete an account with all that belongs to it. Raises `NotFound`, `Conflict` for the last working administrator."""
        user = (await self.locked(unit, user_id)).user
        if user.role == "admin" and not user.disabled:
            await self._keep_one_admin(unit, user_id)
        profiles = [profile.id for profile in await self._profiles.of_user(unit, user_id)]
        await self._close(unit, user_id, deleted=True)
        await self._repository.delete_user(unit, user_id)
        subject = Subject("user", user_id, user.name)
        await self._audit.record(unit, "user_deleted", actor=actor, subject=subject, origin=origin, role=user.role)
        self._look_again(unit, user_id)

        async def tell() -> None:
            for profile_id in profiles:
                await self._events.publish(ProfileDeleted(profile_id))

        unit.after_commit(tell)

    async def sessions(self, unit: ReadUnit, user_id: UserId) -> Sequence[AuthSession]:
        """Where a person is signed in. Raises `NotFound`."""
        await self.one(unit, user_id)
        return await self._sessions.of_user(unit, user_id)

    async def sign_out(self, unit: UnitOfWork, user_id: UserId, actor: Caller | None, origin: Origin | None) -> int:
        """End all sessions of a person; says how many lived. Raises `NotFound`."""
        user = (await self.one(unit, user_id)).user
        ended = await self._sessions.end_others(unit, user_id, kept=None)
        subject = Subject("user", user_id, user.name)
        await self._audit.record(unit, "session_revoked", actor=actor, subject=subject, origin=origin, sessions=ended)
        self._look_again(unit, user_id)
        return ended

    async def _keep_one_admin(self, unit: UnitOfWork, user_id: UserId) -> None:
        if all(other == user_id for other in await self._identities.lock_working_admins(unit)):
            raise Conflict("This is the last working administrator.")

    async def _close(self, unit: UnitOfWork, user_id: UserId, *, deleted: bool) -> None:
        """Nothing that the person began goes on: sessions, invitations, playing."""
        await self._sessions.end_others(unit, user_id, kept=None)
        await self._links.delete_invitations_of(unit, user_id)

        async def tell() -> None:
            await self._events.publish(AccountClosed(user_id, deleted))

        unit.after_commit(tell)

    def _look_again(self, unit: UnitOfWork, user_id: UserId) -> None:
        async def forget() -> None:
            self._verified.revoke_user(user_id)

        unit.after_commit(forget)


def _columns(user: User, changes: Changes) -> dict[str, object]:
    """The columns that become different. Raises `ValidationFailed`."""
    wanted: dict[str, object] = {}
    if changes.name is not None:
        if problem := name_problem(changes.name):
            raise ValidationFailed(problem, errors=[FieldError("body.name", problem, "name_refused")])
        wanted |= {"name": changes.name, "name_key": name_key(changes.name)}
    for name in ("role", "tier", "disabled"):
        if getattr(changes, name) is not None:
            wanted[name] = getattr(changes, name)
    for name in ("granted", "denied"):
        if getattr(changes, name) is not None:
            wanted[name] = sorted(set(getattr(changes, name)))
    both = set(wanted.get("granted", user.granted)) & set(wanted.get("denied", user.denied))  # type: ignore[call-overload]
    if both:
        text = f"Granted and denied at once: {', '.join(sorted(both))}."
        raise ValidationFailed(text, errors=[FieldError("body.denied", text, "granted_and_denied")])
    limits = {name: number for name, number in {**user.limits, **changes.limits}.items() if number is not None}
    wanted["limits"] = limits
    return {name: value for name, value in wanted.items() if getattr(user, name) != value}


def _told(value: object) -> str:
    """A column's value in the audit log."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in sorted(value.items())) or "none"
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)
