"""All SQL on dropped files, and the key of the message about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.outbox.types import MessageKey
from bot.store import serving
from bot.store.members import Member
from bot.store.schema import digest, dropped_file, portfolio
from bot.store.types import as_json

DROPPED_KEY = MessageKey("dropped-file")


class DropState(StrEnum):
    """Where a dropped file is on its way; `TO_…` waits for the clock."""

    TO_PREVIEW = "to_preview"
    PREVIEWED = "previewed"
    TO_IMPORT = "to_import"
    IMPORTED = "imported"
    TO_UNDO = "to_undo"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    EXPIRED = "expired"


def was_told_since(session: Session, workspace_id: int, since: datetime) -> bool:
    """Whether a digest of the workspace was due after a moment."""
    inside = (digest.c.portfolio_id == portfolio.c.id) & (portfolio.c.workspace_id == workspace_id)
    told = select(digest.c.id).join_from(digest, portfolio, inside).where(digest.c.due_at > since)
    return session.execute(told.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A dropped file without its content. `shown` is what its message shows, by part."""

    id: int
    workspace_id: int
    uploader_id: int
    kind: str
    name: str
    state: str
    shown: Mapping[str, Any]
    decided_by: int | None
    batch_id: int | None


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to keep: what it is in Slack, and its content, which is None for one that is refused."""

    slack_id: str
    shared_ts: str
    name: str
    kind: str
    content: bytes | None
    sha256: str | None
    state: DropState


_COLUMNS = [dropped_file.c[field.name] for field in fields(DroppedFile)]


def add(session: Session, uploader: Member, new: NewFile, shown: Mapping[str, Any], now: datetime) -> int | None:
    """Keep a file; returns its id, or None if it came by this very message before."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {field.name: getattr(new, field.name) for field in fields(NewFile)}
    row |= {"workspace_id": uploader.workspace_id, "uploader_id": uploader.id}
    row |= {"shown": shown, "created_at": now}
    once = ["workspace_id", "slack_id", "shared_ts"]
    added = make(dropped_file).values(row).on_conflict_do_nothing(index_elements=once).returning(dropped_file.c.id)
    return session.execute(added).scalar_one_or_none()


def dropped(session: Session, workspace_id: int, dropped_file_id: int) -> DroppedFile | None:
    """The dropped file with this id in the workspace."""
    ours = (dropped_file.c.workspace_id == workspace_id) & (dropped_file.c.id == dropped_file_id)
    row = session.execute(select(*_COLUMNS).where(ours)).mappings().one_or_none()
    return None if row is None else DroppedFile(**{**row, "shown": as_json(row["shown"])})


def content_of(session: Session, workspace_id: int, dropped_file_id: int) -> bytes:
    """The bytes of a dropped file; empty where they are gone."""
    ours = (dropped_file.c.workspace_id == workspace_id) & (dropped_file.c.id == dropped_file_id)
    return session.execute(select(dropped_file.c.content).where(ours)).scalar_one_or_none() or b""


def move(session: Session, file: DroppedFile, state: DropState, **values: Any) -> bool:
    """Bring a file from the state that it was read in to another; False if somebody was faster."""
    ours = (dropped_file.c.workspace_id == file.workspace_id) & (dropped_file.c.id == file.id)
    moved = update(dropped_file).where(ours, dropped_file.c.state == file.state).values(state=state.value, **values)
    return session.connection().execute(moved).rowcount == 1


def next_waiting(session: Session) -> DroppedFile | None:
    """The oldest file that waits for the clock, held until the transaction ends; another replica takes another one."""
    waits = dropped_file.c.state.in_([DropState.TO_PREVIEW.value, DropState.TO_IMPORT.value, DropState.TO_UNDO.value])
    return _first(session, waits)


def next_undecided(session: Session, before: datetime) -> DroppedFile | None:
    """The oldest file that came before a moment and that nobody has decided about; held as above."""
    undecided = dropped_file.c.state.in_([DropState.TO_PREVIEW.value, DropState.PREVIEWED.value])
    return _first(session, undecided & (dropped_file.c.created_at < before))


def _first(session: Session, wanted: Any) -> DroppedFile | None:
    ours = serving.is_served(session, dropped_file.c.workspace_id)
    first = select(*_COLUMNS).where(ours, wanted).order_by(dropped_file.c.id).limit(1)
    row = session.execute(first.with_for_update(skip_locked=True)).mappings().one_or_none()
    return None if row is None else DroppedFile(**{**row, "shown": as_json(row["shown"])})
