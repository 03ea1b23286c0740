"""The row of a job that does not exist yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from matinee.infra.jobs.definitions import JobDefinition, Payload

PRIORITY = 10


def new_row(
    definition: JobDefinition,
    payload: Payload,
    now: datetime,
    *,
    job_id: str,
    priority: int = PRIORITY,
    key: str | None = None,
) -> dict[str, Any]:
    """Column values; `repository.insert_job` takes them."""
    return {
        "id": job_id,
        "name": definition.name,
        "title": definition.title,
        "queue": definition.queue,
        "priority": priority,
        "payload": dict(payload),
        "state": "queued",
        "done": 0,
        "message": "",
        "key": key,
        "active_key": active_key(definition.name, key),
        "attempts": 0,
        "failures": 0,
        "cancel": False,
        "submitted": False,
        "restart": False,
        "revision": 1,
        "created_at": now,
        "updated_at": now,
    }


def active_key(name: str, key: str | None) -> str | None:
    """What is unique among queued and running jobs."""
    return None if key is None else f"{name}:{key}"
