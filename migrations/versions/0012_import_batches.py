"""What one import wrote hangs together, and an account keeps columns of the CRM as labels"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "import_batch",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("workspace_id", number, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("member_id", number, nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("undone_at", moment, nullable=True),
        sa.Column("undone_by", number, nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name="fk_import_batch_workspace_id_workspace"),
        sa.PrimaryKeyConstraint("id", name="pk_import_batch"),
    )
    op.create_index("ix_import_batch_workspace_id", "import_batch", ["workspace_id"])
    op.add_column("history", sa.Column("batch_id", number, nullable=True))
    written = sa.text("batch_id IS NOT NULL")
    op.create_index("ix_history_batch_id", "history", ["batch_id"], postgresql_where=written, sqlite_where=written)
    op.add_column("account", sa.Column("labels", sa.JSON(), nullable=True))
