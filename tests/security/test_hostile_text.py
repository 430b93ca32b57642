"""Hostile names and texts go through every surface: no mention rings, nothing is refused, nothing breaks."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from bot.domain import enums
from bot.domain.enums import Part
from bot.features.accounts import add_account
from bot.features.accounts.new_account import NewAccount
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.features.plan import outcomes, people
from bot.features.plan.outcomes import NewOutcome
from bot.features.proof_command.grammar import Topic
from tests.support.believable import ASKED, fill
from tests.support.bot_process import Stage

HOSTILE = {
    "broadcast": "<!channel> <!here> <!everyone> <@U0MAYA> <#C123>",
    "markup": "*bold* _italic_ ~strike~ `code` ```pre``` > quote",
    "quotes": "\"'`“”„«» &amp; &lt; <b>x</b> {{ view }} {% raw %} %s {0}",
    "newlines": "one\ntwo\r\n\n\nthree\tfour\u2028five\u2029six",
    "control": "a\x00b\x01c\x08d\x0be\x1bf\x7fg\ud800h\ufffei",
    "emoji": "👩‍👩‍👧‍👦🇩🇪❤️‍🔥 :rotating_light: e\u0301e\u0301",
    "right-to-left": "\u202eevil\u202c שלום \u2066עולם\u2069 مرحبا",
    "long": "wörd " * 2000,
    "one long word": "x" * 10_000,
    "wide": "株式会社" * 2500,
}


def refused(stage: Stage) -> list[Any]:
    """The calls of the bot that Slack refused."""
    return [call for call in stage.sandbox.calls if not call["response"].get("ok", True)]


def rung(stage: Stage) -> list[Any]:
    """The broadcast mentions that rang anywhere."""
    channels = stage.sandbox.world.state.channels
    messages = [message for channel in channels for message in stage.sandbox.messages(channel)]
    return [message for message in messages if {"channel", "here", "everyone"} & set(message.get("mentions") or ())]


def hostile_account(stage: Stage, text: str) -> int:
    """An account whose every text is hostile, with a meeting tomorrow; returns its id."""
    ines = stage.actor("ines")

    def write(session: Any) -> int:
        name = text[:200] + " Zz"
        account = add_account.add_account(session, ines, NewAccount(name, ines.member.slack_id, 1), stage.now)
        person = people.add_person(session, ines, account, stage.now, name=text, part=Part.CHAMPION, title=text)
        new = NewOutcome(account, text, owner_person_id=person, risk_if_never=text)
        outcomes.add_outcome(session, ines, new, stage.now)
        weekly = NewCadence(
            account, enums.CadenceKind.WEEKLY_SYNC, ASKED.date().replace(day=4), "10:00", "weekly", "Europe/Lisbon"
        )
        cadences.set_cadence(session, ines, weekly, stage.now)
        return account

    return stage.write(write)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_goes_through_every_surface(stage: Stage, text: str) -> None:
    fill(stage)
    account = hostile_account(stage, text)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    prompt = next(m for m in ines.dm() if f"{account}" == _value(m, "prompt.answer", stage, account))
    await ines.click("prompt.answer", message=prompt)
    typed = text[:1900]
    await ines.click("answer.unfold")
    await ines.submit(
        {"change": "belief", "what_changed": typed, "unproven": typed, "next_action": text[:900], "loop": "product"}
    )
    await stage.settle()
    await ines.command("/proof zz", "cs-north")
    shown = ines.sees("cs-north")[-1]
    for topic in Topic:
        if topic in (Topic.CADENCE, Topic.JUDGE):
            await ines.command(f"/proof zz {topic}")
            await ines.close()
        elif topic is not Topic.CARD:
            await ines.command(f"/proof zz {topic}")
    await ines.click("card.more", selected="Share here", message=shown)
    await ines.command("/portfolio")
    await ines.command(f"/proof {text[:1500]}")
    await ines.command(f"/answer zz changed: {text[:1000]} next: {text[:400]}")
    await stage.person("maya").command("/portfolio setup")
    await stage.go_on(days=7)
    assert refused(stage) == []
    assert rung(stage) == []
    failures = [m for m in ines.sees() if "reference" in m["text"] or "failed with the error" in m["text"]]
    assert failures == []


def _value(message: dict[str, Any], action_id: str, stage: Stage, account: int) -> str | None:
    """The account of the prompt in a message, as text; None for other messages."""
    from bot.features.meetings import queries as meeting_queries

    for block in message["blocks"] or []:
        for element in block.get("elements", []):
            if element.get("action_id") == action_id:
                prompt_id = int(element["value"])
                prompt = stage.read(partial(meeting_queries.by_id, workspace_id=1, prompt_id=prompt_id))
                return None if prompt is None else str(prompt.account_id)
    return None


async def test_three_hundred_gaps_fit_into_every_surface(stage: Stage) -> None:
    book = fill(stage)
    ines, actor = stage.person("ines"), stage.actor("ines")

    def write(session: Any) -> None:
        for number in range(300):
            new = NewOutcome(book.acme, f"Outcome number {number} of a very long list", risk_if_never="We lose it")
            outcomes.add_outcome(session, actor, new, stage.now)

    stage.write(write)
    await stage.go_to(ASKED)
    for topic in ("", "gap", "plan", "risk", "history", "agenda", "evidence", "actions"):
        await ines.command(f"/proof acme {topic}")
        assert "reference" not in ines.sees()[-1]["text"]
    await ines.click("prompt.answer")
    await ines.close()
    await ines.click("prompt.nothing")
    await stage.settle()
    await ines.click("prompt.obstacle")
    await ines.submit({"stays": "outcome:99", "why": "so many"})
    await stage.go_on(days=7)
    assert refused(stage) == []
    await ines.command("/proof acme gap")
    assert "more" in ines.text(ines.sees()[-1])
