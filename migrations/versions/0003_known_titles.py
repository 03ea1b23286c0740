"""Titles known beyond the library: popularity, videos, keywords, age rating, status; how many episodes a season has."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    document = sa.JSON().with_variant(JSONB(), "postgresql")
    for column in (
        sa.Column("popularity", sa.Float(), nullable=False, server_default="0"),
        sa.Column("certification", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("status", sa.String(length=32), nullable=False, server_default=""),
        sa.Column("videos", document, nullable=False, server_default="[]"),
        sa.Column("keywords", document, nullable=False, server_default="[]"),
    ):
        op.add_column("title", column)
    op.add_column("season", sa.Column("episode_count", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_title_known", "title", ["kind", "popularity", "id"], unique=False)
    op.create_index("ix_title_known_vote", "title", ["kind", "vote_average", "id"], unique=False)
    op.create_index("ix_title_known_date", "title", ["kind", "release_date", "id"], unique=False)


def downgrade() -> None:
    for name in ("ix_title_known_date", "ix_title_known_vote", "ix_title_known"):
        op.drop_index(name, table_name="title")
    op.drop_column("season", "episode_count")
    for name in ("keywords", "videos", "status", "certification", "popularity"):
        op.drop_column("title", name)
