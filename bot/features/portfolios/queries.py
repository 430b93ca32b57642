"""All SQL on digests and on the account summaries they are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    bindparam,
    case,
    collate,
    distinct,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, Change, DecisionOf, RenewalResult, RiskState
from bot.domain.model import Account, Action, MeetingFact
from bot.outbox.types import MessageKey
from bot.store.engine import streamed
from bot.store.entities import Entity
from bot.store.schema import (
    account,
    account_due,
    action,
    answer,
    brief,
    digest,
    history,
    meeting,
    member,
    portfolio,
    prompt,
    renewal_result,
    risk,
)
from bot.store.set_aside import not_resting
from bot.store.stages import Scope
from bot.store.types import as_json

DIGEST_KEY = MessageKey("digest")
DIGEST_REST_KEY = MessageKey("digest-rest")
DIGEST_PRIVATE_KEY = MessageKey("digest-private")
DIGEST_EMPTY_KEY = MessageKey("digest-empty")


_ALWAYS = datetime(9999, 12, 31, tzinfo=UTC)
_STREAMED = 500
_ACCOUNT = [account.c[field.name] for field in fields(Account)]


class Kept(NamedTuple):
    """A summary as it is kept: its figures and facts, where each outcome stands, until when it holds (None: until the
    ledger changes), and what sorts it worst first."""

    figures: str
    told: str
    until: datetime | None
    severity: int
    high: int
    coverage: float


def keep(session: Session, kept: Mapping[int, Kept], rules: str) -> None:
    """Keep the summary of each account."""
    if not kept:
        return
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = make(brief)
    written = {name: statement.excluded[name] for name in ("rules", "figures", "told")}
    session.execute(
        statement.on_conflict_do_update(index_elements=["account_id"], set_=written),
        [
            {"account_id": account_id, "rules": rules, "figures": row.figures, "told": row.told}
            for account_id, row in kept.items()
        ],
    )
    values: dict[str, Any] = {
        "brief_until": bindparam("until"),
        "brief_severity": bindparam("severity"),
        "brief_high": bindparam("high"),
        "brief_coverage": bindparam("coverage"),
    }
    # within: the caller holds these accounts by the review queue or by `hold_without_summary`
    update_due = update(account_due).where(account_due.c.account_id == bindparam("of")).values(**values)
    moments = [
        {
            "of": account_id,
            "until": row.until or _ALWAYS,
            "severity": row.severity,
            "high": row.high,
            "coverage": row.coverage,
        }
        for account_id, row in kept.items()
    ]
    session.connection().execute(update_due, moments)


def holding(
    session: Session, workspace_id: int, portfolio_id: int, rules: str, now: datetime, *, without: Collection[int] = ()
) -> Iterator[tuple[Account, str]]:
    """The accounts of a portfolio whose kept summary holds at `now`, worst first, each with its figures; streamed."""
    statement = (
        select(*_ACCOUNT, brief.c.figures)
        .select_from(summarized())
        .where(_inside(workspace_id, portfolio_id, without), summary_holds(rules, now))
        .order_by(*worst_first(session))
    )
    for row in streamed(session, statement, _STREAMED):
        yield Account(*row[:-1]), row[-1]


def worst_first(session: Session) -> tuple[ColumnElement[Any], ...]:
    """The order of `AccountSummary.worst_first`, by what was last kept of each account; ids break its ties."""
    # PostgreSQL would sort names by its own locale, Python and SQLite sort them by code point.
    name = collate(account.c.name, "C") if session.get_bind().dialect.name == "postgresql" else account.c.name
    return (
        account.c.status == AccountStatus.FORMER,
        func.coalesce(account_due.c.brief_severity, 0).desc(),
        func.coalesce(account_due.c.brief_high, 0).desc(),
        func.coalesce(account_due.c.brief_coverage, 0.0),
        func.coalesce(account.c.arr_minor, 0).desc(),
        name,
        account.c.id,
    )


def kept_of(
    session: Session, workspace_id: int, account_ids: Sequence[int], rules: str, now: datetime
) -> Iterator[tuple[Account, str, str]]:
    """Those of these accounts whose kept summary holds, each with its figures and where its outcomes stand."""
    ours = (account.c.workspace_id == workspace_id) & account.c.id.in_(account_ids)
    statement = select(*_ACCOUNT, brief.c.figures, brief.c.told).select_from(summarized())
    for row in session.execute(statement.where(ours, summary_holds(rules, now))):
        yield Account(*row[:-2]), row[-2], row[-1]


def account_ids(session: Session, workspace_id: int, portfolio_id: int) -> list[int]:
    """All accounts of a portfolio."""
    ours = select(account.c.id).where(_inside(workspace_id, portfolio_id)).order_by(account.c.id)
    return list(session.execute(ours).scalars())


def account_names(session: Session, workspace_id: int, account_ids: Sequence[int]) -> dict[int, str]:
    """The names of these accounts, by id."""
    ours = (account.c.workspace_id == workspace_id) & account.c.id.in_(account_ids)
    return {row.id: row.name for row in session.execute(select(account.c.id, account.c.name).where(ours))}


def holders(session: Session, workspace_id: int, account_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """Who has taken the open risks of these accounts, by account and subject."""
    taken = (risk.c.state == RiskState.CLAIMED) & risk.c.closed_at.is_(None) & risk.c.owner_id.is_not(None)
    ours = Entity.RISK.in_workspace(workspace_id) & risk.c.account_id.in_(account_ids)
    rows = session.execute(select(risk.c.account_id, risk.c.subject, risk.c.owner_id).where(ours, taken))
    return {(row.account_id, row.subject): row.owner_id for row in rows}


def without_summary(
    session: Session,
    workspace_id: int,
    portfolio_id: int,
    rules: str,
    now: datetime,
    *,
    limit: int | None = None,
    but: ColumnElement[bool] | None = None,
    without: Collection[int] = (),
) -> list[int]:
    """The portfolio's accounts that `holding` leaves out, by id; at most `limit` of them, and only those of `but`."""
    statement = select(account.c.id).select_from(summarized()).where(_inside(workspace_id, portfolio_id, without))
    statement = statement if but is None else statement.where(but)
    missing = statement.where(summary_holds(rules, now).is_not(true())).order_by(account.c.id).limit(limit)
    return list(session.execute(missing).scalars())


def without_summary_in(session: Session, scope: Scope, rules: str, now: datetime, limit: int) -> list[int]:
    """At most `limit` accounts of a scope whose kept summary does not hold at `now`."""
    # within: the scope holds the workspace
    missing = select(account.c.id).select_from(summarized()).where(scope.accounts)
    in_order = missing.where(summary_holds(rules, now).is_not(true())).order_by(account.c.id).limit(limit)
    return list(session.execute(in_order).scalars())


def hold_without_summary(
    session: Session, workspace_id: int, account_ids: Sequence[int], rules: str, now: datetime
) -> list[int]:
    """Hold those of these accounts that have no summary until the transaction ends, but for those that somebody else
    holds or writes just now."""
    joined = account_due.join(account, account.c.id == account_due.c.account_id).outerjoin(
        brief, brief.c.account_id == account_due.c.account_id
    )
    ours = (account.c.workspace_id == workspace_id) & account.c.id.in_(account_ids)
    missing = select(account_due.c.account_id).select_from(joined).where(ours, summary_holds(rules, now).is_not(true()))
    unlocked = missing.order_by(account_due.c.account_id).with_for_update(
        of=account_due, skip_locked=True, key_share=True
    )
    return list(session.execute(unlocked).scalars())


def told(session: Session, workspace_id: int, account_ids: Sequence[int]) -> dict[int, tuple[Account, str]]:
    """These accounts by id, each with where its outcomes stood when its summary was kept."""
    statement = select(*_ACCOUNT, brief.c.told).join(brief, brief.c.account_id == account.c.id)
    ours = (account.c.workspace_id == workspace_id) & account.c.id.in_(account_ids)
    return {row[0]: (Account(*row[:-1]), row[-1]) for row in session.execute(statement.where(ours))}


def places(
    session: Session, workspace_id: int, account_ids: Sequence[int]
) -> Iterator[tuple[Account, str | None, bool, str | None]]:
    """These accounts by id, each with the name of its portfolio, whether an undone import took it back, and the name of
    the account that it was merged into."""
    stays = account.alias("stays")
    with_portfolio = account.outerjoin(portfolio, portfolio.c.id == account.c.portfolio_id)
    joined = with_portfolio.outerjoin(stays, stays.c.id == account.c.merged_into)
    taken_back = account.c.taken_back_at.is_not(None) & account.c.merged_into.is_(None)
    statement = select(*_ACCOUNT, portfolio.c.name.label("portfolio"), taken_back, stays.c.name).select_from(joined)
    ours = (account.c.workspace_id == workspace_id) & account.c.id.in_(account_ids)
    for row in session.execute(statement.where(ours).order_by(account.c.id)):
        yield Account(*row[:-3]), row[-3], bool(row[-2]), row[-1]


def came_from(session: Session, workspace_id: int, account_ids: Sequence[int], since: datetime) -> dict[int, str]:
    """Of those of these accounts that were in another portfolio at `since`: its name, by account."""
    changes = select(history.c.account_id, history.c.before).where(
        history.c.workspace_id == workspace_id,
        history.c.account_id.in_(account_ids),
        history.c.entity == Entity.ACCOUNT,
        history.c.at > since,
        history.c.before.is_not(None),
    )
    earliest: dict[int, int | None] = {}
    for row in session.execute(changes.order_by(history.c.account_id, history.c.id)):
        before = as_json(row.before) or {}
        if "portfolio_id" in before:
            earliest.setdefault(row.account_id, before["portfolio_id"])
    ours = (portfolio.c.workspace_id == workspace_id) & portfolio.c.id.in_(set(earliest.values()) - {None})
    name_by_id = {row.id: row.name for row in session.execute(select(portfolio.c.id, portfolio.c.name).where(ours))}
    return {account_id: name_by_id[was] for account_id, was in earliest.items() if was in name_by_id}


def names(session: Session, workspace_id: int) -> dict[int, str]:
    """The names of all members of a workspace, by id."""
    ours = select(member.c.id, member.c.name).where(member.c.workspace_id == workspace_id)
    return {row.id: row.name for row in session.execute(ours)}


def not_set_aside(job: str, now: datetime) -> ColumnElement[bool]:
    """The condition that `job` has not set an account aside until later."""
    return not_resting(job, Entity.ACCOUNT, account.c.id, now)


def meetings(
    session: Session,
    workspace_id: int,
    portfolio_id: int,
    since: datetime,
    now: datetime,
    *,
    without: Collection[int] = (),
    only: Collection[int] | None = None,
) -> Iterator[MeetingFact]:
    """The meetings of a portfolio's accounts from `since` to `now` that somebody was asked about; streamed."""
    inside = _inside(workspace_id, portfolio_id, without)
    inside = inside if only is None else inside & account.c.id.in_(only)
    statement: Select[Any] = (
        select(
            *(meeting.c[name] for name in ("id", "account_id", "cadence_id", "kind", "starts_at")),
            prompt.c.state,
            prompt.c.member_id,
            answer.c.change,
            answer.c.moved_evidence,
        )
        .join(account, account.c.id == meeting.c.account_id)
        .join(prompt, prompt.c.meeting_id == meeting.c.id)
        .outerjoin(answer, answer.c.meeting_id == meeting.c.id)
        .where(inside, meeting.c.starts_at.between(since, now))
    )
    for row in streamed(session, statement, _STREAMED):
        yield MeetingFact(*row)


def themed_actions(
    session: Session,
    workspace_id: int,
    portfolio_id: int,
    *,
    without: Collection[int] = (),
    only: Collection[int] | None = None,
) -> list[Action]:
    """The actions of a portfolio's accounts that name a theme and were not dropped."""
    columns = [action.c[field.name] for field in fields(Action)]
    statement = select(*columns).join(account, account.c.id == action.c.account_id)
    themed = _inside(workspace_id, portfolio_id, without) & action.c.theme.is_not(None) & action.c.dropped_on.is_(None)
    themed = themed if only is None else themed & account.c.id.in_(only)
    return [Action(*row) for row in session.execute(statement.where(themed).order_by(action.c.id))]


class MovedCount(NamedTuple):
    """Of how many customers, how many had something move; how many decisions answers changed, theirs and ours."""

    customers: int
    accounts: int
    theirs: int
    ours: int


def moved_since(session: Session, workspace_id: int, portfolio_id: int, since: datetime, until: datetime) -> MovedCount:
    """What answers on a portfolio's customers say moved, from `since` to `until`; former customers do not count."""
    moved = case((answer.c.change != Change.NOTHING, answer.c.account_id))
    counts = [func.count(distinct(moved))]
    counts += [func.count(case((answer.c.decision_of == side, answer.c.id))) for side in DecisionOf]
    customers = _inside(workspace_id, portfolio_id) & (account.c.status == AccountStatus.CUSTOMER)
    customers &= Entity.ACCOUNT.still_there()
    many = session.execute(select(func.count()).select_from(account).where(customers)).scalar_one()
    theirs = select(*counts).join_from(answer, account, account.c.id == answer.c.account_id).where(customers)
    lately = (answer.c.answered_at > since) & (answer.c.answered_at <= until)
    row = session.execute(theirs.where(lately)).one()
    return MovedCount(many, row[0], row[1], row[2])


def _inside(workspace_id: int, portfolio_id: int, without: Collection[int] = ()) -> ColumnElement[bool]:
    """The condition that an account belongs to this portfolio of this workspace, and is none of a few."""
    inside = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    return inside & account.c.id.not_in(without) if without else inside


def summarized() -> FromClause:
    """Accounts with what was last kept of them, if anything was."""
    with_due = account.outerjoin(account_due, account_due.c.account_id == account.c.id)
    return with_due.outerjoin(brief, brief.c.account_id == account.c.id)


def summary_holds(rules: str, now: datetime) -> ColumnElement[bool]:
    """The condition that an account's kept summary holds; NULL where there is none."""
    sorted_by = account_due.c.brief_coverage.is_not(None)  # older releases kept summaries without it
    return (account_due.c.brief_until > now) & sorted_by & (brief.c.rules == rules)


@dataclass(frozen=True, slots=True)
class DigestRow:
    """`figures` is what `bot.features.portfolios.digest` froze when the digest was opened."""

    id: int
    portfolio_id: int
    due_at: datetime
    figures: dict[str, Any]


def add(session: Session, portfolio_id: int, due_at: datetime, figures: dict[str, Any]) -> int | None:
    """Insert a digest; its portfolio and moment are unique, and None says that there is one already."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = make(digest).values(portfolio_id=portfolio_id, due_at=due_at, figures=figures)
    once = statement.on_conflict_do_nothing(index_elements=["portfolio_id", "due_at"])
    return session.execute(once.returning(digest.c.id)).scalar_one_or_none()


def by_id(session: Session, workspace_id: int, digest_id: int) -> DigestRow | None:
    """The digest with this id; None where this workspace has none."""
    digests_with_portfolios = digest.join(portfolio, portfolio.c.id == digest.c.portfolio_id)
    matching = (portfolio.c.workspace_id == workspace_id) & (digest.c.id == digest_id)
    row = session.execute(select(digest).select_from(digests_with_portfolios).where(matching)).one_or_none()
    return None if row is None else DigestRow(row.id, row.portfolio_id, row.due_at, as_json(row.figures))


@dataclass(frozen=True, slots=True)
class Said:
    """What a digest said, without the figures that it was worked out of, which are large."""

    portfolio_id: int
    due_at: datetime
    said: dict[str, Any]


def said_by(session: Session, workspace_id: int, digest_id: int) -> Said | None:
    """What the digest with this id said; None where this workspace has none."""
    row = session.execute(_said(workspace_id).where(digest.c.id == digest_id)).one_or_none()
    return None if row is None else Said(row.portfolio_id, row.due_at, as_json(row.said))


def last_said(session: Session, workspace_id: int, portfolio_ids: Iterable[int]) -> dict[int, Said]:
    """What the newest digest of each of these portfolios said."""
    newer = digest.alias()
    newest = select(func.max(newer.c.due_at)).where(newer.c.portfolio_id == digest.c.portfolio_id).scalar_subquery()
    last = _said(workspace_id).where(digest.c.portfolio_id.in_(set(portfolio_ids)), digest.c.due_at == newest)
    return {row.portfolio_id: Said(row.portfolio_id, row.due_at, as_json(row.said)) for row in session.execute(last)}


def _said(workspace_id: int) -> Select[Any]:
    columns = digest.c.portfolio_id, digest.c.due_at, digest.c.figures["said"].label("said")
    joined = digest.join(portfolio, portfolio.c.id == digest.c.portfolio_id)
    return select(*columns).select_from(joined).where(portfolio.c.workspace_id == workspace_id)


def latest(
    session: Session, workspace_id: int, portfolio_ids: Iterable[int], before: datetime | None = None
) -> dict[int, DigestRow]:
    """The newest digest of each of these portfolios, of those that were due before a moment if one is given."""
    in_workspace = (portfolio.c.workspace_id == workspace_id) & portfolio.c.id.in_(set(portfolio_ids))
    of_portfolios = digest.c.portfolio_id.in_(select(portfolio.c.id).where(in_workspace))
    newest = select(digest.c.portfolio_id, func.max(digest.c.due_at).label("due_at")).where(of_portfolios)
    if before is not None:
        newest = newest.where(digest.c.due_at < before)
    newest_days = newest.group_by(digest.c.portfolio_id).subquery()
    is_newest = (digest.c.portfolio_id == newest_days.c.portfolio_id) & (digest.c.due_at == newest_days.c.due_at)
    rows = session.execute(select(digest).join(newest_days, is_newest))
    return {row.portfolio_id: DigestRow(row.id, row.portfolio_id, row.due_at, as_json(row.figures)) for row in rows}


def renewing(session: Session, scope: Scope, by: date) -> list[Account]:
    """The customers of a scope that renew by a day, or were to, by day; none that rolls or is known to leave."""
    # within: the scope holds the workspace
    stays = (account.c.status == AccountStatus.CUSTOMER) & ~account.c.rolling & account.c.leaves_on.is_(None)
    due = account.c.renewal_date <= by
    columns = [account.c[field.name] for field in fields(Account)]
    rows = session.execute(
        select(*columns).where(scope.accounts, stays, due).order_by(account.c.renewal_date, account.c.id)
    )
    return [Account(*row) for row in rows]


def losses_on_record(session: Session, scope: Scope) -> int:
    """How many losses were recorded with their reason in a scope."""
    # within: the scope holds the workspace
    inside = select(account.c.id).where(scope.accounts)
    left = (renewal_result.c.result == RenewalResult.LEFT) & renewal_result.c.refused_at.is_(None)
    statement = select(func.count()).where(renewal_result.c.account_id.in_(inside), left)
    return int(session.execute(statement).scalar_one())
