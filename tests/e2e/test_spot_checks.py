"""Spot checks acted as people act: a digest draws a piece, the manager opens it and says what they see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.store import schema
from sandbox.errors import FormError, NotPossible
from sandbox.model import Json
from sandbox.person import Person
from tests.support.believable import fill
from tests.support.bot_process import Stage

FIRST = datetime(2026, 3, 9, 8, 1, tzinfo=UTC)
SECOND, THIRD, FOURTH = (FIRST + timedelta(weeks=weeks) for weeks in (1, 2, 3))
PAGE = "https://acme.example/signing"
FIGURE = {"outcome": "1", "value": "5", "source": "customer_system", "as_of": "2026-03-02", "attested_by": "1"}


def words(person: Person, shown: Json | None) -> str:
    """What is shown, without marks and line breaks."""
    return " ".join(person.text(shown).replace("*", "").split())


def asked(person: Person) -> Json:
    """The spot check in somebody's direct messages."""
    return next(message for message in reversed(person.dm()) if message["text"].startswith("Spot check"))


def digests(stage: Stage) -> list[Json]:
    """The digests of North, without their threads."""
    return [m for m in stage.sandbox.messages("cs-north") if m["text"].startswith("North: ") and not m.get("thread_ts")]


async def drawn(stage: Stage) -> tuple[Person, Person]:
    """Inês proves Acme in the week after a first digest, and the second one draws it for Maya; returns both."""
    book = fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    due = update(schema.portfolio).where(schema.portfolio.c.id == book.portfolio)
    stage.write(lambda session: session.execute(due.values(next_digest_at=FIRST - timedelta(minutes=1))))
    await stage.go_to(FIRST)
    await ines.command("/proof acme")
    await ines.click("card.evidence")
    await ines.submit({**FIGURE, "link": PAGE})
    await ines.close()
    await stage.go_to(SECOND)
    return maya, ines


async def test_the_manager_is_asked_and_says_that_it_shows_this(stage: Stage) -> None:
    maya, ines = await drawn(stage)
    message = asked(maya)
    told = words(maya, message)
    assert "Spot check for North" in told and "Drawn at random from what newly counts" in told
    assert "Acme GmbH: 5 days as of" in told and "recorded by Inês Duarte" in told
    assert all(not mail["text"].startswith("Spot check") for mail in ines.dm())
    await maya.click("evidence.open", message=message)
    await maya.click("spot.shows", message=message)
    await maya.click("spot.shows", message=message)
    await stage.settle()
    assert "Maya Lindqvist opened it: it shows this." in words(maya, asked(maya))
    with pytest.raises(NotPossible):
        await maya.click("spot.shows", message=asked(maya))
    assert len(stage.read(lambda session: session.execute(select(schema.evidence_check)).all())) == 1
    await ines.command("/proof acme evidence")
    assert "Seen by Maya Lindqvist" in words(ines, ines.sees()[-1])
    await stage.go_to(THIRD)
    digest = digests(stage)[-1]
    assert "Spot check: 1 of 1 held" in maya.text(digest)


async def test_it_does_not_asks_what_it_shows_and_tells_the_owner(stage: Stage) -> None:
    maya, ines = await drawn(stage)
    await maya.click("spot.not", message=asked(maya))
    with pytest.raises(FormError):
        await maya.submit({"note": " "})
    await maya.submit({"note": "It shows 7.2 days"})
    await stage.settle()
    told = words(maya, asked(maya))
    assert "it does not show this: It shows 7.2 days" in told and "Nothing is left to look at." in told
    assert any("evidence withdrawn" in ines.text(mail) and "7.2 days" in ines.text(mail) for mail in ines.dm())
    await ines.command("/proof acme")
    assert "0% proven" in words(ines, ines.sees()[-1])
    await stage.go_to(THIRD)
    digest = digests(stage)[-1]
    assert "Newly broken:" in maya.text(digest) and "failed check" in maya.text(digest)
    assert "Spot check: 0 of 1 held" in maya.text(digest)


async def test_i_cannot_open_it_leaves_the_piece_as_it_is(stage: Stage) -> None:
    maya, ines = await drawn(stage)
    await maya.click("spot.cannot_open", message=asked(maya))
    await stage.settle()
    assert "Maya Lindqvist could not open it. It counts as before." in words(maya, asked(maya))
    await ines.command("/proof acme")
    assert "100% proven" in words(ines, ines.sees()[-1])


async def test_nobody_has_answered_within_14_days(stage: Stage) -> None:
    maya, _ = await drawn(stage)
    await stage.go_to(FOURTH)
    digest = digests(stage)[-1]
    assert "Spot check: 1 not answered yet" in maya.text(digest)


async def test_who_has_got_the_account_since_cannot_answer(stage: Stage) -> None:
    maya, _ = await drawn(stage)
    book = {"owner_id": stage.actor("maya").member.id}
    message = asked(maya)
    stage.write(lambda session: session.execute(update(schema.account).values(**book)))
    await maya.click("spot.shows", message=message)
    await stage.settle()
    assert stage.read(lambda session: session.execute(select(schema.evidence_check)).all()) == []
    assert "You have Acme GmbH, so your own look does not count" in "".join(maya.text(m) for m in maya.dm())
