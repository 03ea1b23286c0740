"""Tables of watching progress."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Table


class ProgressRow(Table):
    """How far a user has watched an item. No foreign keys: what was watched is remembered while a file or a title is away."""

    __tablename__ = "progress"
    __table_args__ = (
        Index("ix_progress_user_recent", "user_id", "updated_at", "item_id"),
        Index("ix_progress_user_title", "user_id", "title_id", "updated_at"),
    )

    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8))
    """`movie` or `episode`."""
    position: Mapped[float] = mapped_column(Float)
    duration: Mapped[float] = mapped_column(Float)
    watched: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(8))
    device: Mapped[str] = mapped_column(String(120), default="")
    client_time: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    updated_at: Mapped[datetime]
