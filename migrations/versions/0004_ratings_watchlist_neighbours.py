"""Ratings, the watchlist, and which titles go with which."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("title_id", sa.String(length=64), nullable=False),
        sa.Column("rating", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "title_id", name="pk_rating"),
    )
    op.create_index("ix_rating_user_recent", "rating", ["user_id", "updated_at", "title_id"])
    op.create_table(
        "watchlist",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("title_id", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "title_id", name="pk_watchlist"),
    )
    op.create_index("ix_watchlist_user_recent", "watchlist", ["user_id", "added_at", "title_id"])
    op.create_table(
        "title_neighbours",
        sa.Column("title_id", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("neighbours", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("title_id", "origin", name="pk_title_neighbours"),
    )
    op.create_index("ix_title_neighbours_learned_at", "title_neighbours", ["learned_at"])


def downgrade() -> None:
    for table in ("title_neighbours", "watchlist", "rating"):
        op.drop_table(table)
