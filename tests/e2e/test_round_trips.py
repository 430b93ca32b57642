"""How often the database is asked while somebody waits: each statement is a round trip to PostgreSQL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.orm import Session

from bot.store.engine import Use
from tests.resilience.outages import on_stage
from tests.support import factory
from tests.support.believable import ASKED, Book, fill
from tests.support.bot_process import Stage
from tests.support.databases import Databases
from tests.support.statements import statements
from tests.support.waiting import eventually

CARD, ANSWER, HOME = 6, 25, 14
"""The most statements that each may take."""


async def test_card_answer_and_home_ask_a_fixed_number_of_times(databases: Databases) -> None:
    async with on_stage(databases.empty()) as stage:
        book, ines = fill(stage), stage.person("ines")
        stage.sandbox.clock.move(ASKED)
        stage.clock.move(ASKED)
        await eventually(lambda: ines.dm())
        await card(stage, "ines")  # the first one asks which workspace this is, and no other does
        looks = [await card(stage, "ines"), await card(stage, "tom"), await home(stage)]
        given = await answer(stage, "prompt.answer")
        stage.write(lambda session: more_outcomes(session, stage, book))
        with_fifty = [await card(stage, "ines"), await card(stage, "tom"), await home(stage)]
        edited = await answer(stage, "answer.edit")
    assert max(looks[:2]) <= CARD
    assert looks[2] <= HOME
    assert with_fifty[:2] == looks[:2]
    assert with_fifty[2] <= HOME  # more than before: a summary that is out of date is made anew
    assert max(given, edited) <= ANSWER


async def count(stage: Stage, use: Use, act: Callable[[], Awaitable[object]]) -> int:
    """The statements that an act sends; SQLite's BEGIN, which goes nowhere, is none."""
    with statements(stage.bot.database, use) as sent:
        await act()
    return sum(not statement.startswith("BEGIN") for statement in sent)


async def card(stage: Stage, who: str) -> int:
    person = stage.person(who)
    sent = await count(stage, Use.READS, lambda: person.command("/proof acme"))
    assert "Acme GmbH" in person.text(person.sees()[-1])
    return sent


async def home(stage: Stage) -> int:
    ines = stage.person("ines")
    sent = await count(stage, Use.READS, ines.open_home)
    assert "Acme GmbH" in ines.text(ines.home)
    return sent


async def answer(stage: Stage, button: str) -> int:
    ines = stage.person("ines")
    await ines.click(button)
    typed = {
        "change": "behaviour",
        "what_changed": f"Legal signs without calling us ({button})",
        "unproven": "Whether finance accepts the hours",
        "next_action": "Send Ana the figures",
        "next_due": "2026-03-06",
    }
    sent = await count(stage, Use.PEOPLE, lambda: ines.submit(typed))
    assert ines.modal is None
    await eventually(lambda: typed["what_changed"] in ines.text(ines.dm()[-1]))
    return sent


def more_outcomes(session: Session, stage: Stage, book: Book) -> None:
    for _ in range(49):
        outcome = factory.tickets(session, book.acme, book.ana, stage.now)
        factory.evidence(session, book.acme, outcome, "700", stage.now)
