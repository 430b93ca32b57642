"""Costs per quarter, and an index to find in which portfolio and tier an account was on a day"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OF_ACCOUNTS = sa.text("entity = 'account'")


def upgrade() -> None:
    op.create_table(
        "quarter_cost",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("gross_margin", sa.Integer(), nullable=True),
        sa.Column("retention_minor", number, nullable=True),
        sa.Column("acquisition_minor", number, nullable=True),
        sa.Column("entered_by", number, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_quarter_cost_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["entered_by"], ["member.id"], name="fk_quarter_cost_entered_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_quarter_cost"),
        sa.UniqueConstraint(
            "workspace_id",
            "quarter",
            "currency",
            "version",
            name="uq_quarter_cost_workspace_id_quarter_currency_version",
        ),
    )
    op.create_index(
        "ix_history_of_accounts",
        "history",
        ["workspace_id", "at"],
        postgresql_where=OF_ACCOUNTS,
        sqlite_where=OF_ACCOUNTS,
    )
