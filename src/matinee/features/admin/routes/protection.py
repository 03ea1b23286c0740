"""`/admin/limits` and `/admin/blocks`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from matinee.features.accounts.service import AuditLog, Origin, Subject
from matinee.features.admin.protection_schemas import (
    BlockIn,
    BlockOut,
    FindingOut,
    LimitClass,
    LimitsOut,
    Lists,
    ListsIn,
    ListsOut,
    SuspectList,
    SuspectOut,
)
from matinee.infra.addresses import networks_of, within
from matinee.infra.errors import Conflict, InvalidCursor
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import DEFAULT, Cursor, Cursors, Fields, Limit, ListOf
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import Reading, Writing, requires, service
from matinee.infra.http.idempotency import IdempotentRoute, idempotency_key
from matinee.infra.http.limits import COSTS, DESCRIPTIONS, PERIOD, PERIODS, TIERS, Limits
from matinee.infra.protection.service import BlockView, Protection

router = APIRouter(prefix="/admin", tags=["admin"], route_class=IdempotentRoute)
Admin = Annotated[Caller, Depends(requires("admin"))]
Guard = Annotated[Protection, Depends(service(Protection))]
Counted = Annotated[Limits, Depends(service(Limits))]
Sealed = Annotated[Cursors, Depends(service(Cursors))]
Log = Annotated[AuditLog, Depends(service(AuditLog))]
Id = Annotated[str, Path(min_length=1, max_length=64)]
MOST_SUSPECTS = 100
_SCOPE = "admin.blocks"


@router.get("/limits", response_model=LimitsOut)
async def limits(request: Request, _caller: Admin, counted: Counted, fields: Fields = None) -> Response:
    """What each kind of caller may ask for, and where it is counted."""
    body = LimitsOut(
        backend="memory" if counted.shared is None else "redis",
        degraded=counted.shared is not None and counted.shared.degraded,
        period=int(PERIOD),
        classes=[LimitClass(name=cost, description=DESCRIPTIONS[cost], period=int(PERIODS[cost])) for cost in COSTS],
        tiers={tier: {cost: counted.options.table[tier, cost] for cost in COSTS} for tier in TIERS},
        callers=len(counted),
    )
    return answer(request, body, fields=fields, cache=NO_STORE)


@router.get("/blocks", response_model=ListOf[BlockOut])
async def list_blocks(
    request: Request,
    _caller: Admin,
    guard: Guard,
    cursors: Sealed,
    unit: Reading,
    limit: Limit = DEFAULT,
    cursor: Cursor = None,
    fields: Fields = None,
) -> Response:
    """Networks that are blocked now, newest first, with the rule and what was seen."""
    values = cursors.open(_SCOPE, cursor)
    if values is not None and (len(values) != 1 or not isinstance(values[0], str)):
        raise InvalidCursor
    found = await guard.blocks(unit, limit=limit, before=str(values[0]) if values else None)
    page = found[:limit]
    sealed = cursors.seal(_SCOPE, [page[-1].id]) if len(found) > limit else None
    return answer(request, ListOf[BlockOut](items=[_out(one) for one in page], next_cursor=sealed), fields=fields, cache=NO_STORE)


@router.post("/blocks", status_code=201, response_model=BlockOut, dependencies=[Depends(idempotency_key)])
async def add_block(request: Request, caller: Admin, body: BlockIn, guard: Guard, log: Log, unit: Writing) -> Response:
    """Block an address or a network, in every process within a second.

    A block that is there already is replaced. `conflict` for a network that you are in yourself.
    """
    origin = _origin(request)
    _not_oneself(origin, [body.network])
    lasts = None if body.expires_in is None else timedelta(seconds=body.expires_in)
    made = await guard.block(unit, body.network, lasts, body.note)
    subject = Subject("block", made.id, made.network)
    await log.record(unit, "block_created", actor=caller, subject=subject, origin=origin, expires_in=body.expires_in)
    return answer(request, _out(made), cache=NO_STORE, status=201)


@router.delete("/blocks/{block_id}", status_code=204)
async def delete_block(request: Request, caller: Admin, block_id: Id, guard: Guard, log: Log, unit: Writing) -> Response:
    """End a block at once, in every process within a second. An automatic one then does not count as an offence."""
    ended = await guard.unblock(unit, block_id)
    subject = Subject("block", ended.id, ended.network)
    await log.record(unit, "block_removed", actor=caller, subject=subject, origin=_origin(request), rule=ended.rule)
    return Response(status_code=204, headers={"cache-control": NO_STORE})


@router.get("/blocks/suspects", response_model=SuspectList)
async def suspects(request: Request, _caller: Admin, guard: Guard, fields: Fields = None) -> Response:
    """Who looks suspicious to the process that answers, and why: the hundred with the highest scores."""
    threshold = guard.policy.threshold
    items = [
        SuspectOut(
            address=one.key,
            score=one.score,
            threshold=threshold,
            findings=[FindingOut(rule=it.rule, points=it.points, evidence=dict(it.evidence), at=it.at) for it in one.findings],
            last_seen_at=one.last_seen_at,
        )
        for one in guard.worst(MOST_SUSPECTS)
    ]
    return answer(request, SuspectList(items=items), fields=fields, cache=NO_STORE)


@router.get("/blocks/lists", response_model=ListsOut)
async def read_lists(request: Request, _caller: Admin, guard: Guard, unit: Reading) -> Response:
    """Networks that are never blocked (`allow`, which wins) and such as always are (`deny`)."""
    return answer(request, _lists(guard, await guard.lists(unit)), cache=NO_STORE)


@router.put("/blocks/lists", response_model=ListsOut)
async def change_lists(request: Request, caller: Admin, body: ListsIn, guard: Guard, log: Log, unit: Writing) -> Response:
    """Both lists anew, in every process within a second. `conflict` when you would lock yourself out."""
    origin = _origin(request)
    if not within(origin.address, networks_of(body.allow)):
        _not_oneself(origin, body.deny)
    lists = await guard.set_lists(unit, body.allow, body.deny)
    subject, allowed, denied = Subject("lists", "lists"), len(lists["allow"]), len(lists["deny"])
    await log.record(unit, "lists_changed", actor=caller, subject=subject, origin=origin, allow=allowed, deny=denied)
    return answer(request, _lists(guard, lists), cache=NO_STORE)


def _out(block: BlockView) -> BlockOut:
    return BlockOut(**asdict(block))


def _lists(guard: Protection, own: dict[str, list[str]]) -> ListsOut:
    settings = Lists(allow=guard.from_settings["allow"], deny=guard.from_settings["deny"])
    return ListsOut(allow=own["allow"], deny=own["deny"], from_settings=settings)


def _origin(request: Request) -> Origin:
    headers = request.headers
    address = request.client.host if request.client else ""
    return Origin(address=address, device=headers.get("user-agent", ""), host=headers.get("host", ""))


def _not_oneself(origin: Origin, networks: list[str]) -> None:
    if within(origin.address, networks_of(networks)):
        raise Conflict("You are in this network yourself.")
