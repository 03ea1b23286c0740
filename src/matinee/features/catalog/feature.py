"""The catalogue, as bootstrap sees it."""

from __future__ import annotations

from matinee.features.catalog.contributors import MetadataProviders
from matinee.features.catalog.matching import Matcher
from matinee.features.catalog.pictures import PictureStore
from matinee.features.catalog.policy import CatalogOptions
from matinee.features.catalog.routes import router
from matinee.features.catalog.service import CatalogService
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.database.search import DatabaseSearch
from matinee.infra.disk_cache import DiskCache
from matinee.infra.feature import Container, Feature, RoutesOf
from matinee.infra.paging import Cursors
from matinee.infra.paths import DataPaths


def build(container: Container) -> None:
    """Create the catalogue from what bootstrap put there."""
    database, options = container.get(Database), container.get(CatalogOptions)
    providers, paths = container.get(MetadataProviders), container.get(DataPaths)
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    cache = DiskCache(paths.cache / "pictures", options.image_cache_bytes)
    pictures = PictureStore(paths.pictures, cache, providers)
    search = DatabaseSearch(is_sqlite=database.is_sqlite)
    matcher = Matcher(database, providers, clock, options, search, pictures)
    catalog = CatalogService(database, search, matcher, pictures, container.get(Cursors), options, clock)
    container.add(CatalogService, catalog)


FEATURE = Feature(
    name="catalog",
    build=build,
    routes=[RoutesOf("catalog", [router])],
    tags=[{"name": "catalogue", "description": "Titles: home page, details, search, pictures."}],
)
