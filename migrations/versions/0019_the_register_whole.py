"""A gap knows its answer, an answer its decision, an outcome where it would show, an account what would break"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

OPENED_BY = """
UPDATE gap SET answer_id = (
    SELECT max(answer.id) FROM answer
    WHERE answer.account_id = gap.account_id AND answer.unproven = gap.title AND answer.answered_at <= gap.opened_at
) WHERE outcome_id IS NULL AND opened_at IS NOT NULL
"""


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    for name, kind in (
        ("would_break", sa.Text()),
        ("would_break_by", number),
        ("would_break_on", sa.Date()),
        ("would_break_link", sa.Text()),
    ):
        op.add_column("account", sa.Column(name, kind, nullable=True))
    op.add_column("answer", sa.Column("decision", sa.Text(), nullable=True))
    op.add_column("answer", sa.Column("decision_of", sa.String(40), nullable=True))
    with op.batch_alter_table("outcome", schema=None) as outcome:
        outcome.add_column(sa.Column("shows_in", sa.Text(), nullable=True))
        outcome.add_column(sa.Column("shown_by", number, nullable=True))
        outcome.create_foreign_key("fk_outcome_shown_by_person", "person", ["shown_by"], ["id"])
    with op.batch_alter_table("gap", schema=None) as gap:
        gap.add_column(sa.Column("answer_id", number, nullable=True))
        gap.add_column(sa.Column("times_moved", sa.Integer(), server_default="0", nullable=False))
        gap.add_column(sa.Column("closed_link", sa.Text(), nullable=True))
        gap.add_column(sa.Column("closed_evidence_id", number, nullable=True))
        gap.create_foreign_key("fk_gap_answer_id_answer", "answer", ["answer_id"], ["id"])
        gap.create_foreign_key("fk_gap_closed_evidence_id_evidence", "evidence", ["closed_evidence_id"], ["id"])
        gap.create_index("ix_gap_answer_id", ["answer_id"])
    with op.batch_alter_table("action", schema=None) as action:
        action.add_column(sa.Column("done_in_answer_id", number, nullable=True))
        action.create_foreign_key("fk_action_done_in_answer_id_answer", "answer", ["done_in_answer_id"], ["id"])
        action.create_index("ix_action_gap_id", ["gap_id"])
    op.execute(OPENED_BY)
