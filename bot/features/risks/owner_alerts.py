"""Tells owners what broke in accounts where nobody is asked before every meeting.

- Tech touch: one direct message a month and owner, on the first working morning, with only what broke since the last
  one. What had stood and was broken before is counted; a month in which nothing broke has no message.
- Low touch, between its monthly prompts: when something breaks (`tiers.TRIGGERS`), the owner is asked on the
  same day. One message a day and owner names all such accounts, and is updated in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.assessments import assess_now
from bot.app.isolation import isolated
from bot.domain.account.assessment import Assessment
from bot.domain.account.tiers import MONTH, TRIGGERS, asked_by_trigger
from bot.domain.enums import RiskKind, Severity, Tier
from bot.domain.model import Account, Risk
from bot.domain.values import days, working_hours
from bot.domain.values.money import money
from bot.features.meetings import queries as meeting_queries
from bot.features.risks import queries
from bot.features.risks.queries import Owner
from bot.features.risks.views import BatchView, BrokenLine, TriggerView
from bot.outbox.queue import put
from bot.outbox.types import Destination, Moot, Op, Outgoing
from bot.store import accounts, members, proof_state
from bot.store.entities import Entity
from bot.store.members import Member
from bot.store.set_aside import Unit

BATCHES = "send monthly batches"
"""The name of the clock's job."""
WINDOW = timedelta(days=10)
"""After an outage a batch is still sent for so many days; a later owner of tech-touch accounts waits a month."""
_LAST_DAY_OF_MONTH = 14
BROKE = (TRIGGERS | {RiskKind.OWNER_LEFT}) - {RiskKind.RENEWAL_UNPROVEN}
"""What had stood before it broke."""
_WORTH_TELLING = BROKE | {RiskKind.RENEWAL_UNPROVEN}
_SHOWN = 12


def send_due_batch(session: Session, now: datetime) -> bool:
    """Put the month's batch of one owner; the message's unique key is the lock between replicas."""
    month = now.astimezone(UTC).date().replace(day=1)
    if now.astimezone(UTC).day > _LAST_DAY_OF_MONTH:
        return False
    for owner in queries.owners_without_batch(session, BATCHES, f"{month:%Y-%m}", now):
        member = members.by_id(session, owner.workspace_id, owner.id)
        opens = working_hours.month_opens(month, hours.week_or_zone(member, owner.tz))
        if opens <= now < days.shift_moment(opens, WINDOW):
            unit = Unit(owner.workspace_id, Entity.MEMBER, owner.id)
            if any(isolated(session, BATCHES, {unit: owner}, partial(_put_batch, session, month, now), now)):
                return True
    return False


def _put_batch(session: Session, month: date, now: datetime, owners: Sequence[Owner]) -> bool:
    """Put the batch of one owner; False if another replica has."""
    [owner] = owners
    message = Outgoing(
        key=queries.batch_key(owner.id, f"{month:%Y-%m}"),
        workspace_id=owner.workspace_id,
        kind="batch",
        channel=owner.slack_id,
        destination=Destination.USER,
        args={"member_id": owner.id, "month": month.isoformat()},
        due_at=now,
    )
    return put(session, message, now)


def compose_batch(session: Session, args: dict[str, Any], now: datetime) -> BatchView | Moot:
    """What broke in an owner's tech-touch accounts since the last batch, the worst first."""
    owner = members.by_id(session, args["workspace_id"], args["member_id"])
    month = date.fromisoformat(args["month"])
    if owner is None:
        return Moot("the owner is gone")
    since = working_hours.month_opens(days.add_days(month, -1).replace(day=1), hours.week_of(owner))
    ids = queries.accounts_of(session, owner.workspace_id, owner.id, Tier.TECH_TOUCH)
    states = proof_state.load_many(session, [owner.workspace_id], ids)
    assessments = [assess_now(state, now) for state in states]
    assessments.sort(key=lambda assessment: assessment.worst_first)
    broken = [(assessment, _risks_worth_telling(assessment, since)) for assessment in assessments]
    lines = [_line(assessment.account, new) for assessment, (new, _) in broken if new]
    if not lines:
        return Moot("nothing broke this month")
    others = [(assessment, old) for assessment, (new, old) in broken if not new]
    before = sum(any(risk.kind in BROKE for risk in old) for _, old in others)
    never = sum(not any(risk.kind in BROKE for risk in old) and not assessment.coverage for assessment, old in others)
    return BatchView(
        lines=tuple(lines[:_SHOWN]),
        left=max(0, len(lines) - _SHOWN),
        broke=sum(any(risk.kind in BROKE for risk in new) for _, (new, _) in broken),
        broken_before=before,
        never=never,
        well=len(others) - before - never,
    )


def alert_owners_of_new_risks(session: Session, touched: Iterable[Account], now: datetime) -> None:
    """Ask the owners of these accounts about what broke in low-touch ones today, or show it in today's message."""
    low_touch = [account for account in touched if account.tier is Tier.LOW_TOUCH]
    owners = {(account.workspace_id, account.owner_id) for account in low_touch if account.owner_id is not None}
    for workspace_id, owner_id in sorted(owners):
        owner = members.by_id(session, workspace_id, owner_id)
        if owner is None or owner.slack_id is None or owner.is_deactivated:
            continue
        today = working_hours.local_day(now, owner.tz)
        if _triggered(session, owner, today):
            _put_trigger(session, owner, owner.slack_id, today, now)


def compose_trigger(session: Session, args: dict[str, Any], now: datetime) -> TriggerView | Moot:
    """The triggers of a day that are still open."""
    owner = members.by_id(session, args["workspace_id"], args["member_id"])
    risks_by_account = _triggered(session, owner, date.fromisoformat(args["day"])) if owner else {}
    open_by_account = {
        account_id: [risk for risk in risks if risk.closed_at is None] for account_id, risks in risks_by_account.items()
    }
    lines = []
    for account_id, risks in open_by_account.items():
        account = accounts.in_workspace(session, args["workspace_id"], account_id)
        if account is not None and risks:
            lines.append(_line(account, risks))
    return TriggerView(tuple(lines[:_SHOWN]), max(0, len(lines) - _SHOWN)) if lines else Moot("all of it is closed")


def _put_trigger(session: Session, owner: Member, slack_id: str, today: date, now: datetime) -> None:
    key = queries.TRIGGER_KEY.of(owner.id, today)
    common: dict[str, Any] = {
        "workspace_id": owner.workspace_id,
        "kind": "trigger",
        "args": {"member_id": owner.id, "day": today.isoformat()},
    }
    asked: dict[str, Any] = {"channel": slack_id, "destination": Destination.USER}
    due_at = working_hours.at_work(now, hours.week_of(owner))
    if not put(session, Outgoing(key=key, due_at=due_at, **asked, **common), now):
        update = Outgoing(key=f"{key}@{now.timestamp():.6f}", op=Op.UPDATE, target_key=key, due_at=now, **common)
        put(session, update, now)


def _triggered(session: Session, owner: Member, day: date) -> dict[int, list[Risk]]:
    """The risks of a local day that the owner is asked about, by account, the worst first."""
    begins, ends = days.at(day, time(), owner.tz), days.at(days.add_days(day, 1), time(), owner.tz)
    opened = queries.opened_for_owner_between(
        session, owner, Tier.LOW_TOUCH, TRIGGERS, begins=days.shift_moment(begins, -MONTH), ends=ends
    )
    risks_by_account: dict[int, list[Risk]] = {}
    for risk in opened:
        if risk.opened_at >= begins:
            last_asked_at = _last_asked(session, owner, risk.account_id, opened, begins)
            if asked_by_trigger(Tier.LOW_TOUCH, risk, last_asked_at, risk.opened_at):
                risks_by_account.setdefault(risk.account_id, []).append(risk)
    return risks_by_account


def _last_asked(
    session: Session, owner: Member, account_id: int, opened: Iterable[Risk], begins: datetime
) -> datetime | None:
    """When the owner was last asked about an account before a day, by a prompt or by a trigger."""
    by_trigger = [
        risk.opened_at
        for risk in opened
        if risk.account_id == account_id and risk.opened_at < begins and risk.severity >= Severity.MEDIUM
    ]
    by_prompt = meeting_queries.last_asked(session, owner.workspace_id, account_id)
    return max([*by_trigger, *([by_prompt] if by_prompt else [])], default=None)


def _risks_worth_telling(assessment: Assessment, since: datetime) -> tuple[list[Risk], list[Risk]]:
    """The open risks worth telling, the worst first: those that opened since a moment, and those from before.

    What was never there, such as a plan, is no news; a renewal that comes near without proof is.
    """
    risks = [risk for risk in assessment.state.risks if risk.closed_at is None and risk.kind in _WORTH_TELLING]
    risks.sort(key=lambda risk: (-risk.severity, risk.opened_at, risk.id))
    return [risk for risk in risks if risk.opened_at >= since], [risk for risk in risks if risk.opened_at < since]


def _line(account: Account, risks: list[Risk]) -> BrokenLine:
    arr = money(account.arr_minor, account.currency)
    worst = risks[0]
    renewal = account.renewal_date
    return BrokenLine(
        account.id, account.name, worst.fact, len(risks) - 1, worst.severity, str(arr) if arr else None, renewal
    )
