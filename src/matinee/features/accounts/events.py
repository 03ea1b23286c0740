"""What other features may want to know."""

from __future__ import annotations

from dataclasses import dataclass

from matinee.infra.feature import Event
from matinee.infra.ids import UserId


@dataclass(frozen=True, slots=True)
class ProfileDeleted(Event):
    """A profile is gone for good; what others keep for it is to go as well. Also told of the profiles of a deleted account."""

    profile_id: str


@dataclass(frozen=True, slots=True)
class AccountClosed(Event):
    """An account was disabled or deleted: what it has begun is to end."""

    user_id: UserId
    deleted: bool


@dataclass(frozen=True, slots=True)
class SetupCompleted(Event):
    """The first administrator exists.

    `library_path` is the folder chosen on the first-run page; `demo` asks for the demo library.
    """

    user_id: UserId
    library_path: str | None = None
    demo: bool = False
