"""Which versions of terms the ledger has to write beside an outcome: it compares the row with its last version.

`bot.store.ledger` calls this whenever it writes outcomes, so that no change of a field that an outcome is judged by,
whoever makes it, goes without a version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, case, func, insert, literal, null, select, update
from sqlalchemy.orm import Session

from bot.domain.enums import OutcomeKind
from bot.domain.values.days import add_days
from bot.store.schema import account, outcome, terms
from bot.store.types import UtcDateTime

ASSUMED_DAYS = 90
"""So long the terms from before versions count as agreed."""

JUDGED = (
    "title",
    "kind",
    "metric",
    "unit",
    "direction",
    "baseline",
    "baseline_on",
    "target",
    "band_low",
    "band_high",
    "due_on",
    "shelf_life_days",
)
"""What an outcome is judged by; a change of any of these columns makes a new version."""
AGREEMENT = {
    "baseline_agreed_by": "agreed_by",
    "agreed_on": "agreed_on",
    "agreement_link": "agreement_link",
    "agreement_file_id": "agreement_file_id",
}
"""The columns of an outcome that hold the agreement to its current terms, with their names in a version."""

Row = Mapping[Any, Any]


def concerned(columns: Mapping[str, Any]) -> bool:
    """Whether a change of these columns of an outcome concerns its terms."""
    return any(name in columns for name in (*JUDGED, *AGREEMENT))


def without_old_agreement(row: Row, values: Row) -> Row:
    """`values` for an outcome; an agreement to other terms than the new ones is cleared with them.

    Whoever changes terms and has an agreement to the new ones gives it in the same change.
    """
    changed = any(name in values and values[name] != row[name] for name in JUDGED)
    if not changed or any(name in values for name in AGREEMENT):
        return values
    return {**values, **dict.fromkeys(AGREEMENT)}


def due(session: Session, workspace_id: int, outcome_ids: Sequence[int]) -> tuple[list[Row], list[tuple[Row, Row]]]:
    """(versions to add, versions to change with their new values), for outcomes of a workspace that were written."""
    ours = account.c.workspace_id == workspace_id
    judged = [outcome.c[name] for name in ("id", "account_id", *JUDGED, *AGREEMENT)]
    written = select(*judged).join(account, account.c.id == outcome.c.account_id)
    rows = session.execute(written.where(ours, outcome.c.id.in_(outcome_ids)).order_by(outcome.c.id)).mappings().all()
    last = _last_versions(session, workspace_id, outcome_ids)
    new: list[Row] = []
    agreed: list[tuple[Row, Row]] = []
    for row in rows:
        version = last.get(row["id"])
        agreement = {theirs: row[name] for name, theirs in AGREEMENT.items()}
        if version is None or any(version[name] != row[name] for name in JUDGED):
            number = 1 if version is None else version["version"] + 1
            ids = {"account_id": row["account_id"], "outcome_id": row["id"], "version": number}
            new.append({**ids, **{name: row[name] for name in JUDGED}, **agreement})
        elif any(version[name] != value for name, value in agreement.items()):
            agreed.append((version, agreement))
    return new, agreed


# all workspaces: an older export is of the whole database
def add_first_versions(session: Session, now: datetime) -> None:
    """What the migration to versions does, for rows that an export from before it brought: version 1 for each outcome.

    It counts as agreed for 90 days from the moment `now`; what is retired already no longer counts.
    """
    until = add_days(now.date(), ASSUMED_DAYS)
    agreed = (outcome.c.kind == OutcomeKind.STATEMENT) | outcome.c.baseline_agreed_by.is_not(None)
    values: dict[str, ColumnElement[Any]] = {
        "account_id": outcome.c.account_id,
        "outcome_id": outcome.c.id,
        "version": literal(1),
        "set_at": literal(now, UtcDateTime()),
        "agreed_by": outcome.c.baseline_agreed_by,
        "assumed_until": case((agreed, literal(until, Date())), else_=null()),
        **{name: outcome.c[name] for name in JUDGED},
    }
    without = select(*values.values()).where(outcome.c.id.not_in(select(terms.c.outcome_id))).order_by(outcome.c.id)
    session.execute(insert(terms).from_select([*values], without))
    retired = outcome.c.retired_on.is_not(None) & outcome.c.retire_agreed_on.is_(None)
    session.execute(update(outcome).where(retired).values(retire_agreed_on=outcome.c.retired_on))


def _last_versions(session: Session, workspace_id: int, outcome_ids: Sequence[int]) -> dict[int, Row]:
    newest = func.max(terms.c.version).over(partition_by=terms.c.outcome_id).label("newest")
    ours = terms.join(account, account.c.id == terms.c.account_id)
    of_outcomes = terms.c.outcome_id.in_(outcome_ids) & (account.c.workspace_id == workspace_id)
    versions = select(terms, newest).select_from(ours).where(of_outcomes).subquery()
    columns = [versions.c[column.name] for column in terms.c]
    # within: the versions were selected by their workspace
    rows = session.execute(select(*columns).where(versions.c.version == versions.c.newest)).mappings()
    return {row["outcome_id"]: dict(row) for row in rows}
