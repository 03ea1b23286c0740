"""Wire types of the devices that are signed in."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from matinee.features.accounts.models import AuthSession


class SessionView(BaseModel):
    id: str
    device: str
    address: str = Field(description="Where the sign-in came from.")
    last_address: str = Field(description="Where it was last seen.")
    current: bool = Field(description="Whether it is the one this request came in.")
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, session: AuthSession, current_id: str) -> SessionView:
        return cls(
            id=session.id,
            device=session.device,
            address=session.address,
            last_address=session.last_address or session.address,
            current=session.id == current_id,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
        )
