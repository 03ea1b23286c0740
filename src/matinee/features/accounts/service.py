"""People: the first administrator, adding, changing and disabling accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.events import SetupCompleted
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models import SetupToken, User
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.permissions import Tier, allowance_of, refusal
from matinee.features.accounts.policy import AccountsOptions, Origin, Role, is_local, name_key, name_problem, password_problem
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.sessions import Sessions, SignedIn
from matinee.features.accounts.tokens import digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import Conflict, FieldError, Forbidden, MatineeError, NotFound, ValidationFailed
from matinee.infra.feature import EventBus
from matinee.infra.http.caller import Caller, Permission
from matinee.infra.http.rights import Allowance
from matinee.infra.ids import UserId, new_id

__all__ = ["AccountsService", "AuditLog", "Origin", "SetupRequest", "SetupState", "Subject"]
_RECENT = timedelta(minutes=10)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SetupState:
    """What the first-run page needs to know. `folders` stays empty for who may not set up."""

    needs_admin: bool
    needs_token: bool
    demo: bool
    folders: Sequence[str]
    version: str
    public_catalog: bool = False


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """The answers of the first-run page."""

    name: str
    password: str
    token: str | None = None
    library_path: str | None = None
    demo: bool = False


class AccountsService:
    """Use cases around users. Methods without a unit open their own, because they hash a password in between."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        options: AccountsOptions,
        passwords: Passwords,
        sessions: Sessions,
        verified: VerifiedCredentials,
        events: EventBus,
        audit: AuditLog,
    ) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._passwords = passwords
        self._sessions = sessions
        self._verified = verified
        self._events = events
        self._audit = audit
        self._repository = AccountsRepository()
        self._has_admin = False

    async def setup_state(self, unit: ReadUnit, origin: Origin) -> SetupState:
        """Whether the server waits for its first administrator, and what this caller needs to become it."""
        if await self._admin_exists(unit):
            return SetupState(False, False, self._options.demo, (), self._options.version, self._options.public_catalog)
        local = is_local(origin)
        folders = tuple(self._options.library_paths) if local else ()
        return SetupState(True, not local, self._options.demo, folders, self._options.version, self._options.public_catalog)

    async def setup_token(self) -> str | None:
        """A new one-time token for the set-up link, printed at the start; None when an administrator exists."""
        async with self._database.write() as unit:
            if await self._admin_exists(unit):
                return None
            secret = new_secret()
            now = self._clock.now()
            lives_until = now + self._options.setup_token_lifetime
            await self._repository.add_setup_token(
                unit, SetupToken(token_hash=digest(secret), created_at=now, expires_at=lives_until)
            )
        return secret

    async def check_setup(self, token: str | None, origin: Origin) -> None:
        """Raises `Conflict` when there is an administrator, `Forbidden` from elsewhere without a living token."""
        async with self._database.read() as unit:
            await self._check_setup(unit, token, origin)

    async def setup(self, request: SetupRequest, origin: Origin) -> SignedIn:
        """Create the first administrator and sign it in; then `SetupCompleted` is published.

        Raises as `check_setup`, and `ValidationFailed`.
        """
        await self.check_setup(request.token, origin)
        user = await self.prepared(request.name, request.password, "admin", founder=True)
        async with self._database.write() as unit:
            await self._check_setup(unit, request.token, origin)
            await self._repository.add_user(unit, user)
            await self._repository.delete_setup_tokens(unit)
            await self._created(unit, user, None, origin, way="setup")
            signed_in = await self._sessions.start(unit, user, origin, "setup")
        await self._announce(SetupCompleted(UserId(user.id), request.library_path, request.demo))
        return signed_in

    async def ensure_admin(self, name: str, password: str) -> bool:
        """Create the first administrator from the settings, if there is none; says whether it did. Raises `ValidationFailed`."""
        async with self._database.read() as unit:
            if await self._admin_exists(unit):
                return False
        # The operator's own words, at a start that somebody waits for: no word lists are loaded for them.
        user = await self.prepared(name, password, "admin", founder=True, estimated=False)
        try:
            async with self._database.write() as unit:
                await self._repository.add_user(unit, user)
                await self._repository.delete_setup_tokens(unit)
                await self._created(unit, user, None, None, way="settings")
        except Conflict:
            return False  # another process of the same start was faster
        return True

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
            await self._created(unit, user, actor, origin, way="administrator" if actor else "command line")
        return user

    async def rename(self, unit: UnitOfWork, caller: Caller, name: str, origin: Origin) -> User:
        """The caller's own name. Raises `ValidationFailed`, `Conflict` when it is taken."""
        _check("name", name_problem(name), "body.name")
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

    async def change_password(self, caller: Caller, current: str | None, new: str, origin: Origin) -> None:
        """The caller's own password; other sessions end. Raises `InvalidCredentials`, `TooManySignIns`, `ValidationFailed`.

        Who has none yet, because another system signs them in, chooses one within ten minutes after a sign-in.
        """
        async with self._database.read() as unit:
            user = await self.user(unit, caller.user_id)
            mine = await self._sessions.of_user(unit, caller.user_id)
        if user.password_hash:
            await self._sessions.check_password(user, current or "", origin)
        elif not any(one.id == caller.credential_id and self._clock.now() - one.created_at <= _RECENT for one in mine):
            raise Forbidden("Sign in again first: a first password is chosen within ten minutes after it.")
        hashed = await self.hashed(new, user.name, "body.new_password")
        async with self._database.write() as unit:
            await self.store_hash(unit, user, hashed, kept=caller.credential_id)
            subject = Subject("user", user.id, user.name)
            await self._audit.record(unit, "password_changed", actor=caller, subject=subject, origin=origin)

    async def set_password(self, user_id: UserId, password: str) -> None:
        """By the command line: a new password for a user; all its sessions end. Raises `NotFound`, `ValidationFailed`."""
        async with self._database.read() as unit:
            user = await self.user(unit, user_id)
        hashed = await self.hashed(password, user.name, "body.password")
        async with self._database.write() as unit:
            await self.store_hash(unit, user, hashed, kept=None)
            subject = Subject("user", user.id, user.name)
            await self._audit.record(unit, "password_changed", subject=subject, way="command line")

    async def hashed(self, password: str, name: str, location: str) -> str:
        """What to store of a new password. Takes long. Raises `ValidationFailed` at `location`."""
        _check("password", await self._passwords.problem(password, name), location)
        return await self._passwords.hash(password)

    async def store_hash(self, unit: UnitOfWork, user: User, hashed: str, *, kept: str | None) -> None:
        """Give a user a new password; all its sessions but `kept` end."""
        await self._repository.change_user(unit, user.id, self._clock.now(), password_hash=hashed)
        await self._sessions.end_others(unit, UserId(user.id), kept=kept)

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
        """A user to be stored. Takes long, so it belongs in front of a unit. Raises `ValidationFailed`."""
        _check("name", name_problem(name), "body.name")
        found = await self._passwords.problem(password, name) if estimated else password_problem(password, name)
        _check("password", found, "body.password")
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

    async def _created(self, unit: UnitOfWork, user: User, actor: Caller | None, origin: Origin | None, *, way: str) -> None:
        subject = Subject("user", user.id, user.name)
        await self._audit.record(
            unit, "user_created", actor=actor, subject=subject, origin=origin, role=user.role, tier=user.tier, way=way
        )

    async def _check_setup(self, unit: ReadUnit, token: str | None, origin: Origin) -> None:
        if await self._admin_exists(unit):
            raise Conflict("This server has an administrator already. Sign in instead.")
        if is_local(origin):
            return
        if token is None or not await self._repository.setup_token_lives(unit, digest(token), self._clock.now()):
            raise Forbidden("Open the set-up link that the server printed when it started.")

    async def _admin_exists(self, unit: ReadUnit) -> bool:
        self._has_admin = self._has_admin or await self._repository.has_admin(unit)
        return self._has_admin

    async def _announce(self, event: SetupCompleted) -> None:
        try:
            await self._events.publish(event)
        except Exception:
            # The account exists and is signed in; a folder that could not be added is added again from the library page.
            log.exception("setup_follow_up_failed")


def _check(what: str, problem: str | None, location: str) -> None:
    if problem is not None:
        raise ValidationFailed(problem, errors=[FieldError(location, problem, f"{what}_refused")])
