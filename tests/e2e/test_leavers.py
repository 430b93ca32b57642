"""Somebody's account is deactivated: what they would have been told or asked reaches whoever stands in for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.app.actor import bot_author
from bot.domain.enums import CadenceKind
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.cadences import NewCadence, set_cadence
from bot.features.meetings.rows import Prompt
from bot.store import accounts, ledger, members, schema
from bot.store.entities import Entity
from bot.store.members import Member
from bot.wiring import Bot
from tests.support.bot_process import AT_ONCE, Stage
from tests.support.reading_aloud import RENDERER
from tests.support.waiting import eventually

TO_THE_MEETING = timedelta(days=1, hours=23)
AT_WORK = timedelta(hours=2)
"""So much later work has begun where there is no portfolio."""


def meets(
    stage: Stage,
    name: str,
    owner: str,
    *,
    deputy: str | None = None,
    manager: str | None = None,
    reviewed: bool = True,
) -> int:
    """A customer without outcomes, whose weekly meeting is in two days; returns its id.

    With `reviewed` off, the clock's review does not look at it for a month.
    """

    def write(session: Session) -> int:
        # Whoever is to stand in is asked at once: that they are not woken for it is tested with their hours.
        session.execute(update(schema.member).values(work_begins="00:00", work_ends="23:59"))
        actor = stage.actor(owner)
        home: int | None = None
        if manager:
            row: dict[str, Any] = {"name": f"Of {name}", "manager_id": stage.actor(manager).member.id}
            author, row["workspace_id"] = bot_author(stage.workspace_id), stage.workspace_id
            home = ledger.add(session, author, Entity.PORTFOLIO, stage.now, **row)
        people = {"owner_id": actor.member.id, "deputy_id": stage.actor(deputy).member.id if deputy else None}
        account_id = accounts.create(session, actor.author, stage.now, name, portfolio_id=home, **people)
        day = stage.now.date() + timedelta(days=2)
        set_cadence(
            session, actor, NewCadence(account_id, CadenceKind.WEEKLY_SYNC, day, "15:00", "weekly", "UTC"), stage.now
        )
        if not reviewed:
            later = update(schema.account_due).where(schema.account_due.c.account_id == account_id)
            session.execute(later.values(look_at=stage.now + timedelta(days=30)))
        return account_id

    return stage.write(write)


def member(stage: Stage, who: str) -> Member:
    found = stage.read(lambda s: members.by_slack_id(s, stage.workspace_id, stage.person(who).id))
    assert found is not None
    return found


def leave_unnoticed(stage: Stage, who: str) -> None:
    """Deactivate somebody without the event, as when Slack's is late."""
    state = stage.sandbox.world.state
    user = state.users[stage.person(who).id]
    user.deactivated = True
    state.put_user(user)


def prompt_of(stage: Stage, account_id: int) -> Prompt:
    found = stage.read(lambda session: meeting_queries.open_of_account(session, 1, account_id))
    assert found is not None
    return found


def about(stage: Stage, who: str, name: str) -> list[str]:
    """What somebody was told of a customer: a prompt about it, a risk in it, that its owner left."""
    person = stage.person(who)
    told = [str(message["blocks"]) for message in person.dm() if name in person.text(message)]
    kinds = {"prompt.answer": "prompt", "account.choose_owner": "owner left", "risk.claim": "risk"}
    first = (next((kind for action, kind in kinds.items() if action in blocks), None) for blocks in told)
    return sorted(kind for kind in first if kind is not None)


@pytest.mark.parametrize("noticed", [True, False])
async def test_the_deputy_is_asked_and_told_in_place_of_an_owner_who_left(stage: Stage, noticed: bool) -> None:
    acme = meets(stage, "Acme", "tom", deputy="ines")
    if noticed:
        stage.sandbox.deactivate_user("tom")
        await eventually(lambda: member(stage, "tom").is_deactivated)
    else:
        leave_unnoticed(stage, "tom")
    await stage.go_to(stage.now + TO_THE_MEETING + AT_WORK)
    assert about(stage, "ines", "Acme") == ["owner left", "prompt"]
    assert stage.person("tom").dm() == []
    assert prompt_of(stage, acme).member_id == member(stage, "ines").id
    assert member(stage, "tom").is_deactivated


@pytest.mark.parametrize("noticed", [True, False])
async def test_without_a_deputy_the_manager_is_asked_at_opening_and_at_sending(stage: Stage, noticed: bool) -> None:
    acme = meets(stage, "Acme", "tom", manager="kenji")
    if noticed:
        stage.sandbox.deactivate_user("tom")
        await eventually(lambda: member(stage, "tom").is_deactivated)
    else:
        leave_unnoticed(stage, "tom")
    await stage.go_to(stage.now + TO_THE_MEETING)
    # Kenji, who has the card himself, may be told by now that nobody has taken it for a working day.
    assert [kind for kind in about(stage, "kenji", "Acme") if kind != "risk"] == ["owner left", "prompt"]
    assert prompt_of(stage, acme).member_id == member(stage, "kenji").id


@pytest.mark.parametrize("running", [True, False], ids=["heard of", "while no bot ran"])
async def test_a_prompt_that_was_asked_already_is_handed_on_when_its_owner_leaves(stage: Stage, running: bool) -> None:
    acme = meets(stage, "Acme", "tom", deputy="ines")
    await stage.go_to(stage.now + TO_THE_MEETING + AT_WORK)
    assert len(stage.person("tom").dm()) == 1
    if not running:
        await stage.bot.stop()
    stage.sandbox.deactivate_user("tom")
    if not running:
        stage.bot = Bot(stage.bot.settings, stage.clock, sending=AT_ONCE, renderer=RENDERER)
        await stage.bot.start()
        await stage.bot.wait_for_member_sync()
        await stage.sandbox.connected()
    await eventually(lambda: prompt_of(stage, acme).member_id == member(stage, "ines").id)
    await stage.settle()
    assert about(stage, "ines", "Acme") == ["owner left", "prompt"]
    ines = stage.person("ines")
    await ines.click("prompt.answer")
    await ines.submit({"change": "belief", "what_changed": "They told their board"})
    await stage.settle()
    assert stage.read(lambda session: meeting_queries.open_of_account(session, 1, acme)) is None
    answered = stage.read(lambda session: meeting_queries.last_answer(session, 1, acme))
    assert answered is not None and answered.member_id == member(stage, "ines").id


async def test_two_owners_who_leave_on_one_day_are_both_told_of(stage: Stage) -> None:
    # Without a review: else it may be their risks, and not their prompts, that find them gone.
    meets(stage, "Acme", "tom", reviewed=False)
    meets(stage, "Bolt", "kenji", reviewed=False)
    for who in ("tom", "kenji"):
        leave_unnoticed(stage, who)
    await stage.go_to(stage.now + TO_THE_MEETING + AT_WORK)
    await stage.go_on(minutes=1)
    maya = stage.person("maya")
    texts = [maya.text(message) for message in maya.dm()]
    for name, owner in (("Acme", "Tom Okafor"), ("Bolt", "Kenji Sato")):
        assert about(stage, "maya", name) == ["owner left"], texts
        assert len([text for text in texts if name in text]) == 1, texts
        assert len([text for text in texts if "could not be delivered" in text and owner in text]) == 1, texts
