"""Verdicts, promises, evidence and risks keep who judged as what, the words said, what moved, and what closed a risk"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ACTS = "member_id IS NOT NULL AND entity IN ('cadence', 'prompt', 'risk')"


def upgrade() -> None:
    op.add_column("judgement", sa.Column("judged_as", sa.String(40), nullable=True))
    op.add_column("promise", sa.Column("last_words", sa.Text(), nullable=True))
    op.add_column("promise", sa.Column("same_words_on", sa.Date(), nullable=True))
    op.add_column("risk", sa.Column("closing", sa.String(40), nullable=True))
    op.add_column(
        "evidence", sa.Column("changed_standing", sa.Boolean(), server_default=sa.text("false"), nullable=True)
    )
    # What is there already keeps the standard that it was recorded under: NULL says so.
    op.execute("UPDATE evidence SET changed_standing = NULL")
    op.create_index(
        "ix_history_acts",
        "history",
        ["workspace_id", "at"],
        postgresql_where=sa.text(_ACTS),
        sqlite_where=sa.text(_ACTS),
    )
