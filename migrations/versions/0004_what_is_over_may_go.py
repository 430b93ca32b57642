"""What is over may go: indices that pruning the outbox needs, and keys compared byte by byte"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    over = sa.text("state IN ('sent', 'dropped')")
    with_target, with_thread = sa.text("target_id IS NOT NULL"), sa.text("thread_id IS NOT NULL")
    op.drop_index("ix_outbox_open_updates", "outbox")
    if op.get_bind().dialect.name == "postgresql":  # SQLite compares bytes anyway
        op.alter_column("outbox", "key", type_=sa.String(length=200, collation="C"), existing_nullable=False)
    op.create_index("ix_outbox_over", "outbox", ["kind", "op", "finished_at"], postgresql_where=over, sqlite_where=over)
    op.create_index(
        "ix_outbox_target_id", "outbox", ["target_id"], postgresql_where=with_target, sqlite_where=with_target
    )
    op.create_index(
        "ix_outbox_thread_id", "outbox", ["thread_id"], postgresql_where=with_thread, sqlite_where=with_thread
    )
