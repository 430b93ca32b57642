"""The sender: an asyncio loop that claims what is due, sends it over a transport, and records what became of it.

One turn is one transaction: it writes the results that have come in and claims as many rows as there are free hands.
A row is in the sender's hands only while it is being sent, so a crash leaves in doubt no more than `hands` rows.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeAlias

import structlog

from bot.log import said, traced
from bot.outbox.events import tell
from bot.outbox.exhaustion import is_exhaustion
from bot.outbox.pacing import park_paused
from bot.outbox.queue import claim, rest
from bot.outbox.reconcile import Reconciler
from bot.outbox.record_results import Pace, finish
from bot.outbox.transport import Lease, Observer, OnDead, P, Silent, Transport, steady_seconds
from bot.outbox.types import (
    Ambiguous,
    Claimed,
    Found,
    HandedBack,
    Moot,
    NotSent,
    Op,
    Outcome,
    PermanentFailure,
    Recorded,
    Result,
    ResultVerdict,
    Scope,
    Sent,
)
from bot.outbox.wakeup import Wakeup, announce
from bot.store.engine import AWAY, Database

BROKEN = "cannot_render"
UNREADABLE = "cannot_read"
_SPIN_SECONDS = 0.01
_GATHER_SECONDS = 0.1

log = structlog.get_logger("outbox")

_Prepared: TypeAlias = P | Moot | PermanentFailure | NotSent


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """How the sender works; all times in seconds.

    `lease_seconds` must exceed `http_seconds` (the longest that one call to Slack may take) plus `margin_seconds`.
    `hands` rows are in flight at once. Without any wake-up the database is asked every `poll_seconds`. A row that
    cannot be rendered is dead once it has failed `render_attempts` times, unless this process had run out of something.
    Once Slack has refused `look_refusals` looks for a row, nobody can look whether it has arrived.
    """

    lease_seconds: float = 30.0
    http_seconds: float = 10.0
    margin_seconds: float = 5.0
    hands: int = 32
    poll_seconds: float = 30.0
    render_attempts: int = 5
    look_refusals: int = 5
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        if self.lease_seconds <= self.http_seconds + self.margin_seconds:
            raise ValueError("the lease must be longer than a call to Slack and its margin")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did, and the seconds until the next could find more (None: nothing in sight)."""

    claimed: int
    recorded: list[Recorded]
    wait: float | None


class Sender(Generic[P]):
    """Sends what is due. `run` until `stop`, or `drain` once; both may be used together, from one event loop."""

    def __init__(
        self,
        database: Database,
        transport: Transport[P],
        *,
        now: Callable[[], datetime],
        on_dead: OnDead,
        wakeup: Wakeup,
        settings: SenderSettings | None = None,
        observer: Observer | None = None,
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self._database = database
        self._transport = transport
        self._now = now
        self._on_dead = on_dead
        self._wakeup = wakeup
        self._settings = settings or SenderSettings()
        self._observer = observer or Silent()
        self._steady = steady
        self._reconciler = Reconciler(
            transport,
            database,
            self._observer,
            seconds=self._settings.http_seconds,
            most_refusals=self._settings.look_refusals,
        )
        self.owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._tasks: set[asyncio.Task[None]] = set()
        self._backlog = False
        self._gathering: asyncio.TimerHandle | None = None
        self._results: list[Result] = []
        self._suspects: list[Result] = []
        self._turning = asyncio.Lock()
        self._stopping = False
        self._stopped = asyncio.Event()
        self._stopped.set()
        self.finished = 0

    async def run(self) -> None:
        """Send until `stop` is called; survives a database that is away."""
        self._stopped.clear()
        listening = asyncio.create_task(self._wakeup.listen())
        try:
            while not self._stopping:
                turn = await self._turn_or_wait()
                await self._wakeup.wait(self._pause(turn))
            await self._put_down()
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            self._stopped.set()

    async def stop(self) -> None:
        """Finish what is being sent, hand back what is claimed, record both, and return."""
        self._stopping = True
        self._wakeup.set()
        await self._stopped.wait()

    @property
    def in_flight(self) -> int:
        """How many rows are being sent."""
        return len(self._tasks)

    async def drain(self, patience: float = 5.0) -> int:
        """Send everything that is due, waiting for gates and back-off of up to `patience` seconds; returns how many
        rows came to their end (sent, dropped or dead)."""
        before = self.finished
        while True:
            turn = await self.turn()
            idle = not turn.claimed and not self._tasks and not self._results and not self._suspects
            if idle and (turn.wait is None or turn.wait > patience):
                return self.finished - before
            await self._wakeup.wait(turn.wait if idle and turn.wait else self._settings.http_seconds)

    async def _turn_or_wait(self) -> Turn:
        wait = 0.1
        while True:
            try:
                return await self.turn()
            except AWAY as away:
                log.warning("outbox.database_away", why=said(away.__cause__ or away), retry_seconds=wait)
            except Exception:
                log.exception("outbox.turn_failed", retry_seconds=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)
            if self._stopping:
                return Turn(0, [], 0)

    def _pause(self, turn: Turn) -> float:
        """Seconds to wait after `turn`; results, commits and a moved clock wake the sender earlier."""
        if self.in_flight >= self._settings.hands or turn.wait is None:
            return self._settings.poll_seconds
        return min(turn.wait, self._settings.poll_seconds)

    async def turn(self) -> Turn:
        """One turn: record what has come in, claim what is due, start sending it; raises what the database raises."""
        async with self._turning:
            results = self._take_results()
            free = 0 if self._stopping else self._settings.hands - len(self._tasks)
            now, started = self._now(), self._steady()
            try:
                recorded, claimed, wait = await asyncio.to_thread(self._work, results, free, now)
            except Exception as error:
                if isinstance(error, AWAY) or is_exhaustion(error):
                    self._results = results + self._results
                elif len(results) > 1:
                    self._suspects += results
                raise
            self._backlog = len(claimed) == free
            self._start(claimed, started)
        tell(recorded, now, self._observer)
        self.finished += sum(_is_final(entry) for entry in recorded)
        for entry in recorded:
            if entry.verdict is ResultVerdict.DOUBLED and isinstance(entry.result.outcome, Sent):
                self._keep(self._retract(entry.result.row, entry.result.outcome))
        return Turn(len(claimed), recorded, wait)

    def _take_results(self) -> list[Result]:
        """What is to be recorded: of those that could not be recorded together one at a time, so that one at fault
        loses no other."""
        if self._suspects:
            self._wakeup.set()
            return [self._suspects.pop(0)]
        results, self._results = self._results, []
        return results

    def _work(
        self, results: list[Result], free: int, now: datetime
    ) -> tuple[list[Recorded], list[Claimed], float | None]:
        dead = [result for result in results if _is_dead(result)]
        recorded = [entry for result in dead for entry in self._bury(result, now)]
        settings = self._settings
        with self._database.begin() as session:
            recorded += finish(session, now, [result for result in results if result not in dead], settings.pace)
            if self._stopping and recorded:
                announce(session)  # what queued behind these rows is the other replicas' to take
            if free <= 0:
                return recorded, [], None
            batch = claim(session, now, limit=free, lease_seconds=settings.lease_seconds, owner=self.owner)
            if batch.more:
                return recorded, batch.rows, 0.0 if batch.rows else _SPIN_SECONDS
            if len(batch.rows) == free:
                return recorded, batch.rows, None
            if not batch.rows:
                park_paused(session)
            return recorded, batch.rows, rest(session, now, batch.at)

    def _bury(self, result: Result, now: datetime) -> list[Recorded]:
        """Record a dead row in a transaction of its own, so that a failing notice loses no other result."""
        try:
            with self._database.begin() as session:
                recorded = finish(session, now, [result], self._settings.pace)
                for entry in recorded:
                    if entry.verdict is ResultVerdict.RECORDED and isinstance(result.outcome, PermanentFailure):
                        self._on_dead(session, result.row, result.outcome.code)
        except AWAY:
            raise
        except Exception:
            log.exception("outbox.nobody_told", key=result.row.key)
            return []
        return recorded

    def _start(self, claimed: list[Claimed], started: float) -> None:
        settings = self._settings
        needed = settings.http_seconds + settings.margin_seconds
        lease = Lease(started + settings.lease_seconds, needed, self._steady)
        # Composing for many at once asks the database once for all of them.
        batch = asyncio.create_task(self._prepare([row for row in claimed if _is_prepared_at_once(row)]))
        for row in claimed:
            self._keep(self._send(row, lease, batch))

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._gathering:
            self._gathering.cancel()
            self._gathering = None
        if self._backlog and 2 * len(self._tasks) > self._settings.hands:
            # A turn costs the same for one row and for many: with a backlog it waits for half of the hands.
            self._gathering = asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._wakeup.set)
        else:
            self._wakeup.set()

    async def _send(self, row: Claimed, lease: Lease, batch: asyncio.Task[dict[int, _Prepared[P]]]) -> None:
        with traced(row.trace):
            result = await self._attempt(row, lease, batch)
        # Only now: `turn` puts a new list in place while the attempt waits, and an early lookup would keep the old one.
        self._results.append(result)

    async def _prepare(self, rows: Sequence[Claimed]) -> dict[int, _Prepared[P]]:
        if not rows:
            return {}
        try:
            async with asyncio.timeout(self._settings.http_seconds):
                prepared = await self._transport.prepare(rows)
        except (*AWAY, TimeoutError) as away:
            prepared = [NotSent(f"not prepared: {away!r:.200}")] * len(rows)
        except Exception as error:  # noqa: BLE001 -- messages that cannot be rendered must not stop the others
            prepared = [error] * len(rows)
        return {
            row.id: self._broken(row, item) if isinstance(item, Exception) else item
            for row, item in zip(rows, prepared, strict=True)
        }

    async def _attempt(self, row: Claimed, lease: Lease, batch: asyncio.Task[dict[int, _Prepared[P]]]) -> Result:
        before = row
        if row.unreadable:
            return Result(row, PermanentFailure(UNREADABLE))
        if row.orphan:
            return Result(row, Moot(row.orphan))
        if _must_look(row):
            try:
                resolved = await self._reconciler.resolve(row)
            except AWAY as away:
                return Result(before, NotSent(f"not looked for: {away!r:.200}"))
            if not isinstance(resolved, Claimed):
                return Result(row, resolved)
            row, before = resolved, replace(before, look_cursor=None, looks_refused=0)
            prepared = (await self._prepare([row]))[row.id]
        else:
            prepared = (await asyncio.shield(batch))[row.id]
        if isinstance(prepared, Moot | PermanentFailure | NotSent):
            return Result(before if isinstance(prepared, NotSent) else row, prepared)
        if self._stopping or not lease.may_post():
            return Result(before, HandedBack())
        outcome = await self._deliver(row, prepared, lease)
        # A row that surely was not sent keeps its one blind attempt.
        return Result(
            replace(row, blind=before.blind) if isinstance(outcome, NotSent | PermanentFailure) else row, outcome
        )

    async def _deliver(self, row: Claimed, prepared: P, lease: Lease) -> Outcome:
        try:
            async with asyncio.timeout(self._settings.http_seconds):
                return await self._transport.deliver(prepared, lease)
        except TimeoutError:
            return Ambiguous(f"no answer within {self._settings.http_seconds:g} s")
        except Exception as error:
            log.exception("outbox.delivery_broke", key=row.key)
            return Ambiguous(f"{error!r:.200}")

    def _broken(self, row: Claimed, error: Exception) -> NotSent | PermanentFailure:
        log.error("outbox.cannot_render", key=row.key, kind=row.kind, exc_info=error)
        if row.failures + 1 >= self._settings.render_attempts and not is_exhaustion(error):
            return PermanentFailure(BROKEN)
        return NotSent(f"cannot be rendered: {error!r:.200}")

    async def _retract(self, row: Claimed, sent: Sent) -> None:
        try:
            async with asyncio.timeout(self._settings.http_seconds):
                await self._transport.retract(row, sent)
        except Exception:
            log.exception("outbox.not_retracted", key=row.key, channel=sent.channel, ts=sent.ts)

    async def _put_down(self) -> None:
        """Wait for what is being sent and record it; what cannot be recorded is found again by the next sender."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=3 * self._settings.http_seconds)
        give_up = self._steady() + self._settings.lease_seconds
        while (self._results or self._suspects) and self._steady() < give_up:
            try:
                await self.turn()
            except AWAY as away:
                log.warning("outbox.database_away", why=said(away.__cause__ or away), retry_seconds=1)
                await asyncio.sleep(1)


def _is_prepared_at_once(row: Claimed) -> bool:
    return not (row.unreadable or row.orphan or _must_look(row))


def _must_look(row: Claimed) -> bool:
    return row.in_doubt and row.op is Op.POST


def _is_dead(result: Result) -> bool:
    return isinstance(result.outcome, PermanentFailure) and result.outcome.scope is Scope.MESSAGE


def _is_final(entry: Recorded) -> bool:
    final = isinstance(entry.result.outcome, Sent | Found | Moot) or _is_dead(entry.result)
    return final and entry.verdict is ResultVerdict.RECORDED
