"""An account in Slack: edited, handed over, paused, merged; and its owner away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.store import ledger, members
from bot.store.entities import Entity
from bot.wiring import Bot
from sandbox.person import Person
from tests.support import factory
from tests.support.believable import ASKED, fill
from tests.support.bot_process import AT_ONCE, Stage
from tests.support.reading_aloud import RENDERER
from tests.support.waiting import eventually


def words(person: Person, shown: dict[str, Any] | list[dict[str, Any]] | None = None) -> str:
    """What the open modal, or what is given, says, without marks and line breaks."""
    given = shown if isinstance(shown, list) else [shown or person.modal]
    read = [person.text(one) for one in given]
    return " ".join("\n".join(read).replace("*", "").split())


async def test_an_owner_renames_an_account_and_hands_it_over(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    await ines.command("/proof acme edit")
    await ines.submit({"name": "Halden Werke", "owner": tom.id, "crm_link": "https://crm.example/7"})
    assert "Saved: Halden Werke. Tom Okafor owns it." in words(ines)
    await ines.close()
    await stage.go_on(hours=6)  # Tom works in New York
    brief = words(tom, tom.dm())
    assert (
        "Halden Werke is yours now; Inês" in brief and "had it. Inês" in brief and "What was open came along." in brief
    )
    await tom.command("/proof acme")
    card = words(tom, tom.sees()[-1])
    assert "Halden Werke" in card and "Owner Tom Okafor" in card and "CRM record" in card


async def test_a_deputy_is_asked_while_the_owner_is_away(stage: Stage) -> None:
    book = fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    deputy = stage.actor("tom").member.id
    put: dict[str, Any] = {"deputy_id": deputy}
    stage.write(lambda s: ledger.change(s, factory.BOT, Entity.ACCOUNT, book.acme, stage.now, **put))
    await ines.command("/answer away until friday")
    assert "You are away up to and including" in words(ines, ines.sees()[-1])
    await stage.go_to(ASKED)
    assert tom.dm() == []
    await stage.go_on(hours=3)  # eight in New York, where Tom works
    asked = words(tom, tom.dm())
    assert "for Inês" in asked and "who is away until" in asked and "What changed?" in asked
    assert "What changed?" not in words(ines, ines.dm())
    await stage.go_on(days=7)
    assert "Welcome back." in words(ines, ines.dm())
    member = stage.read(lambda session: members.by_slack_id(session, stage.workspace_id, ines.id))
    assert member is not None and not member.is_away(stage.now)


async def test_an_owner_is_away_by_their_slack_status(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/answer away status")
    assert "Your Slack status is read from now on." in words(ines, ines.sees()[-1])
    assert not is_away(stage, ines.id)
    stage.sandbox.set_status("ines", ":palm_tree:", "On vacation")
    await eventually(lambda: is_away(stage, ines.id))
    await stage.settle()
    assert "Read from your Slack status" in words(ines, ines.dm())
    stage.sandbox.set_status("ines", "")
    await eventually(lambda: not is_away(stage, ines.id))
    await stage.go_on(days=3)
    assert words(ines, ines.dm()).count("Welcome back.") == 1
    await ines.command("/answer away status off")
    assert "not read any more" in words(ines, ines.sees()[-1])


async def test_a_status_that_stands_already_is_read_when_somebody_asks_for_it(stage: Stage) -> None:
    fill(stage)
    ines, tom, maya = stage.person("ines"), stage.person("tom"), stage.person("maya")
    for reference in ("ines", "tom"):
        stage.sandbox.set_status(reference, ":palm_tree:", "Vacation")
    stage.sandbox.set_status("maya", ":spaghetti:", "Lunch")
    await ines.command("/answer away status")
    assert is_away(stage, ines.id) and "You are away up to and including" in words(ines, ines.sees()[-1])
    await tom.command("/answer settings")
    await tom.submit({"follows": ["on"]})
    assert is_away(stage, tom.id) and "You are away up to and including" in words(tom)
    await maya.command("/answer away status")
    assert not is_away(stage, maya.id)
    stage.sandbox.set_status("ines", "")
    await eventually(lambda: not is_away(stage, ines.id))


async def test_an_absence_offers_to_name_a_deputy_with_a_press(stage: Stage) -> None:
    book = fill(stage)
    nobody: dict[str, Any] = {"portfolio_id": None}
    stage.write(lambda s: ledger.change(s, factory.BOT, Entity.ACCOUNT, book.acme, stage.now, **nobody))
    ines = stage.person("ines")
    await ines.command("/answer away until friday")
    away = words(ines, ines.sees()[-1])
    assert "Nobody stands in for Acme GmbH." in away and "/proof" not in away and "/answer" not in away
    await ines.click("account.edit")
    assert ines.modal is not None and ines.modal["callback_id"] == "account_edit"


def is_away(stage: Stage, slack_id: str) -> bool:
    member = stage.read(lambda session: members.by_slack_id(session, stage.workspace_id, slack_id))
    return member is not None and member.is_away(stage.now)


async def test_a_series_rests_and_two_accounts_become_one_and_two_again(stage: Stage) -> None:
    book = fill(stage)
    maya = stage.person("maya")
    await maya.command("/proof acme cadence")
    await maya.click("cadence.pause.0")
    await maya.submit({"what": "pause", "until": f"{stage.now.date() + timedelta(days=30)}"})
    assert "Saved: Acme" in words(maya) and "next" in words(maya)
    await maya.close()
    await maya.close()
    stage.write(lambda session: factory.account(session, "Acme Holding", stage.now, portfolio_id=book.portfolio))
    await stage.settle()  # else the clock may open a risk of the new account between the preview and the merge
    await maya.command("/proof acme gmbh merge")
    await maya.submit({"name": "Acme Holding"})
    assert "goes into it" in words(maya)
    await maya.submit({"arr": "both"})
    assert "Acme Holding is part of Acme GmbH now." in words(maya)
    await maya.click("account.unmerge")
    assert "Acme Holding is an account of its own again" in words(maya)


async def test_a_status_that_changed_while_no_bot_ran_is_read_at_the_next_start(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.command("/answer away status")
    await stage.bot.stop()
    stage.sandbox.set_status("ines", ":palm_tree:", "On vacation")
    again = Bot(stage.bot.settings, stage.clock, sending=AT_ONCE, renderer=RENDERER)
    await again.start()
    try:
        await again.wait_for_member_sync()
        assert is_away(stage, ines.id)
        await again.tick()
        assert "Read from your Slack status" in words(ines, ines.dm())
    finally:
        await again.stop()
