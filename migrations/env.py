"""Alembic's entry: always runs on the locked connection that `bot.store.admin.migrations` hands over."""

from alembic import context

from bot.store.schema.outbox import metadata
from bot.store.types import Clean, DatedWords, Exact, Rank, UtcDateTime, Word, Words

_TYPES = (Clean, DatedWords, Exact, Rank, UtcDateTime, Word, Words)


def _plain(kind, column_type, _context):
    """Migrations name the stored type, so that they outlive the classes of ours that wrap it."""
    if kind == "type" and isinstance(column_type, _TYPES):
        return f"sa.{column_type.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_plain,
    transactional_ddl=False,
)
context.run_migrations()
