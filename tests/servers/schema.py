"""The product's schema on an empty database."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import create_engine

import matinee.features
from matinee.infra.database.engine import async_url
from matinee.infra.database.tables import Table


def create(url: str) -> None:
    """Make every table and search object of every feature."""
    models = _import_models()
    # The synchronous drivers: this runs outside an event loop.
    parsed = async_url(url)
    engine = create_engine(parsed.set(drivername="sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"))
    with engine.begin() as connection:
        Table.metadata.create_all(connection)
        for module in models:
            create_search_objects = getattr(module, "create_search_objects", None)
            if create_search_objects is not None:
                create_search_objects(connection)
    engine.dispose()


def _import_models() -> list[object]:
    found: list[object] = []
    for feature in pkgutil.iter_modules(matinee.features.__path__, "matinee.features."):
        names = {module.name for module in pkgutil.iter_modules(importlib.import_module(feature.name).__path__)}
        found += [importlib.import_module(f"{feature.name}.{name}") for name in ("models", "search") if name in names]
    return found
