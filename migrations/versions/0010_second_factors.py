"""A second factor of accounts, and how each session was begun."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("sealed", sa.String(length=255), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("wrong_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_second_factor_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_recovery_code_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_user_id", "recovery_code", ["user_id"], unique=False)
    op.add_column("user", sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("auth_session", sa.Column("method", sa.String(length=16), nullable=False, server_default=""))
    session = sa.table("auth_session", sa.column("id", sa.String()), sa.column("method", sa.String()))
    federated = sa.table("federated_session", sa.column("session_id", sa.String()))
    # Plex or a provider of OIDC: both count alike for whoever asks how a session was begun.
    op.execute(session.update().where(session.c.id.in_(sa.select(federated.c.session_id))).values(method="oidc"))


def downgrade() -> None:
    op.drop_column("auth_session", "method")
    op.drop_column("user", "second_factor_at")
    op.drop_index("ix_recovery_code_user_id", table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
