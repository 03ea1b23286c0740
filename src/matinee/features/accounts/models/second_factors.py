"""What proves a person besides the password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Table


class SecondFactor(Table):
    """The secret that an authenticator app shares with this server. It counts once `User.second_factor_at` is set."""

    __tablename__ = "second_factor"

    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[str] = mapped_column(String(255))
    """The secret, encrypted; see `sealing.py`."""
    last_step: Mapped[int]
    """The time step of the last code that was taken: it and those before it are not taken again."""
    wrong_codes: Mapped[int]
    """Codes that did not fit since `wrong_since`."""
    wrong_since: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RecoveryCode(Table):
    """A code that replaces the app once. It goes when it is used."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the account's id and 80 random bits."""
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
