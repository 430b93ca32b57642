"""Spot checks: which pieces each digest has drawn, who was asked to look, and what came of it"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "spot_check",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("portfolio_id", number, nullable=False),
        sa.Column("digest_id", number, nullable=False),
        sa.Column("evidence_id", number, nullable=False),
        sa.Column("asked_id", number, nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("check_id", number, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_spot_check_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_spot_check_account_id_account"),
        sa.ForeignKeyConstraint(["portfolio_id"], ["portfolio.id"], name="fk_spot_check_portfolio_id_portfolio"),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name="fk_spot_check_digest_id_digest"),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_spot_check_evidence_id_evidence"),
        sa.ForeignKeyConstraint(["asked_id"], ["member.id"], name="fk_spot_check_asked_id_member"),
        sa.ForeignKeyConstraint(["check_id"], ["evidence_check.id"], name="fk_spot_check_check_id_evidence_check"),
        sa.PrimaryKeyConstraint("id", name="pk_spot_check"),
        sa.UniqueConstraint("digest_id", "evidence_id", name="uq_spot_check_digest_id_evidence_id"),
    )
    op.create_index("ix_spot_check_account_id", "spot_check", ["account_id"])
    op.create_index("ix_spot_check_evidence_id", "spot_check", ["evidence_id"])
    op.create_index("ix_spot_check_portfolio_id_drawn_at", "spot_check", ["portfolio_id", "drawn_at"])
