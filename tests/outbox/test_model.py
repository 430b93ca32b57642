"""No order of claim, crash, freeze, expiry, send, reconcile, drop and retry loses or doubles a message: hypothesis
looks for one.

The replicas are real senders over one real database; only the channel is played by a list. Time stands still unless a
rule moves it, and a delivery waits in mid-send until a rule says how it ends.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from bot.outbox import admin as outbox_admin
from bot.outbox.queue import put
from bot.outbox.record_results import Pace
from bot.outbox.sender import Sender, SenderSettings
from bot.outbox.transport import Lease
from bot.outbox.types import Absent, Ambiguous, CannotLook, Claimed, Found, NotSent, Op, Sent
from bot.outbox.wakeup import Wakeup
from bot.store.engine import Database
from bot.store.schema.outbox import channel_gate, outbox, workspace_gate
from tests.support.channel_log import Clock, message, tell_manager
from tests.support.databases import pass_time

CHANNELS = ("C1", "C2")
ENDS = ("answer lost", "answered", "request lost", "never connected", "rate limited")
SLOW = SenderSettings(hands=3, pace=Pace(channel_seconds=1, settle_seconds=3, first_backoff=1, longest_backoff=4))


@dataclass(frozen=True)
class Place:
    """Where a message queues: by `due` and `number` in its channel, since the `moment` when it was put or retried."""

    channel: str
    due: datetime
    number: int
    moment: int

    def before(self, other: Place) -> bool:
        return self.channel == other.channel and (self.due, self.number) < (other.due, other.number)


class World:
    """The channel that people see, and what was put for it."""

    def __init__(self, may_look: bool) -> None:
        self.may_look = may_look
        self.moments = 0
        self.posted: list[Claimed] = []
        self.put: dict[str, Place] = {}
        self.claimed_after: dict[tuple[str, int], int] = {}
        self.dead: set[str] = set()
        self.dropped: set[str] = set()
        self.retried: Counter[str] = Counter()
        self.out_of_order: list[tuple[str, str]] = []

    def queue(self, key: str, channel: str, due: datetime, number: int) -> None:
        """It waits from now on, and nothing claimed from now on may overtake it."""
        self.moments += 1
        self.put[key] = Place(channel, due, number, self.moments)

    def given_up(self) -> list[str]:
        """What nobody will send unless an operator retries it."""
        return sorted((self.dropped | self.dead) & self.put.keys())

    def post(self, row: Claimed) -> None:
        """People see it now; notes whether something before it is missing that was there when it was claimed."""
        seen = {post.key for post in self.posted}
        place = self.put.get(row.key, Place(row.channel, row.due_at, -1, 0))
        horizon = self.claimed_after.get((row.key, row.token), 0)
        for key, other in self.put.items():
            before = other.before(place) and other.moment <= horizon
            if before and row.key not in seen and key not in seen | self.dead | self.dropped:
                self.out_of_order.append((key, row.key))
        self.posted.append(row)

    def bury(self, session: Session, row: Claimed, code: str) -> None:
        """A person is told of a dead row; what queued behind it may go."""
        tell_manager(session, row, code)
        self.dead.add(row.key)


class Replica:
    """A sender whose deliveries wait for the machine's word."""

    def __init__(self, database: Database, world: World, clock: Clock, steady: list[float]) -> None:
        self.world = world
        self.waiting: dict[tuple[str, int], tuple[Claimed, Lease, asyncio.Future[str]]] = {}
        self.wakeup = Wakeup(database)
        self.sender: Sender[Claimed] = Sender(
            database,
            self,
            now=clock,
            on_dead=world.bury,
            wakeup=self.wakeup,
            settings=SLOW,
            steady=lambda: steady[0],
        )

    async def prepare(self, rows: Sequence[Claimed]) -> Sequence[Claimed]:
        for row in rows:
            self.world.claimed_after.setdefault((row.key, row.token), self.world.moments)
        return rows

    async def deliver(self, row: Claimed, lease: Lease) -> Sent | NotSent | Ambiguous:
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.waiting[row.key, row.token] = row, lease, told
        end = await told
        if not lease.may_post() or end == "never connected":
            return NotSent("never connected")
        if end == "rate limited":
            return NotSent("ratelimited", retry_after=2)
        if end == "request lost":
            return Ambiguous("timeout")
        if row.op is Op.POST:
            self.world.post(row)
        return Sent(row.channel, row.uuid[:20]) if end == "answered" else Ambiguous("connection lost")

    async def find(self, row: Claimed) -> Found | Absent | CannotLook:
        # A row in doubt keeps its place: it may stand in the channel since it was claimed first.
        first = self.world.claimed_after.get((row.key, row.token - 1), 0)
        self.world.claimed_after[row.key, row.token] = first
        if not self.world.may_look:
            return CannotLook("missing_scope")
        found = any(post.uuid == row.uuid for post in self.world.posted)
        return Found(row.channel, row.uuid[:20]) if found else Absent()

    async def retract(self, row: Claimed, sent: Sent) -> None:
        raise AssertionError(f"{row.key} stands twice")


class Delivery(RuleBasedStateMachine):
    """Rules for two replicas; `self.loop` runs them only inside a rule."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.steady = [0.0]

    @initialize(may_look=st.booleans())
    def begin(self, may_look: bool) -> None:
        with self.database.begin() as session:
            for table in (outbox, channel_gate, workspace_gate):
                session.execute(delete(table))
        self.world = World(may_look)
        self.replicas = [self.replica(), self.replica()]
        self.decide("C1", 0, 0)

    def replica(self) -> Replica:
        return Replica(self.database, self.world, self.clock, self.steady)

    @rule(channel=st.sampled_from(CHANNELS), minutes=st.integers(-2, 1), which=st.integers(0, 1))
    def decide(self, channel: str, minutes: int, which: int) -> None:
        with self.database.begin() as session:
            number = len(self.world.put)
            due = self.clock() + timedelta(minutes=minutes)
            assert put(session, message(f"m{number}", channel, due_at=due), self.clock())
            self.world.queue(f"m{number}", channel, due, number)
        self.turn(self.replicas[which])

    @precondition(lambda self: self.world.put)
    @rule(data=st.data())
    def decide_twice(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.world.put)))
        with self.database.begin() as session:
            assert not put(session, message(key, self.world.put[key].channel), self.clock())

    def turn(self, replica: Replica) -> None:
        async def once() -> None:
            await replica.sender.turn()
            await self.settle(replica)

        self.loop.run_until_complete(once())

    async def settle(self, replica: Replica) -> None:
        """Let the tasks run until each is over or waits for the machine's word."""
        while sum(not end.done() for _, _, end in replica.waiting.values()) < replica.sender.in_flight:  # noqa: ASYNC110
            await asyncio.sleep(0.0005)

    @precondition(lambda self: any(replica.waiting for replica in self.replicas))
    @rule(data=st.data(), end=st.sampled_from(ENDS), recorded=st.booleans())
    def a_delivery_ends(self, data: st.DataObject, end: str, recorded: bool) -> None:
        replica = data.draw(st.sampled_from([replica for replica in self.replicas if replica.waiting]))
        self.end(replica, data.draw(st.sampled_from(sorted(replica.waiting))), end)
        if recorded:
            self.turn(replica)

    def end(self, replica: Replica, which: tuple[str, int], end: str) -> None:
        async def once() -> None:
            replica.waiting.pop(which)[2].set_result(end)
            await self.settle(replica)

        self.loop.run_until_complete(once())

    @rule(which=st.integers(0, 1), arrived=st.booleans())
    def crash(self, which: int, arrived: bool) -> None:
        """A replica dies in whatever it does; its requests may have arrived."""
        dead = self.replicas[which]
        for row, lease, end in dead.waiting.values():
            if arrived and lease.may_post():
                self.world.post(row)
            end.cancel()
        self.loop.run_until_complete(self.gone(dead))
        dead.wakeup.close()
        self.replicas[which] = self.replica()

    async def gone(self, dead: Replica) -> None:
        """Let the tasks of a dead replica end."""
        while dead.sender.in_flight:  # noqa: ASYNC110
            await asyncio.sleep(0.0005)

    @precondition(lambda self: self.unsettled())
    @rule(data=st.data(), end=st.sampled_from(ENDS), again=st.booleans(), which=st.integers(0, 1))
    def an_operator_drops(self, data: st.DataObject, end: str, again: bool, which: int) -> None:
        """What was tried is given up after its sender froze or came to an `end` that it has not recorded; maybe
        regretted at once."""
        key = data.draw(st.sampled_from(self.unsettled()))
        for replica in self.replicas:
            for waiting in [one for one in replica.waiting if one[0] == key]:
                self.end(replica, waiting, end)
        self.wait(31)
        with self.database.begin() as session:
            outbox_admin.drop(session, self.row_id(session, key), "given up", self.clock())
        self.world.dropped.add(key)
        if again:
            self.retry(key)
        self.turn(self.replicas[which])

    @precondition(lambda self: self.world.given_up())
    @rule(data=st.data(), which=st.integers(0, 1))
    def an_operator_retries(self, data: st.DataObject, which: int) -> None:
        """What was given up, by hand or for good, queues again in its old place."""
        self.retry(data.draw(st.sampled_from(self.world.given_up())))
        self.turn(self.replicas[which])

    def unsettled(self) -> list[str]:
        """What was tried and is open, or dead."""
        c = outbox.c
        with self.database.reading() as session:
            open_or_dead = or_(c.finished_at.is_(None), c.state == "dead")
            rows = session.execute(select(c.key).where(open_or_dead, c.attempts > 0)).scalars()
            return sorted(self.world.put.keys() & set(rows))

    def retry(self, key: str) -> None:
        with self.database.begin() as session:
            outbox_admin.retry(session, self.row_id(session, key))
        place = self.world.put[key]
        self.world.queue(key, place.channel, place.due, place.number)
        self.world.dropped.discard(key)
        self.world.dead.discard(key)
        self.world.retried[key] += 1

    def row_id(self, session: Session, key: str) -> int:
        row_id: int = session.execute(select(outbox.c.id).where(outbox.c.key == key)).scalar_one()
        return row_id

    @rule(seconds=st.sampled_from([2, 16, 31]), minutes=st.sampled_from([0, 1]), which=st.integers(0, 1))
    def time_passes(self, seconds: float, minutes: int, which: int) -> None:
        """For the database, the business and the machines alike; whoever is in mid-send has been frozen meanwhile."""
        self.wait(seconds)
        self.clock.move(minutes=minutes)
        self.turn(self.replicas[which])

    def wait(self, seconds: float) -> None:
        pass_time(self.database, seconds)
        self.steady[0] += seconds

    @invariant()
    def nothing_is_doubled(self) -> None:
        """Who may not look sends once more, and once more again each time that an operator asks for it."""
        for key, times in self.copies().items():
            assert times <= (1 if self.world.may_look else 2 + self.world.retried[key])

    @invariant()
    def nothing_overtakes(self) -> None:
        assert self.world.out_of_order == []

    @invariant()
    def one_row_a_channel_is_in_flight(self) -> None:
        c = outbox.c
        with self.database.reading() as session:
            query = select(func.count()).where(c.state == "sending").group_by(c.workspace_id, c.channel)
            assert all(number == 1 for number in session.execute(query).scalars())

    def open_rows(self) -> int:
        with self.database.reading() as session:
            query = select(func.count()).select_from(outbox).where(outbox.c.finished_at.is_(None))
            return session.execute(query).scalar_one()

    def copies(self) -> Counter[str]:
        return Counter(post.key for post in self.world.posted)

    def teardown(self) -> None:
        """Once everybody is healthy again, everything arrives."""
        self.crash(0, False)
        self.crash(1, True)
        self.clock.move(hours=1)
        for _ in range(20 + 3 * len(self.world.put)):
            self.time_passes(40, 0, 0)
            for which in list(self.replicas[0].waiting):
                self.end(self.replicas[0], which, "answered")
            if not self.open_rows():
                break
        self.nothing_is_doubled()
        self.nothing_overtakes()
        c = outbox.c
        with self.database.reading() as session:
            ends = {row.key: row for row in session.execute(select(c.key, c.state, c.code, c.note))}
        copies = self.copies()
        for key in self.world.put:
            if key in self.world.dropped:
                assert ends[key].state == "dropped"
            elif self.world.may_look or ends[key].state != "dead":
                assert ends[key].state == "sent"
                assert copies[key] == 1 or ends[key].note == "at least once"
                assert copies[key] >= 1
            else:
                assert ends[f"dead:{key}"].state in {"sent", "dead"}
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.mark.slow
def test_no_order_of_events_loses_or_doubles_a_message(database: Database) -> None:
    run_state_machine_as_test(
        lambda: Delivery(database),  # type: ignore[arg-type]  # hypothesis documents a factory and types a class
        settings=settings(
            max_examples=40 if database.dialect == "sqlite" else 15,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
