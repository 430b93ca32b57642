"""Dropped files that wait for the clock: too large to be done while Slack waits, or a day old."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.isolation import NOT_THE_UNITS_FAULT
from bot.features.imports import drop_shown, dropped_files, queries
from bot.features.imports.dropped_files import Contents
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.queries import DroppedFile, DropState
from bot.features.imports.refusals import ImportRefusal
from bot.log import current_trace
from bot.store import members

KEPT = timedelta(days=1)
"""How long the content of a file waits for a decision."""

log = structlog.get_logger("clock")


def do_next(session: Session, now: datetime) -> bool:
    """Preview, import or undo the oldest file that waits; returns whether there was any.

    What goes wrong is shown in the message about the file and holds up no other file.
    """
    file = queries.next_waiting(session)
    if file is None:
        return False
    work: dict[str, Callable[[Session, DroppedFile, datetime], None]] = {
        DropState.TO_PREVIEW: _preview,
        DropState.TO_IMPORT: _import,
        DropState.TO_UNDO: _undo,
    }
    savepoint = session.begin_nested()
    try:
        work[file.state](session, file, now)
        savepoint.commit()
    except NOT_THE_UNITS_FAULT:
        raise
    except UserError as refused:
        savepoint.rollback()
        _give_up(session, file, refused, now)
    except Exception as error:
        savepoint.rollback()
        reference = current_trace() or secrets.token_hex(3)
        log.error("imports.broke", file=file.id, reference=reference, exc_info=error)
        _give_up(session, file, UserError(ImportRefusal.BROKE, reference=reference), now)
    return True


def forget_undecided(session: Session, now: datetime) -> bool:
    """Let the content of one file go that waited for a day, and say so; returns whether there was any."""
    file = queries.next_undecided(session, now - KEPT)
    if file is None:
        return False
    if queries.move(session, file, DropState.EXPIRED, content=None, shown={}):
        dropped_files.show(session, file, DropState.EXPIRED.value, now)
    return True


def _preview(session: Session, file: DroppedFile, now: datetime) -> None:
    _must_still_import(session, file, file.uploader_id)
    content = queries.content_of(session, file.workspace_id, file.id)
    chosen = file.shown.get("chosen")
    shown = dropped_files.previewed(session, file.workspace_id, Contents(file.name, content, chosen), now)
    queries.move(session, file, DropState.PREVIEWED, kind=shown["kind"], shown={"preview": shown})
    change = f"{DropState.PREVIEWED}:{chosen}:{now.isoformat()}" if chosen else DropState.PREVIEWED.value
    dropped_files.show(session, file, change, now)


def _import(session: Session, file: DroppedFile, now: datetime) -> None:
    _must_still_import(session, file, file.decided_by)
    content = queries.content_of(session, file.workspace_id, file.id)
    dropped_files.do_import(session, file, content, now)


def _undo(session: Session, file: DroppedFile, now: datetime) -> None:
    _must_still_import(session, file, file.decided_by)
    dropped_files.do_undo(session, file, now)


def _must_still_import(session: Session, file: DroppedFile, member_id: int | None) -> None:
    """Raise `UserError` if the person who wanted it has lost the right since."""
    member = members.by_id(session, file.workspace_id, member_id)
    if member is None:
        raise UserError(ImportRefusal.ONLY_ADMINS, admin=None)
    dropped_files.must_import(session, Actor(member, SURFACE))


def _give_up(session: Session, file: DroppedFile, refused: UserError, now: datetime) -> None:
    """Show why it could not be done. An import that could not be undone is still there; other files let go."""
    trouble = {"refusal": drop_shown.of_refusal(refused)}
    if file.state == DropState.TO_UNDO:
        queries.move(session, file, DropState.IMPORTED, shown={**file.shown, **trouble})
    else:
        queries.move(session, file, DropState.REFUSED, content=None, shown=trouble)
    dropped_files.show(session, file, f"refused:{now.isoformat()}", now)
