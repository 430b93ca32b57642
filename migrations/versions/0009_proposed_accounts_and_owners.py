"""Accounts that were proposed to a manager or an admin, and who an owner of an import is"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "proposal",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("proposer_id", number, nullable=False),
        sa.Column("portfolio_id", number, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", number, nullable=True),
        sa.Column("added", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_proposal_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["proposer_id"], ["member.id"], name="fk_proposal_proposer_id_member"),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name="fk_proposal_portfolio_id_portfolio"),
        sa.ForeignKeyConstraint(["decided_by"], ["member.id"], name="fk_proposal_decided_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
    )
    op.add_column("member", sa.Column("same_as", number, nullable=True))
    op.create_index("ix_proposal_workspace_id", "proposal", ["workspace_id"])
