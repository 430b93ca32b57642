"""What to do with a row that may have reached Slack already: look, and send again only what is not there.

Slack has no idempotency key, so this is what makes a message arrive once. Without the right to read the channel's
history nobody can look; then the row is sent again at most once more, and everything says "at least once".
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import structlog

from bot.outbox.record_results import mark_blind
from bot.outbox.transport import Observer, Transport
from bot.outbox.types import Absent, CannotLook, Claimed, Found, HandedBack, NotSent, PermanentFailure
from bot.store.engine import Database

UNKNOWN = "delivery_unknown"

log = structlog.get_logger("outbox")


async def resolve(
    row: Claimed, transport: Transport[Any], database: Database, observer: Observer, seconds: float
) -> Claimed | Found | NotSent | PermanentFailure | HandedBack:
    """Look for a doubtful row within `seconds`; returns the row to be sent, or the outcome that makes sending needless.

    The returned row is no longer in doubt, or has used up its one blind attempt.
    """
    try:
        async with asyncio.timeout(seconds):
            result = await transport.find(row, row.claimed_at)
    except TimeoutError:
        return NotSent("looking for it took too long")
    match result:
        case Absent():
            log.info("outbox.absent", key=row.key, token=row.token)
            return replace(row, in_doubt=False)
        case CannotLook(why):
            return await _blindly(row, why, database, observer)
        case Found() | NotSent() | PermanentFailure():
            return result


async def _blindly(
    row: Claimed, why: str, database: Database, observer: Observer
) -> Claimed | PermanentFailure | HandedBack:
    if row.blind:
        log.error("outbox.unknown", key=row.key, why=why, attempts=row.token)
        return PermanentFailure(UNKNOWN)
    if not await asyncio.to_thread(_mark, database, row):
        return HandedBack()
    log.warning("outbox.at_least_once", key=row.key, why=why)
    observer.blind(row)
    return replace(row, blind=row.blind + 1)


def _mark(database: Database, row: Claimed) -> bool:
    with database.begin() as session:
        return mark_blind(session, row.id, row.token)
