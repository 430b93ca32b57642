"""Since when Slack refuses the channels of a portfolio's loops, as for its own channel"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("product_channel_lost_at", "go_to_market_channel_lost_at"):
        op.add_column("portfolio", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
