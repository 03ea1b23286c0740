"""Tables of the protection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Table


class BlockRow(Table):
    """A network that is not let in, now or once: ended ones are kept for a while, since the next one is longer for them."""

    __tablename__ = "address_block"
    __table_args__ = (Index("ix_address_block_network", "network"), Index("ix_address_block_created_at", "created_at"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    network: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str | None] = mapped_column(String(32))
    evidence: Mapped[dict[str, Any]]
    score: Mapped[float | None] = mapped_column(Float)
    offence: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class ListedRow(Table):
    """A network on an administrator's list: `allow` or `deny`."""

    __tablename__ = "address_list"

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    network: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
