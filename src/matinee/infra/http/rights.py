"""What features ask about an account beyond the caller itself: how much it may use, and why it may not do something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from matinee.infra.errors import Forbidden, MatineeError
from matinee.infra.http.caller import Permission
from matinee.infra.ids import UserId


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much an account may use: None is without a limit of its own. `streams` and `transcodes` are at the same time."""

    requests_per_day: int | None = None
    downloads_per_day: int | None = None
    streams: int | None = None
    transcodes: int | None = None


UNLIMITED = Allowance()


class Rights(Protocol):
    """The accounts feature implements it."""

    async def allowance(self, user_id: UserId) -> Allowance:
        """How much that account may use now."""

    def refusal(self, permission: Permission, tier: str) -> MatineeError:
        """The error for somebody of `tier` who lacks `permission`."""


class NoLimits:
    """`Rights` where there are no accounts: everything is allowed that a caller's permissions say."""

    async def allowance(self, user_id: UserId) -> Allowance:
        return UNLIMITED

    def refusal(self, permission: Permission, tier: str) -> MatineeError:
        return Forbidden(f"This needs the permission {permission}.")
