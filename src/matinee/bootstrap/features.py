"""The features, and what their routes give."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matinee.features.accounts.feature import FEATURE as ACCOUNTS
from matinee.features.admin.feature import FEATURE as ADMIN
from matinee.features.catalog.feature import FEATURE as CATALOG
from matinee.features.library.feature import FEATURE as LIBRARY
from matinee.features.monitoring.feature import FEATURE as MONITORING
from matinee.features.notifications.feature import FEATURE as NOTIFICATIONS
from matinee.features.playback.feature import FEATURE as PLAYBACK
from matinee.features.progress.feature import FEATURE as PROGRESS
from matinee.infra.feature import Feature, Role, RoutesOf

FEATURES: tuple[Feature, ...] = (ACCOUNTS, CATALOG, LIBRARY, PROGRESS, MONITORING, PLAYBACK, NOTIFICATIONS, ADMIN)
"""In the order of the import contract, lowest first: a feature finds the services below it when it is built."""


def routers_of(roles: Iterable[Role]) -> list[Any]:
    """The routers of the features that belong to `roles`."""
    return [router for group in groups_of(roles) for router in group.routers]


def groups_of(roles: Iterable[Role]) -> list[RoutesOf]:
    wanted = set(roles)
    return [group for feature in FEATURES for group in feature.routes if group.role in wanted]


def api_tags() -> list[dict[str, str]]:
    """The OpenAPI tags of all features."""
    return [tag for feature in FEATURES for tag in feature.tags]
