"""What to do with a row that may have reached Slack already: look, and send again only what is not there.

Slack has no idempotency key, so this is what makes a message arrive once. A look is bounded: it reads the history from
the claim to the end of the lease, a page at a time, and what it has read is kept in the row. Slack may refuse looks and
take messages all the same (an app sold outside its Marketplace may look once a minute, at 15 messages), so a refusal
closes looking only. Without the right to read the channel's history, and after a few refusals, nobody can look; then
the row is sent again at most once more, and everything says "at least once".
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.outbox.record_results import mark_absent, mark_blind
from bot.outbox.transport import Observer, Transport
from bot.outbox.types import (
    Absent,
    CannotLook,
    Claimed,
    Found,
    HandedBack,
    LookRefused,
    NotLooked,
    NotSent,
    PermanentFailure,
    Unfinished,
)
from bot.store.engine import Database

UNKNOWN = "delivery_unknown"
_REFUSED = "Slack refuses looks for now"

log = structlog.get_logger("outbox")

_Resolved = Claimed | Found | NotSent | NotLooked | PermanentFailure | HandedBack


class Reconciler:
    """Looks for doubtful rows, for one sender, one at a time in a workspace.

    One look may take `seconds`. A row whose looks Slack has refused `most_refusals` times is one that nobody can look
    for.
    """

    def __init__(
        self,
        transport: Transport[Any],
        database: Database,
        observer: Observer,
        *,
        seconds: float,
        most_refusals: int,
    ) -> None:
        self._transport = transport
        self._database = database
        self._observer = observer
        self._seconds = seconds
        self._most_refusals = most_refusals
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._closed_until: dict[int, datetime] = {}  # database time

    async def resolve(self, row: Claimed) -> _Resolved:
        """Look for a doubtful row; returns the row to be sent, or the outcome that makes sending needless.

        The returned row is no longer in doubt, or has used up its one blind attempt.
        """
        pages = _Pages(row.look_cursor)
        try:
            async with asyncio.timeout(self._seconds), self._turns[row.workspace_id]:
                result = await self._look(row, pages)
        except TimeoutError:
            return NotLooked("looking for it took too long", pages.cursor)
        match result:
            case Absent():
                if not await asyncio.to_thread(self._marked, mark_absent, row):
                    return HandedBack()
                log.info("outbox.absent", key=row.key, token=row.token)
                return replace(
                    row,
                    in_doubt=False,
                    doubt_from=row.taken_at,
                    doubt_until=row.lease_until,
                    look_cursor=None,
                    looks_refused=0,
                )
            case CannotLook(why):
                return await self._blindly(row, why)
            case _:
                return result

    async def _look(
        self, row: Claimed, pages: _Pages
    ) -> Found | Absent | CannotLook | NotSent | NotLooked | PermanentFailure:
        """Read page after page until Slack has answered or refuses."""
        # What was claimed together with a row whose look is refused need not ask as well.
        closed = self._closed_until.get(row.workspace_id, row.taken_at) - row.taken_at
        if closed > timedelta():
            return NotLooked(_REFUSED, pages.cursor, closed.total_seconds(), asked=False)
        while True:
            result = await self._transport.find(replace(row, look_cursor=pages.cursor))
            match result:
                case Unfinished(cursor):
                    pages.cursor = cursor
                case LookRefused(retry_after):
                    self._closed_until[row.workspace_id] = row.taken_at + timedelta(seconds=retry_after)
                    if row.looks_refused + 1 >= self._most_refusals:
                        return CannotLook(f"Slack refused {row.looks_refused + 1} looks")
                    return NotLooked(_REFUSED, pages.cursor, retry_after)
                case NotSent(why, retry_after):
                    return NotLooked(why, pages.cursor, retry_after, asked=False)
                case _:
                    return result

    async def _blindly(self, row: Claimed, why: str) -> Claimed | PermanentFailure | HandedBack:
        if row.blind:
            log.error("outbox.unknown", key=row.key, why=why, attempts=row.token)
            return PermanentFailure(UNKNOWN)
        if not await asyncio.to_thread(self._marked, mark_blind, row):
            return HandedBack()
        log.warning("outbox.at_least_once", key=row.key, why=why)
        self._observer.blind(row)
        return replace(row, blind=row.blind + 1, doubt_until=row.lease_until, look_cursor=None, looks_refused=0)

    def _marked(self, mark: Callable[[Session, Claimed], bool], row: Claimed) -> bool:
        with self._database.begin() as session:
            return mark(session, row)


class _Pages:
    """How far a look has come, also when its time runs out in the middle."""

    def __init__(self, cursor: str | None) -> None:
        self.cursor = cursor
