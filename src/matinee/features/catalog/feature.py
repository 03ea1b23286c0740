"""The catalogue, as bootstrap sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from matinee.features.catalog.archive import Archive
from matinee.features.catalog.browsing import Browser
from matinee.features.catalog.cache import CatalogPolicies
from matinee.features.catalog.cards import Cards
from matinee.features.catalog.changes import Changes
from matinee.features.catalog.contributors import CatalogueSources, Contributors, MetadataProviders
from matinee.features.catalog.genres import GenreReader
from matinee.features.catalog.holdings import Holdings
from matinee.features.catalog.home import HomePage
from matinee.features.catalog.jobs import jobs, schedules, warmed
from matinee.features.catalog.matching import Matcher
from matinee.features.catalog.maturity import Maturity
from matinee.features.catalog.personal import PersonalHome
from matinee.features.catalog.pictures import Pictures, assembled
from matinee.features.catalog.policy import CatalogOptions
from matinee.features.catalog.purging import EdgePurges
from matinee.features.catalog.reading import TitleReader
from matinee.features.catalog.repository import ListRepository
from matinee.features.catalog.routes import ADMIN_ROUTERS, ROUTERS
from matinee.features.catalog.searching import Searcher
from matinee.features.catalog.service import CatalogService, Readers
from matinee.features.catalog.sourcing import Shelves, Upstream
from matinee.features.catalog.views import Views
from matinee.features.catalog.warming import Warmer
from matinee.infra.cache import Cache
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.database.search import DatabaseSearch
from matinee.infra.feature import Container, Feature, RoutesOf
from matinee.infra.http.maturity import Sieve
from matinee.infra.observability import Metrics
from matinee.infra.paging import Cursors
from matinee.infra.paths import DataPaths
from matinee.infra.upstream import Upstreams
from matinee.ports.cdn import Cdn


def build(container: Container) -> None:
    """Create the catalogue from what bootstrap put there."""
    database, options = container.get(Database), container.get(CatalogOptions)
    providers, paths, cache = container.get(MetadataProviders), container.get(DataPaths), container.get(Cache)
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    cdn: Cdn = container.get(Cdn)  # type: ignore[type-abstract]  # a Protocol as a key
    cursors = container.get(Cursors)
    metrics = container.get(Metrics)
    folder, limit = paths.cache / "pictures", options.image_cache_bytes
    images = container.add(Pictures, assembled(paths.pictures, folder, limit, providers, clock, metrics.registry))
    pictures = images.store
    search = DatabaseSearch(is_sqlite=database.is_sqlite)
    changes = Changes(cache)
    matcher = Matcher(database, providers, clock, options, search, pictures, changes)
    archive = container.add(Archive, Archive(database, search, options, clock, metrics))
    policies = CatalogPolicies.of(options.lifetimes)
    shelves = Shelves(archive.title, archive.season, archive.worked_out)
    upstream = container.add(Upstream, Upstream(cache, container.get(CatalogueSources), policies, shelves))
    contributors, views = Contributors(), Views(options.base_path, pictures.placeholder, cdn.url)
    holdings = container.add(Holdings, Holdings(database, contributors, clock, metrics))
    cache.on_invalidated(holdings.heard)
    cards = Cards(contributors, ListRepository(), views)
    browser = Browser(database, upstream, policies, cursors, cards, views, clock)
    personal = PersonalHome(database, cache, contributors, policies, options.row_size)
    home = HomePage(database, cache, browser, cards, personal, policies, options, clock, upstream=upstream.there)
    warmer = Warmer(database, upstream, home, archive, search, changes, contributors, options, clock)
    warmer.spare = room_in(container, upstream.names)
    container.add(Warmer, warmer)
    maturity = container.add(Maturity, Maturity(database, upstream, options, metrics.registry))
    container.add(Sieve, maturity)  # type: ignore[type-abstract]  # a Protocol as a key
    readers = Readers(
        titles=TitleReader(database, upstream, policies, contributors, views, options, clock, holdings),
        lists=browser,
        words=Searcher(database, search, upstream, policies, cursors, views),
        genres=GenreReader(database, upstream, policies),
        home=home,
    )
    service = CatalogService(database, search, matcher, pictures, cursors, options, cards, readers, changes)
    container.add(CatalogService, service)
    own_address = options.public_url + options.base_path if options.public_url else ""
    container.add(EdgePurges, EdgePurges(cdn, clock, metrics.registry, own_address))


def room_in(container: Container, names: Sequence[str]) -> Callable[[], bool]:
    """Whether the upstreams of these names have tokens that no request wants."""

    def spare() -> bool:
        states = [status for status in container.get(Upstreams).statuses() if status.name in names]
        return all(not one.budget_waiting and not one.paused_for and one.budget_left > one.budget_rate / 4 for one in states)

    return spare


def archiving(container: Container) -> AbstractAsyncContextManager[None]:
    """What upstreams say is kept while the process runs."""
    return container.get(Archive).running()


def knowing_the_library(container: Container) -> AbstractAsyncContextManager[None]:
    """Of which titles the library has something is known without asking."""
    return container.get(Holdings).keeping()


def keeping_pictures_up(container: Container) -> AbstractAsyncContextManager[None]:
    """Cached pictures that are too old go."""
    return container.get(Pictures).kept_up()


def purging(container: Container) -> AbstractAsyncContextManager[None]:
    """The network in front of the server forgets what has changed."""
    return container.get(EdgePurges).running(container.get(Cache))


FEATURE = Feature(
    name="catalog",
    build=build,
    routes=[RoutesOf("catalog", ROUTERS), RoutesOf("admin", ADMIN_ROUTERS)],
    jobs=jobs,
    schedules=schedules,
    running=[archiving, knowing_the_library, keeping_pictures_up],
    tending=[purging, warmed],
    tags=[{"name": "catalogue", "description": "Titles: home page, lists, discovery, details, people, search, pictures."}],
)
