"""What the message of a risk shows: what it did to coverage, what happens if nothing does, who has it, what is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours
from bot.app.assessments import rules_day
from bot.domain.account.actions import open_action
from bot.domain.account.assessment import graded_outcomes
from bot.domain.account.escalations import escalates
from bot.domain.enums import RiskKind, RiskState
from bot.domain.labels import label
from bot.domain.model import Account, ProofState, Risk
from bot.domain.proof.coverage import coverage
from bot.domain.proof.grading import Graded
from bot.domain.values import days, working_hours
from bot.domain.values.money import money
from bot.domain.values.text import coming_day, near_day, percent
from bot.domain.values.working_hours import WorkWeek
from bot.features.risks import queries
from bot.features.risks.queries import RiskNote
from bot.features.risks.views import RiskView
from bot.outbox import lookup
from bot.store import accounts, members, portfolios, proof_state
from bot.store.portfolios import Portfolio

WITHIN = timedelta(days=1)
"""So long after a card a second fact of the same account is a line in it, and gets no card of its own."""
STANDS_ALONE = frozenset({RiskKind.OWNER_LEFT})
"""Whose card has a button of its own; it is no line, and has none."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A risk with its account and portfolio, and the day and zone in which its message is written."""

    risk: Risk
    account: Account
    portfolio: Portfolio | None
    zone: str
    today: date

    def near(self, on: date | datetime | None) -> str | None:
        """A day that has passed or lies far ahead, `6 Feb`."""
        return None if on is None else near_day(self._day(on), self.today)

    def coming(self, on: date | datetime | None) -> str | None:
        """A day to come, `Fri 4 Dec` within a week."""
        return None if on is None else coming_day(self._day(on), self.today)

    def _day(self, on: date | datetime) -> date:
        return working_hours.local_day(on, self.zone) if isinstance(on, datetime) else on


def shown(session: Session, workspace_id: int, risk_id: int, now: datetime) -> Shown:
    """A risk of this workspace; `LookupError` where it has none."""
    risk = queries.by_id(session, workspace_id, risk_id)
    account = accounts.in_workspace(session, workspace_id, risk.account_id) if risk else None
    if risk is None or account is None:
        raise LookupError(f"no risk {risk_id}")
    portfolio = portfolios.in_workspace(session, workspace_id, account.portfolio_id)
    zone = zone_of(session, portfolio)
    return Shown(risk, account, portfolio, zone, working_hours.local_day(now, zone))


def zone_of(session: Session, portfolio: Portfolio | None) -> str:
    """The clock by which a portfolio's managers are told: that of its manager, else its own."""
    if portfolio is None:
        return "UTC"
    manager = members.by_id(session, portfolio.workspace_id, portfolio.manager_id)
    return portfolio.tz if manager is None or manager.is_deactivated else manager.tz


def week_of(session: Session, portfolio: Portfolio | None) -> WorkWeek:
    """When a portfolio's managers are told: in the working hours of its manager, else in those of its own zone."""
    if portfolio is None:
        return hours.of_zone("UTC")
    manager = members.by_id(session, portfolio.workspace_id, portfolio.manager_id)
    return hours.week_or_zone(None if manager is None or manager.is_deactivated else manager, portfolio.tz)


def folded(session: Session, account: Account, card: Risk) -> list[Risk]:
    """The risks that stand as lines in the card of another: of the same account, opened within a day after it, in the
    same hands, and without a message of their own."""
    if card.kind in STANDS_ALONE:
        return []
    until = days.shift_moment(card.opened_at, WITHIN)
    opened = queries.opened_in_accounts(session, account.workspace_id, [account.id], card.opened_at, until)
    beside = (risk for risk in opened if risk.id != card.id and risk.kind not in STANDS_ALONE)
    others = [risk for risk in beside if escalates(risk.kind, risk.severity, account.tier)]
    if not others:
        return []
    told = lookup.told(session, account.workspace_id, queries.RISK_KEY, [risk.id for risk in others])
    untold = [risk for risk in others if risk.id not in told]
    return [risk for risk in untold if (risk.state, risk.owner_id) == (card.state, card.owner_id)]


def risk_view(session: Session, workspace_id: int, risk_id: int, now: datetime) -> RiskView:
    """A risk with what a reader needs to act on it."""
    it = shown(session, workspace_id, risk_id, now)
    risk, account = it.risk, it.account
    timeline = queries.notes(session, risk)
    arr = money(account.arr_minor, account.currency)
    told_at = queries.remind_manager_at(session, risk)
    return RiskView(
        risk_id=risk.id,
        kind=risk.kind,
        account_id=account.id,
        account=account.name,
        title=label(risk.kind),
        fact=risk.fact,
        severity=risk.severity,
        state=risk.state,
        arr=str(arr) if arr else None,
        renews=it.near(account.renewal_date),
        renewal_passed=account.renewal_date is not None and account.renewal_date < it.today,
        claimed_at=risk.claimed_at,
        claimed_on=it.near(risk.claimed_at),
        manager_told_at=told_at if risk.state is RiskState.OPEN else None,
        stuck_on=it.coming(told_at) if risk.state is RiskState.CLAIMED else None,
        snoozed_until=risk.snoozed_until,
        snoozed_to=it.coming(risk.snoozed_until),
        snoozed_why=risk.snoozed_why,
        snoozes=sum(note.after.get("state") == RiskState.SNOOZED for note in timeline),
        closed_at=risk.closed_at,
        closed_on=it.near(risk.closed_at),
        closed_how=risk.closed_how,
        also=tuple(other.fact for other in folded(session, account, risk)),
        **_people(session, it, timeline),
        **_around(session, it, now),
    )


def _people(session: Session, it: Shown, timeline: Sequence[RiskNote]) -> dict[str, Any]:
    """Who owns the account, holds the risk, manages the portfolio, and who closed or snoozed it last."""
    manager_id = it.portfolio.manager_id if it.portfolio else None
    ids = {
        "holder": it.risk.owner_id,
        "manager": manager_id,
        "closed_by": _who_last(timeline, "closed_at"),
        "snoozed_by": _who_last(timeline, "snoozed_until"),
    }
    people = members.by_ids(session, [it.account.workspace_id], [it.account.owner_id, *ids.values()])
    owner = people.get(it.account.owner_id or 0)
    there = owner is not None and not owner.is_deactivated
    named = {part: people[member_id].name if member_id in people else None for part, member_id in ids.items()}
    return {**named, "owner": (owner.slack_id or owner.name) if owner is not None and there else None}


def _around(session: Session, it: Shown, now: datetime) -> dict[str, Any]:
    """What the record of the account says of the risk: what it did to coverage, what follows, and what is next."""
    state = proof_state.load(session, it.account.workspace_id, it.account.id)
    before, after = drop(state, it.risk)
    step, step_on = _next_step(state, it.risk, rules_day(now))
    return {
        "before": before,
        "after": after,
        "risk_if_never": _if_never(state, it.risk),
        "next_step": step,
        "next_on": it.coming(step_on),
        "next_is_late": step_on is not None and step_on < it.today,
    }


def _who_last(timeline: Sequence[RiskNote], column: str) -> int | None:
    return next((note.member_id for note in reversed(timeline) if note.after.get(column)), None)


def _outcome_id(risk: Risk) -> int | None:
    kind, _, row_id = risk.subject.partition(":")
    return int(row_id) if kind == "outcome" and row_id.isdecimal() else None


def drop(state: ProofState, risk: Risk) -> tuple[str | None, str | None]:
    """The account's coverage before the danger began and when it was found; Nones where it did not fall."""
    opened_on = risk.opened_at.date()
    then = graded_outcomes(state, opened_on)
    about = next((graded for graded in then if graded.outcome.id == _outcome_id(risk)), None)
    since = _began(about, risk.kind) if about is not None else None
    if since is None or since > opened_on:
        return None, None
    before, after = coverage(graded_outcomes(state, days.add_days(since, -1))), coverage(then)
    return (None, None) if before <= after or percent(before) == percent(after) else (percent(before), percent(after))


def _began(graded: Graded, kind: RiskKind) -> date | None:
    """The day on which what is wrong with an outcome began."""
    if kind is RiskKind.PROOF_DISPUTED:
        return graded.disputed.disputed_on if graded.disputed is not None else None
    return graded.expired_on if kind is RiskKind.PROOF_EXPIRED else graded.outcome.due_on


def _if_never(state: ProofState, risk: Risk) -> str | None:
    """What happens if the outcome that the risk is about is never proven, as somebody wrote it down."""
    outcome_id = _outcome_id(risk)
    return next((outcome.risk_if_never for outcome in state.outcomes if outcome.id == outcome_id), None)


def _next_step(state: ProofState, risk: Risk, on: date) -> tuple[str | None, date | None]:
    """The account's open step that is due first; that of the outcome which the risk is about comes before others."""
    outcome_id = _outcome_id(risk)
    gaps = {gap.id for gap in state.gaps if outcome_id is not None and gap.outcome_id == outcome_id}
    steps = [action for action in state.actions if open_action(action, on)]
    steps.sort(key=lambda action: (action.gap_id not in gaps, action.due_on or date.max, action.id))
    return (steps[0].text, steps[0].due_on) if steps else (None, None)
