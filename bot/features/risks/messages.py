"""The kinds of message that risks send: a risk with its notes, the day's summary, and what owners and managers get."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.message_kinds import MessageKind, each
from bot.app.recipients import Recipient
from bot.domain.enums import Tier
from bot.features.risks import announcements, asking, closed_by_words, not_taken, owner_alerts, queries, risk_message
from bot.outbox.retention import Posts, Retention
from bot.outbox.types import Claimed
from bot.store import accounts, portfolios


def _of_risk(session: Session, row: Claimed) -> Recipient | None:
    risk = queries.by_id(session, row.workspace_id, row.args["risk_id"])
    account = accounts.in_workspace(session, row.workspace_id, risk.account_id) if risk else None
    if account is None:
        return None
    portfolio = portfolios.in_workspace(session, row.workspace_id, account.portfolio_id)
    return recipients.of_account(session, account, portfolio)


def _of_summary(session: Session, row: Claimed) -> Recipient | None:
    owner_id = row.args.get("owner_id")
    if owner_id is not None:
        return recipients.of_accounts(session, row.workspace_id, accounts.ids_of(session, row.workspace_id, owner_id))
    return recipients.of_managers(session, row.workspace_id, row.args["portfolio_id"])


def _of_manager(session: Session, row: Claimed) -> Recipient | None:
    return recipients.manager_or_admin(session, row.workspace_id, row.args["portfolio_id"])


def _of_owner(tier: Tier) -> Callable[[Session, Claimed], Recipient | None]:
    return lambda session, row: recipients.of_accounts(
        session, row.workspace_id, queries.accounts_of(session, row.workspace_id, row.args["member_id"], tier)
    )


KINDS = (
    # A closed risk may be reopened, assigned or become worse at any time, so its post stays; so does the manager's.
    MessageKind(
        "risk",
        queries.RISK_KEY,
        each(risk_message.compose_risk),
        _of_risk,
        Retention(Posts.STAY, updated=True),
        in_channel=True,
    ),
    MessageKind(
        "risk-note",
        queries.NOTE_KEY,
        each(risk_message.compose_note),
        _of_risk,
        Retention(Posts.GO_AS_REPLIES),
        in_channel=True,
    ),
    MessageKind(
        "risks-more",
        queries.DAILY_SUMMARY_KEY,
        each(announcements.compose_more),
        _of_summary,
        Retention(Posts.GO, updated=True),
        in_channel=True,
    ),
    MessageKind(
        "unclaimed",
        queries.UNCLAIMED_KEY,
        each(not_taken.compose_unclaimed),
        _of_manager,
        Retention(Posts.STAY, updated=True),
    ),
    MessageKind(
        "risk-asked",
        queries.ASKED_KEY,
        each(asking.compose_asked),
        asking.instead,
        Retention(Posts.GO, updated=True),
    ),
    MessageKind(
        "risk-closed",
        queries.CLOSED_KEY,
        each(closed_by_words.compose_closed),
        closed_by_words.instead,
        Retention(Posts.GO),
    ),
    MessageKind(
        "batch", queries.BATCH_KEY, each(owner_alerts.compose_batch), _of_owner(Tier.TECH_TOUCH), Retention(Posts.GO)
    ),
    MessageKind(
        "trigger",
        queries.TRIGGER_KEY,
        each(owner_alerts.compose_trigger),
        _of_owner(Tier.LOW_TOUCH),
        Retention(Posts.GO, updated=True),
    ),
)
