"""How far a look for a message has come that may have reached Slack, and until when Slack refuses looks"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("outbox", sa.Column("doubt_from", moment, nullable=True))
    op.add_column("outbox", sa.Column("doubt_until", moment, nullable=True))
    op.add_column("outbox", sa.Column("look_cursor", sa.String(400), nullable=True))
    op.add_column("outbox", sa.Column("looks_refused", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("workspace_gate", sa.Column("no_looks_until", moment, nullable=True))
