"""Full-text search: FTS5 tables on SQLite, tsvector and trigram indexes on PostgreSQL."""

from alembic import op

from matinee.infra.database.search.objects import create_search_objects

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_search_objects(op.get_bind())


def downgrade() -> None:
    raise NotImplementedError("the first release has nothing before it")
