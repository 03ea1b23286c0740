"""Health: live (the process runs), ready (it can serve), details (for administrators).

Upstream trouble is shown in the details and never fails readiness: a cached answer is better than no server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import psutil
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from matinee import __version__
from matinee.infra.clock import Clock
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.dependencies import requires, service
from matinee.infra.http.limits import limited

State = Literal["up", "degraded", "down"]
Status = Literal["up", "degraded", "down", "draining"]
Probe = Callable[[], Awaitable[str]]
"""Returns a short text such as `sqlite, 3 ms`; raises when the thing is not usable."""
_DEADLINE = 2.0


class Check(BaseModel):
    """One part of the system."""

    name: str
    state: State
    critical: bool
    detail: str
    latency_ms: float


class Health(BaseModel):
    """The summary. `draining`: the server is shutting down and finishes what runs."""

    status: Status
    version: str


class HealthDetails(Health):
    """For administrators."""

    started_at: str
    uptime: float
    checks: list[Check]
    memory_bytes: int
    cpu_seconds: float
    threads: int
    open_files: int


class HealthChecks:
    """The probes of this process. `draining` is set while it shuts down, so that balancers look elsewhere."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._probes: list[tuple[str, bool, Probe]] = []
        self._started, self._started_at = clock.monotonic(), clock.now()
        self.draining = False

    def add(self, name: str, probe: Probe, *, critical: bool) -> None:
        """A critical probe decides readiness."""
        self._probes.append((name, critical, probe))

    async def run(self, *, critical_only: bool = False) -> list[Check]:
        """All probes at once, each with a deadline of two seconds."""
        chosen = [p for p in self._probes if p[1] or not critical_only]
        return list(await asyncio.gather(*(self._one(*probe) for probe in chosen)))

    async def _one(self, name: str, critical: bool, probe: Probe) -> Check:
        began = time.perf_counter()
        state: State = "up"
        try:
            async with asyncio.timeout(_DEADLINE):
                detail = await probe()
        except TimeoutError:
            state, detail = "down", f"no answer in {_DEADLINE:g} s"
        except Exception as error:  # noqa: BLE001 - whatever a probe raises means "down", and is shown
            state, detail = "down", f"{type(error).__name__}: {error}"
        return Check(
            name=name,
            state=state,
            critical=critical,
            detail=detail,
            latency_ms=round((time.perf_counter() - began) * 1000, 2),
        )

    def status(self, checks: list[Check]) -> Status:
        """`draining` while the server stops, `down` when a critical part is, `degraded` when another is."""
        if self.draining:
            return "draining"
        if any(c.critical and c.state == "down" for c in checks):
            return "down"
        return "degraded" if any(c.state == "down" for c in checks) else "up"

    def details(self, checks: list[Check]) -> HealthDetails:
        """Everything, with the process's own figures."""
        process = psutil.Process()
        with process.oneshot():
            times = process.cpu_times()
            return HealthDetails(
                status=self.status(checks),
                version=__version__,
                started_at=self._started_at.isoformat().replace("+00:00", "Z"),
                uptime=round(self._clock.monotonic() - self._started, 1),
                checks=checks,
                memory_bytes=process.memory_info().rss,
                cpu_seconds=round(times.user + times.system, 2),
                threads=process.num_threads(),
                open_files=process.num_fds() if hasattr(process, "num_fds") else len(process.open_files()),
            )


def _code_of(status: Status) -> int:
    return 503 if status in {"down", "draining"} else 200


Checks = Annotated[HealthChecks, Depends(service(HealthChecks))]
router = APIRouter(prefix="/api/health", tags=["operations"])


@router.get("", response_model=Health, responses={503: {"model": Health}})
@limited("none")
async def summary(request: Request, checks: Checks) -> Response:
    """One word about the whole server; 503 when it cannot serve."""
    status = checks.status(await checks.run())
    body = Health(status=status, version=__version__)
    return answer(request, body, cache=NO_STORE, status=_code_of(status))


@router.get("/live", response_model=Health)
@limited("none")
async def live(request: Request) -> Response:
    """The process runs and its event loop turns."""
    return answer(request, Health(status="up", version=__version__), cache=NO_STORE)


@router.get("/ready", response_model=Health, responses={503: {"model": Health}})
@limited("none")
async def ready(request: Request, checks: Checks) -> Response:
    """Whether to send requests here: 503 while a critical part is down or the server is shutting down."""
    status = checks.status(await checks.run(critical_only=True))
    body = Health(status=status, version=__version__)
    return answer(request, body, cache=NO_STORE, status=_code_of(status))


@router.get("/details", response_model=HealthDetails, dependencies=[Depends(requires("admin"))])
@limited("none")
async def details(request: Request, checks: Checks) -> Response:
    """Every check with its latency, and the process's memory, CPU time, threads and files. For administrators."""
    return answer(request, checks.details(await checks.run()), cache=NO_STORE)
