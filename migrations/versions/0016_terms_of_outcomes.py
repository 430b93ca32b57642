"""Terms of outcomes are versions with the customer's agreement; what is in place counts as agreed for 90 days"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_SAME = "metric, unit, direction, baseline, baseline_on, target, band_low, band_high, due_on, shelf_life_days"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    exact, moment = sa.String(64), sa.DateTime(timezone=True)
    op.add_column("outcome", sa.Column("agreed_on", sa.Date(), nullable=True))
    op.add_column("outcome", sa.Column("agreement_link", sa.Text(), nullable=True))
    op.add_column("outcome", sa.Column("agreement_file_id", number, nullable=True))
    op.add_column("outcome", sa.Column("retired_by", number, nullable=True))
    op.add_column("outcome", sa.Column("retire_agreed_by", number, nullable=True))
    op.add_column("outcome", sa.Column("retire_agreed_on", sa.Date(), nullable=True))
    op.create_table(
        "terms",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("outcome_id", number, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("set_at", moment, nullable=False),
        sa.Column("set_by", number, nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("direction", sa.String(40), nullable=True),
        sa.Column("baseline", exact, nullable=True),
        sa.Column("baseline_on", sa.Date(), nullable=True),
        sa.Column("target", exact, nullable=True),
        sa.Column("band_low", exact, nullable=True),
        sa.Column("band_high", exact, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("shelf_life_days", sa.Integer(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("agreed_by", number, nullable=True),
        sa.Column("agreement_link", sa.Text(), nullable=True),
        sa.Column("agreement_file_id", number, nullable=True),
        sa.Column("assumed_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_terms_account_id_account"),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_terms_outcome_id_outcome"),
        sa.ForeignKeyConstraint(["set_by"], ["member.id"], name="fk_terms_set_by_member"),
        sa.ForeignKeyConstraint(["agreed_by"], ["person.id"], name="fk_terms_agreed_by_person"),
        sa.PrimaryKeyConstraint("id", name="pk_terms"),
        sa.UniqueConstraint("outcome_id", "version", name="uq_terms_outcome_id_version"),
    )
    op.create_index("ix_terms_account_id", "terms", ["account_id"])
    _first_versions()


def _first_versions() -> None:
    """The terms in place become version 1. A baseline that nobody agreed to is not treated as agreed."""
    now = datetime.now(UTC)
    insert = sa.text(
        f"INSERT INTO terms (account_id, outcome_id, version, set_at, kind, title, {_SAME}, agreed_by, assumed_until) "
        f"SELECT account_id, id, 1, :now, kind, title, {_SAME}, baseline_agreed_by, "
        "CASE WHEN kind = 'statement' OR baseline_agreed_by IS NOT NULL THEN :until END FROM outcome ORDER BY id"
    ).bindparams(sa.bindparam("now", type_=sa.DateTime(timezone=True)), sa.bindparam("until", type_=sa.Date()))
    op.get_bind().execute(insert, {"now": now, "until": now.date() + timedelta(days=90)})
    op.execute("UPDATE outcome SET retire_agreed_on = retired_on WHERE retired_on IS NOT NULL")
