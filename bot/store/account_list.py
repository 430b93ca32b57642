"""The accounts of a list, filtered, sorted and counted by the database, so that a page costs the same for ten accounts
and for twenty thousand.

What sorts accounts worst first was kept with their summaries (`account_due`). Accounts whose summary does not hold just
now are judged by the caller, and `fresh` says how they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    and_,
    case,
    cast,
    collate,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    values,
)
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, Stage, Tier
from bot.domain.values.days import shift_day
from bot.store.schema import account, account_due, cadence, evidence, meeting, member, outcome
from bot.store.stages import Scope
from bot.store.types import BigInt

RENEWING = timedelta(days=120)
EXPIRING = timedelta(days=14)


class Show(StrEnum):
    """Which accounts a list shows."""

    NEEDS = "needs"
    ALL = "all"
    RENEWING = "renewing"
    EXPIRING = "expiring"
    NO_PLAN = "noplan"
    UNMET = "unmet"
    FORMER = "former"


class Sort(StrEnum):
    """In which order a list shows them."""

    WORST = "worst"
    RENEWAL = "renewal"
    ARR = "arr"
    OWNER = "owner"
    NAME = "name"


class Covered(StrEnum):
    """How much of an account's success is proven, in the bands of the chart of retention."""

    NO_PLAN = "noplan"
    UNDER_QUARTER = "0"
    UNDER_HALF = "25"
    UNDER_FOUR_FIFTHS = "50"
    MOST = "80"


_FROM = {
    Covered.UNDER_QUARTER: (0.0, 0.25),
    Covered.UNDER_HALF: (0.25, 0.5),
    Covered.UNDER_FOUR_FIFTHS: (0.5, 0.8),
    Covered.MOST: (0.8, 2.0),
}


class Judged(NamedTuple):
    """How an account stands whose summary is not kept: its worst severity (0 for none) and its coverage, 0 to 1."""

    severity: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list is narrowed down to beside `Show`; None and an empty text narrow nothing. `days` is a window of
    renewals, those that are past included."""

    owner_id: int | None = None
    stage: Stage | None = None
    tier: Tier | None = None
    days: int | None = None
    covered: Covered | None = None
    text: str = ""


NOT_NARROWED = Narrowed()


class CurrencySum(NamedTuple):
    """The customers who pay in one currency: their ARR in minor units, and the part of it that is proven, unrounded."""

    currency: str
    arr_minor: int
    proven_minor: float
    accounts: int


class Counts(NamedTuple):
    """How many accounts a list shows, of how many customers, and how many of these need attention; the sums of the
    customers whose ARR is known."""

    shown: int
    customers: int
    needing: int
    sums: tuple[CurrencySum, ...]


class OwnerCounts(NamedTuple):
    """The customers of one owner: their number, how many need attention, and their sums."""

    owner_id: int | None
    name: str | None
    slack_id: str | None
    customers: int
    needing: int
    sums: tuple[CurrencySum, ...]


class Listed(NamedTuple):
    """An account of a page, and who owns it."""

    account_id: int
    owner: str | None


@dataclass(frozen=True, slots=True)
class AccountList:
    """Some accounts of a scope on `today`, the reader's day, at `now`."""

    scope: Scope
    today: date
    now: datetime
    show: Show = Show.NEEDS
    sort: Sort = Sort.WORST
    narrowed: Narrowed = NOT_NARROWED
    fresh: Mapping[int, Judged] = field(default_factory=dict)

    def counts(self, session: Session) -> Counts:
        """How many there are."""
        # within: the scope holds the workspace
        parts = _Parts(self, session)
        shown = parts.select(func.count()).where(parts.inside, parts.shown)
        customers = and_(parts.inside, account.c.status == AccountStatus.CUSTOMER)
        needing = func.coalesce(func.sum(case((parts.needs, 1), else_=0)), 0)
        many = session.execute(parts.select(func.count(), needing).where(customers)).one()
        sums = parts.select(account.c.currency, *parts.sums).where(customers, parts.is_known)
        by_currency = session.execute(sums.group_by(account.c.currency))
        return Counts(
            session.execute(shown).scalar_one(), many[0], int(many[1]), _largest_first(_sum(row) for row in by_currency)
        )

    def page(self, session: Session, start: int, limit: int) -> list[Listed]:
        """The accounts from this place on (0 is the first), in order."""
        # within: the scope holds the workspace
        parts = _Parts(self, session)
        named = parts.select(account.c.id, member.c.name).outerjoin(member, member.c.id == account.c.owner_id)
        rows = session.execute(named.where(parts.inside, parts.shown).order_by(*parts.order).offset(start).limit(limit))
        return [Listed(*row) for row in rows]

    def by_owner(self, session: Session) -> list[OwnerCounts]:
        """The customers of the scope by owner, the owner of most accounts that need attention first."""
        # within: the scope holds the workspace
        parts = _Parts(self, session)
        inside = and_(parts.inside, account.c.status == AccountStatus.CUSTOMER)
        of = account.c.owner_id, member.c.name, member.c.slack_id
        needing = func.sum(case((parts.needs, 1), else_=0))
        joined = parts.select(*of, func.count(), needing).outerjoin(member, member.c.id == account.c.owner_id)
        owners = session.execute(joined.where(inside).group_by(*of)).all()
        sums = parts.select(account.c.owner_id, account.c.currency, *parts.sums).where(inside, parts.is_known)
        by_owner: dict[int | None, list[CurrencySum]] = {}
        for row in session.execute(sums.group_by(account.c.owner_id, account.c.currency)):
            by_owner.setdefault(row[0], []).append(_sum(row[1:]))
        counted = [
            OwnerCounts(row[0], row[1], row[2], row[3], int(row[4]), _largest_first(by_owner.get(row[0], ())))
            for row in owners
        ]
        return sorted(counted, key=lambda one: (-one.needing, -one.customers, one.name or ""))


class _Parts:
    """The parts of the statements of one list."""

    def __init__(self, of: AccountList, session: Session) -> None:
        self._of = of
        self._postgresql = session.get_bind().dialect.name == "postgresql"
        joined = account.outerjoin(account_due, account_due.c.account_id == account.c.id)
        severity: ColumnElement[Any] = account_due.c.brief_severity
        coverage: ColumnElement[Any] = account_due.c.brief_coverage
        if of.fresh:
            fresh = _fresh(of.fresh)
            joined = joined.outerjoin(fresh, fresh.c.account_id == account.c.id)
            severity = func.coalesce(fresh.c.severity, severity)
            coverage = func.coalesce(fresh.c.coverage, coverage)
        self._joined = joined
        self._severity: ColumnElement[int] = func.coalesce(severity, 0)
        self._coverage: ColumnElement[float] = func.coalesce(coverage, 0.0)
        self.needs = self._severity > 0
        self.is_known = account.c.arr_minor.is_not(None) & account.c.currency.is_not(None)
        arr = account.c.arr_minor
        self.sums = func.sum(arr), func.sum(cast(arr, Float) * self._coverage), func.count()

    def select(self, *columns: Any) -> Select[Any]:
        """A select from accounts with what was kept of them."""
        # within: each statement adds the scope, which holds the workspace
        return select(*columns).select_from(self._joined)

    @property
    def inside(self) -> ColumnElement[bool]:
        """The scope, narrowed down."""
        # within: the scope holds the workspace
        by = self._of.narrowed
        conditions = [self._of.scope.accounts]
        if by.owner_id is not None:
            conditions.append(account.c.owner_id == by.owner_id)
        if by.stage is not None:
            conditions.append(account.c.stage == by.stage)
        if by.tier is not None:
            conditions.append(account.c.tier == by.tier)
        if by.days is not None:
            conditions.append(self._renews_within(timedelta(days=by.days)))
        if by.covered is Covered.NO_PLAN:
            conditions.append(self._no_plan)
        elif by.covered is not None:
            low, high = _FROM[by.covered]
            conditions.append((self._coverage >= low) & (self._coverage < high) & ~self._no_plan)
        if by.text:
            conditions.append(account.c.name.icontains(by.text, autoescape=True))
        return and_(*conditions)

    @property
    def shown(self) -> ColumnElement[bool]:
        """What is shown of it."""
        if self._of.show is Show.FORMER:
            return account.c.status == AccountStatus.FORMER
        condition: dict[Show, ColumnElement[bool]] = {
            Show.NEEDS: self.needs,
            Show.ALL: true(),
            Show.RENEWING: self._renews_within(RENEWING),
            Show.EXPIRING: self._expiring,
            Show.NO_PLAN: self._no_plan,
            Show.UNMET: self._unmet,
        }
        return (account.c.status == AccountStatus.CUSTOMER) & condition[self._of.show]

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        """The order of the list; ids break its ties."""
        arr = func.coalesce(account.c.arr_minor, -1).desc()
        renewal = account.c.renewal_date
        # PostgreSQL would sort names by its own locale, SQLite sorts them by code point.
        name = collate(account.c.name, "C") if self._postgresql else account.c.name
        worst = (self._severity.desc(), renewal.is_(None), renewal, arr, name, account.c.id)
        match self._of.sort:
            case Sort.RENEWAL:
                return renewal.is_(None), renewal, arr, name, account.c.id
            case Sort.ARR:
                return arr, name, account.c.id
            case Sort.OWNER:
                return member.c.name.is_(None), member.c.name, *worst
            case Sort.NAME:
                return func.lower(name), account.c.id
            case _:
                return worst

    def _renews_within(self, window: timedelta) -> ColumnElement[bool]:
        stays = ~account.c.rolling & account.c.leaves_on.is_(None)
        return stays & (account.c.renewal_date <= shift_day(self._of.today, window))

    @property
    def _no_plan(self) -> ColumnElement[bool]:
        # within: the outcomes of an account of the scope
        stands = or_(outcome.c.retired_on.is_(None), outcome.c.retired_on > self._of.today)
        return ~exists().where(outcome.c.account_id == account.c.id, stands)

    @property
    def _unmet(self) -> ColumnElement[bool]:
        # within: the meetings of an account of the scope
        runs = exists().where(cadence.c.account_id == account.c.id, cadence.c.active)
        comes = exists().where(meeting.c.account_id == account.c.id, meeting.c.starts_at > self._of.now)
        return ~runs & ~comes

    @property
    def _expiring(self) -> ColumnElement[bool]:
        """Whether the newest piece of an outcome in force is past its shelf life within two weeks."""
        # within: the evidence of an account of the scope
        newer = evidence.alias("newer")
        stands = [_stands(evidence.c), outcome.c.retired_on.is_(None)]
        age = self._days_since(evidence.c.as_of)
        left = outcome.c.shelf_life_days + 1 - age
        replaced = exists().where(
            newer.c.outcome_id == evidence.c.outcome_id, _stands(newer.c), newer.c.as_of > evidence.c.as_of
        )
        of_account = exists().where(
            evidence.c.account_id == account.c.id,
            outcome.c.id == evidence.c.outcome_id,
            *stands,
            left > 0,
            left <= EXPIRING.days,
            ~replaced,
        )
        return (self._coverage > 0.0) & of_account

    def _days_since(self, day: ColumnElement[date]) -> ColumnElement[Any]:
        today = literal(self._of.today)
        return type_coerce(today - day, Integer) if self._postgresql else func.julianday(today) - func.julianday(day)


def _stands(columns: Any) -> ColumnElement[bool]:
    nothing = [columns[name].is_(None) for name in ("superseded_on", "withdrawn_on", "disputed_on")]
    return and_(*nothing)


def _fresh(judged: Mapping[int, Judged]) -> Any:
    columns = column("account_id", BigInt), column("severity", Integer), column("coverage", Float)
    rows = [(account_id, *one) for account_id, one in judged.items()]
    return values(*columns, name="judged").data(rows).cte("fresh")


def _sum(row: Any) -> CurrencySum:
    currency, arr_minor, proven_minor, accounts = row
    return CurrencySum(currency, int(arr_minor), float(proven_minor), accounts)


def _largest_first(sums: Any) -> tuple[CurrencySum, ...]:
    return tuple(sorted(sums, key=lambda one: (-one.arr_minor, one.currency)))
