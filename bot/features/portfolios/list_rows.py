"""What a list says of one customer: when they renew, how each outcome stands, and the worst thing in a few words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from math import floor

from bot.domain.account.dangers import Danger
from bot.domain.enums import AccountStatus, RenewalCall, RiskKind, Severity
from bot.domain.model import Account, Call
from bot.domain.portfolio.account_summary import AccountSummary
from bot.domain.portfolio.book import OutcomeState
from bot.domain.values.days import add_days
from bot.domain.values.money import Money, money
from bot.domain.values.text import coming_day, near_day, percent
from bot.features.portfolios.list_views import AccountRow, TableRow
from bot.features.portfolios.phrases import ListPhrase
from bot.phrases import say
from bot.store.account_list import EXPIRING, CurrencySum

MOST_SQUARES = 10
_SQUARES = {
    OutcomeState.PROVEN: "proven",
    OutcomeState.PARTLY_PROVEN: "partly",
    OutcomeState.MISSED: "missed",
    OutcomeState.DISPUTED: "disputed",
}
_ORDER = ("proven", "partly", "missed", "disputed", "unproven")
_TINY = 1e-9
NotTaken = Collection[tuple[int, RiskKind, str]]
"""What was announced and nobody has taken, as (account, kind, subject)."""


def row_of(
    summary: AccountSummary,
    owner: str | None,
    calls: Sequence[Call],
    today: date,
    *,
    not_taken: NotTaken = frozenset(),
    expiring: bool = False,
) -> AccountRow:
    """A customer as a row of the list; `expiring` says that the list is about what is to expire."""
    account = summary.account
    arr = money(account.arr_minor, account.currency)
    squares = squares_of(summary)
    return AccountRow(
        account_id=account.id,
        name=account.name,
        arr=str(arr) if arr else "",
        when=when_of(account, today),
        squares=squares if len(squares) <= MOST_SQUARES else (),
        outcomes=len(squares),
        proven=summary.proven,
        coverage=percent(summary.coverage) if squares else "",
        call=call_of(account, calls),
        note=note_of(summary, today, not_taken=not_taken, expiring=expiring),
        owner=owner,
    )


def table_row(
    summary: AccountSummary, owner: str | None, today: date, *, not_taken: NotTaken = frozenset(), with_currency: bool
) -> TableRow:
    """The same as a row of the table."""
    account = summary.account
    arr = money(account.arr_minor, account.currency)
    note = note_of(summary, today, not_taken=not_taken)
    return TableRow(
        name=account.name,
        coverage=floor(summary.coverage * 100) if squares_of(summary) else None,
        arr=float(arr.major) if arr else None,
        arr_text=(f"{arr.major:,.0f}" + (f" {arr.currency}" if with_currency else "")) if arr else "",
        renews=account.renewal_date.isoformat() if account.renewal_date and not account.rolling else "",
        owner=owner or "",
        needs=note or ("" if squares_of(summary) else say(ListPhrase.PLAN)),
    )


def squares_of(summary: AccountSummary) -> tuple[str, ...]:
    """A word for each outcome that runs, proven ones first."""
    running = (OutcomeState(state) for state in summary.states if state != OutcomeState.RETIRED)
    return tuple(sorted((_SQUARES.get(state, "unproven") for state in running), key=_ORDER.index))


def when_of(account: Account, today: date) -> str:
    """`renews 12 Mar 2027`, `was due 24 Nov`, or why there is no such day."""
    former = account.status is AccountStatus.FORMER
    day = account.leaves_on if former or account.leaves_on else account.renewal_date
    past = day is not None and day <= today and not former and account.leaves_on is None
    return say(
        ListPhrase.WHEN,
        former=former,
        leaves=account.leaves_on is not None,
        rolling=account.rolling,
        past=past,
        day=near_day(day, today) if day else None,
    )


def call_of(account: Account, calls: Sequence[Call]) -> RenewalCall | None:
    """The last call on the renewal that is to come."""
    about = [call.call for call in calls if call.renewal == account.renewal_date]
    return about[-1] if about and account.status is AccountStatus.CUSTOMER else None


def note_of(summary: AccountSummary, today: date, *, not_taken: NotTaken = frozenset(), expiring: bool = False) -> str:
    """The worst thing in a few words, and whether nobody has taken it; empty when nothing is wrong, or when the squares
    say it already."""
    account = summary.account
    if expiring and (day := _expires(summary, today)):
        return say(ListPhrase.EXPIRES, day=coming_day(day, today))
    stays = account.status is AccountStatus.CUSTOMER and not account.rolling and account.leaves_on is None
    if stays and account.renewal_date is not None and account.renewal_date <= today:
        return say(ListPhrase.OUTCOME_OPEN)
    worst = next((danger for danger in summary.dangers if danger.kind is not RiskKind.NO_SUCCESS_WRITTEN), None)
    if worst is None:
        return ""
    return _words(worst, today, not_taken=(account.id, worst.kind, worst.subject) in not_taken)


def _words(danger: Danger, today: date, *, not_taken: bool) -> str:
    day = _day_of(danger)
    shown, high = near_day(day, today) if day else None, danger.severity is Severity.HIGH
    return say(ListPhrase.RISK, kind=danger.kind.value, day=shown, high=high, not_taken=not_taken)


def _day_of(danger: Danger) -> date | None:
    """The day that stands behind a risk: when evidence expired, a step was due, somebody left."""
    known = dict(danger.fact.values)
    days = (known.get(name) for name in ("until", "due", "on", "left_on"))
    return next((day for day in days if isinstance(day, date)), danger.since)


def _expires(summary: AccountSummary, today: date) -> date | None:
    """The first day within two weeks on which evidence of an outcome is past its shelf life."""
    first = min((credit.runs_out for credit in summary.credits.values()), default=None)
    if first is None:
        return None
    day = add_days(date.min, first - date.min.toordinal())
    return day if timedelta() < day - today <= EXPIRING else None


def shares_of(sums: Iterable[CurrencySum]) -> tuple[str, ...]:
    """`34% of 2.2 M USD`, the largest currency first: cut, and never rounded up."""
    return tuple(
        f"{floor(of.proven_minor / of.arr_minor * 100 + _TINY)}% of {Money(of.arr_minor, of.currency)}"
        for of in sums
        if of.arr_minor > 0
    )
