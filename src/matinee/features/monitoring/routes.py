"""`/services` and `/admin/breakers`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from matinee.features.monitoring.schemas import BreakerOut, BudgetOut, DecisionOut, ServiceOut
from matinee.features.monitoring.service import MonitoringService, OwnPart, Service
from matinee.infra.errors import Forbidden
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import Fields, ListOf
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import requires, service
from matinee.infra.upstream import UpstreamStatus

Monitoring = Annotated[MonitoringService, Depends(service(MonitoringService))]
Reader = Annotated[Caller, Depends(requires("catalog:read"))]
Admin = Annotated[Caller, Depends(requires("admin"))]
Name = Annotated[str, Path(min_length=1, max_length=64)]
Refresh = Annotated[bool, Query(description="Look at everything now. For administrators.")]

services_router = APIRouter(prefix="/services", tags=["monitoring"])
breakers_router = APIRouter(prefix="/admin/breakers", tags=["admin"])


@services_router.get("", response_model=ListOf[ServiceOut])
async def list_services(
    request: Request, monitoring: Monitoring, caller: Reader, refresh: Refresh = False, fields: Fields = None
) -> Response:
    """The services that Matinee needs: upstreams, and its own database, jobs and cache."""
    if refresh and not caller.is_admin:
        raise Forbidden("Only an administrator may have everything looked at.")
    items = [_service(found, caller) for found in await monitoring.services(refresh=refresh)]
    return answer(request, ListOf[ServiceOut](items=items), fields=fields)


@services_router.get("/{name}", response_model=ServiceOut)
async def read_service(request: Request, monitoring: Monitoring, caller: Reader, name: Name) -> Response:
    """One service."""
    return answer(request, _service(await monitoring.service(name), caller))


@services_router.post("/{name}/check", response_model=ServiceOut)
async def check_service(request: Request, monitoring: Monitoring, caller: Admin, name: Name) -> Response:
    """Look at a service now. Through an open breaker nobody looks: reset it first."""
    return answer(request, _service(await monitoring.check(name), caller), cache=NO_STORE)


@breakers_router.get("", response_model=ListOf[BreakerOut], dependencies=[Depends(requires("admin"))])
async def list_breakers(request: Request, monitoring: Monitoring, fields: Fields = None) -> Response:
    """The circuit breakers of all upstreams, with what their window holds."""
    return answer(request, ListOf[BreakerOut](items=[_breaker(found) for found in monitoring.breakers()]), fields=fields)


@breakers_router.post("/{name}/trip", response_model=BreakerOut)
async def trip_breaker(request: Request, monitoring: Monitoring, caller: Admin, name: Name) -> Response:
    """Stop asking an upstream, in every process, until the breaker is reset. What is cached goes on being served."""
    return answer(request, _breaker(await monitoring.trip(name, caller.name)), cache=NO_STORE)


@breakers_router.post("/{name}/reset", response_model=BreakerOut)
async def reset_breaker(request: Request, monitoring: Monitoring, caller: Admin, name: Name) -> Response:
    """Close the breaker in every process, and forget failures, pauses and resting base URLs."""
    return answer(request, _breaker(await monitoring.reset(name, caller.name)), cache=NO_STORE)


def _service(found: Service, caller: Caller) -> ServiceOut:
    return _own_part(found, caller) if isinstance(found, OwnPart) else _upstream(found, caller)


def _upstream(found: UpstreamStatus, caller: Caller) -> ServiceOut:
    return ServiceOut(
        name=found.name,
        kind=found.kind,
        state=found.state,
        breaker=found.breaker,
        latency_ms=_ms(found.latency),
        latency_p95_ms=_ms(found.latency_p95),
        checked_at=found.checked_at,
        reason=found.reason,
        budget=BudgetOut(
            rate=found.budget_rate,
            left=round(found.budget_left, 1),
            waiting=found.budget_waiting,
            paused_for=round(found.paused_for, 1),
        ),
        in_flight=found.in_flight,
        in_flight_limit=found.in_flight_limit,
        decision=_decision(found, named=caller.is_admin),
    )


def _own_part(found: OwnPart, caller: Caller) -> ServiceOut:
    check = found.check
    # A check's own words can name hosts and files of the server.
    words = check.detail if caller.is_admin else "It does not answer."
    return ServiceOut(
        name=check.name,
        kind=found.kind,
        state=check.state,
        breaker="closed",
        latency_ms=check.latency_ms,
        latency_p95_ms=None,
        checked_at=found.checked_at,
        reason="" if check.state == "up" else words,
        budget=None,
        in_flight=0,
        in_flight_limit=None,
    )


def _breaker(found: UpstreamStatus) -> BreakerOut:
    return BreakerOut(
        name=found.name,
        kind=found.kind,
        state=found.breaker,
        forced=found.forced,
        retry_after=None if found.retry_after is None else round(found.retry_after, 1),
        tries=found.tries,
        failed=found.failed,
        slow=found.slow,
        reason=found.reason,
        decision=_decision(found, named=True),
    )


def _decision(found: UpstreamStatus, *, named: bool) -> DecisionOut | None:
    if (last := found.decision) is None:
        return None
    at = datetime.fromtimestamp(last.at, UTC)
    return DecisionOut(action="trip" if last.forced else "reset", at=at, by=last.by if named else None)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)
