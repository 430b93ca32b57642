"""App Home: the answers I owe, what I have to do, the risks I hold, and my accounts; for a manager the portfolios, what
waits for them and their team; for who has neither the renewals; for the admin of a fresh workspace its setup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.actor import Actor, must_read
from bot.app.assessments import rules_day
from bot.app.readable import LeftOut, told_apart, unread, without_unreadable
from bot.domain.model import Action
from bot.domain.rules_version import RULES_VERSION
from bot.domain.values import days, working_hours
from bot.domain.values.text import short
from bot.features.home import my_accounts, queries
from bot.features.home.queries import MyAccounts, Owed
from bot.features.home.views import DueLine, HeldLine, HomeView, OwedAnswerLine, Show, Sort
from bot.features.oversight import executive, manager
from bot.features.oversight import queries as oversight_queries
from bot.features.oversight.rows import line_of
from bot.features.oversight.views import AccountLine, RetirementLine
from bot.features.portfolios import account_summaries
from bot.features.setup import checklist
from bot.store import portfolios

ACTIONS_AHEAD = timedelta(days=7)
_SHOWN = 8
_TEXT = 160


def home(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    page: int = 0,
    show: Show = Show.ALL,
    sort: Sort = Sort.WORST,
) -> HomeView:
    """What App Home shows to this member, with this page (from 0) of their accounts; a page that is not there is the
    nearest one that is."""
    must_read(actor)
    view, left_out = without_unreadable(lambda left_out: _home(session, actor, now, (page, show, sort), left_out))
    return replace(view, unread=unread(session, actor.workspace_id, left_out)) if left_out else view


def _home(session: Session, actor: Actor, now: datetime, wanted: tuple[int, Show, Sort], left_out: LeftOut) -> HomeView:
    me, today = actor.member, actor.today(now)
    page, show, sort = wanted
    owed, all_owed = queries.answers_owed(session, me, _SHOWN, left_out)
    due, all_due = queries.actions_due(session, me, (today, days.shift_day(today, ACTIONS_AHEAD)), _SHOWN, left_out)
    risks, all_risks = queries.risks_held(session, me, _SHOWN, left_out)
    chosen = MyAccounts(me, RULES_VERSION, now, tuple(left_out), show, sort, today)
    mine = my_accounts.page_of(session, chosen, page)
    owns = bool(mine.many) or (show is not Show.ALL and queries.owns_any(session, me))
    blank = HomeView(
        today=today,
        owed=tuple(_owed(session, actor, owed, now)),
        owed_more=all_owed - len(owed),
        due=tuple(_due(action, name, action.due_on, today) for action, name in due if action.due_on is not None),
        due_more=all_due - len(due),
        held=tuple(
            HeldLine(risk.id, risk.account_id, name, short(risk.fact, _TEXT), risk.severity, risk.snoozed_until)
            for risk, name in risks
        ),
        held_more=all_risks - len(risks),
        show=show,
        sort=sort,
        owns=owns,
        accounts=tuple(mine.shown),
        accounts_all=mine.many,
        page=mine.page,
        pages=mine.pages,
        next_accounts=mine.next,
        unassessed=mine.unassessed,
    )
    return _for_part(session, actor, now, blank, left_out)


def _for_part(session: Session, actor: Actor, now: datetime, view: HomeView, left_out: LeftOut) -> HomeView:
    """The same with what managers, executives and admins see."""
    me = actor.member
    managed = portfolios.of_manager(session, actor.workspace_id, me.id)
    setup = checklist.checklist(session, actor, now)
    retired, all_retired = oversight_queries.retirements_waiting(
        session, me, rules_day(now), _SHOWN, left_out, manages=bool(managed)
    )
    view = replace(
        view,
        setup=setup,
        retirements=tuple(RetirementLine(*astuple(retirement)) for retirement in retired),
        retirements_more=all_retired - len(retired),
    )
    if not managed:
        alone = not (view.owns or view.owed or view.due or view.held or setup)
        return replace(view, executive=executive.executive(session, actor, now, left_out)) if alone else view
    carried = oversight_queries.carried(session, actor.workspace_id, [portfolio.id for portfolio in managed])
    needs, more = manager.needs(session, actor, managed, now, left_out)
    return replace(
        view,
        managed=manager.managed_lines(session, actor, managed, carried, now, left_out=left_out),
        needs=needs,
        needs_more=more,
        team=manager.team(session, actor, carried, now),
        pairs=manager.pairs(session, actor, managed, now),
    )


def _due(action: Action, account: str, due_on: date, today: date) -> DueLine:
    return DueLine(
        action_id=action.id,
        account_id=action.account_id,
        account=account,
        text=short(action.text, _TEXT),
        due_on=due_on,
        overdue=due_on < today,
        in_days=(due_on - today).days,
        loop=action.loop,
        done=action.told_on is not None and action.told_words is not None,
    )


def _owed(session: Session, actor: Actor, owed: Sequence[Owed], now: datetime) -> list[OwedAnswerLine]:
    """The meetings to answer for, each with how its account stands."""
    today, tz = actor.today(now), actor.member.tz
    ids = sorted({prompt.account_id for prompt in owed})

    def rows(some: Sequence[int]) -> dict[int, AccountLine]:
        read = account_summaries.read_each(session, actor.workspace_id, some, now) if some else ()
        return {summary.account.id: line_of(summary, actor.member.id) for summary in read}

    proof = told_apart(lambda: rows(ids), lambda: ids, rows)
    return [
        OwedAnswerLine(
            prompt.prompt_id,
            prompt.account_id,
            prompt.account,
            prompt.kind,
            prompt.starts_at,
            (working_hours.local_day(prompt.starts_at, tz) - today).days,
            proof.get(prompt.account_id),
        )
        for prompt in owed
    ]
