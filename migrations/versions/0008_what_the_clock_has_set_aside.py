"""What the clock has set aside because its work raised, so that it does not hold up its neighbours"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    key = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")
    op.create_table(
        "set_aside",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=True),
        sa.Column("job", key, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("unit_id", number, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_set_aside_workspace_id_workspace"),
        sa.PrimaryKeyConstraint("id", name="pk_set_aside"),
        sa.UniqueConstraint("job", "kind", "unit_id", name="uq_set_aside_job_kind_unit_id"),
    )
    op.create_index("ix_set_aside_workspace_id", "set_aside", ["workspace_id"])
