"""What came in from Slack is done once, and an account has one running series of a kind"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    key = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
    op.create_table(
        "submission",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("key", key, nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("result", number, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_submission_workspace_id_workspace"),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint("workspace_id", "key", name="uq_submission_workspace_id_key"),
    )
    op.create_index("ix_submission_at", "submission", ["at"])
    _end_doubled_series()
    running = sa.text("active")
    op.create_index(
        "uq_cadence_active",
        "cadence",
        ["account_id", "kind"],
        unique=True,
        postgresql_where=running,
        sqlite_where=running,
    )


def _end_doubled_series() -> None:
    """End all but the newest where two replicas had set a series of a kind at once, with history like any change."""
    cadence = sa.table("cadence", *map(sa.column, ("id", "account_id", "kind", "active", "next_prompt_at")))
    account = sa.table("account", sa.column("id"), sa.column("workspace_id"))
    at, before, after = (
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("before", sa.JSON),
        sa.column("after", sa.JSON),
    )
    names = ("workspace_id", "account_id", "surface", "entity", "entity_id", "why")
    history = sa.table("history", *map(sa.column, names), at, before, after)
    newer = cadence.alias("newer")
    doubled = (
        sa.select(cadence.c.id, cadence.c.account_id, account.c.workspace_id)
        .where(account.c.id == cadence.c.account_id, cadence.c.active == sa.true())
        .where(
            sa.exists().where(
                newer.c.account_id == cadence.c.account_id,
                newer.c.kind == cadence.c.kind,
                newer.c.active == sa.true(),
                newer.c.id > cadence.c.id,
            )
        )
    )
    connection, now = op.get_bind(), datetime.now(UTC)
    for row in connection.execute(doubled).all():
        ended = sa.update(cadence).where(cadence.c.id == row.id).values(active=sa.false(), next_prompt_at=None)
        connection.execute(ended)
        line = {"workspace_id": row.workspace_id, "account_id": row.account_id, "at": now, "surface": "clock"}
        line |= {"entity": "cadence", "entity_id": row.id, "why": "the same series ran twice"}
        connection.execute(sa.insert(history).values(**line, before={"active": True}, after={"active": False}))
