"""The kinds of message that meetings send."""

from __future__ import annotations

from bot.app.message_kinds import MessageKind, each
from bot.features.meetings import absence, away_status, prompts, queries
from bot.outbox.retention import Posts, Retention

KINDS = (
    # No substitutes: a refused prompt is handed to somebody else as a prompt, and a reminder is not worth resending.
    MessageKind(
        "prompt", queries.PROMPT_KEY, prompts.compose_prompts, None, Retention(Posts.GO_WITH_PROMPT, updated=True)
    ),
    # No substitute: it is about what its reader missed, and they find it on their cards as well.
    MessageKind("away-back", absence.BACK_KEY, each(absence.compose_back), None, Retention(Posts.GO)),
    # No substitute: it answers what its reader's own status said.
    MessageKind("away-status", away_status.STATUS_KEY, each(away_status.compose_away), None, Retention(Posts.GO)),
    MessageKind("reminder", queries.REMINDER_KEY, each(prompts.compose_reminder), None, Retention(Posts.GO_AS_REPLIES)),
)
