"""The first start: the first administrator, by the printed link, from a private network or from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from matinee.features.accounts.events import SetupCompleted
from matinee.features.accounts.models import SetupToken
from matinee.features.accounts.policy import AccountsOptions, Origin, is_local
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.service import AccountsService
from matinee.features.accounts.sessions import Sessions, SignedIn
from matinee.features.accounts.tokens import digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit
from matinee.infra.errors import Conflict, Forbidden
from matinee.infra.feature import EventBus
from matinee.infra.ids import UserId

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


class FirstStart:
    """Makes the first administrator, once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        options: AccountsOptions,
        accounts: AccountsService,
        sessions: Sessions,
        events: EventBus,
    ) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._accounts = accounts
        self._sessions = sessions
        self._events = events
        self._repository = AccountsRepository()
        self._has_admin = False

    async def state(self, unit: ReadUnit, origin: Origin) -> SetupState:
        """Whether the server waits for its first administrator, and what this caller needs to become it."""
        if await self._admin_exists(unit):
            return SetupState(False, False, self._options.demo, (), self._options.version, self._options.public_catalog)
        local = is_local(origin)
        folders = tuple(self._options.library_paths) if local else ()
        return SetupState(True, not local, self._options.demo, folders, self._options.version, self._options.public_catalog)

    async def token(self) -> str | None:
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

    async def check(self, token: str | None, origin: Origin) -> None:
        """Raises `Conflict` when there is an administrator, `Forbidden` from elsewhere without a living token."""
        async with self._database.read() as unit:
            await self._check(unit, token, origin)

    async def setup(self, request: SetupRequest, origin: Origin) -> SignedIn:
        """Create the first administrator and sign it in; then `SetupCompleted` is published.

        Raises as `check`, and `ValidationFailed`.
        """
        await self.check(request.token, origin)
        user = await self._accounts.prepared(request.name, request.password, "admin", founder=True)
        async with self._database.write() as unit:
            await self._check(unit, request.token, origin)
            await self._repository.add_user(unit, user)
            await self._repository.delete_setup_tokens(unit)
            await self._accounts.created(unit, user, None, origin, way="setup")
            signed_in = await self._sessions.start(unit, user, origin, "setup")
        await self._announce(SetupCompleted(UserId(user.id), request.library_path, request.demo))
        return signed_in

    async def ensure_admin(self, name: str, password: str) -> bool:
        """Create the first administrator from the settings, if there is none; says whether it did. Raises `ValidationFailed`."""
        async with self._database.read() as unit:
            if await self._admin_exists(unit):
                return False
        # The operator's own words, at a start that somebody waits for: no word lists are loaded for them.
        user = await self._accounts.prepared(name, password, "admin", founder=True, estimated=False)
        try:
            async with self._database.write() as unit:
                await self._repository.add_user(unit, user)
                await self._repository.delete_setup_tokens(unit)
                await self._accounts.created(unit, user, None, None, way="settings")
        except Conflict:
            return False  # another process of the same start was faster
        return True

    async def _check(self, unit: ReadUnit, token: str | None, origin: Origin) -> None:
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
