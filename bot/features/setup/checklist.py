"""The five steps that set a workspace up, each ticked by what the ledger has."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.values.days import shift_moment
from bot.features.portfolios.setup import WEEKDAYS
from bot.features.setup import queries, welcome
from bot.features.setup.views import SetupSteps
from bot.outbox import lookup
from bot.store import members, portfolios

RENEWALS = 3
SETTLED = timedelta(days=7)
"""So long after its first answer a workspace is not fresh any more, whatever is not done."""


def checklist(session: Session, actor: Actor, now: datetime) -> SetupSteps | None:
    """The steps, for an admin of a fresh workspace; None for everybody else, and once all are done."""
    if not actor.member.is_admin:
        return None
    answered_at = queries.first_answer_at(session, actor.workspace_id)
    if answered_at is not None and answered_at < shift_moment(now, -SETTLED):
        return None
    view = _steps(session, actor, now, answered=answered_at is not None)
    return view if view.next else None


def _steps(session: Session, actor: Actor, now: datetime, *, answered: bool) -> SetupSteps:
    workspace_id = actor.workspace_id
    every = portfolios.of_workspace(session, workspace_id)
    first = every[0] if every else None
    count = queries.counts(session, workspace_id)
    renewing = queries.next_renewals(session, workspace_id, actor.today(now), RENEWALS)
    people = welcome.reached(session, workspace_id)
    manager = members.by_id(session, workspace_id, first.manager_id) if first else None
    steps = (
        first is not None,
        bool(count.customers),
        bool(count.customers) and not count.silent,
        bool(renewing) and all(written for _, _, written in renewing),
        answered or queries.anybody_told(session, workspace_id),
    )
    return SetupSteps(
        steps=steps,
        portfolio_id=first.id if first else None,
        portfolio=first.name if first else None,
        portfolios=len(every),
        channel=first.channel if first else None,
        manager=manager.name if manager else None,
        weekday=WEEKDAYS[first.digest_weekday] if first else "",
        time=first.digest_time if first else "",
        customers=count.customers,
        unowned=count.unowned,
        silent=count.silent,
        series_of=queries.most_silent(session, workspace_id) if count.silent else None,
        renewing=tuple(renewing),
        owners=sum(one.portfolio is None for one in people),
        managers=sum(one.portfolio is not None for one in people),
        greet_admin=not lookup.told(session, workspace_id, queries.ADMIN_KEY, [welcome.FIRST]),
    )
