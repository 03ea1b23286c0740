"""`/admin/audit`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BeforeValidator

from matinee.features.accounts.audit import AuditEvent, AuditLog, Outcome
from matinee.features.accounts.repository import AuditFilter
from matinee.features.accounts.schemas.audit import AuditEntryView
from matinee.infra.http.answers.conventions import answer
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Fields, Limit, ListOf
from matinee.infra.http.dependencies import Reading, requires, service

router = APIRouter(prefix="/admin/audit", tags=["people"], dependencies=[Depends(requires("admin"))])
Log = Annotated[AuditLog, Depends(service(AuditLog))]
OfEvent = Annotated[AuditEvent | None, Query(description="Only this event.")]
OfUser = Annotated[str | None, Query(max_length=64, description="Only what this account did, or what was done to it.")]
OfOutcome = Annotated[Outcome | None, Query(description="Only what worked, or what did not.")]


def _written_out(value: Any) -> Any:
    """An instant of RFC 3339; the parser would take a number too, as seconds or as milliseconds."""
    if isinstance(value, str) and not value[:5].endswith("-"):
        raise ValueError("must be an instant such as 2026-01-31T12:00:00Z")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_written_out)]
Since = Annotated[Instant | None, Query(description="Not before this instant.")]
Until = Annotated[Instant | None, Query(description="Before this instant.")]


async def _wanted(
    event: OfEvent = None, user_id: OfUser = None, outcome: OfOutcome = None, since: Since = None, until: Until = None
) -> AuditFilter:
    return AuditFilter(event, user_id, outcome, since, until)


@router.get("", response_model=ListOf[AuditEntryView])
async def list_entries(
    request: Request,
    audit: Log,
    unit: Reading,
    wanted: Annotated[AuditFilter, Depends(_wanted)],
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """Who did what, newest first: sign-ins and failures, accounts, keys, devices, blocks, settings.

    Of failures, each address gets ten entries of its own in a minute and all together 120; the rest of the minute is one entry
    with a number for each address.
    """
    await audit.flush()
    page = await audit.page(unit, wanted, limit, cursor)
    items = [AuditEntryView.of(entry) for entry in page.items]
    return answer(request, ListOf[AuditEntryView](items=items, next_cursor=page.next_cursor), fields=fields)
