"""Who is made what at the customer is found with what else was moved"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BEFORE = "entity IN ('account', 'outcome', 'promise') AND surface <> 'clock'"
MOVES = "entity IN ('account', 'outcome', 'promise', 'person') AND surface <> 'clock'"


def upgrade() -> None:
    _renew(MOVES)


def downgrade() -> None:
    _renew(BEFORE)


def _renew(lines: str) -> None:
    op.drop_index("ix_history_moves", table_name="history")
    op.create_index(
        "ix_history_moves",
        "history",
        ["workspace_id", "at"],
        postgresql_where=sa.text(lines),
        sqlite_where=sa.text(lines),
    )
