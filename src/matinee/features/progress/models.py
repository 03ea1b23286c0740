"""Tables of what people did with titles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Json, Table


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


class RatingRow(Table):
    """What a user thinks of a title. No foreign keys, as above: opinions outlive what they are about."""

    __tablename__ = "rating"
    __table_args__ = (Index("ix_rating_user_recent", "user_id", "updated_at", "title_id"),)

    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    rating: Mapped[float] = mapped_column(Float)
    """0.5..5 in halves."""
    updated_at: Mapped[datetime]


class WatchlistRow(Table):
    """What a user wants to watch."""

    __tablename__ = "watchlist"
    __table_args__ = (Index("ix_watchlist_user_recent", "user_id", "added_at", "title_id"),)

    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    added_at: Mapped[datetime]


class NeighboursRow(Table):
    """Which titles go with a title: what the recommender has learned, in the form in which it is served by every process."""

    __tablename__ = "title_neighbours"
    __table_args__ = (Index("ix_title_neighbours_learned_at", "learned_at"),)

    title_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    origin: Mapped[str] = mapped_column(String(8), primary_key=True)
    """`people` or `content`."""
    neighbours: Mapped[list[Any]] = mapped_column(Json)
    """Pairs of title and weight, at most a hundred."""
    learned_at: Mapped[datetime]
    """When the learning began; what an earlier one left is removed at its end."""
