"""Whose organisation it is, who is who there in Slack, and what people of the customer were asked to confirm"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    key = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")
    domain = sa.String(253).with_variant(sa.String(253, collation="C"), "postgresql")
    op.create_table(
        "customer_org",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("slack_team_id", key, nullable=True),
        sa.Column("mail_domain", domain, nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("bound_by", number, nullable=True),
        sa.Column("bound_how", sa.String(40), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_customer_org_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_customer_org_account_id_account"),
        sa.ForeignKeyConstraint(["bound_by"], ["member.id"], name="fk_customer_org_bound_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_org"),
    )
    op.create_index("ix_customer_org_account_id", "customer_org", ["account_id"])
    op.create_table(
        "person_slack",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("slack_user_id", key, nullable=True),
        sa.Column("slack_team_id", key, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("proposed_by", number, nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_how", sa.String(40), nullable=True),
        sa.Column("known_by", number, nullable=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_person_slack_account_id_account"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_slack_person_id_person"),
        sa.ForeignKeyConstraint(["proposed_by"], ["member.id"], name="fk_person_slack_proposed_by_member"),
        sa.ForeignKeyConstraint(["known_by"], ["member.id"], name="fk_person_slack_known_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_person_slack"),
    )
    op.create_index("ix_person_slack_account_id", "person_slack", ["account_id"])
    _confirmations(number, key)


def _confirmations(number: "sa.types.TypeEngine[int]", key: "sa.types.TypeEngine[str]") -> None:
    op.create_table(
        "confirmation",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("evidence_id", number, nullable=False),
        sa.Column("person_slack_id", number, nullable=False),
        sa.Column("channel", key, nullable=False),
        sa.Column("asked_by", number, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(40), server_default="open", nullable=False),
        sa.Column("answered_by", number, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("value", sa.String(64), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("new_evidence_id", number, nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_confirmation_account_id_account"),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_confirmation_evidence_id_evidence"),
        sa.ForeignKeyConstraint(
            ["person_slack_id"], ["person_slack.id"], name="fk_confirmation_person_slack_id_person_slack"
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["member.id"], name="fk_confirmation_asked_by_member"),
        sa.ForeignKeyConstraint(["answered_by"], ["person_slack.id"], name="fk_confirmation_answered_by_person_slack"),
        sa.PrimaryKeyConstraint("id", name="pk_confirmation"),
    )
    op.create_index("ix_confirmation_account_id", "confirmation", ["account_id"])
    op.create_index("ix_confirmation_evidence_id", "confirmation", ["evidence_id"])
