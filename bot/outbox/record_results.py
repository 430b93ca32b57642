"""Recording what became of claimed rows, under the lock of their channels and fenced by the claim's token."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from bot.outbox import statements
from bot.outbox.pacing import (
    AnyRow,
    Channel,
    block_workspace,
    close_looks,
    lock,
    pause_workspace,
    promote,
    shut_channels,
)
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
    State,
)
from bot.store.engine import db_now
from bot.store.schema.outbox import outbox

_LONGEST_CURSOR = 400


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast, all in seconds: `channel_seconds` between two messages of a channel (Slack's rule is one a second);
    `settle_seconds` before anybody looks whether an ambiguous message arrived, as a slow server may still be at it;
    waits after failures double from `first_backoff` up to `longest_backoff`, each with up to half of it as jitter."""

    channel_seconds: float = 1.0
    settle_seconds: float = 3.0
    first_backoff: float = 0.5
    longest_backoff: float = 60.0

    def backoff(self, failures: int) -> float:
        """Seconds to wait after this many failures in a row."""
        most: float = min(self.longest_backoff, self.first_backoff * 2 ** min(failures, 30))
        return random.uniform(most / 2, most)


def finish(session: Session, now: datetime, results: Sequence[Result], pace: Pace) -> list[Recorded]:
    """Write the outcomes of claimed rows; `now` is business time.

    A row whose lease was taken over is left alone (`Verdict.LOST`), with one exception: that a message was sent is a
    fact, and the first such fact stands whoever reports it. A second message for the same row is `Verdict.DOUBLED`.
    """
    if not results:
        return []
    channels = lock(session, {Channel(result.row.workspace_id, result.row.channel) for result in results})
    at = db_now(session)
    ids = [result.row.id for result in results]
    rows = {row.id: row for row in session.execute(statements.STORED, {"ids": ids})}
    recorded: list[Recorded] = []
    changes: list[dict[str, Any]] = []
    for result in results:
        stored = rows.get(result.row.id)  # None once it was finished by another sender, and pruned
        verdict = _verdict(result, stored) if stored else ResultVerdict.LOST
        change = _change(result, stored, now, at, pace)
        recorded.append(Recorded(result, verdict, change["note"] or ""))
        if stored and verdict is ResultVerdict.RECORDED and stored.finished_at is None:
            changes.append({**change, "row_id": stored.id, "seen": stored.attempts})
    if changes:
        session.connection().execute(statements.FINISH, changes)
    _close_gates(session, [entry for entry in recorded if entry.verdict is not ResultVerdict.LOST], at, pace)
    promote(session, channels)
    return recorded


def _verdict(result: Result, stored: AnyRow) -> ResultVerdict:
    is_claimed = stored.state == State.SENDING and stored.attempts == result.row.token
    if is_claimed:
        return ResultVerdict.RECORDED
    if not isinstance(result.outcome, Sent):
        return ResultVerdict.LOST
    if stored.finished_at is None:
        return ResultVerdict.RECORDED
    if stored.state != State.SENT or stored.sent_ts == result.outcome.ts:
        return ResultVerdict.LOST
    return ResultVerdict.DOUBLED


def _change(result: Result, stored: AnyRow | None, now: datetime, at: datetime, pace: Pace) -> dict[str, Any]:
    row, outcome = result.row, result.outcome
    waiting = _as_waiting(row)
    final = waiting | {"in_doubt": False, "finished_at": now}
    match outcome:
        case Sent(channel, ts):
            # Another may have sent it blindly since, while this sender was frozen after its post.
            blindly = row.blind or (stored is not None and stored.blind)
            note = Note.AT_LEAST_ONCE if blindly else Note.ONCE
            return final | _posted(channel, ts, note)
        case Found(channel, ts):
            return final | _posted(channel, ts, Note.RECONCILED)
        case Moot(reason):
            return final | {"state": State.DROPPED.value, "note": reason}
        case PermanentFailure(code, Scope.MESSAGE):
            return final | {"state": State.DEAD.value, "code": code[:80], "note": f"refused for good: {code}"}
        case PermanentFailure(code):
            return waiting | {"code": code[:80], "note": f"the workspace is paused: {code}"}
        case NotSent(why, retry_after):
            return waiting | _later(row, why, retry_after, at, pace)
        case Ambiguous(why):
            ready = at + timedelta(seconds=pace.settle_seconds)
            return waiting | {"ready_at": ready, "in_doubt": True, "failures": row.failures + 1, "note": why}
        case NotLooked(why, cursor, retry_after, asked):
            lost = cursor is not None and len(cursor) > _LONGEST_CURSOR  # to begin anew for ever would be no look
            refused = row.looks_refused + (lost or (asked and retry_after is not None))
            looked = {"look_cursor": None if lost else cursor, "looks_refused": refused}
            return waiting | looked | _later(row, why, retry_after, at, pace)
        case HandedBack():
            return waiting


def _as_waiting(row: Claimed) -> dict[str, Any]:
    """The values of a row that goes back as it was taken."""
    return {
        "state": State.WAITING.value,
        "ready_at": None,
        "failures": row.failures,
        "in_doubt": row.in_doubt,
        "blind": row.blind,
        "look_cursor": row.look_cursor,
        "looks_refused": row.looks_refused,
        "sent_channel": None,
        "sent_ts": None,
        "code": None,
        "note": None,
        "finished_at": None,
    }


def _later(row: Claimed, why: str, retry_after: float | None, at: datetime, pace: Pace) -> dict[str, Any]:
    """When the row is tried again: as Slack asked, else with back-off, which counts as a failure."""
    wait = retry_after if retry_after is not None else pace.backoff(row.failures)
    failures = row.failures + (retry_after is None)
    return {"ready_at": at + timedelta(seconds=wait), "failures": failures, "note": why}


def _posted(channel: str, ts: str, note: Note) -> dict[str, Any]:
    return {"state": State.SENT.value, "sent_channel": channel[:40], "sent_ts": ts[:32], "note": note.value}


def _close_gates(session: Session, entries: Sequence[Recorded], at: datetime, pace: Pace) -> None:
    posted = {
        Channel(entry.result.row.workspace_id, entry.result.row.channel)
        for entry in entries
        if isinstance(entry.result.outcome, Sent | Ambiguous)
    }
    if pace.channel_seconds:
        shut_channels(session, sorted(posted), at + timedelta(seconds=pace.channel_seconds))
    for entry in sorted(entries, key=lambda entry: entry.result.row.workspace_id):
        match entry.result.outcome:
            case NotSent(_, retry_after) if retry_after is not None:
                block_workspace(session, entry.result.row.workspace_id, at + timedelta(seconds=retry_after))
            case NotLooked(_, _, retry_after, asked) if asked and retry_after is not None:
                close_looks(session, entry.result.row.workspace_id, at + timedelta(seconds=retry_after))
            case PermanentFailure(code, Scope.WORKSPACE):
                pause_workspace(session, entry.result.row.workspace_id, code)


def mark_absent(session: Session, row: Claimed) -> bool:
    """Note that no attempt before this claim has arrived, so that a later look begins here; False if the lease is gone.

    Committed before the message is sent again: what arrives from now on is no older than this claim.
    """
    values = {"doubt_from": row.taken_at, "doubt_until": row.lease_until, "look_cursor": None, "looks_refused": 0}
    return _mark(session, row, values)


def mark_blind(session: Session, row: Claimed) -> bool:
    """Use up a row's one allowance to be sent without having looked; False if the lease is gone or it is used up.

    Committed before the message is sent, so that a crash cannot send it again and again.
    """
    # The history to look at grows, and a cursor into the shorter one would miss its newest part.
    values = {"blind": 1, "doubt_until": row.lease_until, "look_cursor": None, "looks_refused": 0}
    return _mark(session, row, values, outbox.c.blind == 0)


def _mark(session: Session, row: Claimed, values: dict[str, Any], *conditions: ColumnElement[bool]) -> bool:
    c = outbox.c
    # within: the sender has claimed the row, which the token proves
    statement = update(outbox).where(
        c.id == row.id, c.attempts == row.token, c.state == State.SENDING.value, *conditions
    )
    return session.execute(statement.values(**values).returning(c.id)).first() is not None
