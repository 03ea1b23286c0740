"""Alembic's environment. It is always started from `matinee.infra.database.migrations` with an open connection."""

from alembic import context

from matinee.infra.database.migrations import ignore_search_tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    include_object=ignore_search_tables,
    transactional_ddl=False,
)
context.run_migrations()
