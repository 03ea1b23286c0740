"""People: the first administrator, adding, changing and disabling accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from matinee.features.accounts.events import SetupCompleted
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models import SetupToken, User
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.policy import AccountsOptions, Origin, Role, is_local, name_key, name_problem, password_problem
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.sessions import Sessions, SignedIn
from matinee.features.accounts.tokens import digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import Conflict, FieldError, Forbidden, NotFound, ValidationFailed
from matinee.infra.feature import EventBus
from matinee.infra.http.caller import Caller
from matinee.infra.ids import UserId, new_id

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SetupState:
    """What the first-run page needs to know. `folders` stays empty for who may not set up."""

    needs_admin: bool
    needs_token: bool
    demo: bool
    folders: Sequence[str]
    version: str


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
    ) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._passwords = passwords
        self._sessions = sessions
        self._verified = verified
        self._events = events
        self._repository = AccountsRepository()
        self._has_admin = False

    async def setup_state(self, unit: ReadUnit, origin: Origin) -> SetupState:
        """Whether the server waits for its first administrator, and what this caller needs to become it."""
        if await self._admin_exists(unit):
            return SetupState(False, False, self._options.demo, (), self._options.version)
        local = is_local(origin)
        folders = tuple(self._options.library_paths) if local else ()
        return SetupState(True, not local, self._options.demo, folders, self._options.version)

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
        user = await self._new_user(request.name, request.password, "admin", founder=True)
        async with self._database.write() as unit:
            await self._check_setup(unit, request.token, origin)
            await self._repository.add_user(unit, user)
            await self._repository.delete_setup_tokens(unit)
            signed_in = await self._sessions.start(unit, user, origin)
        await self._announce(SetupCompleted(UserId(user.id), request.library_path, request.demo))
        return signed_in

    async def ensure_admin(self, name: str, password: str) -> bool:
        """Create the first administrator from the settings, if there is none; says whether it did. Raises `ValidationFailed`."""
        async with self._database.read() as unit:
            if await self._admin_exists(unit):
                return False
        user = await self._new_user(name, password, "admin", founder=True)
        try:
            async with self._database.write() as unit:
                await self._repository.add_user(unit, user)
                await self._repository.delete_setup_tokens(unit)
        except Conflict:
            return False  # another process of the same start was faster
        return True

    async def add_user(self, name: str, password: str, role: Role = "user") -> User:
        """A new account. Raises `ValidationFailed`, `Conflict` when the name is taken."""
        user = await self._new_user(name, password, role)
        async with self._database.write() as unit:
            await self._repository.add_user(unit, user)
            if role == "admin":
                await self._repository.delete_setup_tokens(unit)
        return user

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

    async def change_password(self, caller: Caller, current: str, new: str, origin: Origin) -> None:
        """The caller's own password; other sessions end. Raises `InvalidCredentials`, `TooManySignIns`, `ValidationFailed`."""
        async with self._database.read() as unit:
            user = await self.user(unit, caller.user_id)
        await self._sessions.check_password(user, user.name, current, origin)
        await self._store_password(user, new, kept=caller.credential_id, location="body.new_password")

    async def set_password(self, user_id: UserId, password: str) -> None:
        """An administrator's act: a new password for a user; all its sessions end. Raises `NotFound`, `ValidationFailed`."""
        async with self._database.read() as unit:
            user = await self.user(unit, user_id)
        await self._store_password(user, password, kept=None, location="body.password")

    async def set_disabled(self, unit: UnitOfWork, user_id: UserId, disabled: bool) -> None:
        """Close or reopen an account; its sessions end, its keys rest.

        Raises `NotFound`, `Conflict` for the last administrator.
        """
        user = await self.user(unit, user_id)
        if disabled and user.role == "admin" and not user.disabled and await self._repository.working_admins(unit) <= 1:
            raise Conflict("This is the last working administrator.")
        await self._repository.change_user(unit, user_id, self._clock.now(), disabled=disabled)
        if disabled:
            await self._sessions.end_others(unit, user_id, kept=None)

        async def forget() -> None:
            self._verified.revoke_user(user_id)

        unit.after_commit(forget)

    async def _store_password(self, user: User, password: str, *, kept: str | None, location: str) -> None:
        _check("password", password_problem(password, user.name), location)
        hashed = await self._passwords.hash(password)
        async with self._database.write() as unit:
            await self._repository.change_user(unit, user.id, self._clock.now(), password_hash=hashed)
            await self._sessions.end_others(unit, UserId(user.id), kept=kept)

    async def _new_user(self, name: str, password: str, role: Role, *, founder: bool = False) -> User:
        _check("name", name_problem(name), "body.name")
        _check("password", password_problem(password, name), "body.password")
        now = self._clock.now()
        return User(
            id=new_id(),
            name=name,
            name_key=name_key(name),
            password_hash=await self._passwords.hash(password),
            role=role,
            tier="premium" if role == "admin" else "free",
            disabled=False,
            founder=True if founder else None,
            created_at=now,
            updated_at=now,
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
