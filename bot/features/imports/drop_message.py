"""The message about a dropped file, as things stand when it is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.features.imports import batches, drop_shown, queries, wording
from bot.features.imports.dropped_files import KIND, kind_of
from bot.features.imports.queries import DropState
from bot.features.imports.views import DroppedFileView, Silent
from bot.outbox.types import Moot
from bot.store import portfolios, series

_WITH_PREVIEW = (DropState.PREVIEWED, DropState.TO_IMPORT)


def compose_dropped(session: Session, args: dict[str, Any], now: datetime) -> DroppedFileView | Moot:
    """The preview with its buttons, or what became of the file."""
    file = queries.dropped(session, args["workspace_id"], args["dropped_file_id"])
    if file is None:
        return Moot("the file is forgotten")
    state, shown = DropState(file.state), file.shown
    refusal = shown.get("refusal")
    trouble = wording.refusal(refusal["code"], refusal["facts"]) if refusal else None
    by = portfolios.mentions(session, file.workspace_id, [file.decided_by]).get(file.decided_by or 0)
    preview = drop_shown.preview(shown["preview"]) if state in _WITH_PREVIEW and "preview" in shown else None
    if state is DropState.IMPORTED and batches.is_undone(session, file.workspace_id, file.batch_id):
        state, by = DropState.UNDONE, None  # by somebody at the command line
    sentences = [trouble or "", *(warning.text for warning in (preview.warnings if preview else ()))]
    return DroppedFileView(
        dropped_file_id=file.id,
        file=file.name,
        state=state,
        trouble=trouble,
        names_options=any(" --" in sentence for sentence in sentences),
        kind=kind_of(file),
        preview=preview,
        result=drop_shown.counts(shown["result"]) if "result" in shown else None,
        batch_id=file.batch_id,
        undone=drop_shown.undone(shown["undone"]) if "undone" in shown else None,
        decided_by=by,
        silent=_silent(session, file.workspace_id) if state is DropState.IMPORTED and kind_of(file) == KIND else (),
    )


def _silent(session: Session, workspace_id: int) -> tuple[Silent, ...]:
    """The customers whom nobody meets, by portfolio."""
    places = series.without(session, workspace_id)
    return tuple(Silent(place.customers, place.portfolio_id, place.portfolio) for place in places)
