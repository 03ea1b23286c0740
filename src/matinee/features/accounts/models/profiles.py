"""The people that share an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Table


class Profile(Table):
    """One of the people that share an account.

    The default profile has the account's id, and a row only once somebody has changed it.
    """

    __tablename__ = "profile"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(256))
    avatar: Mapped[str] = mapped_column(String(16))
    language: Mapped[str | None] = mapped_column(String(16))
    max_age: Mapped[int | None]
    """The maturity limit in years; null for none."""
    pin_hash: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
