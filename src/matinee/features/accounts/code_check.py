"""Judges the codes of second factors: each once, few wrong ones, in all processes together."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.authenticator import caller_of
from matinee.features.accounts.errors import SecondFactorRequired, SecondFactorWrong, TooManySignIns
from matinee.features.accounts.models import SecondFactor, User
from matinee.features.accounts.one_time_codes import fitting_step, is_from_app, recovery_hash, typed
from matinee.features.accounts.policy import Origin
from matinee.features.accounts.repository.second_factors import SecondFactorsRepository
from matinee.features.accounts.sealing import Sealing
from matinee.infra.clock import Clock
from matinee.infra.database import UnitOfWork
from matinee.infra.errors import MatineeError

WRONG_CODES = 20
"""An account takes so many wrong codes in a row within `WRONG_WINDOW`, from anywhere: who has its password guesses one of the
million, of which three fit at any moment, with a chance of 1 in 17,000 a day."""
WRONG_WINDOW = timedelta(days=1)
log = structlog.get_logger(__name__)


class CodeCheck:
    """Answers what speaks against a code instead of raising it: that a wrong one was counted must be committed.

    The row of the account is locked, so two processes never judge one code at the same moment.
    """

    def __init__(self, clock: Clock, sealing: Sealing, audit: AuditLog) -> None:
        self._clock = clock
        self._sealing = sealing
        self._audit = audit
        self._repository = SecondFactorsRepository()

    async def refusal(self, unit: UnitOfWork, user: User, code: str | None, origin: Origin) -> MatineeError | None:
        """Why somebody who knows the password is not let in yet; None for an account without a second factor."""
        row = await self._repository.locked(unit, user.id)
        if row is None or row[0].second_factor_at is None:
            return None
        if code is None:
            return SecondFactorRequired("Enter the code of your authenticator app, or a recovery code.")
        return await self.judge(unit, *row, code, origin)

    async def judge(
        self, unit: UnitOfWork, user: User, factor: SecondFactor | None, code: str, origin: Origin
    ) -> SecondFactorWrong | TooManySignIns | None:
        """What speaks against `code`; None uses it up. `user` and `factor` come locked."""
        if factor is None:
            raise AssertionError("an account with a second factor has its secret")
        now = self._clock.now()
        since, wrong = factor.wrong_since, factor.wrong_codes
        if since is None or since + WRONG_WINDOW <= now:
            since, wrong = now, 0
        if wrong >= WRONG_CODES:
            wait = int((since + WRONG_WINDOW - now).total_seconds()) + 1
            return TooManySignIns("Too many wrong codes. Ask an administrator, or try again tomorrow.", retry_after=wait)
        if await self._fits(unit, user, factor, typed(code), now, origin):
            return None
        await self._repository.missed(unit, user.id, wrong + 1, since)
        return SecondFactorWrong("The code is wrong, too old, or was used before.")

    async def _fits(self, unit: UnitOfWork, user: User, factor: SecondFactor, code: str, now: datetime, origin: Origin) -> bool:
        if is_from_app(code):
            secret = self._sealing.unseal(user.id, factor.sealed)
            if secret is None:
                log.error("second_factor_unreadable", user_id=user.id, hint="the server's secret key is another one now")
                return False
            step = fitting_step(secret, code, now, factor.last_step)
            if step is not None:
                await self._repository.taken(unit, user.id, step)
            return step is not None
        if not await self._repository.use_code(unit, user.id, recovery_hash(user.id, code)):
            return False
        await self._repository.taken(unit, user.id, None)
        left = await self._repository.codes_left(unit, user.id)
        actor, subject = caller_of(user, "token", ""), Subject("user", user.id, user.name)
        await self._audit.record(unit, "recovery_code_used", actor=actor, subject=subject, origin=origin, left=left)
        return True
