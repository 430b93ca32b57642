"""Contracts are where ARR, renewal and notice of an account come from; calls on renewals, and how those ended"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_YEAR = 365


def upgrade() -> None:
    op.add_column("account", sa.Column("notice_days", sa.Integer(), nullable=True))
    op.add_column("account", sa.Column("rolling", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("account", sa.Column("commitment_lost_on", sa.Date(), nullable=True))
    op.add_column("account", sa.Column("leaves_on", sa.Date(), nullable=True))
    op.add_column("account", sa.Column("unconfirmed_on", sa.Date(), nullable=True))
    op.add_column("contract", sa.Column("basis", sa.String(40), nullable=False, server_default="imported"))
    op.add_column("contract", sa.Column("result_id", number, nullable=True))
    op.create_table(
        "renewal_call",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("call", sa.String(40), nullable=False),
        sa.Column("renewal", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("called_by", number, nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_as", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_renewal_call_account_id_account"),
        sa.ForeignKeyConstraint(["called_by"], ["member.id"], name="fk_renewal_call_called_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_renewal_call"),
    )
    op.create_index("ix_renewal_call_account_id", "renewal_call", ["account_id"])
    _results()
    _stand_ins()


def _results() -> None:
    members = ("recorded_by", "confirmed_by", "refused_by")
    op.create_table(
        "renewal_result",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
        sa.Column("renewal", sa.Date(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("before_minor", number, nullable=True),
        sa.Column("arr_minor", number, nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("moved", sa.String(40), nullable=True),
        sa.Column("because", sa.String(40), nullable=True),
        sa.Column("because_words", sa.Text(), nullable=True),
        sa.Column("uses_now", sa.Text(), nullable=True),
        sa.Column("decided", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("frozen", sa.Text(), nullable=True),
        sa.Column("recorded_by", number, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_as", sa.String(40), nullable=False),
        sa.Column("confirmed_by", number, nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", number, nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_renewal_result_account_id_account"),
        *(sa.ForeignKeyConstraint([name], ["member.id"], name=f"fk_renewal_result_{name}_member") for name in members),
        sa.PrimaryKeyConstraint("id", name="pk_renewal_result"),
    )
    op.create_index("ix_renewal_result_account_id", "renewal_result", ["account_id"])
    op.create_index("ix_renewal_result_recorded_at", "renewal_result", ["recorded_at"])


def _stand_ins() -> None:
    """What accounts say of themselves becomes one contract each, unless real ones are there."""
    days = ("created_at", "contract_start", "renewal_date")
    account = sa.table(
        "account",
        *(sa.column(name) for name in ("id", "arr_minor", "currency", "taken_back_at")),
        *(sa.column(name, sa.DateTime(timezone=True) if name == "created_at" else sa.Date()) for name in days),
    )
    contract = sa.table(
        "contract",
        *(sa.column(name) for name in ("account_id", "key", "version", "arr_minor", "currency", "basis")),
        *(sa.column(name, sa.Date()) for name in ("starts_on", "ends_on")),
        sa.column("recorded_at", sa.DateTime(timezone=True)),
    )
    known = account.c.arr_minor.isnot(None) | account.c.renewal_date.isnot(None)
    has_one = sa.select(contract.c.account_id).where(contract.c.account_id == account.c.id)
    wanted = sa.select(account).where(known, account.c.taken_back_at.is_(None), ~sa.exists(has_one))
    rows = op.get_bind().execute(wanted).mappings().all()
    for start in range(0, len(rows), 500):
        op.bulk_insert(contract, [_stand_in(row) for row in rows[start : start + 500]])


def _stand_in(row: sa.RowMapping) -> dict[str, object]:
    created, ends_on = row["created_at"], row["renewal_date"]
    starts_on = row["contract_start"] or created.date()
    if ends_on is not None and starts_on >= ends_on:
        # A start after the end is a slip, or the day on which it was added here: then the term is taken as a year.
        ordinal = max(1, ends_on.toordinal() - _YEAR)
        starts_on = type(ends_on).fromordinal(ordinal)
    return {
        "account_id": row["id"],
        "key": "stand-in",
        "version": 1,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "arr_minor": row["arr_minor"],
        "currency": row["currency"],
        "basis": "stand_in",
        "recorded_at": created,
    }
