"""Who people are elsewhere, and the sign-ins that are on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Table


class Identity(Table):
    """Somebody at another system who is a user here. `issuer` and `subject` say who; `provider` is the setting's name for it.

    The issuer is part of the key, so that a setting that names another system under an old name opens nobody's account.
    """

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class FederatedSession(Table):
    """Which identity a session was started with, so that its provider can end it. `provider_session` is the provider's `sid`."""

    __tablename__ = "federated_session"

    session_id: Mapped[str] = mapped_column(ForeignKey("auth_session.id", ondelete="CASCADE"), primary_key=True)
    identity_id: Mapped[str] = mapped_column(ForeignKey("identity.id", ondelete="CASCADE"), index=True)
    provider_session: Mapped[str | None] = mapped_column(String(255), index=True)


class SignInAttempt(Table):
    """A sign-in at another system that has begun. It is known by the hash of its secret and works once, in one browser."""

    __tablename__ = "sign_in_attempt"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    """Who links an identity; null for a sign-in."""
    document: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UsedToken(Table):
    """A token of another system that counts once, until its end."""

    __tablename__ = "used_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DevicePairing(Table):
    """A device that waits for somebody to let it in (RFC 8628). Both codes are kept as hashes."""

    __tablename__ = "device_pairing"
    __table_args__ = (Index("ix_device_pairing_address_expires_at", "address", "expires_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    device_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    client_name: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8))
    """`waiting`, `approved` or `denied`."""
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    pause: Mapped[int]
    """Seconds between polls; five more after each poll that came too early."""
    polled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
