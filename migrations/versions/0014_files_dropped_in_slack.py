"""Files that people drop into the bot's messages, kept until it is decided what becomes of them"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    key = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")
    op.create_table(
        "dropped_file",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("slack_id", key, nullable=False),
        sa.Column("shared_ts", key, nullable=False),
        sa.Column("uploader_id", number, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", number, nullable=True),
        sa.Column("batch_id", number, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_dropped_file_workspace_id_workspace"),
        sa.ForeignKeyConstraint(["uploader_id"], ["member.id"], name="fk_dropped_file_uploader_id_member"),
        sa.ForeignKeyConstraint(["decided_by"], ["member.id"], name="fk_dropped_file_decided_by_member"),
        sa.PrimaryKeyConstraint("id", name="pk_dropped_file"),
        sa.UniqueConstraint(
            "workspace_id", "slack_id", "shared_ts", name="uq_dropped_file_workspace_id_slack_id_shared_ts"
        ),
    )
    op.create_index("ix_dropped_file_state", "dropped_file", ["state"])
