"""Where else a reference stands: the same link or file may speak for one customer only."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.entities import Entity
from bot.store.json_rows import in_workspaces, is_one_of
from bot.store.schema import account, evidence

# Built once: building it costs more than running it.
_PLACES = (
    select(evidence.c.reference_key, account.c.id, account.c.name)
    .distinct()
    .select_from(evidence.join(account, account.c.id == evidence.c.account_id))
    .where(in_workspaces(account.c.workspace_id), is_one_of(evidence.c.reference_key, "keys"))
    .where(Entity.ACCOUNT.still_there(), evidence.c.withdrawn_on.is_(None))
)


def where_they_stand(session: Session, workspace_id: int, keys: Collection[str]) -> dict[str, set[tuple[int, str]]]:
    """At which customers of the workspace each of these references stands: the accounts' ids and names."""
    places: dict[str, set[tuple[int, str]]] = {key: set() for key in keys}
    if places:
        for key, account_id, name in session.execute(_PLACES, {"workspaces": [workspace_id], "keys": sorted(places)}):
            places[key].add((account_id, name))
    return places
