"""The product's schema on an empty database."""

from __future__ import annotations

from sqlalchemy import create_engine

from matinee.infra.database.engine import async_url
from matinee.infra.database.search.objects import create_search_objects
from scripts.schema import declared


def create(url: str) -> None:
    """Make every table and search object of the product."""
    # The synchronous drivers: this runs outside an event loop.
    parsed = async_url(url)
    engine = create_engine(parsed.set(drivername="sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"))
    with engine.begin() as connection:
        declared().create_all(connection)
        create_search_objects(connection)
    engine.dispose()
