"""Brings acceptances from before they had a table of their own into it, for an older export."""

from __future__ import annotations

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from bot.store.schema import acceptance, account


# all workspaces: an older export is of the whole database
def add_first_versions(session: Session) -> None:
    """What the migration does: each acceptance that an account kept becomes version 1, recorded by nobody knows whom.

    It has no witness, so it counts for nothing.
    """
    values = {
        "account_id": account.c.id,
        "version": literal(1),
        "person_id": account.c.packet_accepted_by,
        "accepted_on": account.c.packet_accepted_on,
        "recorded_at": account.c.created_at,
    }
    accepted = select(*values.values()).where(account.c.packet_accepted_on.is_not(None)).order_by(account.c.id)
    session.execute(insert(acceptance).from_select([*values], accepted))
