"""The kinds of message that accounts send: a proposed account to who decides, the decision to who proposed it, the
question for a verdict, and somebody's request for a success plan."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.features.accounts import plan_asked, proposals, queries, verdicts
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed


def _decider(session: Session, row: Claimed) -> Recipient | None:
    return recipients.manager_or_admin(session, row.workspace_id, row.args["portfolio_id"])


KINDS = (
    # A proposal may be decided at any time; then its message is updated.
    MessageKind(
        "proposal",
        queries.PROPOSAL_KEY,
        each(proposals.compose_proposal),
        _decider,
        Retention(Posts.STAY, updated=True),
    ),
    # Its key is asked for as long as the occasion lasts, so that nobody is asked twice.
    MessageKind(
        "verdict",
        queries.VERDICT_KEY,
        each(verdicts.compose_verdict),
        verdicts.instead,
        Retention(Posts.STAY, updated=True),
    ),
    MessageKind("proposal-decided", queries.DECIDED_KEY, each(proposals.compose_decided), None, Retention(Posts.GO)),
    MessageKind("plan-wanted", queries.PLAN_WANTED_KEY, each(plan_asked.compose), None, Retention(Posts.GO)),
)
