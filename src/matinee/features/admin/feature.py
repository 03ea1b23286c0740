"""The administration, as bootstrap sees it."""

from __future__ import annotations

from matinee.features.admin.routes import protection_router, router
from matinee.features.admin.service import AdminService
from matinee.features.library.service import LibraryService
from matinee.infra.clock import Clock
from matinee.infra.feature import Container, Feature, RoutesOf
from matinee.infra.jobs.definitions import Jobs
from matinee.infra.paths import DataPaths


def build(container: Container) -> None:
    """Needs Jobs, LibraryService, DataPaths, Clock; the routes need Cursors, the Cache, Limits, Protection and the AuditLog."""
    jobs = container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    service = AdminService(jobs, container.get(LibraryService), container.get(DataPaths), clock)
    container.add(AdminService, service)


FEATURE = Feature(
    name="admin",
    build=build,
    routes=[RoutesOf("admin", [router, protection_router])],
    tags=[{"name": "admin", "description": "Jobs, schedules, figures, the cache, limits and blocks, for administrators."}],
)
