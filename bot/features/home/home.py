"""App Home: the answers I owe, the actions that are due, the risks I own, and my accounts, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.actor import Actor, must_read
from bot.app.assessments import assess_now
from bot.domain.account.actions import open_action
from bot.domain.account.assessment import Assessment
from bot.domain.enums import AccountStatus
from bot.domain.values import days
from bot.domain.values.text import short
from bot.features.home import queries
from bot.features.home.views import AccountLine, DueLine, HeldLine, HomeView, ManagedLine, OwedAnswerLine
from bot.features.portfolios import queries as portfolio_queries
from bot.features.portfolios.digest_layout import Summary
from bot.features.portfolios.queries import DigestRow
from bot.features.risks import queries as risk_queries
from bot.phrases import phrase
from bot.store import accounts, portfolios, proof_state
from bot.store.members import Member
from bot.store.portfolios import Portfolio

ACCOUNTS_SHOWN = 20
ACTIONS_AHEAD = timedelta(days=7)
_SHOWN = 8
_TEXT = 160


def home(session: Session, actor: Actor, now: datetime) -> HomeView:
    """What App Home shows to this member."""
    must_read(actor)
    me = actor.member
    owed = queries.answers_owed(session, me)
    today = actor.today(now)
    due = [
        DueLine(action.account_id, name, short(action.text, _TEXT), action.due_on, action.due_on < today)
        for action, name in queries.actions_due(session, me, days.shift_day(today, ACTIONS_AHEAD))
        if action.due_on is not None and open_action(action, today)
    ]
    risks = [
        HeldLine(risk.id, risk.account_id, name, short(risk.fact, _TEXT), risk.severity, risk.snoozed_until)
        for risk, name in queries.risks_held(session, me)
    ]
    mine = _mine(session, me, now)
    return HomeView(
        managed=_managed(session, actor),
        owed=tuple(
            OwedAnswerLine(prompt.prompt_id, prompt.account, prompt.kind, prompt.starts_at) for prompt in owed[:_SHOWN]
        ),
        owed_more=max(0, len(owed) - _SHOWN),
        due=tuple(due[:_SHOWN]),
        due_more=max(0, len(due) - _SHOWN),
        held=tuple(risks[:_SHOWN]),
        held_more=max(0, len(risks) - _SHOWN),
        accounts=tuple(_line(assessment, me.id) for assessment in mine[:ACCOUNTS_SHOWN]),
        accounts_more=max(0, len(mine) - ACCOUNTS_SHOWN),
        no_portfolio=actor.member.is_admin and not portfolios.of_workspace(session, actor.workspace_id),
    )


def _mine(session: Session, me: Member, now: datetime) -> list[Assessment]:
    """The customers that this member owns or stands in for, worst first."""
    mine = accounts.ids_of(session, me.workspace_id, me.id)
    states = proof_state.load_many(session, [me.workspace_id], mine)
    assessments = [assess_now(state, now) for state in states]
    customers = [assessment for assessment in assessments if assessment.account.status is AccountStatus.CUSTOMER]
    return sorted(customers, key=lambda assessment: assessment.worst_first)


def _line(assessment: Assessment, member_id: int) -> AccountLine:
    worst = assessment.dangers[0] if assessment.dangers else None
    return AccountLine(
        account_id=assessment.account.id,
        name=assessment.account.name,
        coverage=phrase(assessment.covered),
        severity=worst.severity if worst else None,
        worst=short(phrase(worst.fact), _TEXT) if worst else None,
        dangers=len(assessment.dangers),
        arr=str(assessment.arr) if assessment.arr else None,
        renewal_on=assessment.account.renewal_date,
        mine=assessment.account.owner_id == member_id,
    )


def _managed(session: Session, actor: Actor) -> tuple[ManagedLine, ...]:
    managed = portfolios.of_manager(session, actor.workspace_id, actor.member.id)
    if not managed:
        return ()
    last = portfolio_queries.latest(session, actor.workspace_id, [portfolio.id for portfolio in managed])
    unclaimed = risk_queries.unclaimed_by_portfolio(session, actor.workspace_id)
    return tuple(
        _managed_line(portfolio, last.get(portfolio.id), unclaimed.get(portfolio.id, 0))
        for portfolio in managed[:_SHOWN]
    )


def _managed_line(portfolio: Portfolio, last: DigestRow | None, unclaimed: int) -> ManagedLine:
    summary = Summary.from_json(last.figures["said"]["summary"]) if last else None
    return ManagedLine(
        portfolio_id=portfolio.id,
        name=portfolio.name,
        coverage=_coverage_text(summary) if summary else None,
        in_danger=summary.in_danger if summary else 0,
        at=last.due_at if last else None,
        unclaimed=unclaimed,
        lost_channels=portfolio.lost_channels,
    )


def _coverage_text(summary: Summary) -> str:
    """`41% of 2.6 M EUR ARR`, or the share by count where no ARR is known."""
    shares: Sequence[str] = [f"{share.percent} of {share.of} ARR" for share in summary.by_arr[:2]]
    return ", ".join(shares) or f"{summary.by_count.percent} by count"
