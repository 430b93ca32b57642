"""Which message of the outbox stands for what a key names, once messages were refused and sent elsewhere.

A message that died is followed by another one, elsewhere, whose key ends in `:after:<the dead row's id>`: unique, and
the same however often it is worked out. The family of `risk:7` is `risk:7` and everything after it; the newest stands.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.schema.outbox import outbox

_AFTER = ":after:"


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """The columns of an outbox row that the message which replaces it needs."""

    id: int
    key: str
    kind: str
    args: dict[str, Any]
    state: str

    @property
    def dead(self) -> bool:
        return self.state == "dead"

    @property
    def next_key(self) -> str:
        """The key of the message that follows this one."""
        return f"{family(self.key)}{_AFTER}{self.id}"


_COLUMNS = [outbox.c[field.name] for field in fields(FamilyMember)]


def family(key: str) -> str:
    """The key of the first message of a family."""
    return key.partition(_AFTER)[0]


def newest(session: Session, workspace_id: int, key: str) -> FamilyMember | None:
    """The message that stands for `key`, locked until the transaction ends, so that no sender gives it up meanwhile."""
    c, first = outbox.c, family(key)
    in_workspace = select(*_COLUMNS).where(c.workspace_id == workspace_id).with_for_update(read=True)
    # Two queries, because SQLite would read all of a workspace for one with OR; ";" is the byte after ":".
    root = in_workspace.where(c.key == first)
    followers = in_workspace.where(c.key > f"{first}{_AFTER}", c.key < f"{first}{_AFTER[:-1]};")
    later = followers.order_by(c.id.desc()).limit(1)
    # Read the root first: this waits for a sender that gives it up, and then sees the message that replaces it.
    members = [FamilyMember(*row) for query in (root, later) for row in session.execute(query)]
    return members[-1] if members else None


def by_id(session: Session, workspace_id: int, row_id: int) -> FamilyMember | None:
    """The row with this id; None where this workspace has none."""
    ours = (outbox.c.workspace_id == workspace_id) & (outbox.c.id == row_id)
    row = session.execute(select(*_COLUMNS).where(ours)).one_or_none()
    return None if row is None else FamilyMember(*row)


def parent_of(session: Session, workspace_id: int, row_id: int) -> FamilyMember | None:
    """The message that a row replies to or changes; None for one that stands by itself."""
    c = outbox.c
    ours = (c.workspace_id == workspace_id) & (c.id == row_id)
    row = session.execute(select(c.thread_id, c.target_id).where(ours)).one()
    parent = row.thread_id or row.target_id
    return None if parent is None else by_id(session, workspace_id, parent)


def waiting_replies(session: Session, workspace_id: int, row_id: int) -> list[FamilyMember]:
    """The replies to a message that are not sent yet, in the order of sending."""
    c = outbox.c
    in_thread = (c.workspace_id == workspace_id) & (c.thread_id == row_id)
    waiting = select(*_COLUMNS).where(in_thread, c.op == "post", c.finished_at.is_(None))
    return [FamilyMember(*row) for row in session.execute(waiting.order_by(c.due_at, c.id))]
