"""What keeping and winning a customer costs: entered by admins per quarter, and the figures that follow.

Costs are of the whole workspace, as finance has them, so LTV and CRC:CAC stand with all customers only.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError, must_read
from bot.app.typed import money_of
from bot.domain.portfolio.cohorts import quarter_name
from bot.domain.portfolio.unit_costs import (
    QuarterCosts,
    YearOfCustomers,
    quarter_start,
    quarters_before,
    unit_costs,
)
from bot.domain.values.days import add_months
from bot.domain.values.money import CURRENCIES, Money
from bot.domain.values.text import number
from bot.features.retention import queries
from bot.features.retention.figures import Figures
from bot.features.retention.keys import last_quarters
from bot.features.retention.queries import Costs
from bot.features.retention.refusals import RetentionRefusal
from bot.features.retention.views import CostLine, CostsView, QuarterCostsView, UnitCostLine
from bot.features.retention.wording import exact, tenths

_SHOWN = 6
_MARGIN = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?")
_VALUE = re.compile(r"(?P<quarter>[0-9]{4}-[0-9]{2}-[0-9]{2})\.(?P<currency>[A-Z]{3})?")


def costs_view(session: Session, actor: Actor, now: datetime) -> CostsView:
    """What stands for the last quarters, in every currency that was entered; for admins."""
    _must_be_admin(actor)
    there = queries.costs(session, actor.workspace_id)
    lines = []
    for quarter in last_quarters(actor.today(now), _SHOWN):
        entered = [costs for (of, _), costs in sorted(there.items()) if of == quarter]
        lines += [_line(quarter, costs.currency, costs) for costs in entered] or [_line(quarter, "", None)]
    return CostsView(tuple(lines))


def costs_form(session: Session, actor: Actor, value: str, now: datetime) -> QuarterCostsView:
    """The form for a quarter, filled with what stands; `value` is its first day and maybe a currency."""
    _must_be_admin(actor)
    match = _VALUE.fullmatch(value)
    quarter = quarter_start(date.fromisoformat(match["quarter"]) if match else actor.today(now))
    there = queries.costs(session, actor.workspace_id)
    currency = (match["currency"] if match else None) or ""
    stands = there.get((quarter, currency))
    return QuarterCostsView(
        value=quarter.isoformat(),
        quarter=quarter_name(quarter),
        currency=currency or _usual(there),
        margin=_percent(stands.margin) if stands else "",
        retention=_amount(stands.retention, currency) if stands else "",
        acquisition=_amount(stands.acquisition, currency) if stands else "",
        seen=max((costs.id for costs in there.values()), default=0),
    )


def enter_costs(
    session: Session,
    actor: Actor,
    quarter: date,
    now: datetime,
    *,
    currency: str,
    margin: str = "",
    retention: str = "",
    acquisition: str = "",
) -> int:
    """Append what an admin says of a quarter; an empty field is unknown. Returns the row's id.

    `UserError` names the field at fault, and refuses where somebody else has entered something for it meanwhile.
    """
    _must_be_admin(actor)
    began = quarter_start(quarter)
    code = currency.strip().upper()
    if code not in CURRENCIES:
        raise UserError(RetentionRefusal.CURRENCY_UNKNOWN, "currency")
    queries.lock_costs(session, actor.workspace_id)
    stands = queries.costs(session, actor.workspace_id).get((began, code))
    if stands is not None and actor.seen is not None and stands.id > actor.seen:
        raise UserError(RetentionRefusal.COSTS_CHANGED, who=stands.by, quarter=quarter_name(began))
    said = Costs(
        0,
        began,
        code,
        stands.version + 1 if stands else 1,
        _margin_of(margin),
        _cost_of(retention, code, "retention"),
        _cost_of(acquisition, code, "acquisition"),
        actor.member.name,
        now,
    )
    if stands is None and (said.margin, said.retention, said.acquisition) == (None, None, None):
        raise UserError(RetentionRefusal.COSTS_EMPTY, "margin")
    if stands is not None and stands[4:7] == said[4:7]:
        return stands.id
    return queries.add_costs(session, actor.workspace_id, said, actor.member.id)


def unit_cost_line(session: Session, found: Figures, currency: str) -> UnitCostLine:
    """LTV, CRC and CAC over the last four whole quarters of the window, with the retention of those quarters."""
    end = quarter_start(found.window.t1)
    quarters = quarters_before(end)
    survey = found.between(add_months(end, -12), end)
    one = survey.by_currency.get(currency) or found.of("")
    year = YearOfCustomers(
        at_start=one.n,
        at_end=one.logos_kept + len(one.new) + len(one.reactivated),
        new=len(one.new),
        end_arr=one.end,
        grr=one.grr,
    )
    there = queries.costs(session, found.window.workspace_id)
    entered = {of: _counted(costs) for (of, code), costs in there.items() if code == currency}
    result = unit_costs(entered, quarters, year)
    return UnitCostLine(
        ltv=exact(result.ltv, currency) if result.ltv is not None else "",
        crc=exact(result.crc, currency) if result.crc is not None else "",
        cac=exact(result.cac, currency) if result.cac is not None else "",
        crc_to_cac=tenths(result.crc_to_cac) if result.crc_to_cac is not None else "",
        missing=tuple(quarter_name(quarter) for quarter in result.missing),
        until=end,
    )


def _must_be_admin(actor: Actor) -> None:
    must_read(actor)
    if not actor.member.is_admin:
        raise UserError(RetentionRefusal.NOT_AN_ADMIN)


def _counted(costs: Costs) -> QuarterCosts:
    margin = None if costs.margin is None else Fraction(costs.margin, 10_000)
    retention = None if costs.retention is None else Fraction(costs.retention)
    return QuarterCosts(margin, retention, None if costs.acquisition is None else Fraction(costs.acquisition))


def _margin_of(typed: str) -> int | None:
    """Hundredths of a percent of `78.5%`; None for nothing."""
    if not typed.strip():
        return None
    match = _MARGIN.fullmatch(typed.strip())
    margin = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else -1
    if not 0 <= margin <= 10_000:
        raise UserError(RetentionRefusal.MARGIN_UNREADABLE, "margin")
    return margin


def _cost_of(typed: str, currency: str, field: str) -> int | None:
    if not typed.strip():
        return None
    amount = money_of(typed, currency, field)
    if amount is None:
        raise UserError(RetentionRefusal.COST_UNREADABLE, field)
    if amount.currency != currency:
        raise UserError(RetentionRefusal.COST_CURRENCY, field, other=amount.currency, currency=currency)
    if amount.minor < 0:
        raise UserError(RetentionRefusal.COST_UNREADABLE, field)
    return amount.minor


def _usual(there: dict[tuple[date, str], Costs]) -> str:
    """The currency that was entered last, for the next form; empty before the first."""
    newest = max(there.values(), key=lambda costs: costs.id, default=None)
    return newest.currency if newest else ""


def _line(quarter: date, currency: str, costs: Costs | None) -> CostLine:
    return CostLine(
        f"{quarter}.{currency}",
        quarter_name(quarter),
        currency,
        _percent(costs.margin) + "%" if costs and costs.margin is not None else None,
        _with_currency(costs.retention, currency) if costs else None,
        _with_currency(costs.acquisition, currency) if costs else None,
        costs.by if costs else None,
        costs.at if costs else None,
    )


def _percent(margin: int | None) -> str:
    return "" if margin is None else number(Money(margin, "USD").major)


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else number(Money(minor, currency).major)


def _with_currency(minor: int | None, currency: str) -> str | None:
    return None if minor is None else number(Money(minor, currency).major, currency)
