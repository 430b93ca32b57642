"""The kinds of message about renewals: questions to owners, to managers whether it is so, and losses to the channel."""

from __future__ import annotations

from bot.app.message_kinds import MessageKind, each
from bot.features.renewals import confirming, losses, queries, questions
from bot.outbox.retention import Posts, Retention

KINDS = (
    # Their keys are asked for as long as a renewal is open, so that nobody is asked twice.
    MessageKind(
        "renewal-question",
        queries.QUESTION_KEY,
        each(questions.compose),
        questions.instead,
        Retention(Posts.STAY, updated=True),
    ),
    MessageKind(
        "renewal-review",
        queries.REVIEW_KEY,
        each(confirming.compose_review),
        confirming.instead,
        Retention(Posts.STAY, updated=True),
    ),
    MessageKind(
        "renewal-loss",
        queries.LOSS_KEY,
        each(losses.compose_loss),
        losses.instead,
        Retention(Posts.GO),
        in_channel=True,
    ),
)
