"""Contracts, readings and events: what customers pay, and what sources outside send about them"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def bytewise(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "contract",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.Column("external_id", sa.String(120), nullable=True),
        sa.Column("kind", sa.String(40), nullable=True),
        sa.Column("arr_minor", number, nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=True),
        sa.Column("auto_renews", sa.Boolean(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("recorded_by", number, nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", number, nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_contract_account_id_account"),
        sa.ForeignKeyConstraint(["recorded_by"], ["member.id"], name="fk_contract_recorded_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_contract"),
        sa.UniqueConstraint("account_id", "key", "version", name="uq_contract_account_id_key_version"),
    )
    op.create_index("ix_contract_account_id", "contract", ["account_id"])
    op.create_table(
        "reading",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("metric", bytewise(120), nullable=False),
        sa.Column("source", bytewise(80), nullable=False),
        sa.Column("period_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(60), nullable=True),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", number, nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_reading_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_reading_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sa.UniqueConstraint(
            "account_id", "period_start", "metric", "source", "period_days", "version",
            name="uq_reading_version",
        ),
    )  # fmt: skip
    op.create_index("ix_reading_batch_id", "reading", ["batch_id"])
    op.create_table(
        "event",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", bytewise(120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("whole_day", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("source", bytewise(80), nullable=False),
        sa.Column("external_id", sa.String(120), nullable=True),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", number, nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_event_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_event_account_id_account"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("account_id", "key", "version", name="uq_event_account_id_key_version"),
    )
    op.create_index("ix_event_account_id_at", "event", ["account_id", "at"])
    op.create_index("ix_event_batch_id", "event", ["batch_id"])
