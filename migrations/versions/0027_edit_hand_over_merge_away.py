"""Accounts that are edited, handed over and merged, and owners who are away"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("account", sa.Column("crm_link", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("merged_into", number, nullable=True))
    op.add_column("member", sa.Column("away_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("member", sa.Column("away_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "absence",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("member_id", number, nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_absence_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_absence_member_id_member"),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_index("ix_absence_member_id_until_at", "absence", ["member_id", "until_at"])
    op.create_index(
        "ix_absence_waiting",
        "absence",
        ["until_at"],
        postgresql_where=sa.text("told_at IS NULL"),
        sqlite_where=sa.text("told_at IS NULL"),
    )
    op.create_table(
        "account_merge",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("merged_id", number, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", number, nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", number, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_account_merge_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_account_merge_account_id_account"),
        sa.ForeignKeyConstraint(["merged_id"], ["account.id"], name="fk_account_merge_merged_id_account"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_account_merge_member_id_member"),
        sa.ForeignKeyConstraint(["undone_by"], ["member.id"], name="fk_account_merge_undone_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_account_merge"),
    )
    op.create_index("ix_account_merge_account_id", "account_merge", ["account_id"])
    op.create_index("ix_account_merge_workspace_id_at", "account_merge", ["workspace_id", "at"])
