"""The judge of `make chaos` finds what it is there to find."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.outbox.queue import put
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from sandbox import Sandbox
from tests.chaos.arena import MUST_BE_ZERO, failed, too_little
from tests.chaos.eyes import Eyes
from tests.chaos.options import MANIFEST, Options
from tests.chaos.people import Said
from tests.chaos.timeline import FileClock, Timeline, autumn_edge, spring_edge
from tests.chaos.town import Town, workspace
from tests.chaos.verdict import Evidence, Verdict, judge
from tests.support.channel_log import message
from tests.support.factory import NOON


class Run:
    """A run in which three messages of one channel were called sent."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.eyes = Eyes(Sandbox(workspace(Options(owners=1, portfolios=1)), MANIFEST))
        self.timeline = Timeline(directory / "clock.json", NOON + timedelta(hours=1), 0.0)
        self.said: list[Said] = []
        self.seconds_apart = 1.0
        with database.begin() as session:
            for number in range(3):
                assert put(session, message(f"m{number}", "C1"), NOON)
            claimed = datetime.now(UTC)
            done = {"state": "sent", "finished_at": NOON, "claimed_at": claimed, "note": "effectively once"}
            session.execute(update(outbox).values(**done))
            self.uuids = list(session.execute(select(outbox.c.uuid).order_by(outbox.c.id)).scalars())

    def shown(self, *numbers: int) -> None:
        """People saw these messages, in this order."""
        for place, number in enumerate(numbers):
            metadata = {"event_type": "proofline", "event_payload": {"uuid": self.uuids[number]}}
            seen: dict[str, Any] = {"by_app": True, "ephemeral_to": None, "thread_ts": None, "blocks": []}
            self.eyes.see("message", seen | {"channel": "C1", "ts": f"{place}.0", "metadata": metadata})
            self.eyes.posts["C1", f"{place}.0"].at += place * self.seconds_apart

    def verdict(self) -> Verdict:
        seen_at_once = dict.fromkeys(range(1, 4), 0.0)
        evidence = Evidence(Town(1, {}, {}), self.eyes, self.timeline, self.said, seen_at_once)
        with self.database.reading() as session:
            return judge(session, evidence)


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    return Run(database, tmp_path)


def test_all_is_well(run: Run) -> None:
    run.shown(0, 1, 2)
    found = run.verdict()
    assert not (found.lost or found.doubled or found.out_of_order or found.stale or found.too_fast)
    assert found.notes == {"effectively once": 3}


def test_a_message_that_nobody_saw_is_lost(run: Run) -> None:
    run.shown(0, 2)
    assert run.verdict().lost == ["m1 is called sent and nobody saw it"]


def test_a_message_that_came_twice_is_doubled(run: Run) -> None:
    run.shown(0, 1, 1, 2)
    assert run.verdict().doubled == ["m1 was seen 2 times (effectively once)"]


def test_a_message_that_overtook_another_is_out_of_order(run: Run) -> None:
    run.shown(1, 0, 2)
    assert run.verdict().out_of_order == ["m1 overtook m0"]


def test_a_burst_in_one_channel_is_too_fast(run: Run) -> None:
    run.seconds_apart = 0.4
    run.shown(0, 1, 2)
    assert [finding.split(" came ")[1][:3] for finding in run.verdict().too_fast] == ["0.4", "0.4"]


def test_a_run_in_which_nothing_happened_proves_nothing() -> None:
    report = dict.fromkeys(MUST_BE_ZERO, 0) | {"minutes": 2, "kills": 20, "messages": 4_000, "answers": 300}
    assert not failed(report)
    assert too_little(report | {"kills": 1}) == ["1 kills, not 2"]
    assert failed(report | {"messages": 0}) and failed(report | {"answers": 9}) and failed(report | {"too_fast": 1})


def test_an_answer_that_was_taken_and_not_recorded_is_lost(run: Run) -> None:
    run.shown(0, 1, 2)
    run.said.append(Said("they sign themselves", accepted=True))
    assert len(run.verdict().answers_lost) == 1


def test_replicas_follow_the_file_when_the_clock_is_stepped(tmp_path: Path) -> None:
    timeline = Timeline(tmp_path / "clock.json", NOON, 1440.0)
    clock = FileClock(timeline.path)
    timeline.step(NOON + timedelta(days=3))
    assert timedelta(0) <= clock.now() - NOON - timedelta(days=3) < timedelta(hours=3)
    timeline.step(NOON)
    timeline.stop()
    assert clock.now() == clock.now() < NOON + timedelta(hours=3)


def test_the_edges_are_those_of_the_year_to_come() -> None:
    spring = spring_edge(datetime(2026, 11, 21, tzinfo=UTC))
    assert spring == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert autumn_edge(spring) == datetime(2027, 4, 3, 16, tzinfo=UTC)
