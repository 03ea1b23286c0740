"""Tables of monitoring."""

from __future__ import annotations

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Table


class BreakerDecision(Table):
    """What an administrator has done to the breaker of an upstream last."""

    __tablename__ = "breaker_decision"

    upstream: Mapped[str] = mapped_column(String(64), primary_key=True)
    forced: Mapped[bool]
    at: Mapped[float] = mapped_column(Float)
    """Seconds since the epoch, as they are compared between processes: an instant of a database is less exact."""
    by: Mapped[str] = mapped_column(String(64))
