"""What people write to the bot: in its direct messages, and by a mention in a channel or thread."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.rooms import ACTIONS
from bot.store import schema
from sandbox.person import Person
from sandbox.webapi.posting import Content, replace_content
from tests.support import factory
from tests.support.believable import fill
from tests.support.bot_process import Stage, staged
from tests.support.shared import fill_shared, shared_workspace

HELLO = "I answer `/proof`, `/answer` and `/portfolio`. Or write a customer’s name."


@pytest.fixture
async def shared(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, database=sqlite_template, workspace=shared_workspace()) as stage:
        yield stage


def last(person: Person, where: str = "dm") -> str:
    """What the newest message there says."""
    messages = person.dm() if where == "dm" else person.sees(where)
    return " ".join(person.text(messages[-1]).split())


def buttons(person: Person, where: str = "dm") -> list[str]:
    messages = person.dm() if where == "dm" else person.sees(where)
    found = [element for block in messages[-1]["blocks"] for element in block.get("elements", ())]
    return [element["text"]["text"] for element in found if element["type"] == "button"]


@pytest.mark.parametrize(
    "words", ["hello", "Hi!", "ping", "what can you do for my renewal in spring, please?", "qqqqq"]
)
async def test_a_greeting_and_anything_unknown_are_answered(stage: Stage, words: str) -> None:
    fill(stage)
    await stage.settle()
    ines = stage.person("ines")
    await ines.say("dm", words)
    assert HELLO in last(ines)
    assert buttons(ines) == ["Acme GmbH", "What I can do"]


async def test_the_buttons_of_the_answer_open_a_card_and_the_help(stage: Stage) -> None:
    fill(stage)
    await stage.settle()
    ines = stage.person("ines")
    await ines.say("dm", "hello")
    await ines.click(ACTIONS.WHAT_I_CAN_DO)
    assert "`/proof <account> evidence`" in last(ines) and "`/portfolio" in last(ines) and "`/answer" in last(ines)
    assert "`/proof <account> merge`" not in last(ines)
    await ines.click(ACTIONS.WHAT_I_CAN_DO, value="/proof")
    assert "`/proof <account> merge`" in last(ines) and "`/answer" not in last(ines)
    await ines.click(ACTIONS.OPEN_CARD)
    assert "Would they renew on value?" in last(ines)


async def test_help_says_everything_that_can_be_typed(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.say("dm", "help")
    assert "`/proof <account> evidence`" in last(ines)


async def test_a_customers_name_in_a_direct_message_gives_the_card(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    for words in ("acme", "/proof acme", "proof Acme", "@proofline acme", "acme judge"):
        await ines.say("dm", words)
        assert "Would they renew on value?" in last(ines), words
    await ines.say("dm", "acme plan")
    assert "Add contact" in str(ines.dm()[-1]["blocks"])


async def test_a_misspelt_name_offers_the_nearest_as_buttons(stage: Stage) -> None:
    book = fill(stage)
    stage.write(lambda session: factory.account(session, "Acre Foods", stage.now, portfolio_id=book.portfolio))
    ines = stage.person("ines")
    await ines.say("dm", "acne")
    assert "acne" in last(ines)
    assert sorted(buttons(ines)) == ["Acme GmbH", "Acre Foods", "Add this account"]
    await ines.click(f"{ACTIONS.CHOOSE_ACCOUNT}.0")
    assert "Would they renew on value?" in last(ines)


async def test_a_mention_in_a_thread_shows_the_card_to_the_asker_who_may_share_it_there(stage: Stage) -> None:
    fill(stage)
    ines, tom = stage.person("ines"), stage.person("tom")
    deal = await tom.say("cs-north", "Is Acme safe to renew?")
    before = len(tom.sees("cs-north"))
    await ines.say("cs-north", "@proofline acme", thread=deal["ts"])
    assert len(tom.sees("cs-north")) == before + 1, "only what Inês wrote"
    card = ines.sees("cs-north")[-1]
    assert card["ephemeral"] and card["thread_ts"] == deal["ts"]
    assert "Would they renew on value?" in last(ines, "cs-north")
    assert "Share in this thread" in buttons(ines, "cs-north")
    await ines.click(ACTIONS.SHARE_CARD)
    told = tom.sees("cs-north")[-1]
    assert not told["ephemeral"] and told["thread_ts"] == deal["ts"]
    assert "Shared by" in tom.text(told)


async def test_a_mention_beside_a_thread_is_answered_in_the_channel(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await ines.say("cs-north", "@proofline acme")
    card = ines.sees("cs-north")[-1]
    assert card["ephemeral"] and not card.get("thread_ts")
    assert "Share in this thread" not in buttons(ines, "cs-north")
    await ines.say("cs-north", "@proofline")
    assert HELLO in last(ines, "cs-north")


async def test_a_choice_in_a_thread_stays_there(stage: Stage) -> None:
    book = fill(stage)
    stage.write(lambda session: factory.account(session, "Acre Foods", stage.now, portfolio_id=book.portfolio))
    ines, tom = stage.person("ines"), stage.person("tom")
    deal = await tom.say("cs-north", "Is it safe?")
    await ines.say("cs-north", "@proofline acne", thread=deal["ts"])
    await ines.click(f"{ACTIONS.CHOOSE_ACCOUNT}.0")
    assert "Share in this thread" in buttons(ines, "cs-north")
    await ines.click(ACTIONS.SHARE_CARD)
    assert tom.sees("cs-north")[-1]["thread_ts"] == deal["ts"]


async def test_what_is_delivered_twice_is_answered_once(stage: Stage) -> None:
    fill(stage)
    await stage.settle()
    ines, gus = stage.person("ines"), stage.person("gus")
    for together in (False, True):
        before = len(ines.dm())
        stage.sandbox.duplicate_next(together=together)
        await ines.say("dm", "acme")
        assert len(ines.dm()) == before + 2, "what she wrote and one card"
    stage.sandbox.duplicate_next()
    before = len(gus.dm())
    await gus.say("dm", "acme")
    assert len(gus.dm()) == before + 2, "what he wrote and one refusal"


async def test_guests_are_refused_in_a_sentence(stage: Stage) -> None:
    fill(stage)
    gus = stage.person("gus")
    for words in ("acme", "hello", "help"):
        await gus.say("dm", words)
        assert "members of this workspace" in last(gus)
        assert "Acme" not in str(gus.dm()[-1]["blocks"])


async def test_people_of_other_organisations_learn_nothing(shared: Stage) -> None:
    fill_shared(shared)
    ana, ines = shared.person("ana"), shared.person("ines")
    deal = await ines.say("acme-shared", "Hello Ana")
    for thread in (None, deal["ts"]):
        await ana.say("acme-shared", "@proofline acme", thread=thread)
        await ana.say("dm", "acme")
    assert not [message for message in (*ana.dm(), *ana.sees("acme-shared")) if message["bot"]]
    before = len(shared.sandbox.messages("acme-shared"))
    await ines.say("acme-shared", "@proofline acme", thread=deal["ts"])
    await ines.click(ACTIONS.SHARE_CARD)
    assert len(shared.sandbox.messages("acme-shared")) == before + 1, "nothing is shared where others read"


async def test_edits_bots_and_our_own_messages_are_left_alone(stage: Stage) -> None:
    fill(stage)
    await stage.settle()
    ines = stage.person("ines")
    written = await ines.say("dm", "hello")
    world = stage.sandbox.world
    message = world.state.message(written["channel"], written["ts"])
    assert message is not None
    count = len(ines.dm())
    replace_content(world, message, Content("acme", None, None, None))
    channel = world.state.channels[message.channel]
    changes: tuple[dict[str, Any], ...] = (
        {"bot_id": "B0OTHER"},
        {"subtype": "bot_message"},
        {"subtype": "message_deleted"},
        {"edited": {"user": ines.id}},
        {"user": "USLACKBOT"},
    )
    for change in changes:
        await deliver(stage, channel, message, change)
    assert len(ines.dm()) == count
    assert stage.read(lambda s: s.execute(select(func.count()).select_from(schema.submission)).scalar_one()) == 1


async def deliver(stage: Stage, channel: Any, message: Any, change: dict[str, Any]) -> None:
    """Send the event of a message, changed."""
    from sandbox.webapi.posting import message_event

    world = stage.sandbox.world
    parcel = world.event("message.im", message_event(world, channel, message) | change)
    assert parcel is not None
    await world.courier.settle(parcel)


@pytest.mark.parametrize(
    "words",
    [
        "<!channel> acme",
        "*" * 500,
        "x" * 4_000,
        "\u202egpj.acme\u202c",
        "{{ view }} {% raw %}",
        "'; drop table account; --",
        "acme as of 2026-99-99",
        "plan",
        "<@U0NOBODY> <#C0NOWHERE|x>",
        "“acme",
        "株式会社",
        "\u0000\ud83d",
    ],
)
async def test_hostile_words_are_answered_like_any_other(stage: Stage, words: str) -> None:
    fill(stage)
    await stage.settle()
    ines = stage.person("ines")
    await ines.say("dm", words.encode("utf-8", "ignore").decode())
    assert ines.dm()[-1]["user"] == stage.bot.where.bot_user_id
    assert "Something went wrong" not in last(ines)
    assert "<!channel>" not in str(ines.dm()[-1]["blocks"])


async def test_nothing_is_said_of_an_account_that_belongs_to_nobody(stage: Stage) -> None:
    """A workspace without customers has no example to show."""
    ines = stage.person("ines")
    await ines.say("dm", "acme")
    assert HELLO in last(ines)
    assert buttons(ines) == ["What I can do"]
