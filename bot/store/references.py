"""Where else a reference stands: the same link or file may speak for one customer only."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.entities import Entity
from bot.store.schema import account, evidence

_AT_ONCE = 500


def where_they_stand(session: Session, workspace_id: int, keys: Collection[str]) -> dict[str, set[tuple[int, str]]]:
    """At which customers of the workspace each of these references stands: the accounts' ids and names."""
    places: dict[str, set[tuple[int, str]]] = {key: set() for key in keys}
    columns = (evidence.c.reference_key, account.c.id, account.c.name)
    joined = evidence.join(account, account.c.id == evidence.c.account_id)
    ours = (account.c.workspace_id == workspace_id) & Entity.ACCOUNT.still_there() & evidence.c.withdrawn_on.is_(None)
    ordered = sorted(keys)
    for start in range(0, len(ordered), _AT_ONCE):
        # Keys one by one: for keys in one JSON text SQLite would walk through all accounts of the workspace.
        some = evidence.c.reference_key.in_(ordered[start : start + _AT_ONCE])
        for key, account_id, name in session.execute(select(*columns).distinct().select_from(joined).where(ours, some)):
            places[key].add((account_id, name))
    return places
