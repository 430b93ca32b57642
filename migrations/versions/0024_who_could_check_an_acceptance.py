"""Acceptances of the packet and agreements to terms say who could check them; what a customer said can be taken back"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)
key = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")


def upgrade() -> None:
    _acceptances()
    _looks()
    op.add_column("evidence_check", sa.Column("taken_back_at", moment, nullable=True))
    op.add_column("account", sa.Column("would_break_file_id", number, nullable=True))
    op.add_column("terms", sa.Column("agreement_by", number, nullable=True))
    op.add_column("terms", sa.Column("agreement_at", moment, nullable=True))
    with op.batch_alter_table("confirmation") as table:
        table.alter_column("evidence_id", existing_type=number, nullable=True)
        table.add_column(sa.Column("acceptance_id", number, nullable=True))
        table.create_foreign_key("fk_confirmation_acceptance_id_acceptance", "acceptance", ["acceptance_id"], ["id"])
    op.create_index("ix_confirmation_acceptance_id", "confirmation", ["acceptance_id"])
    _keep_what_was_recorded()


def _acceptances() -> None:
    op.create_table(
        "acceptance",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", number, nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.Column("recorded_by", number, nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("file_id", number, nullable=True),
        sa.Column("reference_key", key, nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_acceptance_account_id_account"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_acceptance_person_id_person"),
        sa.ForeignKeyConstraint(["recorded_by"], ["member.id"], name="fk_acceptance_recorded_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_acceptance"),
        sa.UniqueConstraint("account_id", "version", name="uq_acceptance_account_id_version"),
    )
    op.create_index("ix_acceptance_account_id", "acceptance", ["account_id"])


def _looks() -> None:
    op.create_table(
        "look",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("acceptance_id", number, nullable=True),
        sa.Column("terms_id", number, nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("member_id", number, nullable=True),
        sa.Column("person_id", number, nullable=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("reference_key", key, nullable=True),
        sa.Column("owner_then", number, nullable=True),
        sa.Column("deputy_then", number, nullable=True),
        sa.Column("as_manager", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("taken_back_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_look_account_id_account"),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name="fk_look_acceptance_id_acceptance"),
        sa.ForeignKeyConstraint(["terms_id"], ["terms.id"], name="fk_look_terms_id_terms"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name="fk_look_member_id_member"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_look_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_look"),
    )
    op.create_index("ix_look_account_id", "look", ["account_id"])
    op.create_index("ix_look_acceptance_id", "look", ["acceptance_id"])
    op.create_index("ix_look_terms_id", "look", ["terms_id"])


def _keep_what_was_recorded() -> None:
    """Acceptances so far have no witness, so they stay on record and count no more."""
    connection = op.get_bind()
    account = sa.table(
        "account",
        *(sa.column(name) for name in ("id", "packet_accepted_by")),
        sa.column("packet_accepted_on", sa.Date()),
        sa.column("created_at", moment),
    )
    history = sa.table(
        "history",
        *(sa.column(name) for name in ("id", "account_id", "entity", "member_id")),
        sa.column("at", moment),
        sa.column("after", sa.JSON()),
    )
    acceptance = sa.table(
        "acceptance",
        *(sa.column(name) for name in ("account_id", "version", "person_id", "recorded_by")),
        sa.column("accepted_on", sa.Date()),
        sa.column("recorded_at", moment),
    )
    accepted = sa.select(account).where(account.c.packet_accepted_on.is_not(None)).order_by(account.c.id)
    for row in connection.execute(accepted).all():
        about = (history.c.account_id == row.id) & (history.c.entity == "account")
        lines = connection.execute(sa.select(history).where(about).order_by(history.c.id.desc())).all()
        said = next((line for line in lines if "packet_accepted_on" in (line.after or {})), None)
        values = {
            "account_id": row.id,
            "version": 1,
            "person_id": row.packet_accepted_by,
            "accepted_on": row.packet_accepted_on,
            "recorded_at": said.at if said else row.created_at,
            "recorded_by": said.member_id if said else None,
        }
        connection.execute(sa.insert(acceptance).values(**values))
