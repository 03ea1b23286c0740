"""Profiles of accounts, which profile a session or key acts for, and the age that a title is for."""

from alembic import op
import sqlalchemy as sa

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Ratings that mean one age wherever they are printed; the rest is learned when the details are read again.
AGES = {
    0: ("G", "TV-G", "TV-Y", "FSK 0"),
    6: ("FSK 6",),
    7: ("TV-Y7",),
    10: ("TV-PG",),
    12: ("FSK 12", "12A"),
    13: ("PG-13",),
    14: ("TV-14",),
    16: ("FSK 16",),
    17: ("R", "TV-MA"),
    18: ("NC-17", "FSK 18", "R18"),
}


def upgrade() -> None:
    op.create_table(
        "profile",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("avatar", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("pin_hash", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_profile_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_profile"),
    )
    op.create_index("ix_profile_user_id", "profile", ["user_id"], unique=False)
    op.add_column("auth_session", sa.Column("profile_id", sa.String(length=26), nullable=True))
    op.add_column("api_key", sa.Column("profile_id", sa.String(length=26), nullable=True))
    op.add_column("title", sa.Column("age", sa.Integer(), nullable=True))
    op.add_column("title", sa.Column("age_rating", sa.String(length=40), nullable=False, server_default=""))
    title = sa.table("title", sa.column("age", sa.Integer()), sa.column("certification", sa.String()))
    for age, ratings in AGES.items():
        op.execute(title.update().where(title.c.certification.in_(ratings)).values(age=age))


def downgrade() -> None:
    op.drop_column("title", "age_rating")
    op.drop_column("title", "age")
    op.drop_column("api_key", "profile_id")
    op.drop_column("auth_session", "profile_id")
    op.drop_index("ix_profile_user_id", table_name="profile")
    op.drop_table("profile")
