"""The messages about a risk: one that is updated in place, its timeline in the thread, and the reminder.

Every function that changes a risk ends in `publish_risk_change`; a message is composed when it is sent, from the state
at that time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.recipients import Recipient, of_account, of_admin, of_manager, of_member, reached
from bot.domain.enums import RiskState, Severity
from bot.domain.labels import label
from bot.domain.model import Account, Risk
from bot.domain.values import working_hours
from bot.domain.values.money import money
from bot.features.risks import queries
from bot.features.risks.queries import RiskNote
from bot.features.risks.views import RiskNoteView, RiskView, UnclaimedLine, UnclaimedView
from bot.outbox import lookup, message_family
from bot.outbox.message_family import FamilyMember
from bot.outbox.queue import put
from bot.outbox.types import Moot, Op, Outgoing
from bot.store import accounts, portfolios
from bot.store.members import Member
from bot.store.portfolios import Portfolio

log = structlog.get_logger("risks")


def tell(session: Session, risk_id: int, recipient: Recipient, now: datetime) -> bool:
    """Put the one message of a risk; False if it has one already."""
    return put(session, _message(risk_id, recipient, queries.RISK_KEY.of(risk_id), now), now)


def _message(risk_id: int, recipient: Recipient, key: str, now: datetime) -> Outgoing:
    return Outgoing(
        key=key,
        workspace_id=recipient.workspace_id,
        kind="risk",
        channel=recipient.to,
        destination=recipient.destination,
        args={"risk_id": risk_id, "first": True},
        due_at=now,
    )


def tell_holder(session: Session, risk: Risk, to: Member, now: datetime) -> None:
    """Give the new holder the risk's message by direct message, if it has none anywhere yet."""
    recipient = of_member(to)
    if recipient is not None:
        tell(session, risk.id, recipient, now)


def tell_manager(session: Session, account: Account, risk_ids: Sequence[int], now: datetime) -> None:
    """Send the manager of the account's portfolio one direct message on these unclaimed risks.

    An admin replaces a manager who left since the risks were opened.
    """
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    recipient = of_manager(session, portfolio) if portfolio else of_admin(session, account.workspace_id)
    if not risk_ids:
        return
    if recipient is None:
        log.error("risks.nobody_to_tell", risks=list(risk_ids))
        return
    message = Outgoing(
        key=queries.UNCLAIMED_KEY.of(min(risk_ids)),
        workspace_id=account.workspace_id,
        kind="unclaimed",
        channel=recipient.to,
        destination=recipient.destination,
        args={"risk_ids": list(risk_ids), "portfolio_id": account.portfolio_id},
        due_at=now,
    )
    put(session, message, now)


def publish_risk_change(session: Session, workspace_id: int, risk_id: int, now: datetime) -> RiskView:
    """Show a changed risk: its message in place, the newest line of its timeline in the thread. Returns the risk."""
    risk, _ = _risk_and_account(session, workspace_id, risk_id)
    if lookup.told(session, workspace_id, queries.RISK_KEY, [risk_id]):
        _put_change(session, workspace_id, risk_id, queries.last_note_id(session, risk), now)
    return risk_view(session, workspace_id, risk_id, now)


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
    """When the manager is told of this risk if nobody takes it; None for a LOW one and without a manager."""
    if risk.severity < Severity.MEDIUM:
        return None
    return manager_reminded_at(
        session, portfolios.in_workspace(session, account.workspace_id, account.portfolio_id), now
    )


def manager_reminded_at(session: Session, portfolio: Portfolio | None, now: datetime) -> datetime | None:
    """One business day on, by the clock of the portfolio's manager; None if it has none.

    For a manager who is gone an admin is told, by the clock of the portfolio.
    """
    if portfolio is None or portfolio.manager_id is None:
        return None
    manager = reached(session, portfolio.workspace_id, portfolio.manager_id)
    if manager is None and of_admin(session, portfolio.workspace_id) is None:
        return None
    return working_hours.business_day_later(now, hours.week_or_zone(manager, portfolio.tz))


def risk_view(session: Session, workspace_id: int, risk_id: int, now: datetime) -> RiskView:
    """A risk with what a reader needs to act on it."""
    risk, account = _risk_and_account(session, workspace_id, risk_id)
    portfolio = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    timeline = queries.notes(session, risk)
    closed_by = next((note.member_id for note in reversed(timeline) if note.after.get("closed_at")), None)
    manager_id = portfolio.manager_id if portfolio else None
    who = portfolios.mentions(session, workspace_id, [account.owner_id, risk.owner_id, manager_id, closed_by])
    arr = money(account.arr_minor, account.currency)
    return RiskView(
        risk_id=risk.id,
        kind=risk.kind,
        account_id=account.id,
        account=account.name,
        title=label(risk.kind),
        fact=risk.fact,
        severity=risk.severity,
        state=risk.state,
        owner=who.get(account.owner_id or 0),
        arr=str(arr) if arr else None,
        renewal_on=account.renewal_date,
        holder=who.get(risk.owner_id or 0),
        claimed_at=risk.claimed_at,
        manager=who.get(manager_id or 0),
        manager_told_at=queries.remind_manager_at(session, risk),
        snoozed_until=risk.snoozed_until,
        snoozed_why=risk.snoozed_why,
        snoozes=sum(note.after.get("state") == RiskState.SNOOZED for note in timeline),
        closed_by=who.get(closed_by or 0),
        closed_at=risk.closed_at,
        closed_how=risk.closed_how,
    )


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
    who = portfolios.mentions(session, account.workspace_id, [note.member_id, after.get("owner_id"), manager_id])
    return RiskNoteView(
        what=_event(note),
        account=account.name,
        title=label(risk.kind),
        by=who.get(note.member_id or 0),
        holder=who.get(after.get("owner_id") or 0),
        manager=who.get(manager_id or 0),
        why=after.get("closed_how") or after.get("snoozed_why") or note.why,
        until=datetime.fromisoformat(until) if until else None,
        fact=after.get("fact") or risk.fact,
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
    if before.get("snoozed_until") and note.member_id is None:
        return "woke"
    if after.get("owner_id") or "claimed_at" in after:
        return "taken" if after.get("owner_id", note.member_id) == note.member_id else "assigned"
    return "fact" if "fact" in after or "severity" in after else "told"


def compose_unclaimed(session: Session, args: dict[str, Any], now: datetime) -> UnclaimedView | Moot:
    """Those of these risks that nobody has taken yet."""
    workspace_id = args["workspace_id"]
    risks = queries.by_ids(session, workspace_id, args["risk_ids"])
    open_risks = [risk for risk in risks if risk.state is RiskState.OPEN]
    if not open_risks:
        return Moot("somebody has taken them since")
    account_by_id = accounts.by_ids(session, workspace_id, {risk.account_id for risk in open_risks})
    portfolio = portfolios.in_workspace(session, workspace_id, args["portfolio_id"])
    who = portfolios.mentions(session, workspace_id, [account.owner_id for account in account_by_id.values()])
    lines = []
    for risk in open_risks:
        account = account_by_id[risk.account_id]
        owner = who.get(account.owner_id or 0)
        lines.append(
            UnclaimedLine(
                risk.id, account.id, account.name, label(risk.kind), risk.fact, risk.severity, risk.opened_at, owner
            )
        )
    return UnclaimedView(portfolio.name if portfolio else "", portfolio.channel if portfolio else None, tuple(lines))


def _risk_and_account(session: Session, workspace_id: int, risk_id: int) -> tuple[Risk, Account]:
    risk = queries.by_id(session, workspace_id, risk_id)
    account = accounts.in_workspace(session, workspace_id, risk.account_id) if risk else None
    if risk is None or account is None:
        raise LookupError(f"no risk {risk_id}")
    return risk, account
