"""What managers and executives see of many accounts at once. Each list is one query that gives the first rows and how
many there are in all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, select, union_all
from sqlalchemy.orm import Session

from bot.app.readable import told_apart
from bot.domain.enums import AccountStatus, PromptState, RiskKind, Severity, Verdict
from bot.domain.values.days import shift_day
from bot.features.risks.queries import NOT_TAKEN
from bot.store.members import Member
from bot.store.schema import account, account_due, action, judgement, meeting, member, outcome, portfolio, prompt, risk

T = TypeVar("T")
First: TypeAlias = tuple[list[T], int]
"""The first rows, and how many there are in all."""
_AGAINST = (
    RiskKind.SPONSOR_LEFT,
    RiskKind.PERSON_LEFT,
    RiskKind.PROOF_DISPUTED,
    RiskKind.DISPROVEN,
    RiskKind.PROOF_EXPIRED,
)
"""The dangers that speak against a judgement which was made before them."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """An outcome that was retired and waits for a manager's agreement."""

    outcome_id: int
    account: str
    title: str
    on: date
    why: str | None
    by: str | None


def retirements_waiting(
    session: Session, me: Member, today: date, limit: int, left_out: Collection[int] = (), *, manages: bool
) -> First[Retirement]:
    """The retirements that this member is asked to agree to, the oldest first (`bot.app.reviewers`).

    They are those of the portfolios that the member manages. Where there is no manager, or the manager is of the
    account's own team, admins and (with `manages`) the other managers are asked.
    """
    columns = (
        outcome.c.id,
        account.c.name,
        outcome.c.title,
        outcome.c.retired_on,
        outcome.c.retired_why,
        member.c.name,
    )
    joined = (
        outcome.join(account, account.c.id == outcome.c.account_id)
        .join(portfolio, portfolio.c.id == account.c.portfolio_id, isouter=True)
        .join(member, member.c.id == outcome.c.retired_by, isouter=True)
    )
    team = (func.coalesce(account.c.owner_id, 0), func.coalesce(account.c.deputy_id, 0))
    theirs = (portfolio.c.manager_id == me.id) if not (me.is_admin or manages) else (
        (portfolio.c.manager_id == me.id) | func.coalesce(portfolio.c.manager_id, 0).in_((0, *team))
    )  # fmt: skip
    waiting = select(*columns).select_from(joined).where(
        account.c.workspace_id == me.workspace_id,
        account.c.status == AccountStatus.CUSTOMER,
        account.c.taken_back_at.is_(None),
        outcome.c.taken_back_at.is_(None),
        outcome.c.retired_on <= today,
        outcome.c.retire_agreed_on.is_(None),
        *(column != me.id for column in (*team, func.coalesce(outcome.c.retired_by, 0))),
        theirs,
    )  # fmt: skip
    in_order = waiting.order_by(outcome.c.retired_on, outcome.c.id)
    return first_of(session, in_order, limit, lambda row: Retirement(*row), left_out)


def first_of(
    session: Session, statement: Select[Any], limit: int, make: Callable[[Any], T], left_out: Collection[int]
) -> First[T]:
    """The first rows of a statement without the accounts of `left_out`; `UnreadableError` names those at fault."""
    readable = statement.where(account.c.id.not_in(left_out)) if left_out else statement

    def lines(chosen: Select[Any]) -> First[T]:
        rows = session.execute(chosen.add_columns(func.count().over()).limit(limit)).all()
        return [make(row[:-1]) for row in rows], rows[0][-1] if rows else 0

    def suspects() -> list[int]:
        ids = session.execute(readable.with_only_columns(account.c.id).limit(limit)).scalars()
        return sorted(set(ids))

    return told_apart(lambda: lines(readable), suspects, lambda some: lines(readable.where(account.c.id.in_(some))))


class Unclaimed(NamedTuple):
    """A risk that nobody has, with its account."""

    risk_id: int
    severity: Severity
    fact: str
    account: str
    arr_minor: int | None
    currency: str | None


def unclaimed(
    session: Session, me: Member, portfolio_ids: Sequence[int], limit: int, left_out: Collection[int] = ()
) -> First[Unclaimed]:
    """The risks of these portfolios that nobody has, the worst first."""
    columns = (risk.c.id, risk.c.severity, risk.c.fact, account.c.name, account.c.arr_minor, account.c.currency)
    ours = (account.c.workspace_id == me.workspace_id) & account.c.portfolio_id.in_(portfolio_ids)
    theirs = select(*columns).select_from(risk.join(account, account.c.id == risk.c.account_id))
    by_weight = (risk.c.severity.desc(), account.c.arr_minor.desc().nulls_last(), risk.c.id)
    in_order = theirs.where(ours, NOT_TAKEN).order_by(*by_weight)
    return first_of(session, in_order, limit, lambda row: Unclaimed(*row), left_out)


def has_more_customers(session: Session, workspace_id: int, many: int) -> bool:
    """Whether a workspace has more accounts than so many, former customers included."""
    ours = select(account.c.id).where(account.c.workspace_id == workspace_id, account.c.taken_back_at.is_(None))
    return session.execute(ours.offset(many).limit(1)).first() is not None


class Past(NamedTuple):
    """A customer whose renewal is past, without a record of how it ended."""

    account_id: int
    account: str
    renewal_date: date
    arr_minor: int | None
    currency: str | None


def past_renewals(
    session: Session,
    me: Member,
    portfolio_ids: Sequence[int],
    today: date,
    limit: int,
    *,
    left_out: Collection[int] = (),
) -> First[Past]:
    """The customers of these portfolios whose renewal is past and open, the longest past first."""
    ours = (account.c.workspace_id == me.workspace_id) & account.c.portfolio_id.in_(portfolio_ids)
    past = (account.c.renewal_date < today) & ~account.c.rolling & account.c.leaves_on.is_(None)
    there = (account.c.status == AccountStatus.CUSTOMER) & account.c.taken_back_at.is_(None)
    columns = (account.c.id, account.c.name, account.c.renewal_date, account.c.arr_minor, account.c.currency)
    in_order = select(*columns).where(ours, past, there).order_by(account.c.renewal_date, account.c.id)
    return first_of(session, in_order, limit, lambda row: Past(*row), left_out)


class Assess(NamedTuple):
    """A customer that a member judged, and the fact that has come up since."""

    account_id: int
    account: str
    judged_at: datetime
    fact: str
    severity: Severity


def to_assess(session: Session, me: Member, limit: int, left_out: Collection[int] = ()) -> First[Assess]:
    """The customers of whom this member said last that they would renew, with a risk that was opened since."""
    newer, worse = judgement.alias(), risk.alias()
    last = ~exists().where(newer.c.account_id == judgement.c.account_id, newer.c.id > judgement.c.id)
    contradicts = (risk.c.opened_at > judgement.c.judged_at) & risk.c.closed_at.is_(None) & risk.c.kind.in_(_AGAINST)
    first = ~exists().where(
        worse.c.account_id == risk.c.account_id,
        worse.c.opened_at > judgement.c.judged_at,
        worse.c.closed_at.is_(None),
        worse.c.kind.in_(_AGAINST),
        (worse.c.severity > risk.c.severity) | ((worse.c.severity == risk.c.severity) & (worse.c.id < risk.c.id)),
    )
    joined = judgement.join(account, account.c.id == judgement.c.account_id).join(
        risk, risk.c.account_id == judgement.c.account_id
    )
    mine = (account.c.workspace_id == me.workspace_id) & (judgement.c.judged_by == me.id)
    said_yes = (judgement.c.verdict == Verdict.YES) & (account.c.status == AccountStatus.CUSTOMER)
    columns = (account.c.id, account.c.name, judgement.c.judged_at, risk.c.fact, risk.c.severity)
    statement = select(*columns).select_from(joined).where(mine, said_yes, last, contradicts, first)
    in_order = statement.order_by(risk.c.severity.desc(), judgement.c.judged_at, account.c.id)
    return first_of(session, in_order, limit, lambda row: Assess(*row), left_out)


class Carried(NamedTuple):
    """What an owner has in a portfolio in one currency; `proven_minor` weighs each customer by what is proven of it."""

    owner_id: int | None
    portfolio_id: int
    currency: str | None
    customers: int
    arr_minor: int
    known_minor: int
    proven_minor: float


def carried(session: Session, workspace_id: int, portfolio_ids: Sequence[int]) -> list[Carried]:
    """What each owner has, by portfolio and currency, with what was last kept of each customer."""
    ours = (account.c.workspace_id == workspace_id) & account.c.portfolio_id.in_(portfolio_ids)
    there = (account.c.status == AccountStatus.CUSTOMER) & account.c.taken_back_at.is_(None)
    arr, share = func.coalesce(account.c.arr_minor, 0), account_due.c.brief_coverage
    sums = (func.sum(arr), func.sum(case((share.is_not(None), arr), else_=0)), func.sum(arr * func.coalesce(share, 0)))
    by = (account.c.owner_id, account.c.portfolio_id, account.c.currency)
    joined = account.outerjoin(account_due, account_due.c.account_id == account.c.id)
    rows = session.execute(select(*by, func.count(), *sums).select_from(joined).where(ours, there).group_by(*by))
    return [Carried(row[0], row[1], row[2], row[3], int(row[4]), int(row[5]), float(row[6])) for row in rows]


class Doing(NamedTuple):
    """How many meetings a member was asked about and answered, steps of theirs are late, and risks they hold."""

    asked: int = 0
    answered: int = 0
    overdue: int = 0
    held: int = 0


def doing(
    session: Session, workspace_id: int, member_ids: Sequence[int], since: datetime, now: datetime, *, today: date
) -> dict[int, Doing]:
    """The same for each of these members, with the meetings from `since` to `now`."""
    answered = func.count(case((prompt.c.state == PromptState.ANSWERED, prompt.c.id)))
    over = prompt.c.state.in_((PromptState.ANSWERED, PromptState.SILENT)) & meeting.c.starts_at.between(since, now)
    asked = (
        select(literal("asked"), prompt.c.member_id, func.count(), answered)
        .select_from(prompt.join(meeting, meeting.c.id == prompt.c.meeting_id))
        .where(prompt.c.workspace_id == workspace_id, prompt.c.member_id.in_(member_ids), over)
        .group_by(prompt.c.member_id)
    )
    is_open = (action.c.told_on.is_(None) | action.c.told_words.is_(None)) & action.c.dropped_on.is_(None)
    late = (
        select(literal("late"), action.c.owner_id, func.count(), literal(0))
        .select_from(action.join(account, account.c.id == action.c.account_id))
        .where(account.c.workspace_id == workspace_id, action.c.owner_id.in_(member_ids))
        .where(is_open, action.c.due_on < today, account.c.status == AccountStatus.CUSTOMER)
        .group_by(action.c.owner_id)
    )
    held = (
        select(literal("held"), risk.c.owner_id, func.count(), literal(0))
        .select_from(risk.join(account, account.c.id == risk.c.account_id))
        .where(account.c.workspace_id == workspace_id, risk.c.owner_id.in_(member_ids), risk.c.closed_at.is_(None))
        .group_by(risk.c.owner_id)
    )
    rows = {(row[0], row[1]): (row[2], row[3]) for row in session.execute(union_all(asked, late, held))}

    def of(what: str, one: int) -> tuple[int, int]:
        return rows.get((what, one), (0, 0))

    return {one: Doing(*of("asked", one), of("late", one)[0], of("held", one)[0]) for one in member_ids}


def open_risks(session: Session, workspace_id: int, portfolio_ids: Sequence[int]) -> dict[int, int]:
    """How many risks are open in each of these portfolios."""
    ours = (account.c.workspace_id == workspace_id) & account.c.portfolio_id.in_(portfolio_ids)
    counts = select(account.c.portfolio_id, func.count()).select_from(
        risk.join(account, account.c.id == risk.c.account_id)
    )
    rows = session.execute(counts.where(ours, risk.c.closed_at.is_(None)).group_by(account.c.portfolio_id))
    return {row[0]: row[1] for row in rows}


class Renewing(NamedTuple):
    """Renewals in one currency: how many, their ARR, and that of those which are strongly and weakly proven."""

    currency: str | None
    customers: int
    arr_minor: int
    strong_minor: int
    weak_minor: int


STRONG, WEAK = 0.75, 0.5


def renewing(session: Session, workspace_id: int, today: date, days: int) -> list[Renewing]:
    """The renewals of so many days by currency, and those that are past, with what was last kept of each customer."""
    arr, share = func.coalesce(account.c.arr_minor, 0), func.coalesce(account_due.c.brief_coverage, 0.0)
    strong, weak = case((share >= STRONG, arr), else_=0), case((share < WEAK, arr), else_=0)
    sums = (func.count(), func.sum(arr), func.sum(strong), func.sum(weak))
    joined = account.outerjoin(account_due, account_due.c.account_id == account.c.id)
    inside = (account.c.workspace_id == workspace_id) & _to_renew(today, days)
    rows = session.execute(
        select(account.c.currency, *sums).select_from(joined).where(inside).group_by(account.c.currency)
    )
    return [Renewing(row[0], row[1], int(row[2]), int(row[3]), int(row[4])) for row in rows]


def next_renewals(session: Session, workspace_id: int, today: date, days: int, limit: int) -> list[int]:
    """The first of them by day, past ones first."""
    inside = (account.c.workspace_id == workspace_id) & _to_renew(today, days)
    ids = select(account.c.id).where(inside).order_by(account.c.renewal_date, account.c.id)
    return list(session.execute(ids.limit(limit)).scalars())


def _to_renew(today: date, days: int) -> ColumnElement[bool]:
    there = (account.c.status == AccountStatus.CUSTOMER) & account.c.taken_back_at.is_(None)
    stays = ~account.c.rolling & account.c.leaves_on.is_(None)
    return there & stays & (account.c.renewal_date <= shift_day(today, timedelta(days=days)))
