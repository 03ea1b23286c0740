"""Wire types of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, cast

from pydantic import BaseModel, Field

from matinee.features.accounts.models import AuditEntry


class ActorView(BaseModel):
    """Who did it."""

    id: str
    name: str


class SubjectView(BaseModel):
    """What it was done to."""

    kind: str
    id: str
    name: str


class AuditEntryView(BaseModel):
    id: str
    at: datetime
    event: str
    outcome: Literal["success", "failure"]
    actor: ActorView | None = Field(description="Null for the server itself, its command line, and who did not get in.")
    subject: SubjectView | None
    address: str
    device: str
    detail: dict[str, Any]  # Any: other for each event

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditEntryView:
        subject = None
        if entry.subject_kind is not None:
            subject = SubjectView(kind=entry.subject_kind, id=entry.subject_id or "", name=entry.subject_name)
        return cls(
            id=entry.id,
            at=entry.at,
            event=entry.event,
            outcome=cast("Literal['success', 'failure']", entry.outcome),
            actor=ActorView(id=entry.actor_id, name=entry.actor_name) if entry.actor_id else None,
            subject=subject,
            address=entry.address,
            device=entry.device,
            detail=entry.detail,
        )
