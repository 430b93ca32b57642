"""Who at the customer accepted the packet"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "account",
        sa.Column("packet_accepted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    )
