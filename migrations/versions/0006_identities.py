"""Identities of other systems, device pairing."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_identity_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_identity"),
        sa.UniqueConstraint("issuer", "subject", name="uq_identity_issuer_subject"),
    )
    op.create_index("ix_identity_user_id", "identity", ["user_id"])
    op.create_table(
        "federated_session",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("identity_id", sa.String(length=26), nullable=False),
        sa.Column("provider_session", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["auth_session.id"], name="fk_federated_session_session_id_auth_session", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name="fk_federated_session_identity_id_identity", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", name="pk_federated_session"),
    )
    op.create_index("ix_federated_session_identity_id", "federated_session", ["identity_id"])
    op.create_index("ix_federated_session_provider_session", "federated_session", ["provider_session"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("document", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_sign_in_attempt_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_sign_in_attempt"),
    )
    op.create_index("ix_sign_in_attempt_user_id", "sign_in_attempt", ["user_id"])
    op.create_index("ix_sign_in_attempt_expires_at", "sign_in_attempt", ["expires_at"])
    op.create_table(
        "used_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_used_token"),
    )
    op.create_index("ix_used_token_expires_at", "used_token", ["expires_at"])
    op.create_table(
        "device_pairing",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=False),
        sa.Column("user_code_hash", sa.String(length=64), nullable=False),
        sa.Column("client_name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("pause", sa.Integer(), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_device_pairing_user_id_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_device_pairing"),
        sa.UniqueConstraint("device_hash", name="uq_device_pairing_device_hash"),
        sa.UniqueConstraint("user_code_hash", name="uq_device_pairing_user_code_hash"),
    )
    op.create_index("ix_device_pairing_user_id", "device_pairing", ["user_id"])
    op.create_index("ix_device_pairing_expires_at", "device_pairing", ["expires_at"])
    op.create_index("ix_device_pairing_address_expires_at", "device_pairing", ["address", "expires_at"])


def downgrade() -> None:
    for table in ("device_pairing", "used_token", "sign_in_attempt", "federated_session", "identity"):
        op.drop_table(table)
