"""Two lives of the same team, one with pruning and one without: the same is sent, and no key is put a second time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError, bot_author
from bot.app.message_kinds import retention_rules
from bot.domain.enums import Change, Loop, Tier
from bot.features.accounts import add_account, judgement
from bot.features.accounts.judgement import NewJudgement
from bot.features.accounts.new_account import NewAccount
from bot.features.actions import actions, steps
from bot.features.meetings import answers
from bot.features.meetings.new_answer import NewAnswer
from bot.features.risks import ownership
from bot.outbox.queue import claim, put
from bot.outbox.record_results import Pace, finish
from bot.outbox.retention import Posts, prune
from bot.outbox.types import Ambiguous, Claimed, Moot, NotSent, Op, Outcome, Outgoing, Result, Sent
from bot.rooms import JOBS, MESSAGE_KINDS, with_pruning
from bot.scheduler.jobs import Job
from bot.store import ledger, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.schema.outbox import outbox
from tests.support.channel_log import ChannelLog, Office, message
from tests.support.databases import Databases, pass_time
from tests.support.factory import NOON, add_workspace
from tests.support.waiting import PATIENCE_SECONDS, eventually
from tests.support.world import MONDAY, World, build

RETENTION = timedelta(days=31)
RULES = retention_rules(MESSAGE_KINDS)
STAYING = {kind.name for kind in MESSAGE_KINDS if kind.retention.posts is Posts.STAY}
LONG_AGO = MONDAY - timedelta(days=900)
WEEKS = 9


class Life:
    """A team that works for weeks; `put` are the keys of everything that it put, in order."""

    def __init__(self, database: Database, prunes: bool) -> None:
        self.database = database
        self.jobs = with_pruning(RETENTION) if prunes else JOBS
        self.put: list[str] = []
        self._seen = 0
        with database.begin() as session:
            self.world = self._found(session)

    def _found(self, session: Session) -> World:
        world = build(session)
        for name, tier in (("Blue Bay", Tier.LOW_TOUCH), ("Coral AG", Tier.TECH_TOUCH)):
            new = NewAccount(name, "U0TOM", world.portfolio_id, "24,000", "EUR", renewal_date=date(2026, 6, 30))
            account_id = add_account.add_account(session, world.tom, new, MONDAY)
            ledger.change(session, bot_author(1), Entity.ACCOUNT, account_id, MONDAY, tier=tier)
        session.execute(update(schema.account).values(created_at=MONDAY - timedelta(days=30)))
        first = MONDAY + timedelta(hours=5)
        home = Entity.PORTFOLIO, world.portfolio_id
        ledger.change(session, bot_author(1), *home, MONDAY, product_channel="C0PRODUCT", next_digest_at=first)
        return world

    def week(self, number: int) -> None:
        """Monday's digest, Tuesday's prompt, what people do, Wednesday's reminder and meeting."""
        monday = MONDAY + timedelta(weeks=number)
        chance = Random(number)
        if number % 3 == 1:
            self._do(partial(self._doubt, now=monday + timedelta(hours=5)))
        for hours in (6, 27, 45, 51):
            self._tick(monday + timedelta(hours=hours))
            if hours == 27:
                self._people(chance, monday + timedelta(hours=30))

    def _doubt(self, session: Session, now: datetime) -> None:
        """Priya does not think that Acme would renew: that is a manager's risk, and nobody takes it at once."""
        new = NewJudgement(self.world.acme, "no", f"They stay from habit, {now}", "A second team asks for it")
        judgement.judge(session, self.world.manager, new, now)

    def _tick(self, now: datetime) -> None:
        for job in self.jobs:
            self._all(job, now)
        self._do(partial(self._send, now=now))

    def _all(self, job: Job, now: datetime) -> None:
        while self._do(lambda session: job.do_one(session, now)):
            pass

    def _do(self, work: Callable[[Session], object]) -> bool:
        """One unit of work, committed; a refusal undoes it."""
        with suppress(UserError), self.database.begin() as session:
            return bool(work(session))
        return False

    def _send(self, session: Session, now: datetime) -> None:
        """Everything that is open comes to its end, and is noted."""
        rows = select(outbox.c.id, outbox.c.key).where(outbox.c.id > self._seen).order_by(outbox.c.id)
        for row in session.execute(rows):
            self._seen = row.id
            self.put.append(row.key)
        over = {"state": "sent", "finished_at": now, "claimed_at": LONG_AGO, "sent_channel": "C1", "sent_ts": "1.1"}
        session.execute(update(outbox).where(outbox.c.finished_at.is_(None)).values(over))

    def _people(self, chance: Random, now: datetime) -> None:
        maya, tom = self.world.maya, self.world.tom
        for meeting_id in self._some(chance, schema.meeting, 2):
            self._do(partial(self._answer, chance=chance, meeting_id=meeting_id, now=now))
        for risk_id in self._some(chance, schema.risk, 4):
            who, to = chance.choice([(maya, "U0TOM"), (tom, "U0MAYA"), (self.world.manager, "U0PRIYA")])
            deed = chance.choice(["assign", "close", "reopen", "snooze"])
            self._do(partial(self._on_risk, now=now, who=who, risk_id=risk_id, to=to, deed=deed))
        for action_id in self._some(chance, schema.action, 2):
            if chance.random() < 0.5:
                self._do(partial(actions.answer_loop, actor=tom, action_id=action_id, words="It comes", now=now))
            else:
                told = partial(steps.done, actor=maya, words="We told them")
                self._do(partial(told, action_id=action_id, now=now))

    def _some(self, chance: Random, table: Table, number: int) -> list[int]:
        with self.database.reading() as session:
            most = session.execute(select(func.max(table.c.id))).scalar_one() or 0
        return [chance.randint(1, most) for _ in range(number) if most]

    def _answer(self, session: Session, chance: Random, meeting_id: int, now: datetime) -> None:
        new = NewAnswer(
            self.world.acme,
            f"{meeting_id} at {now}",
            Change.NOTHING,
            meeting_id,
            # A step of another meeting that is open still is not set twice: the answer would be refused.
            next_action=f"Ask {chance.randint(1, 9)} of them about meeting {meeting_id}",
            loop=chance.choice([Loop.PRODUCT, Loop.OURSELVES]),
        )
        answers.answer(session, self.world.maya, new, now)

    def _on_risk(self, session: Session, now: datetime, who: Actor, risk_id: int, to: str, deed: str) -> None:
        match deed:
            case "assign":
                ownership.assign(session, who, risk_id, to, now)
            case "close":
                ownership.close(session, who, risk_id, now, how=f"Priya Raman wrote in {now:%B} that they stay")
            case "reopen":
                ownership.reopen(session, who, risk_id, "It is back", now)
            case _:
                why = "Their plant is closed for the holidays"
                ownership.snooze(session, who, risk_id, now, until=now.date() + timedelta(days=9), why=why)

    def left(self) -> list[tuple[str, str, str, datetime]]:
        """Key, kind, op and end of what the outbox still has."""
        c = outbox.c
        with self.database.reading() as session:
            return [tuple(row) for row in session.execute(select(c.key, c.kind, c.op, c.finished_at))]


def lives(databases: Databases) -> tuple[Life, Life]:
    made = [Database(databases.fresh()) for _ in range(2)]
    for database in made:
        add_workspace(database)
    return Life(made[0], True), Life(made[1], False)


@pytest.mark.slow
def test_use_cases_put_the_same_with_and_without_pruning_and_no_key_twice(databases: Databases) -> None:
    pruned, whole = lives(databases)
    gone: set[str] = set()
    for number in range(WEEKS):
        pruned.week(number)
        whole.week(number)
        gone |= set(pruned.put) - {key for key, *_ in pruned.left()}
    assert [key for key, times in Counter(pruned.put).items() if times > 1] == []
    assert set(pruned.put) <= set(whole.put)
    missing = set(whole.put) - set(pruned.put)
    assert {key.partition("@")[0] for key in missing} <= {key for key in gone if key.startswith("prompt:")}
    assert all("@" in key for key in missing), "only an update of a prompt's message of long ago is left out"
    end = MONDAY + timedelta(weeks=WEEKS - 1, hours=51)
    young = {key for key, _, _, over in whole.left() if over > end - RETENTION + timedelta(days=7)}
    anchors = {key for key, kind, op, _ in whole.left() if kind in STAYING and op == "post"}
    left = {key for key, *_ in pruned.left()}
    assert anchors | (young - missing) <= left
    assert len(left) < len(whole.left()) * 0.8
    assert_everything_was_put({kind for _, kind, *_ in whole.left()}, missing)
    for life in (pruned, whole):
        life.database.dispose()


def assert_everything_was_put(kinds: set[str], missing: set[str]) -> None:
    """The weeks were worth the name."""
    assert missing, "nobody edited an answer of long ago"
    assert kinds >= {"prompt", "risk", "risk-note", "unclaimed", "digest", "loop", "loop_answered", "batch", "trigger"}


STEPS = st.sampled_from(
    ["put", "put", "thread", "update", "claim", "claim", "sent", "sent", "moot", "not sent", "lost", "late", "prune"]
)
AT_ONCE = Pace(channel_seconds=0, settle_seconds=0, first_backoff=0, longest_backoff=0)


class Desk:
    """One outbox with two senders, driven step by step; `seen` is what was claimed and how it ended."""

    def __init__(self, database: Database, prunes: bool) -> None:
        self.database = database
        self.prunes = prunes
        self.hands: list[Claimed] = []
        self.seen: list[tuple[str, ...]] = []
        self.heads: list[str] = []
        self.number = 0

    def do(self, step: str, pick: int) -> None:
        match step:
            case "put" | "thread" | "update":
                self._put(step, pick)
            case "claim":
                pass_time(self.database, 1)  # what was not sent may be tried again, whatever the machine's clock does
                with self.database.begin() as session:
                    rows = claim(session, NOON, limit=1 + pick % 3, lease_seconds=3600, owner=f"s{pick % 2}").rows
                self.hands += rows
                self.seen += [("claimed", row.key, f"{row.target_ts} {row.thread_ts}", str(row.orphan)) for row in rows]
            case "late":
                pass_time(self.database, 2 * 24 * 3600)  # leases run out, and no sender is thought to hold a row
            case "prune":
                self._prune()
            case _:
                self._end(step, pick)

    def _put(self, step: str, pick: int) -> None:
        self.number += 1
        key, channel = f"m{self.number}", f"C{pick % 2}"
        with self.database.begin() as session:
            put(session, message(key, channel, kind="trigger"), NOON)
            if step == "thread":
                put(session, message(f"{key}:1", None, kind="risk-note", thread_key=key), NOON)
            if step == "update":
                for late in range(2):
                    again = message(f"{key}@{late}", None, kind="trigger", op=Op.UPDATE, target_key=key)
                    put(session, again, NOON)

    def _end(self, step: str, pick: int) -> None:
        if not self.hands:
            return
        row = self.hands.pop(pick % len(self.hands))
        ends: dict[str, Outcome] = {"moot": Moot("over"), "not sent": NotSent("no"), "lost": Ambiguous("lost")}
        with self.database.begin() as session:
            (entry,) = finish(
                session, NOON, [Result(row, ends.get(step) or Sent(row.channel, f"{row.key}.1"))], AT_ONCE
            )
        gone = self.prunes and entry.verdict != "recorded"
        self.seen.append((step, row.key, "lost" if gone else str(entry.verdict)))

    def _prune(self) -> None:
        if self.prunes:
            with self.database.begin() as session:
                while prune(RULES, RETENTION, session, NOON + timedelta(days=999)):
                    pass

    def is_open(self) -> bool:
        return bool(_open_rows(self.database))

    def rows(self) -> int:
        with self.database.reading() as session:
            return session.execute(select(func.count()).select_from(outbox)).scalar_one()


@pytest.mark.slow
def test_no_order_of_claims_ends_and_pruning_changes_what_is_claimed(databases: Databases) -> None:
    pruned, whole = Database(databases.fresh()), Database(databases.fresh())
    for database in (pruned, whole):
        add_workspace(database)

    @settings(
        max_examples=25 if databases.dialect == "sqlite" else 10,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(st.lists(st.tuples(STEPS, st.integers(0, 5)), min_size=20, max_size=60))
    def compare(steps: list[tuple[str, int]]) -> None:
        for database in (pruned, whole):
            with database.begin() as session:
                session.execute(outbox.delete())
        one, other = Desk(pruned, True), Desk(whole, False)
        for step, pick in steps:
            one.do(step, pick)
            other.do(step, pick)
        while one.is_open() or other.is_open():
            for step in ("late", "claim", "claim", *["sent"] * 8):
                one.do(step, 0)
                other.do(step, 0)
        one.do("late", 0)
        one.do("prune", 0)
        assert [entry for entry in one.seen if entry[-1] != "lost"] == [
            entry for entry in other.seen if entry[-1] not in ("lost", "doubled")
        ]
        assert one.rows() <= 2, "the newest message stays, and what it points at"

    compare()
    for database in (pruned, whole):
        database.dispose()


@pytest.mark.slow
async def test_senders_that_race_with_pruning_post_everything_once_and_in_order(databases: Databases) -> None:
    url = databases.fresh()
    shared = ChannelLog()
    one, two = Office(Database(url), shared), Office(Database(url), shared)
    add_workspace(one.database)
    pruner = Database(url, clock_offset=timedelta(days=2))  # for it no sender holds anything any more
    tasks = [asyncio.create_task(office.sender.run()) for office in (one, two)]
    for start in range(0, 60, 10):
        new = [each for number in range(start, start + 10) for each in _thread(number)]
        async with _with_rows_in_hand([one, two], new):
            await asyncio.to_thread(_prune_all, pruner)
            assert one.ends().keys() == {each.key for each in new}, "all that is over goes, and nothing else"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while _open_rows(pruner):
                await asyncio.to_thread(_prune_once, pruner)
    for office in (one, two):
        await office.sender.stop()
    await asyncio.gather(*tasks)
    _prune_all(pruner)
    assert sorted(shared.keys()) == sorted(f"m{n:03}{part}" for n in range(60) for part in ("", ":1"))
    assert len(set(shared.updates)) == len(shared.updates)
    assert {key.partition("@")[0] for key in shared.updates} == {f"m{n:03}" for n in range(60)}
    for channel in range(7):
        order = [post.key for post in shared.posts if post.channel == f"C{channel}"]
        assert order == sorted(order)
    assert one.ends().keys() == {"m059", "m059@1"}, "the newest message stays, and what it points at"
    for database in (one.database, two.database, pruner):
        database.dispose()


@asynccontextmanager
async def _with_rows_in_hand(offices: list[Office], new: list[Outgoing]) -> AsyncIterator[None]:
    """These messages are put, and for the block whoever has claimed one stands right before posting it."""
    go_on = asyncio.Event()
    for office in offices:
        office.transport.hold = go_on
        office.transport.delivering.clear()
    offices[0].put(*new)
    await eventually(lambda: any(office.transport.delivering.is_set() for office in offices))
    yield
    go_on.set()


def _thread(number: int) -> list[Outgoing]:
    key, channel = f"m{number:03}", f"C{number % 7}"
    return [
        message(key, channel, kind="trigger"),
        message(f"{key}:1", None, kind="risk-note", thread_key=key),
        message(f"{key}@1", None, kind="trigger", op=Op.UPDATE, target_key=key),
    ]


def _prune_once(database: Database) -> bool:
    with database.begin() as session:
        return prune(RULES, RETENTION, session, NOON + timedelta(days=999))


def _prune_all(database: Database) -> None:
    while _prune_once(database):
        pass


def _open_rows(database: Database) -> int:
    with database.reading() as session:
        open_rows = select(func.count()).select_from(outbox).where(outbox.c.finished_at.is_(None))
        return session.execute(open_rows).scalar_one()
