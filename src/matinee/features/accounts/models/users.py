"""People and the token of the first start."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Table


class User(Table):
    """A person with an account."""

    __tablename__ = "user"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_key: Mapped[str] = mapped_column(String(128), unique=True)
    """The name folded for comparison; see `policy.name_key`."""
    password_hash: Mapped[str] = mapped_column(String(255))
    """Empty for a person who signs in with Plex or another provider only."""
    second_factor_at: Mapped[datetime | None]
    """Since when a code is asked for after the password; null for an account without a second factor."""
    role: Mapped[str] = mapped_column(String(16))
    tier: Mapped[str] = mapped_column(String(16))
    disabled: Mapped[bool] = mapped_column(default=False)
    founder: Mapped[bool | None] = mapped_column(unique=True)
    """True for the account made at the first start, else null: the unique index lets only one of two racing set-ups win."""
    granted: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), default=list)
    """Permissions beyond those of the tier, see `permissions.py`; `denied` are taken away."""
    denied: Mapped[list[str]] = mapped_column(server_default=text("'[]'"), default=list)
    limits: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)
    """Numbers in place of the tier's; what is missing or null is the tier's. Any: JSON."""
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SetupToken(Table):
    """A one-time token printed at a start without an administrator. Every process of such a start may print its own."""

    __tablename__ = "setup_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
