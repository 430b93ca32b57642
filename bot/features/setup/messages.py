"""The kinds of message of the setup: the first words to an admin, to owners and to managers."""

from __future__ import annotations

from bot.app.message_kinds import MessageKind, each
from bot.features.setup import queries, welcome
from bot.outbox.retention import Posts, Retention

# Their rows tell who has been greeted.
KINDS = (
    MessageKind(welcome.ADMIN, queries.ADMIN_KEY, each(welcome.compose_admin), None, Retention(Posts.STAY)),
    MessageKind(welcome.OWNER, queries.OWNER_KEY, each(welcome.compose_owner), None, Retention(Posts.STAY)),
    MessageKind(welcome.MANAGER, queries.MANAGER_KEY, each(welcome.compose_manager), None, Retention(Posts.STAY)),
)
