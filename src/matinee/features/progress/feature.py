"""Progress, as bootstrap sees it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from matinee.features.accounts.events import ProfileDeleted
from matinee.features.catalog.service import CatalogService
from matinee.features.library.events import LibraryChanged
from matinee.features.library.service import LibraryService
from matinee.features.progress.following import LibraryFollower
from matinee.features.progress.forgetting import Forgetting
from matinee.features.progress.home import PersonalRows
from matinee.features.progress.jobs import jobs, schedules
from matinee.features.progress.learning import Learning
from matinee.features.progress.ratings import RatingService
from matinee.features.progress.recommending import Recommender
from matinee.features.progress.repository.own import register
from matinee.features.progress.routes import admin_routers, routers
from matinee.features.progress.service import ProgressService
from matinee.features.progress.wanted import WantedTitles
from matinee.features.progress.watchlist import WatchlistService
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.feature import Container, EventBus, Feature, RoutesOf
from matinee.infra.jobs.definitions import Jobs
from matinee.infra.own_data import OwnData
from matinee.infra.paging import Cursors
from matinee.infra.recommender.learner import lesson
from matinee.infra.recommender.values import LearnOptions


def build(container: Container) -> None:
    """Create the services and show them to the catalogue."""
    catalog, cursors = container.get(CatalogService), container.get(Cursors)
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    work = container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    progress = ProgressService(catalog, container.get(LibraryService), clock, cursors)
    container.add(ProgressService, progress)
    container.add(RatingService, RatingService(catalog, clock, cursors))
    watchlist = container.add(WatchlistService, WatchlistService(catalog, clock, cursors))
    recommender = container.add(Recommender, Recommender(catalog))
    learning = Learning(container.get(Database), catalog, work, clock, LearnOptions(), lesson)
    container.add(Learning, learning)
    catalog.use_progress(progress)
    catalog.use_interest(WantedTitles())
    catalog.add_home_source(PersonalRows(progress, recommender, watchlist))

    follower = container.add(LibraryFollower, LibraryFollower(learning, clock))

    async def library_changed(event: LibraryChanged) -> None:
        if event.added or event.updated:
            follower.changed()

    container.get(EventBus).subscribe(LibraryChanged, library_changed)
    register(OwnData.of(container), container.get(Database))
    forgetting = container.add(Forgetting, Forgetting(container.get(Database), work))
    container.get(EventBus).subscribe(ProfileDeleted, forgetting.profile_deleted)


def _following(container: Container) -> AbstractAsyncContextManager[None]:
    return container.get(LibraryFollower).following()


FEATURE = Feature(
    name="progress",
    build=build,
    routes=[RoutesOf("client", routers), RoutesOf("admin", admin_routers)],
    jobs=jobs,
    schedules=schedules,
    tending=[_following],
    tags=[
        {
            "name": "progress",
            "description": "How far titles were watched; ratings, the watchlist; what to watch next.",
        }
    ],
)
