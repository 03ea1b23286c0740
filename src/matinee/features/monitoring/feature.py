"""Monitoring, as bootstrap sees it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from matinee.features.monitoring.decisions import Decisions
from matinee.features.monitoring.policy import MonitoringOptions
from matinee.features.monitoring.routes import breakers_router, services_router
from matinee.features.monitoring.service import MonitoringService
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.feature import Container, Feature, RoutesOf
from matinee.infra.http.health import HealthChecks
from matinee.infra.upstream import Prober, Upstreams, probing


def build(container: Container) -> None:
    """Needs Upstreams with everything added to it, Database, HealthChecks, Clock, MonitoringOptions."""
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    upstreams, options = container.get(Upstreams), container.get(MonitoringOptions)
    decisions = container.add(Decisions, Decisions(container.get(Database), upstreams, clock))
    service = MonitoringService(upstreams, container.get(HealthChecks), clock, options, decisions)
    container.add(MonitoringService, service)
    container.add(Prober, Prober(upstreams, clock, options.probe_interval))
    service.show_in_health()


def watching(container: Container) -> AbstractAsyncContextManager[None]:
    """Upstreams that nobody uses are looked at while the process serves."""
    return probing(container.get(Prober))


def deciding(container: Container) -> AbstractAsyncContextManager[None]:
    """What administrators have decided on breakers holds from the start."""
    return container.get(Decisions).keeping()


FEATURE = Feature(
    name="monitoring",
    build=build,
    routes=[RoutesOf("client", [services_router]), RoutesOf("admin", [breakers_router])],
    running=[deciding, watching],
    tending=[deciding],
    tags=[{"name": "monitoring", "description": "The services that Matinee needs, and how they are."}],
)
