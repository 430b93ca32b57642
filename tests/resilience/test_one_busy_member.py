"""One member who asks for too much, or a file that somebody locks, takes nobody else's card."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.slack import edge as edge_module
from bot.slack.edge import Edge, TooSlowError
from bot.slack.payload import Body
from bot.slack.refusals import SlackRefusal
from bot.store import engine
from bot.store.engine import AWAY, PEOPLE_AT_ONCE
from sandbox.errors import FormError
from tests.e2e.test_edge_process import fetch
from tests.resilience.outages import LockedSqlite, on_stage
from tests.resilience.test_database_outage import TYPED
from tests.support.believable import ASKED, fill
from tests.support.bot_process import Stage
from tests.support.databases import Databases
from tests.support.waiting import PATIENCE_SECONDS, eventually

Work = Callable[[Session, Actor, datetime], object]


@pytest.fixture
def locked_sqlite() -> Iterator[LockedSqlite]:
    made = LockedSqlite()
    yield made
    made.remove()


@asynccontextmanager
async def staged(url: str) -> AsyncIterator[tuple[Stage, Edge]]:
    """A bot with Acme, and its edge, for what a person's fingers are too slow for."""
    edges: list[Edge] = []
    async with on_stage(url, register=lambda _app, edge: edges.append(edge)) as stage:
        fill(stage)
        yield stage, edges[0]


def press(stage: Stage, who: str, number: int = 0) -> Body:
    """A command of somebody; another `number` is another command."""
    person = stage.person(who)
    team = stage.sandbox.world.state.team.id
    return {"command": "/portfolio", "user_id": person.id, "team_id": team, "trigger_id": f"{who}.{number}"}


async def reads_card(stage: Stage, who: str) -> None:
    person = stage.person(who)
    await person.command("/proof acme")
    assert "Acme GmbH" in person.text(person.sees()[-1])


async def test_a_locked_file_stops_no_card_and_a_form_stays_open(
    locked_sqlite: LockedSqlite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "HURRIED_SECONDS", 0.3)
    async with staged(locked_sqlite.url) as (stage, edge):
        ines = stage.person("ines")
        stage.sandbox.clock.move(ASKED)
        stage.clock.move(ASKED)
        await eventually(lambda: ines.dm())
        await ines.click("prompt.answer")
        await asyncio.to_thread(locked_sqlite.go_away)
        writes = [
            asyncio.create_task(edge.write(press(stage, who, number), lambda *_: None))
            for number in range(2 * PEOPLE_AT_ONCE)
            for who in ("ines", "tom", "kenji")
        ]
        await reads_card(stage, "ines")
        await reads_card(stage, "maya")
        assert (await fetch(stage.bot.port, "/ready"))[0] == 200
        with pytest.raises(FormError) as refused:
            await ines.submit(TYPED)
        assert "What you typed is not lost: leave this open" in str(refused.value.errors)
        assert ines.modal is not None
        ends = await asyncio.gather(*writes, return_exceptions=True)
        assert all(isinstance(end, (*AWAY, TooSlowError)) for end in ends)
        await asyncio.to_thread(locked_sqlite.come_back)
        await ines.submit()
        assert ines.modal is None


class Slow:
    """Looks at the database that take until they are released; `running` are those of one person at once, at most."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._release = threading.Event()
        self._now: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.begun = 0

    def look(self, _session: Session, actor: Actor, _now: datetime) -> None:
        name = actor.member.name
        with self._mutex:
            self.begun += 1
            self._now[name] = self._now.get(name, 0) + 1
            self.most[name] = max(self._now[name], self.most.get(name, 0))
        assert self._release.wait(PATIENCE_SECONDS)
        with self._mutex:
            self._now[name] -= 1

    def release(self) -> None:
        self._release.set()


async def test_surveys_run_one_at_a_time_a_person_beside_everybodys_cards(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_module, "ANSWER_SECONDS", PATIENCE_SECONDS)
    slow = Slow()
    async with staged(databases.empty()) as (stage, edge):
        first = asyncio.create_task(edge.survey(press(stage, "ines"), slow.look))
        await eventually(lambda: slow.begun == 1)
        again = [edge.survey(press(stage, "ines", number), slow.look) for number in range(1, 12)]
        refused = await asyncio.gather(*again, return_exceptions=True)
        assert [isinstance(end, UserError) and end.code for end in refused] == [SlackRefusal.SURVEY_RUNNING] * 11
        others = [asyncio.create_task(edge.survey(press(stage, who), slow.look)) for who in ("tom", "kenji", "maya")]
        await eventually(lambda: slow.begun == 2)
        ines = stage.person("ines")
        await ines.command("/portfolio")
        assert "still working on your last list" in ines.text(ines.sees()[-1])
        for who in ("ines", "tom", "maya", "kenji"):
            await reads_card(stage, who)
        assert (await fetch(stage.bot.port, "/ready"))[0] == 200
        assert slow.begun == 2, "the others wait for their turn"
        slow.release()
        await asyncio.gather(first, *others)
        assert set(slow.most.values()) == {1}
        assert slow.begun == 4
        await eventually(lambda: not edge.is_surveying(press(stage, "ines")))
        await ines.command("/portfolio")
        assert "still working on your last list" not in ines.text(ines.sees()[-1])


async def test_one_member_who_reads_a_lot_leaves_threads_to_the_others(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_module, "ANSWER_SECONDS", PATIENCE_SECONDS)
    slow = Slow()
    async with staged(databases.empty()) as (stage, edge):
        reads = [asyncio.create_task(edge.read(press(stage, "ines", number), slow.look)) for number in range(12)]
        await eventually(lambda: slow.begun == PEOPLE_AT_ONCE // 2)
        for who in ("tom", "maya", "kenji"):
            await reads_card(stage, who)
        assert slow.begun == PEOPLE_AT_ONCE // 2
        slow.release()
        await asyncio.gather(*reads)
        assert max(slow.most.values()) == PEOPLE_AT_ONCE // 2
