"""Invitations: links with which people make accounts of their own."""

from __future__ import annotations

from datetime import timedelta

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.authenticator import caller_of
from matinee.features.accounts.models import Invitation
from matinee.features.accounts.permissions import Tier
from matinee.features.accounts.policy import Origin, Role
from matinee.features.accounts.repository import AccountsRepository, LinksRepository
from matinee.features.accounts.service import AccountsService
from matinee.features.accounts.sessions import Sessions, SignedIn
from matinee.features.accounts.throttle import LinkThrottle
from matinee.features.accounts.tokens import digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import Conflict, Forbidden, NotFound
from matinee.infra.http.caller import Caller
from matinee.infra.ids import new_id
from matinee.infra.paging import Cursors, Page

MOST_LIVING = 100
"""Of one person."""


class Invitations:
    """Made by administrators, and by people with the permission `invite` for accounts like any other."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        cursors: Cursors,
        accounts: AccountsService,
        sessions: Sessions,
        throttle: LinkThrottle,
        audit: AuditLog,
    ) -> None:
        self._database = database
        self._clock = clock
        self._cursors = cursors
        self._accounts = accounts
        self._sessions = sessions
        self._throttle = throttle
        self._audit = audit
        self._repository = LinksRepository()
        self._users = AccountsRepository()

    async def create(
        self,
        unit: UnitOfWork,
        caller: Caller,
        origin: Origin,
        *,
        role: Role,
        tier: Tier,
        uses: int,
        lifetime: timedelta,
        note: str,
    ) -> tuple[Invitation, str]:
        """A new invitation and its token, which nobody can read again. Raises `Forbidden`, `Conflict`."""
        if not caller.is_admin and (role != "user" or tier != "free"):
            raise Forbidden("You may invite people to accounts of the tier free.")
        now = self._clock.now()
        if await self._repository.count_living(unit, caller.user_id, now) >= MOST_LIVING:
            raise Conflict(f"Delete an invitation first: {MOST_LIVING} are the most.")
        secret = new_secret()
        invitation = Invitation(
            id=new_id(),
            token_hash=digest(secret),
            role=role,
            tier=tier,
            uses=uses,
            used=0,
            note=note,
            created_by=caller.user_id,
            created_at=now,
            expires_at=now + lifetime,
        )
        await self._repository.add_invitation(unit, invitation)
        subject = Subject("invitation", invitation.id, note)
        await self._audit.record(
            unit, "invitation_created", actor=caller, subject=subject, origin=origin, role=role, tier=tier, uses=uses
        )
        return invitation, secret

    async def page(self, unit: ReadUnit, caller: Caller, limit: int, cursor: str | None) -> Page[Invitation]:
        """Newest first: all for administrators, else one's own. Raises `InvalidCursor`."""
        whose = None if caller.is_admin else caller.user_id
        scope = f"admin.invitations?of={whose}"
        values = self._cursors.open(scope, cursor)
        found = await self._repository.invitations(unit, whose, str(values[0]) if values else None, limit + 1)
        return self._cursors.page(scope, [((one.id,), one) for one in found], limit)

    async def delete(self, unit: UnitOfWork, caller: Caller, invitation_id: str, origin: Origin) -> None:
        """The link stops working. Raises `NotFound`, also for another's when the caller is no administrator."""
        gone = await self._repository.delete_invitation(unit, invitation_id, None if caller.is_admin else caller.user_id)
        if gone is None:
            raise NotFound("There is no such invitation.")
        subject = Subject("invitation", gone.id, gone.note)
        await self._audit.record(unit, "invitation_deleted", actor=caller, subject=subject, origin=origin, used=gone.used)

    async def inspect(self, token: str, origin: Origin) -> Invitation:
        """What a link offers. Raises `NotFound` when it does not work, `TooManySignIns`."""
        await self._throttle.attempt(origin.address)
        async with self._database.read() as unit:
            found = await self._repository.invitation(unit, digest(token), self._clock.now())
        if found is None:
            raise NotFound("This invitation does not work any more. Ask for another one.")
        await self._throttle.succeeded(origin.address)
        return found

    async def register(self, token: str, name: str, password: str, origin: Origin) -> SignedIn:
        """Make the account and sign it in. Raises as `inspect`, and `ValidationFailed`, `Conflict` for a taken name."""
        offered = await self.inspect(token, origin)
        role: Role = "admin" if offered.role == "admin" else "user"
        user = await self._accounts.prepared(name, password, role, tier=offered.tier)
        async with self._database.write() as unit:
            used = await self._repository.use_invitation(unit, digest(token), self._clock.now())
            if used is None:
                raise NotFound("This invitation does not work any more. Ask for another one.")
            await self._users.add_user(unit, user)
            signed_in = await self._sessions.start(unit, user, origin, "invitation")
            actor = caller_of(user, "token", signed_in.session_id)
            subject = Subject("invitation", used.id, used.note)
            await self._audit.record(unit, "invitation_used", actor=actor, subject=subject, origin=origin)
            person = Subject("user", user.id, user.name)
            await self._audit.record(
                unit, "user_created", actor=actor, subject=person, origin=origin, role=user.role, tier=user.tier
            )
        return signed_in
