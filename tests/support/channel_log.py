"""A list that plays Slack's channels for the outbox: what was posted, in order, and faults on request."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.outbox.queue import put
from bot.outbox.record_results import Pace
from bot.outbox.sender import Sender, SenderSettings
from bot.outbox.transport import Lease, Silent
from bot.outbox.types import (
    Absent,
    Ambiguous,
    CannotLook,
    Claimed,
    Found,
    LookRefused,
    Moot,
    Note,
    NotSent,
    Op,
    Outgoing,
    PermanentFailure,
    Sent,
    Unfinished,
)
from bot.outbox.wakeup import Wakeup
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from tests.support.factory import NOON

FAST = SenderSettings(pace=Pace(channel_seconds=0, settle_seconds=0, first_backoff=0.01, longest_backoff=0.02))

Fault = PermanentFailure | NotSent | Ambiguous | Exception


@dataclass(frozen=True)
class Post:
    """One message that people see."""

    channel: str
    ts: str
    key: str
    uuid: str
    thread_ts: str | None = None


class Clock:
    """Business time that a test moves."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **delta: float) -> None:
        """Move by a `timedelta`'s arguments."""
        self.at += timedelta(**delta)


@dataclass
class ChannelLog:
    """The channels. `before` and `after` hold faults by key: instead of the effect, or in place of its answer;
    `looks` what looks for a key find before they get through."""

    posts: list[Post] = field(default_factory=list)
    updates: list[str] = field(default_factory=list)
    before: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    after: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    broken: dict[str, Exception] = field(default_factory=dict)
    moot: dict[str, str] = field(default_factory=dict)
    may_look: bool = True
    looks: dict[str, list[Unfinished | LookRefused]] = field(default_factory=lambda: defaultdict(list))
    cursors: list[str | None] = field(default_factory=list)
    looked: Counter[str] = field(default_factory=Counter)
    stamps: count[int] = field(default_factory=lambda: count(1))

    def keys(self) -> list[str]:
        """The keys of the posts, in their order."""
        return [post.key for post in self.posts]

    def post(self, row: Claimed) -> Post:
        """Post it."""
        made = Post(row.channel, f"{next(self.stamps)}.0", row.key, row.uuid, row.thread_ts)
        self.posts.append(made)
        return made


class LogTransport:
    """The outbox's way to a `ChannelLog`; `hold` and `hold_rendering` keep everybody waiting there until released."""

    def __init__(self, channels: ChannelLog) -> None:
        self.channels = channels
        self.hold: asyncio.Event | None = None
        self.hold_rendering: asyncio.Event | None = None
        self.delivering = asyncio.Event()
        self.rendering = asyncio.Event()

    async def prepare(self, rows: Sequence[Claimed]) -> list[Claimed | Moot | Exception]:
        self.rendering.set()
        if self.hold_rendering:
            await self.hold_rendering.wait()
        return [self._prepared(row) for row in rows]

    def _prepared(self, row: Claimed) -> Claimed | Moot | Exception:
        if row.key in self.channels.broken:
            return self.channels.broken[row.key]
        return Moot(self.channels.moot[row.key]) if row.key in self.channels.moot else row

    async def deliver(self, row: Claimed, lease: Lease) -> Sent | PermanentFailure | NotSent | Ambiguous:
        self.delivering.set()
        if self.hold:
            await self.hold.wait()
        if not lease.may_post():
            return NotSent("the lease ran out")
        if faults := self.channels.before[row.key]:
            return _raised(faults.pop(0))
        if row.op is Op.UPDATE:
            assert row.target_channel and row.target_ts
            self.channels.updates.append(row.key)
            return Sent(row.target_channel, row.target_ts)
        post = self.channels.post(row)
        if faults := self.channels.after[row.key]:
            return _raised(faults.pop(0))
        return Sent(post.channel, post.ts)

    async def find(self, row: Claimed) -> Found | Absent | Unfinished | CannotLook | LookRefused:
        self.channels.looked[row.key] += 1
        self.channels.cursors.append(row.look_cursor)
        if answers := self.channels.looks[row.key]:
            return answers.pop(0)
        if not self.channels.may_look:
            return CannotLook("missing_scope")
        for post in self.channels.posts:
            if post.uuid == row.uuid:
                return Found(post.channel, post.ts)
        return Absent()

    async def retract(self, row: Claimed, sent: Sent) -> None:
        self.channels.posts = [post for post in self.channels.posts if post.ts != sent.ts]


def _raised(fault: Fault) -> PermanentFailure | NotSent | Ambiguous:
    if isinstance(fault, Exception):
        raise fault
    return fault


class WatchedWakeup(Wakeup):
    """A wake-up that tells what its sender does with it: how often it was woken, and how long it meant to wait."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.waits: list[float] = []
        self.times_woken = 0

    def set(self) -> None:
        self.times_woken += 1
        super().set()

    async def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        await super().wait(seconds)


class Counting(Silent):
    """An observer that counts by the name of what happened."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.lags: list[float] = []

    def sent(self, row: Claimed, lag_seconds: float, note: Note) -> None:
        self.seen[f"sent {note}"] += 1
        self.lags.append(lag_seconds)

    def reconciled(self, row: Claimed) -> None:
        self.seen["reconciled"] += 1

    def lost(self, row: Claimed) -> None:
        self.seen["lost"] += 1

    def doubled(self, row: Claimed) -> None:
        self.seen["doubled"] += 1

    def blind(self, row: Claimed) -> None:
        self.seen["blind"] += 1

    def dead(self, row: Claimed, code: str) -> None:
        self.seen[f"dead {code}"] += 1


def tell_manager(session: Session, row: Claimed, code: str) -> None:
    """A stand-in for the service that tells a person of a dead row: another row, to the manager."""
    if not row.key.startswith("dead:"):
        put(session, message(f"dead:{row.key}", "MANAGER", due_at=row.due_at), NOON)


@dataclass
class Office:
    """A sender with all it needs, over one database and a channel log."""

    database: Database
    channels: ChannelLog = field(default_factory=ChannelLog)
    clock: Clock = field(default_factory=Clock)
    settings: SenderSettings = FAST
    on_dead: Callable[[Session, Claimed, str], None] = tell_manager
    observer: Counting = field(default_factory=Counting)
    steady: Callable[[], float] | None = None

    def __post_init__(self) -> None:
        self.wakeup = WatchedWakeup(self.database)
        self.transport = LogTransport(self.channels)
        more = {"steady": self.steady} if self.steady else {}
        self.sender = Sender(
            self.database,
            self.transport,
            now=self.clock,
            on_dead=self.on_dead,
            wakeup=self.wakeup,
            settings=self.settings,
            observer=self.observer,
            **more,
        )

    def put(self, *messages: Outgoing) -> None:
        """Put and commit."""
        with self.database.begin() as session:
            for each in messages:
                put(session, each, self.clock())

    def ends(self) -> dict[str, tuple[str, str | None]]:
        """State and note of every row, by key."""
        c = outbox.c
        with self.database.reading() as session:
            return {key: (state, note) for key, state, note in session.execute(select(c.key, c.state, c.note))}


def message(key: str, channel: str | None = "C1", **more: object) -> Outgoing:
    """A message of workspace 1, due at noon unless told otherwise."""
    values = {"workspace_id": 1, "kind": "prompt", "channel": channel, "due_at": NOON, **more}
    return Outgoing(key=key, **values)  # type: ignore[arg-type]  # a short hand for tests
