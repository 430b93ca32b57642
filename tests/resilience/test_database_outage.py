"""A database that is really away while people work: nothing that was typed is lost, and what was due catches up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.enums import CadenceKind
from bot.features.accounts import add_account
from bot.features.accounts.new_account import NewAccount
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.slack.edge import Edge
from bot.slack.payload import Body
from bot.store import schema
from bot.store.schema import history
from bot.store.schema.outbox import outbox
from sandbox.errors import FormError
from tests.e2e.test_edge_process import fetch
from tests.resilience.outages import LockedSqlite, Outage, StoppedPostgres, on_stage
from tests.support.believable import ASKED, channel_id, fill
from tests.support.bot_process import Stage
from tests.support.waiting import eventually

MEETINGS = datetime(2026, 3, 4, tzinfo=UTC)
TYPED = {
    "change": "behaviour",
    "what_changed": "Legal signs without calling us",
    "unproven": "Whether finance accepts the hours",
    "next_action": "Send Ana the figures",
    "next_due": "2026-03-06",
}


@pytest.fixture(scope="module")
def stopped_postgres() -> Iterator[StoppedPostgres]:
    """A server for this module alone: it is stopped."""
    server = StoppedPostgres()
    yield server
    server.remove()


@pytest.fixture
def renewed(stopped_postgres: StoppedPostgres) -> StoppedPostgres:
    """The server, up and with a new database."""
    stopped_postgres.renew()
    return stopped_postgres


@pytest.fixture
def locked_sqlite() -> Iterator[LockedSqlite]:
    made = LockedSqlite()
    yield made
    made.remove()


@pytest.fixture(params=["locked_sqlite", "renewed"])
def outage(request: pytest.FixtureRequest) -> Outage:
    made: Outage = request.getfixturevalue(request.param)
    return made


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[structlog.typing.EventDict]]:
    """What the bot logs; unformatted, for tracebacks written in colours take a second each."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@asynccontextmanager
async def away(outage: Outage) -> AsyncIterator[None]:
    """The database is away for the length of the block."""
    await asyncio.to_thread(outage.go_away)
    yield
    await asyncio.to_thread(outage.come_back)


def move(stage: Stage, moment: datetime) -> None:
    """Let it be later for everybody; what is due happens when the clock ticks."""
    stage.sandbox.clock.move(moment)
    stage.clock.move(moment)


async def test_an_answer_typed_during_an_outage_is_recorded_once_after_it(outage: Outage) -> None:
    async with on_stage(outage.url) as stage:
        fill(stage)
        ines = stage.person("ines")
        move(stage, ASKED)
        await eventually(lambda: ines.dm())
        await ines.click("prompt.answer")
        opened = ines.modal
        assert opened is not None
        async with away(outage):
            for typed in (TYPED, {}):
                with pytest.raises(FormError) as refused:
                    await ines.submit(typed)
                [sentence] = refused.value.errors.values()
                assert "What you typed is not lost: leave this open" in sentence
                assert ines.modal is not None and ines.modal["id"] == opened["id"]
        await submitted(stage, "ines")
        answers = stage.read(lambda session: session.execute(select(schema.answer)).all())
        assert [(row.what_changed, row.unproven) for row in answers] == [(TYPED["what_changed"], TYPED["unproven"])]
        assert stage.read(history_of_answers) == [None]
        await eventually(lambda: "Legal signs without calling us" in ines.text(ines.dm()[-1]))
        assert len(ines.dm()) == 1


async def submitted(stage: Stage, who: str) -> None:
    """Press the button once more; what was typed still stands in the modal, nothing is typed again."""
    person = stage.person(who)
    await person.submit()
    assert person.modal is None


def history_of_answers(session: Session) -> list[object]:
    """What stood before each change of an answer: None for its being recorded."""
    c = history.c
    return list(session.execute(select(c.before).where(c.entity == "answer").order_by(c.id)).scalars())


async def test_everything_else_says_so_and_works_again(outage: Outage) -> None:
    async with on_stage(outage.url) as stage:
        fill(stage)
        ines = stage.person("ines")
        move(stage, ASKED)
        await eventually(lambda: ines.dm())
        async with away(outage):
            await ines.click("prompt.snooze", selected="1:hour")
            assert "cannot reach the database just now. Nothing is lost" in ines.text(ines.dm()[-1])
            assert (await fetch(stage.bot.port, "/health"))[0] == 200
            if isinstance(outage, StoppedPostgres):
                await ines.command("/proof acme")
                assert "cannot reach the database" in ines.text(ines.sees()[-1])
                assert (await fetch(stage.bot.port, "/ready"))[0] == 503
        await ines.command("/proof acme")
        assert "Acme GmbH" in ines.text(ines.sees()[-1])
        assert (await fetch(stage.bot.port, "/ready"))[0] == 200


async def test_a_replica_that_froze_in_the_middle_of_its_work_says_so_when_it_wakes(
    renewed: StoppedPostgres, logged: list[structlog.typing.EventDict]
) -> None:
    """PostgreSQL ends a transaction whose client does nothing for too long, with an error of a kind of its own."""

    def freeze(session: Session, _actor: Actor, _now: datetime) -> None:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
        renewed.wait_until_gone(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
        session.execute(text("SELECT 1"))

    def register(app: AsyncApp, edge: Edge) -> None:
        @app.action("test.freeze")
        async def frozen(ack: AsyncAck, body: Body) -> None:
            await edge.write(body, freeze)
            await ack()

    async with on_stage(renewed.url, register=register) as stage:
        label = {"type": "plain_text", "text": "Freeze"}
        button = {"type": "button", "action_id": "test.freeze", "text": label}
        client = AsyncWebClient(token=stage.sandbox.bot_token, base_url=stage.sandbox.api_url)
        await client.chat_postMessage(
            channel=channel_id(stage, "cs-north"), text="Try", blocks=[{"type": "actions", "elements": [button]}]
        )
        ines = stage.person("ines")
        await ines.click("test.freeze")
        assert "cannot reach the database just now. Nothing is lost" in ines.text(ines.sees("cs-north")[-1])
        [away] = [line for line in logged if line["event"] == "slack.database_away"]
        assert "IdleInTransactionSessionTimeout" in away["error"]


def meets(stage: Stage, name: str, on: date, at: str) -> None:
    """Inês has an account of this name that meets once a week."""
    ines = stage.actor("ines")

    def write(session: Session) -> None:
        account = add_account.add_account(session, ines, NewAccount(name, ines.member.slack_id), stage.now)
        weekly = NewCadence(account, CadenceKind.WEEKLY_SYNC, on, at, "weekly", "Europe/Lisbon")
        cadences.set_cadence(session, ines, weekly, stage.now)

    stage.write(write)


async def test_prompts_that_fell_due_during_an_outage_come_after_it_in_the_order_in_which_they_were_due(
    outage: Outage, logged: list[structlog.typing.EventDict]
) -> None:
    async with on_stage(outage.url) as stage:
        for name, day, at in (
            ("Third", 4, "15:00"),
            ("First", 4, "13:00"),
            ("Fourth", 4, "16:00"),
            ("Second", 4, "14:00"),
            ("Later", 6, "16:00"),
            ("Passed", 4, "10:00"),
        ):
            meets(stage, name, date(2026, 3, day), at)
        async with away(outage):
            move(stage, MEETINGS + timedelta(hours=10, minutes=5))
            await eventually(lambda: trouble(outage, logged))
        await eventually(lambda: len(asked(stage)) >= 5)
        assert [said.split()[2].rstrip(":") for said in asked(stage)] == [
            "Passed",
            "First",
            "Second",
            "Third",
            "Fourth",
        ]
        assert asked(stage)[0].startswith("You met Passed"), "a meeting that is over is not called one that comes"
        query = select(outbox.c.due_at).where(outbox.c.kind == "prompt").order_by(outbox.c.due_at)
        due = stage.read(lambda session: session.execute(query).scalars().all())
        assert due == [MEETINGS - timedelta(days=1) + timedelta(hours=hour) for hour in (10, 13, 14, 15, 16)]


def trouble(outage: Outage, logged: list[structlog.typing.EventDict]) -> bool:
    """Whether the clock has met the outage; a lock on a file is simply waited for."""
    return isinstance(outage, LockedSqlite) or "clock.failed" in {line["event"] for line in logged}


def asked(stage: Stage) -> list[str]:
    """The prompts that Inês was sent, as people hear of them."""
    return [str(message["text"]) for message in stage.person("ines").dm() if "what changed" in message["text"]]
