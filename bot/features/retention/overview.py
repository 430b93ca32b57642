"""Answers `/portfolio retention`: the figures of twelve months, their bridge, by tier, and what was proven before.

Every figure has its numerator, its denominator, how many customers it is of, its window and its currency. Under twenty
customers it says so, under five it is not shown.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.assessments import rules_day
from bot.domain.enums import Tier
from bot.domain.portfolio import stage_survey
from bot.domain.portfolio.proven_before import ProvenBand
from bot.domain.portfolio.retention import ENOUGH_TO_SHOW, Retention
from bot.domain.portfolio.retention_remarks import Remark
from bot.domain.values.intervals import wilson
from bot.domain.values.money import minor_digits
from bot.features.retention import costs, keys, proven
from bot.features.retention.figures import Figures, figures
from bot.features.retention.keys import Asked
from bot.features.retention.proven import Bars
from bot.features.retention.views import ProvenLine, RateLine, RetentionView, StagesMoved
from bot.features.retention.wording import bridge_steps, exact, remark_line, tenths, whole
from bot.store import stages
from bot.store.stages import Scope

_REMARKS = 3
_UNDER_HALF = (ProvenBand.NO_PLAN, ProvenBand.UNDER_QUARTER, ProvenBand.UNDER_HALF)


def retention_view(
    session: Session, actor: Actor, now: datetime, *, typed: str = "", key: str | None = None
) -> RetentionView:
    """The figures that were typed for (`[quarter] [portfolio]`), or that a button's `key` asks for."""
    asked = keys.by_words(session, actor, typed, now) if key is None else keys.by_key(session, actor, key, now)
    found = figures(session, asked.window)
    currency = chosen_currency(found, asked)
    one = found.of(currency or "")
    said = [_said(found, remark) for remark in found.said()]
    return RetentionView(
        key=asked.key(currency),
        name=asked.name,
        since=asked.window.t0,
        until=asked.window.t1,
        currency=currency,
        rates=rate_line(one) if currency else None,
        bridge=bridge_steps(one),
        end=exact(one.end, currency or ""),
        tiers=_tiers(found, one) if one.n >= ENOUGH_TO_SHOW else (),
        proven=_proven(proven.bars_of(session, found, one), one),
        stages=_stages(session, asked, now),
        unit_costs=costs.unit_cost_line(session, found, currency)
        if currency and not asked.window.portfolio_id
        else None,
        remarks=tuple(said[:_REMARKS]),
        more_remarks=len(said[_REMARKS:]),
        unknown=len(found.found.unknown),
        moved=len(found.found.moved),
        uncontracted=found.uncontracted,
        others=_others(found, asked, currency),
        too_few=tuple((name, found.of(name).n) for name in found.currencies if _is_too_few(found, name, currency)),
        customers=len(found.found.customers),
        customers_kept=len(found.found.customers_kept),
        can_enter=actor.member.is_admin,
    )


def _said(found: Figures, remark: Remark[int]) -> str:
    digits = minor_digits(remark.words[0]) if remark.words and remark.amount is not None else 0
    return remark_line(remark, found.customers[remark.account].name, digits=digits)


def chosen_currency(found: Figures, asked: Asked) -> str | None:
    """The currency that was asked for, else that of most customers; None where nobody pays."""
    there = found.currencies
    return asked.currency if asked.currency in there else next(iter(there), None)


def rate_line(one: Retention[int], tier: Tier | None = None) -> RateLine:
    """The figures of a cohort in words."""
    bounds = wilson(one.logos_kept, one.n)
    low, high = (whole(Fraction(bound)) for bound in bounds) if bounds else ("", "")
    return RateLine(
        n=one.n,
        kept_customers=one.logos_kept,
        is_shown=one.n >= ENOUGH_TO_SHOW,
        is_few=one.is_few,
        grr=tenths(one.grr),
        nrr=tenths(one.nrr),
        logo=tenths(one.logo),
        start=exact(one.start, one.currency),
        kept=exact(one.kept, one.currency),
        end_of_cohort=exact(one.end_of_cohort, one.currency),
        expansion=exact(one.came(one.expanded), one.currency),
        low=low,
        high=high,
        tier=tier,
    )


def _tiers(found: Figures, one: Retention[int]) -> tuple[RateLine, ...]:
    """The same by the tier that each account had on the first day; nothing where all had the same."""
    lines = []
    for tier in Tier:
        inside = {account for account, customer in found.customers.items() if customer.tier is tier}
        part = one.of(inside)
        if part.n:
            lines.append(rate_line(part, tier))
    return tuple(lines) if len(lines) > 1 else ()


def _others(found: Figures, asked: Asked, shown: str | None) -> tuple[tuple[str, str], ...]:
    others = [name for name in found.currencies if name != shown and found.of(name).n >= ENOUGH_TO_SHOW]
    return tuple((asked.key(name), name) for name in others)


def _is_too_few(found: Figures, name: str, shown: str | None) -> bool:
    return name != shown and found.of(name).n < ENOUGH_TO_SHOW


def _proven(counted: Bars, one: Retention[int]) -> ProvenLine:
    is_shown = counted.known >= ENOUGH_TO_SHOW and one.n >= ENOUGH_TO_SHOW
    return ProvenLine(
        bars=counted.bars if is_shown else (),
        of=counted.known,
        unknown=counted.unknown,
        is_cut=counted.is_cut,
        left=sum(bar.left for bar in counted.bars),
        left_under_half=sum(bar.left for bar in counted.bars if bar.band in _UNDER_HALF),
        left_with_most=sum(bar.left for bar in counted.bars if bar.band is ProvenBand.MOST),
    )


def _stages(session: Session, asked: Asked, now: datetime) -> StagesMoved:
    """Time to value and movement of these accounts up to the window's last day."""
    window = asked.window
    portfolio_ids = (window.portfolio_id,) if window.portfolio_id else ()
    scope = Scope(window.workspace_id, portfolio_ids, everything=window.portfolio_id is None)
    histories = stages.stage_histories(session, scope)
    until = min(window.t1, rules_day(now))
    survey = stage_survey.survey(stages.staged(session, scope), histories, histories.values(), until)
    value, moved = survey.time_to_value, survey.movement
    median = value.usual.median if value.usual else None
    return StagesMoved(median, value.timed, moved.forward, moved.back, survey.quarter_began)
