"""The kind of message about files that people drop."""

from __future__ import annotations

from bot.app.message_kinds import MessageKind, each
from bot.features.imports import drop_message, queries
from bot.outbox.retention import Posts, Retention

KINDS = (
    # Nobody stands in: it answers the person who dropped the file. Its Undo may be pressed at any time.
    MessageKind(
        "dropped-file",
        queries.DROPPED_KEY,
        each(drop_message.compose_dropped),
        None,
        Retention(Posts.STAY, updated=True),
    ),
)
