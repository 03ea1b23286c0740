"""Progress, as bootstrap sees it."""

from __future__ import annotations

from matinee.features.catalog.service import CatalogService
from matinee.features.library.service import LibraryService
from matinee.features.progress.routes import router
from matinee.features.progress.service import ProgressService
from matinee.infra.clock import Clock
from matinee.infra.feature import Container, Feature, RoutesOf
from matinee.infra.paging import Cursors


def build(container: Container) -> None:
    """Create the service and show it to the catalogue."""
    catalog = container.get(CatalogService)
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    progress = ProgressService(catalog, container.get(LibraryService), clock, container.get(Cursors))
    container.add(ProgressService, progress)
    catalog.use_progress(progress)
    catalog.add_home_source(progress)


FEATURE = Feature(
    name="progress",
    build=build,
    routes=[RoutesOf("client", [router])],
    tags=[{"name": "progress", "description": "How far films and episodes were watched; what to watch next."}],
)
