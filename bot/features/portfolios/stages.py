"""Answers `/portfolio stages`: customers and ARR by stage, this quarter's movement, who is stalled, and time to value.

`key` names what a page belongs to: a portfolio by its id, or `mine`. It is never trusted: what is mine is found anew.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError, must_read
from bot.app.assessments import rules_day
from bot.app.readable import LeftOut, told_apart, unread, without_unreadable
from bot.domain.portfolio import stage_survey
from bot.domain.portfolio.stage_survey import StageCount, StageSurvey, Stall, Told
from bot.features.portfolios import overview
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.portfolios.views import StageLine, StagesView, StalledLine, StalledPageView
from bot.store import accounts, portfolios
from bot.store import stages as stage_rows
from bot.store.stages import Scope

MINE = overview.MINE
SHOWN = 5
A_PAGE = 10
_ROW_ID = re.compile(r"[0-9]{1,18}")


def stages_view(
    session: Session, actor: Actor, now: datetime, *, name: str | None = None, portfolio_id: int | None = None
) -> StagesView:
    """The stages of a portfolio by name or id, or of what belongs to the actor, as `/portfolio` chooses it."""
    must_read(actor)
    key, title, scope = scope_of(session, actor, name, portfolio_id)
    survey, left_out = _survey(session, scope, now)
    value, movement = survey.time_to_value, survey.movement
    return StagesView(
        key=key,
        name=title,
        customers=sum(count.accounts for count in survey.counts),
        lines=tuple(_line(count) for count in survey.counts),
        quarter_began=survey.quarter_began,
        forward=movement.forward,
        back=movement.back,
        joined=movement.joined,
        unmoved=movement.unmoved,
        stalled=tuple(_stalled(stall) for stall in survey.stalled[:SHOWN]),
        stalled_in_all=len(survey.stalled),
        too_few=survey.too_few,
        median=value.usual.median if value.usual else None,
        p90=value.usual.p90 if value.usual else None,
        timed=value.timed,
        with_care=value.told is Told.WITH_CARE,
        none_yet=value.none_yet,
        unknown=value.unknown,
        unread=unread(session, actor.workspace_id, left_out),
    )


def stalled_page(session: Session, actor: Actor, key: str, page: int, now: datetime) -> StalledPageView:
    """One page (from 0) of all who are stalled."""
    must_read(actor)
    portfolio_id = int(key) if _ROW_ID.fullmatch(key) else None
    key, title, scope = scope_of(session, actor, None, portfolio_id)
    stalled = _survey(session, scope, now)[0].stalled
    pages = max(1, -(-len(stalled) // A_PAGE))
    number = min(max(page, 0), pages - 1)
    shown = stalled[number * A_PAGE : (number + 1) * A_PAGE]
    return StalledPageView(key, title, number + 1, pages, tuple(_stalled(stall) for stall in shown))


def _survey(session: Session, scope: Scope, now: datetime) -> tuple[StageSurvey, LeftOut]:
    """The survey, and the accounts that it leaves out because they cannot be read."""

    def surveyed(part: Scope) -> StageSurvey:
        histories = stage_rows.stage_histories(session, part)
        return stage_survey.survey(stage_rows.staged(session, part), histories, histories.values(), rules_day(now))

    def read(left_out: LeftOut) -> StageSurvey:
        readable = replace(scope, without=tuple(left_out))
        return told_apart(
            lambda: surveyed(readable),
            lambda: stage_rows.neighbour_ids(session, readable),
            lambda some: surveyed(replace(scope, only=tuple(some))),
        )

    return without_unreadable(read)


def scope_of(session: Session, actor: Actor, name: str | None, portfolio_id: int | None) -> tuple[str, str, Scope]:
    """Whose accounts are asked for, as (key, name, accounts).

    Those of a portfolio by id or name; else a manager's portfolios, an owner's accounts, for anybody else all.
    """
    if portfolio_id is not None or name:
        chosen = overview.chosen_portfolio(session, actor, portfolio_id, name or "")
        return str(chosen.id), chosen.name, Scope(actor.workspace_id, (chosen.id,))
    managed = portfolios.of_manager(session, actor.workspace_id, actor.member.id)
    if not managed and accounts.ids_of(session, actor.workspace_id, actor.member.id):
        return MINE, actor.member.name, Scope(actor.workspace_id, owner_id=actor.member.id)
    several = managed or portfolios.of_workspace(session, actor.workspace_id)
    if not several:
        raise UserError(PortfolioRefusal.NONE_SET_UP)
    title = ", ".join(portfolio.name for portfolio in several)
    return MINE, title, Scope(actor.workspace_id, tuple(portfolio.id for portfolio in several))


def _line(count: StageCount) -> StageLine:
    arr = tuple(str(amount) for amount in count.arr)
    return StageLine(count.stage, count.accounts, arr, count.unknown_arr, count.entered, count.left)


def _stalled(stall: Stall) -> StalledLine:
    usual = stall.usual
    return StalledLine(stall.account_id, stall.name, stall.stage, stall.days, usual.median, usual.p90, usual.stays)
