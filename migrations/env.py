"""Alembic's environment. It is always started from `matinee.infra.database.migrations` with an open connection."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON

from matinee.infra.database.migrations import ignore_search_tables
from matinee.infra.database.tables import Instant


def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy, so that an old migration does not depend on new code."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.JSON().with_variant(JSONB(), "postgresql")'
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    compare_type=True,
    include_object=ignore_search_tables,
    transactional_ddl=False,
)
context.run_migrations()
