"""The product's schema on an empty database."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import create_engine

import matinee
from matinee.infra.database.engine import async_url
from matinee.infra.database.tables import Table


def create(url: str) -> None:
    """Make every table and search object of the product."""
    for module in pkgutil.walk_packages(matinee.__path__, "matinee."):
        if module.name.rpartition(".")[2] in {"models", "tables"}:
            importlib.import_module(module.name)
    # The synchronous drivers: this runs outside an event loop.
    parsed = async_url(url)
    engine = create_engine(parsed.set(drivername="sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"))
    with engine.begin() as connection:
        Table.metadata.create_all(connection)
        objects = importlib.import_module("matinee.infra.database.search.objects")
        objects.create_search_objects(connection)
    engine.dispose()
