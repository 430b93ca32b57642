"""A CSM's morning in Slack: one message, answered in its rows; and the settings that say when it comes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.enums import CadenceKind, Loop
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.store import ledger, schema
from bot.store.entities import Entity
from bot.store.schema.outbox import outbox
from sandbox.errors import FormError
from sandbox.model import Json
from sandbox.person import Person
from tests.support import factory
from tests.support.believable import fill
from tests.support.bot_process import Stage
from tests.support.databases import in_the_morning

WEDNESDAY = datetime(2026, 3, 4, 8, 30, tzinfo=UTC)
"""Half past eight in Lisbon, where Inês is; Acme meets at ten."""


async def morning(stage: Stage) -> Json:
    """Inês's message of Wednesday: Acme and Brick meet, one step is due."""
    book = fill(stage)
    ines = stage.actor("ines")

    def more(session: Session) -> None:
        row = {"portfolio_id": book.portfolio, "owner_id": ines.member.id}
        brick = factory.account(session, "Brick Ltd", stage.now, **row)
        new = NewCadence(brick, CadenceKind.WEEKLY_SYNC, date(2026, 3, 5), "15:00", "weekly", "Europe/Lisbon")
        cadences.set_cadence(session, ines, new, stage.now)
        step: dict[str, Any] = {"text": "Send Ana the figures", "due_on": date(2026, 3, 3), "owner_id": ines.member.id}
        ledger.add(session, ines.author, Entity.ACTION, stage.now, account_id=book.acme, loop=Loop.OURSELVES, **step)
        in_the_morning(session)

    stage.write(more)
    await stage.go_to(datetime(2026, 3, 3, 20, tzinfo=UTC))
    await stage.go_to(WEDNESDAY)
    return newest(stage.person("ines"))


def newest(person: Person) -> Json:
    return next(message for message in reversed(person.dm()) if "*To do*" in person.text(message))


async def test_the_morning_message_is_answered_in_its_rows(stages: Stage) -> None:
    message = await morning(stages)
    ines = stages.person("ines")
    said = ines.text(message)
    assert "Wednesday, 4 March" in said and "2 meetings to answer for, 1 thing to do." in said
    assert "*Acme GmbH* · weekly sync" in said and "Unproven: Contracts signed within 5 days" in said
    assert "*Brick Ltd*" in said and "No success plan yet" in said and "Send Ana the figures" in said
    assert len(ines.dm()) == 1

    await ines.click("prompt.nothing", message=message)
    assert ines.modal is None
    await stages.settle()
    assert "Nothing changed." in ines.text(newest(ines)) and "1 meeting to answer for" in ines.text(newest(ines))
    await ines.click("prompt.obstacle", message=newest(ines))
    await ines.submit({"stays": "outcome:1", "why": "Their review is late"})
    await ines.click("prompt.more", message=newest(ines), selected="Meeting is off")
    await stages.settle()
    assert "The meeting is off. Nobody is asked." in ines.text(newest(ines))
    assert "All meetings answered. 1 thing left to do." in ines.text(newest(ines))
    await ines.click("prompt.undo", message=newest(ines))
    await ines.click("todo.done", message=newest(ines), selected=["1"])
    await stages.settle()
    assert "1 meeting to answer for." in ines.text(newest(ines))
    await ines.click("todo.done", message=newest(ines), selected=[])
    await stages.settle()
    assert "1 thing to do." in ines.text(newest(ines))


async def test_a_row_hands_over_and_takes_back(stage: Stage) -> None:
    message = await morning(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await ines.click("prompt.more", message=message, selected="Hand over")
    await ines.submit({"colleague": tom.id})
    await stage.settle()
    assert "Tom Okafor answers, and knows that it comes from you." in ines.text(newest(ines))
    assert "Inês Duarte asks you to answer for Acme GmbH." in tom.text(tom.dm()[-1])
    await ines.click("prompt.undo", message=newest(ines))
    await stage.settle()
    assert "Tom Okafor answers" not in ines.text(newest(ines))
    assert "Inês Duarte answers" in tom.text(tom.dm()[-1])


async def test_the_menus_open_card_and_lines_and_put_it_off_by_an_hour(stage: Stage) -> None:
    message = await morning(stage)
    ines = stage.person("ines")
    await ines.click("prompt.more", message=message, selected="Open card")
    assert "Acme GmbH" in ines.text(ines.dm()[-1]) and "0% proven" in ines.text(ines.dm()[-1])
    await ines.click("prompt.more", message=message, selected="Four lines for the meeting")
    assert "Acme GmbH" in ines.text(ines.dm()[-1])
    await ines.click("morning.more", message=message, selected="When I get this")
    assert ines.modal is not None and ines.modal["callback_id"] == "settings"
    await ines.close()
    await ines.click("morning.more", message=message, selected="Remind me in an hour")
    await stage.go_on(hours=1)
    again = [one for one in ines.dm() if "Once a day at 8:30" in ines.text(one)]
    assert len(again) == 2


async def test_what_is_pressed_in_the_message_and_arrives_twice_is_done_once(stage: Stage) -> None:
    message = await morning(stage)
    ines = stage.person("ines")
    for action, selected in (
        ("todo.done", ["1"]),
        ("prompt.more", "Meeting is off"),
        ("morning.more", "Remind me in an hour"),
    ):
        stage.sandbox.duplicate_next()
        await ines.click(action, message=message, selected=selected)
        await stage.settle()
    lines = select(schema.history.c.id).where(schema.history.c.surface == "button")
    assert len(stage.read(lambda session: session.execute(lines).all())) == 2, "the step, and the meeting"
    posts = select(outbox.c.key).where(outbox.c.kind == "morning", outbox.c.op == "post")
    assert len(stage.read(lambda session: session.execute(posts).all())) == 2


async def test_settings_are_read_changed_and_refused_at_their_field(stages: Stage) -> None:
    fill(stages)
    ines = stages.person("ines")
    await ines.command("/answer settings")
    with pytest.raises(FormError):
        await ines.submit({"ends": "07:00"})
    asked = {"one_each": "morning", "morning": "09:15", "follows": ["on"]}
    await ines.submit({"ends": "18:00", "workdays": ["MO", "WE"], "country": "DE", **asked})
    saved = ines.text(ines.modal)
    assert "Mon, Wed from 08:00 to 18:00, without the public holidays of Germany" in saved
    assert "Your Slack status is read" in saved
    await ines.close()
    member = stages.actor("ines").member
    assert (member.morning_at, member.workdays, member.country, member.one_each, member.follows_status) == (
        "09:15", "MO,WE", "DE", False, True,
    )  # fmt: skip


async def test_reading_the_status_is_a_button_where_somebody_goes_away(stages: Stage) -> None:
    fill(stages)
    ines = stages.person("ines")
    await ines.command("/answer away until friday")
    await ines.click("away.follow")
    assert stages.actor("ines").member.follows_status
    assert "Your Slack status is read from now on." in ines.text(ines.sees()[-1])
    await ines.click("away.follow")
    assert not stages.actor("ines").member.follows_status
    await ines.click("settings.open")
    assert ines.modal is not None and "2026-03-06" in str(ines.modal)
    await ines.submit({"away_until": None})
    await stages.settle()
    assert stages.actor("ines").member.away_until is None
