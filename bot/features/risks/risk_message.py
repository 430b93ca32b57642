"""The messages about a risk: one that is updated in place, its timeline in the thread, and the reminder.

Every function that changes a risk ends in `publish_risk_change`; a message is composed when it is sent, from the state
at that time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.recipients import Recipient, of_account, of_admin, of_member, reached
from bot.domain.account.escalations import escalates
from bot.domain.enums import RiskState
from bot.domain.labels import label
from bot.domain.model import Account, Risk
from bot.domain.values import days, working_hours
from bot.domain.values.working_hours import WorkWeek
from bot.features.risks import not_taken, queries
from bot.features.risks.queries import RiskNote
from bot.features.risks.risk_view import WITHIN, folded, risk_view, week_of
from bot.features.risks.views import RiskNoteView, RiskView
from bot.outbox import lookup, message_family
from bot.outbox.message_family import FamilyMember
from bot.outbox.queue import put
from bot.outbox.types import Moot, Op, Outgoing
from bot.store import accounts, members, portfolios
from bot.store.members import Member
from bot.store.portfolios import Portfolio

HELD_FOR = timedelta(days=14)
"""So long somebody may hold a risk without anything moving."""

log = structlog.get_logger("risks")


def tell(session: Session, risk_id: int, recipient: Recipient, now: datetime, *, week: WorkWeek) -> bool:
    """Put the one message of a risk, within these working hours; False if it has one already."""
    due_at = working_hours.in_work(now, week)
    return put(session, _message(risk_id, recipient, queries.RISK_KEY.of(risk_id), due_at), now)


def _message(risk_id: int, recipient: Recipient, key: str, due_at: datetime) -> Outgoing:
    return Outgoing(
        key=key,
        workspace_id=recipient.workspace_id,
        kind="risk",
        channel=recipient.to,
        destination=recipient.destination,
        args={"risk_id": risk_id, "first": True},
        due_at=due_at,
    )


def tell_holder(session: Session, risk: Risk, to: Member, now: datetime) -> None:
    """Give the new holder the risk's message by direct message, if it has none anywhere yet."""
    recipient = of_member(to)
    if recipient is not None:
        tell(session, risk.id, recipient, now, week=hours.week_of(to))


def publish_risk_change(session: Session, workspace_id: int, risk_id: int, now: datetime) -> RiskView:
    """Show a changed risk: its message in place, the newest line of its timeline in the thread, and the manager's
    message that names it. Returns the risk.

    Facts that stood as lines in the card of a risk that is closed get a card of their own.
    """
    risk, account = _risk_and_account(session, workspace_id, risk_id)
    if lookup.told(session, workspace_id, queries.RISK_KEY, [risk_id]):
        _put_change(session, workspace_id, risk_id, queries.last_note_id(session, risk), now)
        if risk.closed_at is not None:
            _tell_lines(session, account, risk, now)
    else:
        _renew_card_around(session, account, risk, now)
    not_taken.renew(session, account, risk_id, now)
    return risk_view(session, workspace_id, risk_id, now)


def _tell_lines(session: Session, account: Account, closed: Risk, now: datetime) -> None:
    """Give what stood as a line in the card of a risk that is over a card of its own: the worst, with the others."""
    as_it_was = replace(closed, state=RiskState.OPEN if closed.owner_id is None else RiskState.CLAIMED)
    lines = folded(session, account, as_it_was)
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    recipient = of_account(session, account, portfolio) if lines else None
    if recipient is not None:
        worst = min(lines, key=lambda risk: (-risk.severity, risk.opened_at, risk.id))
        tell(session, worst.id, recipient, now, week=week_of(session, portfolio))


def _renew_card_around(session: Session, account: Account, line: Risk, now: datetime) -> None:
    """Have the card in which a risk stands as a line show how it stands."""
    since = days.shift_moment(line.opened_at, -WITHIN)
    around = queries.opened_in_accounts(session, account.workspace_id, [account.id], since, line.opened_at)
    told = lookup.told(session, account.workspace_id, queries.RISK_KEY, [risk.id for risk in around])
    for risk_id in sorted(told):
        renew_message(session, account.workspace_id, risk_id, now)


def renew_message(session: Session, workspace_id: int, risk_id: int, now: datetime) -> None:
    """Have the message of a risk show how it stands, for who pressed a button that is out of date."""
    key = queries.RISK_KEY.of(risk_id)
    last_post = message_family.newest(session, workspace_id, key)
    if last_post is None or last_post.dead:
        return
    update = Outgoing(
        key=f"{key}@{now.timestamp():.6f}",
        workspace_id=workspace_id,
        kind="risk",
        op=Op.UPDATE,
        target_key=last_post.key,
        args={"risk_id": risk_id, "first": False},
        due_at=now,
    )
    put(session, update, now)


def _put_change(session: Session, workspace_id: int, risk_id: int, note_id: int, now: datetime) -> None:
    key = queries.RISK_KEY.of(risk_id)
    last_post = message_family.newest(session, workspace_id, key)
    if last_post is None or last_post.dead:
        _tell_again(session, workspace_id, risk_id, last_post, now)
        return
    update = Outgoing(
        key=f"{key}@{note_id}",
        workspace_id=workspace_id,
        kind="risk",
        op=Op.UPDATE,
        target_key=last_post.key,
        args={"risk_id": risk_id, "first": False},
        due_at=now,
    )
    note = Outgoing(
        key=queries.NOTE_KEY.of(risk_id, note_id),
        workspace_id=workspace_id,
        kind="risk-note",
        thread_key=last_post.key,
        args={"risk_id": risk_id, "note_id": note_id},
        due_at=now,
    )
    put(session, update, now)
    put(session, note, now)


def _tell_again(session: Session, workspace_id: int, risk_id: int, dead: FamilyMember | None, now: datetime) -> None:
    """Send the message of a changed risk again, to the recipient of today, after Slack refused the first one."""
    _, account = _risk_and_account(session, workspace_id, risk_id)
    recipient = of_account(
        session, account, portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    )
    if recipient is None:
        log.error("risks.nobody_to_tell", risks=[risk_id])
    elif dead is not None:
        put(session, _message(risk_id, recipient, dead.next_key, now), now)


def remind_at(session: Session, account: Account, risk: Risk, now: datetime) -> datetime | None:
    """When the manager is told of this risk if nobody takes it; None for one that stays with the owner."""
    if not escalates(risk.kind, risk.severity, account.tier):
        return None
    return manager_reminded_at(
        session, portfolios.in_workspace(session, account.workspace_id, account.portfolio_id), now
    )


def manager_reminded_at(session: Session, portfolio: Portfolio | None, now: datetime) -> datetime | None:
    """One business day after it is told, by the clock of the portfolio's manager; None if it has none.

    For a manager who is gone an admin is told, by the clock of the portfolio.
    """
    if portfolio is None or portfolio.manager_id is None:
        return None
    manager = reached(session, portfolio.workspace_id, portfolio.manager_id)
    if manager is None and of_admin(session, portfolio.workspace_id) is None:
        return None
    week = hours.week_or_zone(manager, portfolio.tz)
    return working_hours.business_day_later(working_hours.in_work(now, week), week)


def held_until(session: Session, account: Account, risk: Risk, now: datetime) -> datetime | None:
    """When the manager is told that a risk which was taken now has not moved; None as in `remind_at`."""
    if remind_at(session, account, risk, now) is None:
        return None
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    return working_hours.in_work(days.shift_moment(now, HELD_FOR), week_of(session, portfolio))


def compose_risk(session: Session, args: dict[str, Any], now: datetime) -> RiskView | Moot:
    """The risk as it stands; moot when it was closed before anybody heard of it."""
    view = risk_view(session, args["workspace_id"], args["risk_id"], now)
    if args["first"] and view.state is RiskState.CLOSED:
        return Moot("the risk was closed before it was told")
    return view


def compose_note(session: Session, args: dict[str, Any], now: datetime) -> RiskNoteView | Moot:
    """One line of the timeline, as it was when it happened."""
    risk, account = _risk_and_account(session, args["workspace_id"], args["risk_id"])
    note = queries.note_by_id(session, risk, args["note_id"])
    if note is None:
        return Moot("that line of history is gone")
    after = note.after
    until = after.get("snoozed_until")
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    manager_id = portfolio.manager_id if portfolio else None
    who = members.names(
        session, [account.workspace_id], [note.member_id, after.get("owner_id"), risk.owner_id, manager_id]
    )
    given = members.by_id(session, account.workspace_id, after.get("owner_id"))
    return RiskNoteView(
        what=_event(note),
        account=account.name,
        title=label(risk.kind),
        by=who.get(note.member_id or 0),
        holder=who.get(after.get("owner_id") or risk.owner_id or 0),
        manager=who.get(manager_id or 0),
        why=after.get("closed_how") or after.get("snoozed_why") or note.why,
        until=datetime.fromisoformat(until) if until else None,
        fact=after.get("fact") or risk.fact,
        rings=given.slack_id if given else None,
    )


def _event(note: RiskNote) -> str:
    """What a line of history says happened to a risk."""
    before, after = note.before or {}, note.after
    if after.get("closed_at"):
        return "closed"
    if before.get("closed_at"):
        return "reopened" if note.member_id is not None else "true"
    if after.get("snoozed_until"):
        return "snoozed"
    if before.get("snoozed_until") and "owner_id" not in after and "claimed_at" not in after:
        return "woke"
    if after.get("owner_id") or "claimed_at" in after:
        return "taken" if after.get("owner_id", note.member_id) == note.member_id else "assigned"
    return "fact" if "fact" in after or "severity" in after else "told"


def _risk_and_account(session: Session, workspace_id: int, risk_id: int) -> tuple[Risk, Account]:
    risk = queries.by_id(session, workspace_id, risk_id)
    account = accounts.in_workspace(session, workspace_id, risk.account_id) if risk else None
    if risk is None or account is None:
        raise LookupError(f"no risk {risk_id}")
    return risk, account
