"""All SQL on digests and on the account summaries they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.domain.model import Account, Action, MeetingFact
from bot.outbox.types import MessageKey
from bot.store.schema import account, account_due, action, answer, brief, digest, meeting, portfolio, prompt
from bot.store.types import as_json

DIGEST_KEY = MessageKey("digest")
DIGEST_REST_KEY = MessageKey("digest-rest")


_ALWAYS = datetime(9999, 12, 31, tzinfo=UTC)


class Kept(NamedTuple):
    """A summary as text: its figures and facts, and where each outcome stands."""

    figures: str
    told: str


def keep(session: Session, kept: Mapping[int, tuple[Kept, datetime | None]], rules: str) -> None:
    """Keep the summary of each account with the moment until which it holds (None: until the ledger changes)."""
    if not kept:
        return
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = make(brief)
    written = {name: statement.excluded[name] for name in ("rules", "figures", "told")}
    session.execute(
        statement.on_conflict_do_update(index_elements=["account_id"], set_=written),
        [
            {"account_id": account_id, "rules": rules, **kept_text._asdict()}
            for account_id, (kept_text, _) in kept.items()
        ],
    )
    # within: the caller holds these accounts by the review queue
    update_due = (
        update(account_due).where(account_due.c.account_id == bindparam("of")).values(brief_until=bindparam("until"))
    )
    moments = [{"of": account_id, "until": until or _ALWAYS} for account_id, (_, until) in kept.items()]
    session.connection().execute(update_due, moments)


def of_portfolio(session: Session, workspace_id: int, portfolio_id: int, rules: str, now: datetime) -> dict[int, Kept]:
    """The kept summaries of a portfolio's accounts that hold at `now`, by account id."""
    rows = session.execute(_holding(workspace_id, portfolio_id, rules, now)).all()
    return {account_id: Kept(figures, outcome_texts) for account_id, figures, outcome_texts in rows}


def without(workspace_id: int, portfolio_id: int, rules: str, now: datetime) -> Select[int]:
    """Selects the ids of the portfolio's accounts that `of_portfolio` leaves out."""
    with_summary = _holding(workspace_id, portfolio_id, rules, now).with_only_columns(brief.c.account_id)
    return select(account.c.id).where(_inside(workspace_id, portfolio_id), account.c.id.not_in(with_summary))


def accounts(session: Session, workspace_id: int, portfolio_id: int) -> list[Account]:
    """All accounts of a portfolio."""
    columns = [account.c[field.name] for field in fields(Account)]
    statement = select(*columns).where(_inside(workspace_id, portfolio_id))
    rows = session.execute(statement.order_by(account.c.id))
    return [Account(*row) for row in rows.all()]


def meetings(
    session: Session, workspace_id: int, portfolio_id: int, since: datetime, now: datetime
) -> list[MeetingFact]:
    """The meetings of a portfolio's accounts from `since` to `now` that somebody was asked about."""
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
        .where(_inside(workspace_id, portfolio_id), meeting.c.starts_at.between(since, now))
    )
    return [MeetingFact(*row) for row in session.execute(statement).all()]


def themed_actions(session: Session, workspace_id: int, portfolio_id: int) -> list[Action]:
    """The actions of a portfolio's accounts that name a theme and were not dropped."""
    columns = [action.c[field.name] for field in fields(Action)]
    statement = select(*columns).join(account, account.c.id == action.c.account_id)
    themed = _inside(workspace_id, portfolio_id) & action.c.theme.is_not(None) & action.c.dropped_on.is_(None)
    return [Action(*row) for row in session.execute(statement.where(themed).order_by(action.c.id))]


def _inside(workspace_id: int, portfolio_id: int) -> ColumnElement[bool]:
    """The condition that an account belongs to this portfolio of this workspace."""
    return (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)


def _holding(workspace_id: int, portfolio_id: int, rules: str, now: datetime) -> Select[Any]:
    return (
        select(brief.c.account_id, brief.c.figures, brief.c.told)
        .join(account_due, account_due.c.account_id == brief.c.account_id)
        .join(account, account.c.id == brief.c.account_id)
        .where(_inside(workspace_id, portfolio_id), brief.c.rules == rules, account_due.c.brief_until > now)
    )


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
