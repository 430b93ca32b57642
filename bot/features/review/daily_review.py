"""Reviews the accounts that are due and keeps their risks in step; `announcements` decides what a channel is told.

- A danger without a risk opens one. A risk whose danger is gone is closed by the bot, which its thread says.
- A risk that a person closed opens again by itself on the next day (where the portfolio is) if the ledger still shows
  the same danger, and says so. One that was closed before what closed it was kept stays closed for 30 days. In both
  cases a danger that became more severe or began anew opens a risk of its own.
- What only the upgrade to stricter rules has caused opens none (`bot.domain.account.upgrade`).
- What an account's contract says of ARR, renewal and notice is taken over as terms begin and end.
- Verdicts that are due are asked for (`bot.features.accounts.verdicts`), and what is due about renewals
  (`bot.features.renewals.questions`).
- A snoozed risk wakes at its time and keeps its owner.
- When nobody takes a risk within one business day of the manager, the manager is told by direct message, once a day at
  most and of the same risk once a week; so it is with one that is held and has not moved for two weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.actor import bot_author
from bot.app.assessments import assess_now, rules_day
from bot.app.isolation import isolated
from bot.domain.account.assessment import Assessment
from bot.domain.account.dangers import Danger
from bot.domain.account.escalations import escalates, is_new
from bot.domain.account.upgrade import opened_by_upgrade
from bot.domain.enums import AccountStatus, Closing, RiskState
from bot.domain.model import Account, ProofState, Risk
from bot.domain.values import days, working_hours
from bot.domain.values.working_hours import WorkWeek
from bot.features.accounts import stages, tiers, verdicts
from bot.features.portfolios import account_summaries
from bot.features.renewals import questions
from bot.features.risks import announcements, not_taken, owner_alerts, risk_message
from bot.features.risks import queries as risk_queries
from bot.features.risks.announcements import News
from bot.features.risks.phrases import RiskPhrase
from bot.features.risks.risk_view import week_of
from bot.outbox import lookup
from bot.phrases import phrase, say
from bot.store import account_terms, accounts, ledger, portfolios, proof_state, review_queue
from bot.store.entities import Entity
from bot.store.set_aside import Unit

REVIEWING, UNCLAIMED = "look at due accounts", "remind of unclaimed risks"
"""The names of the clock's jobs on accounts and risks."""
BATCH = 200
STAYS_CLOSED = timedelta(days=30)
SAME_DANGER = timedelta(days=3)
"""So long after a risk was closed its danger counts as the same one."""
LOOKS_AT = time(6, tzinfo=UTC)
NO_LONGER_SHOWN = "the ledger no longer shows it"
_REMINDED_TOGETHER = 20
_MORNING = time(8)
_AGAIN = timedelta(days=7)
"""So long after the manager was told of a risk that nobody has taken, they are told again."""
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def review_due_accounts(session: Session, now: datetime) -> bool:
    """Review up to `BATCH` accounts of one portfolio that are due; returns whether there were any."""
    claimed = review_queue.claim_due_accounts(session, REVIEWING, now, BATCH)
    if claimed is None:
        return False
    workspace_id, due = claimed
    units = {Unit(workspace_id, Entity.ACCOUNT, account_id): account_id for account_id in due}
    isolated(session, REVIEWING, units, lambda account_ids: _review(session, workspace_id, account_ids, now), now)
    return True


def _review(session: Session, workspace_id: int, account_ids: Sequence[int], now: datetime) -> None:
    """Review these accounts of one portfolio."""
    news: list[News] = []
    assessments: list[Assessment] = []
    moments: dict[int, datetime] = {}
    account_terms.follow(session, bot_author(workspace_id), account_ids, now)
    states = proof_state.load_many(session, [workspace_id], account_ids)
    portfolio = portfolios.in_workspace(session, workspace_id, states[0].account.portfolio_id)
    zone = portfolio.tz if portfolio else "UTC"
    tiers.follow_bands(session, (state.account for state in states), portfolio, now)
    for state in states:
        assessment = assess_now(state, now)
        assessments.append(assessment)
        news += _look(session, state, assessment, zone, now)
        moments[state.account.id] = _next_look(state, zone, now)
    verdicts.ask_for_verdicts(session, assessments, now)
    questions.ask(session, assessments, now)
    stages.record_computed_stages(session, assessments, now)
    news = _untold(session, workspace_id, news)
    announcements.open_risks(session, news, portfolio, now)
    owner_alerts.alert_owners_of_new_risks(session, [item.account for item in news], now)
    review_queue.look_again(session, moments)
    account_summaries.keep(session, assessments)


def _untold(session: Session, workspace_id: int, news: Sequence[News]) -> list[News]:
    """News without the open risks that somebody was told of."""
    before = {item.risk_id for item in news if item.risk_id is not None}
    if not before:
        return list(news)
    unheard = risk_queries.never_announced(session, workspace_id, before)
    unheard -= lookup.told(session, workspace_id, risk_queries.RISK_KEY, unheard)
    return [item for item in news if item.risk_id is None or item.risk_id in unheard]


def remind_unclaimed(session: Session, now: datetime) -> bool:
    """Tell one manager, in one direct message, of the risks that nobody has taken in time."""
    waiting = risk_queries.unclaimed(session, UNCLAIMED, now, _REMINDED_TOGETHER)
    isolated(session, UNCLAIMED, {unit: unit for unit in waiting}, lambda units: _remind(session, units, now), now)
    return bool(waiting)


def _remind(session: Session, units: Sequence[Unit], now: datetime) -> None:
    """Tell the manager of these risks of one portfolio, the worst first."""
    workspace_id, late = units[0].workspace_id, risk_queries.late(session, units)
    account = accounts.in_workspace(session, workspace_id, late[0][0].account_id)
    assert account is not None
    ledger.touch(session, sorted(risk.account_id for risk, _ in late), now)
    tomorrow = not_taken.told_today(session, workspace_id, account.portfolio_id, now)
    waiting: list[int] = []
    stuck: list[int] = []
    for risk, due_at in late:
        again_at, named = _next_reminder(session, workspace_id, risk, tomorrow=tomorrow, now=now)
        as_read = {"state": risk.state, "remind_manager_at": due_at}
        author = bot_author(workspace_id)
        changed = ledger.change(session, author, Entity.RISK, risk.id, now, only_if=as_read, remind_manager_at=again_at)
        if changed and named:
            (stuck if risk.state is RiskState.CLAIMED else waiting).append(risk.id)
            risk_message.publish_risk_change(session, workspace_id, risk.id, now)
    not_taken.tell_manager(session, account, waiting, stuck, now)


def _next_reminder(
    session: Session, workspace_id: int, risk: Risk, *, tomorrow: bool, now: datetime
) -> tuple[datetime | None, bool]:
    """When a risk is looked at again, and whether the manager is told of it now.

    A second message on one day waits for the next; what is held and has moved is looked at in two weeks.
    """
    state = proof_state.load(session, workspace_id, risk.account_id)
    account, week = state.account, _week(session, state.account)
    if not escalates(risk.kind, risk.severity, account.tier):
        return None, False
    held_on = working_hours.in_work(days.shift_moment(now, risk_message.HELD_FOR), week)
    if risk.state is RiskState.CLAIMED and _has_moved(state, risk, now):
        return held_on, False
    if risk.state not in (RiskState.OPEN, RiskState.CLAIMED):
        return None, False
    if tomorrow:
        return working_hours.tomorrow_morning(now, week), False
    if risk.state is RiskState.CLAIMED:
        return held_on, True
    return working_hours.in_work(days.shift_moment(now, _AGAIN), week), True


def _has_moved(state: ProofState, risk: Risk, now: datetime) -> bool:
    """Whether evidence or a finished step has come in since somebody took the risk, or within the two weeks."""
    since = max(risk.claimed_at or risk.opened_at, days.shift_moment(now, -risk_message.HELD_FOR))
    evidence = any(since <= piece.recorded_at <= now for piece in state.evidence)
    return evidence or any(action.told_on is not None and action.told_on >= since.date() for action in state.actions)


def _week(session: Session, account: Account) -> WorkWeek:
    return week_of(session, portfolios.in_workspace(session, account.workspace_id, account.portfolio_id))


def _look(session: Session, state: ProofState, assessment: Assessment, zone: str, now: datetime) -> list[News]:
    """Close, wake, reopen and update the risks of one account; returns what is new."""
    dangers = {(danger.kind, danger.subject): danger for danger in assessment.dangers}
    open_risks = {(risk.kind, risk.subject): risk for risk in state.risks if risk.closed_at is None}
    for key, risk in open_risks.items():
        if key not in dangers:
            _set(session, state.account, risk, now, state=RiskState.CLOSED, closed_at=now, closed_how=NO_LONGER_SHOWN)
        elif risk.snoozed_until is not None and risk.snoozed_until <= now:
            _wake(session, state.account, risk, now)
    news: list[News] = []
    for key, danger in dangers.items():
        open_risk = open_risks.get(key)
        if open_risk is not None:
            became_theirs = _follow(session, state.account, open_risk, danger, now)
            item = News(state.account, danger, len(news), open_risk.id)
            waited = became_theirs or _was_put_off(state.account, open_risk)
            if (open_risk.state is RiskState.OPEN or waited) and item.is_told(assessment.on):
                news.append(item)
            continue
        closed = _closed_last(state.risks, danger)
        if closed is not None and _is_still_true(closed, danger, zone, now):
            _reopen(session, state.account, closed, danger, now)
        elif (closed is None or not _stays_closed(closed, danger, zone, now)) and not opened_by_upgrade(
            assessment, danger
        ):
            news.append(News(state.account, danger, len(news)))
    return news


def _follow(session: Session, account: Account, risk: Risk, danger: Danger, now: datetime) -> bool:
    """Write the danger's present fact into its risk; returns whether it became a manager's.

    Who took it or let it sleep did so when it was less: the manager hears of it, and it wakes.
    """
    fact = phrase(danger.fact)
    if (risk.fact, risk.severity) == (fact, danger.severity):
        return False
    values: dict[str, Any] = {"fact": fact, "severity": danger.severity}
    was = escalates(risk.kind, risk.severity, account.tier)
    became = not was and escalates(danger.kind, danger.severity, account.tier)
    if became and risk.state is RiskState.SNOOZED:
        state = RiskState.OPEN if risk.owner_id is None else RiskState.CLAIMED
        values |= {"state": state, "snoozed_until": None, "snoozed_why": None}
    if became and risk.owner_id is not None and is_new(account, rules_day(now)):  # told later, where nothing moves
        worse = replace(risk, severity=danger.severity)
        values["remind_manager_at"] = risk_message.held_until(session, account, worse, now)
    _set(session, account, risk, now, **values)
    return became


def _was_put_off(account: Account, risk: Risk) -> bool:
    """Whether a risk sleeps since the days in which nobody is told of a new account: it was never told."""
    return risk.state is RiskState.SNOOZED and is_new(account, risk.opened_at.date())


def _wake(session: Session, account: Account, risk: Risk, now: datetime) -> None:
    state = RiskState.OPEN if risk.owner_id is None else RiskState.CLAIMED
    reminded = risk_message.remind_at if risk.owner_id is None else risk_message.held_until
    remind_at = reminded(session, account, risk, now)
    _set(session, account, risk, now, state=state, snoozed_until=None, snoozed_why=None, remind_manager_at=remind_at)


def _set(session: Session, account: Account, risk: Risk, now: datetime, **values: Any) -> None:
    unchanged = {"state": risk.state, "owner_id": risk.owner_id}
    if risk.closed_at is None and values.get("closed_at"):
        values = {**values, "remind_manager_at": None}
    if ledger.change(session, bot_author(account.workspace_id), Entity.RISK, risk.id, now, only_if=unchanged, **values):
        mornings.refresh(session, account.workspace_id, (risk.owner_id,), now)
        risk_message.publish_risk_change(session, account.workspace_id, risk.id, now)


def _closed_last(risks: Sequence[Risk], danger: Danger) -> Risk | None:
    """The risk of this danger that was closed last."""
    same = [risk for risk in risks if (risk.kind, risk.subject) == (danger.kind, danger.subject)]
    return max((risk for risk in same if risk.closed_at), key=lambda risk: risk.closed_at or _NEVER, default=None)


def _is_the_same(closed: Risk, danger: Danger) -> bool:
    """Whether the danger is the one that was closed: it neither became more severe nor began anew since."""
    assert closed.closed_at is not None
    began_anew = danger.since is not None and danger.since > closed.closed_at.date()
    return danger.severity <= closed.severity and not began_anew


def _is_still_true(closed: Risk, danger: Danger, zone: str, now: datetime) -> bool:
    """Whether a person closed this very danger on an earlier day, and the ledger shows it all the same.

    After `SAME_DANGER` it counts as one that has come back, and gets a risk of its own.
    """
    if closed.closed_at is None or closed.closing not in (Closing.WORDS, Closing.EVIDENCE):
        return False
    later_day = working_hours.local_day(now, zone) > working_hours.local_day(closed.closed_at, zone)
    return later_day and now - closed.closed_at < SAME_DANGER and _is_the_same(closed, danger)


def _reopen(session: Session, account: Account, risk: Risk, danger: Danger, now: datetime) -> None:
    state = RiskState.OPEN if risk.owner_id is None else RiskState.CLAIMED
    reminded = risk_message.remind_at if risk.owner_id is None else risk_message.held_until
    remind_at = reminded(session, account, risk, now)
    values: dict[str, Any] = {"fact": phrase(danger.fact), "severity": danger.severity, "remind_manager_at": remind_at}
    values |= {"closed_at": None, "closed_how": None, "closing": None, "why": say(RiskPhrase.STILL_TRUE)}
    _set(session, account, risk, now, state=state, **values)


def _stays_closed(closed: Risk, danger: Danger, zone: str, now: datetime) -> bool:
    """Whether a person has closed this danger and that still holds."""
    if closed.closed_at is None or closed.closed_how == NO_LONGER_SHOWN or not _is_the_same(closed, danger):
        return False
    if closed.closing is None:
        return now - closed.closed_at < STAYS_CLOSED
    same_day = working_hours.local_day(now, zone) == working_hours.local_day(closed.closed_at, zone)
    return same_day and closed.closing is not Closing.FACT


def _next_look(state: ProofState, zone: str, now: datetime) -> datetime:
    """The next morning at six UTC, or earlier when a snoozed risk wakes, or on the morning after a person closed one;
    for a former customer when it changes."""
    if state.account.status is AccountStatus.FORMER:
        return _NEVER
    today = datetime.combine(now.date(), LOOKS_AT)
    morning = today if today > now else today + timedelta(days=1)
    wakes = [risk.snoozed_until for risk in state.risks if risk.closed_at is None and risk.snoozed_until]
    for risk in state.risks:
        if risk.closed_at is not None and risk.closing in (Closing.WORDS, Closing.EVIDENCE):
            next_day = days.add_days(working_hours.local_day(risk.closed_at, zone), 1)
            wakes.append(days.at(next_day, _MORNING, zone))
    return min([morning, *(moment for moment in wakes if moment > now)])
