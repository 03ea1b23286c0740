"""Sign-ins of devices and their refresh tokens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Table


class AuthSession(Table):
    """One sign-in of one device. The browser holds its token in a cookie; its refresh tokens are one family."""

    __tablename__ = "auth_session"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    last_address: Mapped[str | None] = mapped_column(String(64))
    """Where it was last seen; null before it was seen at another address than that of the sign-in."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    method: Mapped[str] = mapped_column(String(16), server_default=text("''"), default="")
    """How its owner proved who they are: `password`, `plex`, `oidc`, `device` ...; empty for a session of an older version."""
    profile_id: Mapped[str | None] = mapped_column(String(26))
    """Whom it acts for; null for the default profile. When a profile goes, its sessions end."""


class RefreshToken(Table):
    """A refresh token. It works once; seeing a used one again means that it was copied, and ends its session."""

    __tablename__ = "refresh_token"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("auth_session.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
