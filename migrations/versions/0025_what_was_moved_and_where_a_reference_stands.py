"""What was moved at accounts, how often a promise was put off, and where else a reference stands"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MOVES = "entity IN ('account', 'outcome', 'promise') AND surface <> 'clock'"
HAS_REFERENCE = "reference_key IS NOT NULL"


def upgrade() -> None:
    op.add_column("promise", sa.Column("first_due_on", sa.Date(), nullable=True))
    op.add_column("promise", sa.Column("times_moved", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_history_moves",
        "history",
        ["workspace_id", "at"],
        postgresql_where=sa.text(MOVES),
        sqlite_where=sa.text(MOVES),
    )
    op.create_index(
        "ix_evidence_reference_key",
        "evidence",
        ["reference_key"],
        postgresql_where=sa.text(HAS_REFERENCE),
        sqlite_where=sa.text(HAS_REFERENCE),
    )
