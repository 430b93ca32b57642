"""Reports to the log and the metrics what a turn recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog

from bot.outbox.transport import Observer
from bot.outbox.types import (
    Ambiguous,
    Claimed,
    Found,
    HandedBack,
    Moot,
    Note,
    NotLooked,
    NotSent,
    PermanentFailure,
    Recorded,
    Result,
    ResultVerdict,
    Scope,
    Sent,
)

log = structlog.get_logger("outbox")


def tell(recorded: Iterable[Recorded], now: datetime, observer: Observer) -> None:
    """Log and count each entry; `now` is business time."""
    for entry in recorded:
        row = entry.result.row
        about = log.bind(key=row.key, kind=row.kind, token=row.token, **({"trace": row.trace} if row.trace else {}))
        match entry.verdict:
            case ResultVerdict.RECORDED:
                _tell_recorded(about, entry, now, observer)
            case ResultVerdict.LOST:
                about.warning("outbox.lease_lost", outcome=type(entry.result.outcome).__name__)
                observer.lost(row)
            case ResultVerdict.DOUBLED:
                about.warning("outbox.doubled", outcome="retracting the second message")
                observer.doubled(row)


def _tell_recorded(about: structlog.typing.FilteringBoundLogger, entry: Recorded, now: datetime, to: Observer) -> None:
    result: Result = entry.result
    row: Claimed = result.row
    match result.outcome:
        case Sent() | Found():
            lag = (now - row.due_at).total_seconds()
            about.info("outbox.sent", note=entry.note, lag_seconds=round(lag, 3), attempts=row.token)
            if isinstance(result.outcome, Found):
                to.reconciled(row)
            to.sent(row, lag, Note(entry.note))
        case Moot(reason):
            about.info("outbox.dropped", reason=reason)
            to.dropped(row, reason)
        case PermanentFailure(code, Scope.WORKSPACE):
            about.error("outbox.workspace_paused", workspace_id=row.workspace_id, code=code)
            to.paused(row.workspace_id, code)
        case PermanentFailure(code):
            about.error("outbox.dead", code=code)
            to.dead(row, code)
        case NotSent(why, retry_after):
            about.warning("outbox.not_sent", why=why, failures=row.failures, retry_after=retry_after)
            if retry_after is not None:
                to.blocked(row.workspace_id, retry_after)
            to.retried(row, why)
        case NotLooked(why, _, retry_after):
            about.warning("outbox.not_looked", why=why, refused=row.looks_refused, retry_after=retry_after)
            to.retried(row, why)
        case Ambiguous(why):
            about.warning("outbox.ambiguous", why=why)
            to.retried(row, why)
        case HandedBack():
            about.info("outbox.handed_back")
