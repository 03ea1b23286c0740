"""What other features may want to know."""

from __future__ import annotations

from dataclasses import dataclass

from matinee.infra.feature import Event
from matinee.infra.ids import UserId


@dataclass(frozen=True, slots=True)
class SetupCompleted(Event):
    """The first administrator exists.

    `library_path` is the folder chosen on the first-run page; `demo` asks for the demo library.
    """

    user_id: UserId
    library_path: str | None = None
    demo: bool = False
