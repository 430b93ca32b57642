"""The history of an account in sentences: who changed what, when, from what to what, and why."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from bot.app.accounts import account_of
from bot.app.actor import Actor, UserError
from bot.app.refusals import AppRefusal
from bot.domain.enums import ContractBasis
from bot.domain.model import Account
from bot.domain.values import days
from bot.features.accounts import queries
from bot.features.accounts.history_sentences import HistoryChange, NameLookup, of_contracts, sentence
from bot.features.accounts.views import HistoryLine, HistoryView
from bot.store import proof_state
from bot.store.entities import Entity

_SHOWN = 20
_STAND_IN = ContractBasis.STAND_IN.value


def history(
    session: Session, actor: Actor, account_id: int, since: date | None, now: datetime, *, skip: int = 0
) -> HistoryView:
    """The history of an account, from the start of the day `since` (the actor's) or from its beginning.

    The newest lines first, without the first `skip`.
    """
    account = account_of(session, actor, account_id)
    account_id = account.id
    if since is not None and since > actor.today(now):
        raise UserError(AppRefusal.DAY_STILL_TO_COME)
    begin = None if since is None else days.at(since, time(), actor.member.tz)
    names = _name_lookup(session, account)
    lines = []
    # A stand-in says what the line of the account's own columns says already.
    rows = [row for row in queries.history(session, account, begin) if row["after"].get("basis") != _STAND_IN]
    # An export has a term a month, so the terms that came together are one line.
    terms = Counter(_together(row) for row in rows if row["entity"] == Entity.CONTRACT)
    for row in rows:
        if row["entity"] == Entity.CONTRACT:
            count = terms.pop(_together(row), 0)
            what = of_contracts(count, taken_back=row["before"] is not None) if count else None
        else:
            what = sentence(HistoryChange(row["entity"], row["entity_id"], row["before"], row["after"]), names)
        if what is not None:
            by_bot = row["member_id"] is None
            lines.append(HistoryLine(row["at"], by_bot, names.member(row["member_id"]), what, row["why"]))
    skip = min(max(skip, 0), max(len(lines) - 1, 0))
    shown = tuple(lines[skip : skip + _SHOWN])
    older = len(lines) - skip - len(shown)
    return HistoryView(account_id, account.name, since, shown, skip, older, actor.today(now), _SHOWN)


def _together(row: RowMapping) -> tuple[Any, ...]:
    return row["at"], row["member_id"], row["batch_id"], row["before"] is None


def _name_lookup(session: Session, account: Account) -> NameLookup:
    rows = queries.row_names(session, account)
    people = {row_id: name for (entity, row_id), name in rows.items() if entity == "person"}
    outcomes = queries.outcomes_of_evidence(session, account)
    members = proof_state.member_names(session, account.workspace_id)
    return NameLookup(members, people, rows, outcomes, account.currency)
