"""Tells the history of an account like a story: who changed what, when, from what to what, and why."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.accounts import readable
from bot.app.actor import Actor
from bot.domain.labels import label
from bot.domain.model import Account
from bot.features.accounts.history_sentences import HistoryChange, NameLookup, sentence
from bot.features.accounts.views import HistoryLine, HistoryView
from bot.store import proof_state, schema

_SHOWN = 20
_NAMED = (
    (schema.person, schema.person.c.name),
    (schema.outcome, schema.outcome.c.title),
    (schema.action, schema.action.c.text),
    (schema.obstacle, schema.obstacle.c.text),
    (schema.promise, schema.promise.c.text),
    (schema.gap, schema.gap.c.title),
    (schema.risk, schema.risk.c.fact),
)


def history(session: Session, actor: Actor, account_id: int, since: date | None, now: datetime) -> HistoryView:
    """The story of an account, from the start of the day `since` (the actor's) or from its beginning."""
    account = readable(session, actor, account_id)
    table = schema.history
    statement = select(table).where(table.c.account_id == account_id).order_by(table.c.id.desc())
    if since is not None:
        begin = datetime.combine(since, time(), ZoneInfo(actor.member.tz))
        statement = statement.where(table.c.at >= begin)
    book = _book(session, account)
    told = []
    for row in session.execute(statement).mappings():
        what = sentence(HistoryChange(row["entity"], row["entity_id"], row["before"], row["after"]), book)
        if what is not None:
            who = book.member(row["member_id"]) if row["member_id"] else "Proofline"
            told.append(HistoryLine(row["at"], who, what, row["why"]))
    shown = tuple(told[:_SHOWN])
    oldest = shown[-1].at.date() if shown else None
    return HistoryView(account_id, account.name, account.slug, since, shown, len(told) - len(shown), oldest)


def _book(session: Session, account: Account) -> NameLookup:
    account_id = account.id
    rows: dict[tuple[str, int], str] = {}
    for table, column in _NAMED:
        named = select(table.c.id, column).where(table.c.account_id == account_id)
        rows |= {(table.name, row_id): str(name) for row_id, name in session.execute(named)}
    series = select(schema.cadence.c.id, schema.cadence.c.kind).where(schema.cadence.c.account_id == account_id)
    rows |= {(schema.cadence.name, row_id): label(kind) for row_id, kind in session.execute(series)}
    evidence, outcome = schema.evidence, schema.outcome
    joined = evidence.join(outcome, outcome.c.id == evidence.c.outcome_id)
    about = select(evidence.c.id, outcome.c.title, outcome.c.unit).select_from(joined)
    pieces = session.execute(about.where(evidence.c.account_id == account_id))
    people = {row_id: name for (entity, row_id), name in rows.items() if entity == "person"}
    return NameLookup(
        proof_state.member_names(session),
        people,
        rows,
        {row.id: (row.title, row.unit) for row in pieces},
        account.currency,
    )
