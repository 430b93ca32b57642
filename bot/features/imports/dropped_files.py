"""A file that was dropped into the bot's messages: kept, previewed, imported by who may, undone or forgotten.

What is imported are the very bytes that were previewed. They are kept with the row until it is decided what becomes of
them, a day at most. The message about a file is put in the transaction that changes its state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError, must_read
from bot.features.imports import drop_shown, queries, undo
from bot.features.imports.file_kinds import workbook_kind
from bot.features.imports.merge_policy import SURFACE
from bot.features.imports.queries import DROPPED_KEY, DroppedFile, DropState, NewFile
from bot.features.imports.refusals import ImportRefusal
from bot.features.imports.report import Report
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Destination, Op, Outgoing
from bot.store import members, workspaces
from bot.store.ledger import Author

KIND = "accounts"
"""What a file is until somebody has looked at its headers. Rows of an earlier release say `account`."""
MOST_FILES = 5
"""As many files of one message are read."""
MOST_ROWS_AT_ONCE = 1000
"""What is certainly done while Slack waits for an answer; larger files wait for the clock."""
_LARGEST_WORKBOOK_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Contents:
    """A file as it is read: its name, its bytes, and the kind that somebody chose, None for what its headers say."""

    name: str
    data: bytes
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """A file as it was dropped. Without a preview it waits for the clock; with a refusal there is no content."""

    slack_id: str
    shared_ts: str
    name: str
    content: bytes | None = None
    preview: Mapping[str, Any] | None = None
    refusal: Mapping[str, Any] | None = None


def is_large(content: bytes) -> bool:
    """Whether a file has to wait for the clock; told without reading it."""
    if workbook_kind(content):
        return len(content) > _LARGEST_WORKBOOK_AT_ONCE
    return max(content.count(b"\n"), content.count(b"\r")) > MOST_ROWS_AT_ONCE or len(content) > 500 * MOST_ROWS_AT_ONCE


def may_import(session: Session, actor: Actor, now: datetime) -> bool:
    """Whether the files of this person are read at all."""
    must_read(actor)
    return actor.member.is_admin


def preview(session: Session, actor: Actor, name: str, content: bytes, now: datetime) -> dict[str, Any]:
    """What the message shows of a file. Raises `UserError` when it is no table that can be imported."""
    must_import(session, actor)
    return previewed(session, actor.workspace_id, Contents(name, content), now)


def previewed(session: Session, workspace_id: int, file: Contents, now: datetime) -> dict[str, Any]:
    """The same for a file that was kept for the clock, as the kind that it was chosen to be."""
    from bot.features.imports import kinds

    fitting = kinds.fitting(file.data, file.name)
    kind = file.kind or fitting[0]
    report = _imported(session, workspace_id, replace(file, kind=kind), now, dry_run=True)
    return drop_shown.of_preview(report, kind, [other for other in fitting if other != kind])


def take(session: Session, actor: Actor, drops: tuple[Drop, ...], now: datetime) -> None:
    """Keep dropped files, each with its message; one that came by the same message before changes nothing."""
    must_read(actor)
    for drop in drops:
        refusal = drop.refusal
        if not actor.member.is_admin:
            refusal = drop_shown.of_refusal(only_admins(session, actor))
        content = None if refusal else drop.content
        state = DropState.REFUSED if refusal else DropState.PREVIEWED if drop.preview else DropState.TO_PREVIEW
        parts = {"refusal": refusal, "preview": None if refusal else drop.preview}
        digest = hashlib.sha256(content).hexdigest() if content is not None else None
        kind = drop.preview["kind"] if drop.preview else KIND
        new = NewFile(drop.slack_id[:80], drop.shared_ts[:80], drop.name[:200], kind, content, digest, state)
        row_id = queries.add(session, actor.member, new, {k: v for k, v in parts.items() if v}, now)
        if row_id is not None:
            _put_message(session, actor, row_id, now)


def choose_kind(session: Session, actor: Actor, dropped_file_id: int, kind: str, now: datetime) -> None:
    """Preview a file as another kind than its headers say: now, or by the clock if it is large."""
    from bot.features.imports import kinds

    file = _dropped(session, actor, dropped_file_id)
    if file.state != DropState.PREVIEWED:
        raise _decided(session, file)
    if kind not in kinds.KINDS:
        raise UserError(ImportRefusal.KIND_UNKNOWN)
    content = queries.content_of(session, file.workspace_id, file.id)
    if is_large(content):
        moved = queries.move(session, file, DropState.TO_PREVIEW, kind=kind, shown={"chosen": kind})
    else:
        shown = {"preview": previewed(session, actor.workspace_id, Contents(file.name, content, kind), now)}
        moved = queries.move(session, file, DropState.PREVIEWED, kind=kind, shown=shown)
    if not moved:
        raise _decided(session, _dropped(session, actor, dropped_file_id))
    show(session, file, f"{kind}:{now.isoformat()}", now)


def import_dropped(
    session: Session, actor: Actor, dropped_file_id: int, now: datetime, *, kind: str | None = None
) -> None:
    """Import a file that was previewed, once: now, or by the clock if it is large.

    `kind` is what the message showed; it is refused if somebody has chosen another one since.
    """
    file = _dropped(session, actor, dropped_file_id)
    if file.state != DropState.PREVIEWED:
        raise _decided(session, file)
    if kind is not None and kind != kind_of(file):
        raise UserError(ImportRefusal.KIND_CHANGED, kind=kind_of(file))
    content = queries.content_of(session, file.workspace_id, file.id)
    if not queries.move(session, file, DropState.TO_IMPORT, decided_at=now, decided_by=actor.member.id):
        raise _decided(session, _dropped(session, actor, dropped_file_id))
    waiting = _dropped(session, actor, dropped_file_id)
    if is_large(content):
        show(session, waiting, DropState.TO_IMPORT.value, now)
    else:
        do_import(session, waiting, content, now)


def cancel_dropped(session: Session, actor: Actor, dropped_file_id: int, now: datetime) -> None:
    """Import nothing of a file, and let its content go."""
    file = _dropped(session, actor, dropped_file_id)
    values = {"decided_at": now, "decided_by": actor.member.id, "content": None, "shown": {}}
    if file.state != DropState.PREVIEWED or not queries.move(session, file, DropState.CANCELLED, **values):
        raise _decided(session, _dropped(session, actor, dropped_file_id))
    show(session, file, DropState.CANCELLED.value, now)


def undo_dropped(session: Session, actor: Actor, dropped_file_id: int, now: datetime) -> None:
    """Take back what the import of a file wrote, once: now, or by the clock if that was much."""
    file = _dropped(session, actor, dropped_file_id)
    if file.state in (DropState.TO_UNDO, DropState.UNDONE):
        raise _decided(session, file)
    if file.state != DropState.IMPORTED or file.batch_id is None:
        raise UserError(ImportRefusal.NOT_IMPORTED)
    if not queries.move(session, file, DropState.TO_UNDO, decided_at=now, decided_by=actor.member.id):
        raise _decided(session, _dropped(session, actor, dropped_file_id))
    waiting, result = _dropped(session, actor, dropped_file_id), file.shown["result"]
    if result["added"] + result["changed"] > MOST_ROWS_AT_ONCE:
        show(session, waiting, DropState.TO_UNDO.value, now)
        return
    try:
        do_undo(session, waiting, now)
    except UserError as refused:  # it was undone on the command line: the message shows that
        raise refused.renewing(lambda session, now: show(session, file, "renewed", now)) from None


def do_import(session: Session, file: DroppedFile, content: bytes, now: datetime) -> None:
    """Import the content of a file that waits for it, as the person who said so, and show what came of it."""
    whole = Contents(file.name, content, kind_of(file))
    report = _imported(session, file.workspace_id, whole, now, member_id=file.decided_by)
    shown = {"result": drop_shown.of_import(report)}
    queries.move(session, file, DropState.IMPORTED, content=None, shown=shown, batch_id=report.batch_id)
    show(session, file, DropState.IMPORTED.value, now)


def do_undo(session: Session, file: DroppedFile, now: datetime) -> None:
    """Undo the import of a file that waits for it, as the person who said so, and show what came of it."""
    by = Author(file.workspace_id, file.decided_by, SURFACE)
    report = undo.undo(session, by, file.batch_id or 0, now)
    queries.move(session, file, DropState.UNDONE, shown={**file.shown, "undone": drop_shown.of_undo(report)})
    show(session, file, DropState.UNDONE.value, now)


def show(session: Session, file: DroppedFile, change: str, now: datetime) -> None:
    """Have the message about a file show how things stand; `change` names what happened, once for each file."""
    for key, _ in lookup.posts_of(session, file.workspace_id, DROPPED_KEY.of(file.id)):
        update = Outgoing(
            key=f"{key}@{change}",
            workspace_id=file.workspace_id,
            kind="dropped-file",
            op=Op.UPDATE,
            target_key=key,
            args={"dropped_file_id": file.id},
            due_at=now,
        )
        put(session, update, now)


def only_admins(session: Session, actor: Actor) -> UserError:
    """The refusal of a member who is no admin; it names one whom they can ask."""
    slack_id = workspaces.admin_of(session, actor.workspace_id)
    admin = members.by_slack_id(session, actor.workspace_id, slack_id) if slack_id else None
    return UserError(ImportRefusal.ONLY_ADMINS, admin=admin.name if admin else None)


def kind_of(file: DroppedFile) -> str:
    """The kind of import that a file is for; an earlier release knew accounts only, and called it so."""
    return KIND if file.kind == "account" else file.kind


def _imported(session: Session, workspace_id: int, file: Contents, now: datetime, **how: Any) -> Report:
    # Loaded with the first file: the readers and their locale data take memory, and most processes see no file.
    from bot.features.imports import kinds
    from bot.features.imports.passes import File, ImportRun
    from bot.features.imports.row_reader import Options

    run = ImportRun(session, workspace_id, now, **how)
    return kinds.KINDS[file.kind or KIND].run(run, File(file.name, file.data), Options())


def _put_message(session: Session, actor: Actor, row_id: int, now: datetime) -> None:
    message = Outgoing(
        key=DROPPED_KEY.of(row_id),
        workspace_id=actor.workspace_id,
        kind="dropped-file",
        channel=actor.member.slack_id,
        destination=Destination.USER,
        args={"dropped_file_id": row_id},
        due_at=now,
    )
    put(session, message, now)


def must_import(session: Session, actor: Actor) -> None:
    """Raise `UserError` unless this person may import files."""
    must_read(actor)
    if not actor.member.is_admin:
        raise only_admins(session, actor)


def _dropped(session: Session, actor: Actor, dropped_file_id: int) -> DroppedFile:
    """A file of the actor's workspace, for admins; `UserError` for everybody else."""
    must_read(actor)
    file = queries.dropped(session, actor.workspace_id, dropped_file_id)
    if file is None:
        raise no_such_account()
    must_import(session, actor)
    return file


def _decided(session: Session, file: DroppedFile) -> UserError:
    by = members.by_id(session, file.workspace_id, file.decided_by)
    return UserError(ImportRefusal.DECIDED, state=file.state, by=by.name if by else None, batch=file.batch_id)
