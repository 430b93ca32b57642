"""When members work, and when and how they are asked: in one message in the morning, or in one for each meeting"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("member", sa.Column("work_begins", sa.String(length=5), nullable=True))
    op.add_column("member", sa.Column("work_ends", sa.String(length=5), nullable=True))
    op.add_column("member", sa.Column("workdays", sa.String(length=20), nullable=True))
    op.add_column("member", sa.Column("country", sa.String(length=2), nullable=True))
    op.add_column("member", sa.Column("morning_at", sa.String(length=5), nullable=True))
    op.add_column("member", sa.Column("one_each", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("member", sa.Column("next_morning_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_member_next_morning_at", "member", ["next_morning_at"])
    op.add_column("prompt", sa.Column("handed_by_id", big, nullable=True))
