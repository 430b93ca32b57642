"""The kind of message that this room sends."""

from __future__ import annotations

from bot.app import mornings
from bot.app.message_kinds import MessageKind
from bot.features.morning import morning
from bot.outbox.retention import Posts, Retention

KINDS = (
    # No substitute: what it asked is asked of others, in prompts (`bot/features/undelivered/reroute.py`).
    MessageKind(mornings.KIND, mornings.MORNING_KEY, morning.compose_mornings, None, Retention(Posts.GO, updated=True)),
)
