"""meeting series keep the day of the month and move off public holidays"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cadence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("on_holiday", sa.String(length=40), server_default="stay", nullable=False))
        batch_op.alter_column(
            "local_start", existing_type=sa.String(length=16), type_=sa.String(length=20), existing_nullable=False
        )
