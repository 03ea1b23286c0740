"""Tables of playback."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import Json, Table


class PlaybackSessionRow(Table):
    """One playing of one file by one user. Its signed addresses work until `expires_at` or `revoked_at`, also after a restart.

    No foreign keys: an item or a user that goes takes nothing with it but the answer to the next request.
    """

    __tablename__ = "playback_session"
    __table_args__ = (Index(None, "user_id", "created_at"), Index(None, "expires_at"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64))
    user_name: Mapped[str] = mapped_column(String(200))
    credential_id: Mapped[str] = mapped_column(String(64))
    title_id: Mapped[str] = mapped_column(String(64))
    item_id: Mapped[str] = mapped_column(String(64))
    file_id: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(10))
    document: Mapped[dict[str, Any]] = mapped_column(Json)  # Any: a JSON document
    """`capabilities` of the client, its `profile_id`, the `position` where it watches, how many `transcodes` it may have, and its
    `presence`: when the player last asked, what is converted for it, and in which process."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
