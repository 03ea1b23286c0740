"""Wire types of taking one's data along, and of leaving."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from matinee.features.accounts.schemas.values import Body, Code, Password

Rows = list[dict[str, Any]]  # Any: the columns of the server's tables


class LeaveBody(Body):
    """The password; not needed by who has none and signed in within the last ten minutes. `code`: of the second factor."""

    current_password: Password | None = None
    code: Code | None = None


class ExportView(BaseModel):
    """All that this server keeps about an account. Other parts may come beside these."""

    model_config = ConfigDict(extra="allow")

    format: int
    exported_at: datetime
    account: Rows
    profiles: Rows
    sessions: Rows
    api_keys: Rows
    identities: Rows
    second_factor: Rows
    invitations: Rows
    password_resets: Rows
    waiting_devices: Rows
    audit: Rows
    progress: Rows = []
    ratings: Rows = []
    watchlist: Rows = []
    playing: Rows = []
