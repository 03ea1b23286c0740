"""Notifications, as bootstrap sees them."""

from __future__ import annotations

from matinee.features.library.events import LibraryChanged
from matinee.features.notifications.routes import router
from matinee.features.notifications.service import NotificationsService
from matinee.infra.feature import Container, EventBus, Feature, RoutesOf
from matinee.infra.jobs.definitions import Jobs
from matinee.infra.observability.metrics import Metrics
from matinee.infra.realtime.hub import RealtimeHub


def build(container: Container) -> None:
    """Needs Jobs, EventBus, Metrics; the routes need Authenticator and Shutdown."""
    jobs = container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    hub = container.add(RealtimeHub, RealtimeHub(container.get(Metrics).registry))
    notifications = container.add(NotificationsService, NotificationsService(hub, jobs))
    container.get(EventBus).subscribe(LibraryChanged, notifications.library_changed)


FEATURE = Feature(
    name="notifications",
    build=build,
    routes=[RoutesOf("client", [router])],
    tags=[{"name": "realtime", "description": "Live messages: server-sent events and WebSocket."}],
)
