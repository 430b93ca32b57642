"""Members who let their Slack status say that they are away, and the absences that came from one"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    off = sa.text("false")
    op.add_column("member", sa.Column("follows_status", sa.Boolean(), nullable=False, server_default=off))
    op.add_column("member", sa.Column("status_seen", sa.String(length=64), nullable=True))
    op.add_column("absence", sa.Column("from_status", sa.Boolean(), nullable=False, server_default=off))
