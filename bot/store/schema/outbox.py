"""The tables of delivery: what must reach Slack, and the gates that pace it.

Three kinds of time live here and are never compared: `due_at`, `created_at` and `finished_at` are business time (the
injected clock); `ready_at`, `lease_until`, `claimed_at`, `doubt_from`, `doubt_until` and the gates are the database's
own time (`engine.db_now`). What may have reached Slack did so between `doubt_from`, a claim, and `doubt_until`, the end
of a lease; `claimed_at` is the first claim since which the row has been in flight.

A row is open until `finished_at`. An open row is `waiting` (looked at by every claim), `parked` (something before it in
its channel is open, so no claim needs to look at it) or `sending`. State changes of open rows happen under the lock of
their channel's gate row; only `put` adds rows without it. What is over for long is deleted (`bot.outbox.retention`).
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from bot.store.schema import metadata
from bot.store.types import BigInt, Clean, UtcDateTime, bytewise


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInt, primary_key=True, autoincrement=True),
    Column("workspace_id", BigInt, ForeignKey("workspace.id"), nullable=False),
    Column("key", bytewise(200), nullable=False),
    Column("uuid", String(32), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("destination", String(10), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("args", JSON, nullable=False),
    Column("op", String(10), nullable=False),
    Column("thread_id", BigInt, ForeignKey("outbox.id")),
    Column("target_id", BigInt, ForeignKey("outbox.id")),
    Column("due_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("trace", String(64)),
    Column("state", String(10), nullable=False),
    Column("ready_at", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("owner", String(80)),
    Column("claimed_at", UtcDateTime),
    Column("doubt_from", UtcDateTime),
    Column("doubt_until", UtcDateTime),
    Column("look_cursor", String(400)),
    Column("looks_refused", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("in_doubt", Boolean, nullable=False, server_default=text("false")),
    Column("blind", Integer, nullable=False, server_default="0"),
    Column("sent_channel", String(40)),
    Column("sent_ts", String(32)),
    Column("code", String(80)),
    Column("note", Clean),
    Column("finished_at", UtcDateTime),
    UniqueConstraint("workspace_id", "key"),
    _partial("ix_outbox_waiting", "due_at", "id", where="state = 'waiting'"),
    _partial("ix_outbox_sending", "workspace_id", "channel", where="state = 'sending'"),
    _partial("ix_outbox_open", "workspace_id", "channel", "due_at", "id", where="finished_at IS NULL"),
    _partial("ix_outbox_over", "kind", "op", "finished_at", where="state IN ('sent', 'dropped')"),
    # Also what the database itself asks before it lets a row go that others point at.
    _partial("ix_outbox_thread_id", "thread_id", where="thread_id IS NOT NULL"),
    _partial("ix_outbox_target_id", "target_id", where="target_id IS NOT NULL"),
)

channel_gate = Table(
    "channel_gate",
    metadata,
    Column("workspace_id", BigInt, ForeignKey("workspace.id"), primary_key=True, autoincrement=False),
    Column("channel", String(40), primary_key=True),
    Column("next_free_at", UtcDateTime),
)

workspace_gate = Table(
    "workspace_gate",
    metadata,
    Column("workspace_id", BigInt, ForeignKey("workspace.id"), primary_key=True, autoincrement=False),
    Column("blocked_until", UtcDateTime),
    Column("no_looks_until", UtcDateTime),
    Column("paused", String(80)),
    Column("paused_at", UtcDateTime),
)
