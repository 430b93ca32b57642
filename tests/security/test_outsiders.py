"""People of other organisations: the three buttons of a question are all that the bot takes from them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, select

from bot import rooms
from bot.features.confirmations.ids import ConfirmationActionId, ConfirmationCallback
from bot.store import schema
from bot.store.schema.outbox import outbox
from sandbox.blocks import finish_view
from sandbox.errors import FormError
from sandbox.model import Json
from sandbox.person import Person
from sandbox.viewstore import open_modal
from tests.security.hostile import FORM, as_form, press, send, signed
from tests.support.bot_process import Stage, staged
from tests.support.shared import ACME, Shared, bind_acme, channel, fill_shared, question, shared_workspace
from tests.support.waiting import eventually

THEIRS = {
    ConfirmationActionId.CONFIRM_RIGHT,
    ConfirmationActionId.CONFIRM_CORRECT,
    ConfirmationActionId.CONFIRM_DISAGREE,
    ConfirmationActionId.CONFIRM_TAKE_BACK,
}
THEIR_FORMS = {ConfirmationCallback.CONFIRM_CORRECT, ConfirmationCallback.CONFIRM_DISAGREE}
ACTIONS = sorted(set(rooms.ACTIONS) - THEIRS)
FORMS = sorted(set(rooms.CALLBACKS) - THEIR_FORMS)
WRITTEN = (schema.history, outbox, schema.submission, schema.member, schema.draft, schema.dropped_file)


@pytest.fixture
async def shared(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, database=sqlite_template, workspace=shared_workspace()) as stage:
        yield stage


async def asked(stage: Stage) -> Shared:
    """Inês has asked Ana, and Maya has said that she is Ana."""
    filled = fill_shared(stage)
    await bind_acme(stage)
    ines = stage.person("ines")
    await ines.command("/proof acme", "cs-north")
    await ines.click("card.more", selected="Ask for a confirmation")
    await ines.submit({"person": "Ana Ruiz", "channel": channel(stage, "acme-shared")})
    await ines.submit({"slack_user": "Ana Ruiz"})
    await ines.close()
    await stage.settle()
    await stage.person("maya").click("person.is")
    await stage.settle()
    return filled


def written(stage: Stage) -> list[int]:
    """How many rows there are of everything that somebody could have caused."""
    counts = [select(func.count()).select_from(table) for table in WRITTEN]
    return stage.read(lambda session: [session.execute(count).scalar_one() for count in counts])


def told(person: Person, before: int, where: str = "acme-shared") -> str:
    new = person.sees(where)[before:]
    assert all(message["ephemeral"] for message in new)
    return "\n".join(person.text(message) for message in new)


async def post_buttons(stage: Stage, actions: Sequence[str], value: str) -> None:
    """Messages in the shared channel with a button for each action, as an old or forged message could have."""
    client = AsyncWebClient(token=stage.sandbox.bot_token, base_url=stage.sandbox.api_url)
    for some in (actions[start : start + 25] for start in range(0, len(actions), 25)):
        text: Json = {"type": "plain_text", "text": "Press"}
        elements = [{"type": "button", "action_id": action, "value": value, "text": text} for action in some]
        blocks = [{"type": "actions", "elements": elements}]
        await client.chat_postMessage(channel=channel(stage, "acme-shared"), text="?", blocks=blocks)


@pytest.mark.parametrize("value", ["1", "confirm:1", "1:1"])
async def test_every_other_button_is_refused_and_does_nothing(shared: Stage, value: str) -> None:
    await asked(shared)
    await post_buttons(shared, ACTIONS, value)
    ana = shared.person("ana")
    before = written(shared)
    for action in ACTIONS:
        seen = len(ana.sees("acme-shared"))
        await ana.click(action)
        assert "members of this workspace" in told(ana, seen) or "changed since" in told(ana, seen), action
        assert ana.modal is None, action
    assert written(shared) == before


async def test_every_other_form_is_refused_and_does_nothing(shared: Stage) -> None:
    await asked(shared)
    ana = shared.person("ana")
    before = written(shared)
    for callback in FORMS:
        modal: dict[str, Any] = {
            "type": "modal",
            "callback_id": str(callback),
            "private_metadata": "1:1@0",
            "title": {"type": "plain_text", "text": "Forged"},
            "submit": {"type": "plain_text", "text": "Send"},
            "blocks": [
                {
                    "type": "input",
                    "block_id": "why",
                    "optional": True,
                    "label": {"type": "plain_text", "text": "Why"},
                    "element": {"type": "plain_text_input", "action_id": "why"},
                }
            ],
        }
        world = shared.sandbox.world
        open_modal(world, ana.id, finish_view(modal, "modal", world.state.new_id))
        with pytest.raises(FormError) as refused:
            await ana.submit({"why": "because"})
        assert refused.value.errors["why"], callback
    assert written(shared) == before


async def test_commands_home_words_and_files_get_nothing(shared: Stage) -> None:
    await asked(shared)
    ana = shared.person("ana")
    before = written(shared)
    for command in ("/proof acme", "/answer acme", "/portfolio", "/portfolio setup", "/proof new Acme"):
        seen = len(ana.sees("acme-shared"))
        await ana.command(command, "acme-shared")
        assert "members of this workspace" in told(ana, seen), command
    await ana.open_home()
    await ana.say("acme-shared", "<@BOT> what do you know of us?")
    await ana.say("dm", "What do you know of us?")
    await ana.drop("accounts.csv", b"Name\nOurs\n")
    await shared.settle()
    assert ana.home is None and ana.modal is None
    assert not [message for message in ana.dm() if message["bot"]]
    # What Slack says of who typed a command may be kept: as somebody who may do nothing.
    assert [count for count, table in zip(written(shared), WRITTEN, strict=True) if table is not schema.member] == [
        count for count, table in zip(before, WRITTEN, strict=True) if table is not schema.member
    ]


@pytest.mark.parametrize("action", sorted(THEIRS))
async def test_an_organisation_that_is_not_bound_answers_nothing(shared: Stage, action: str) -> None:
    """Otto's firm shares another channel with us; a message of his carries the number of Acme's question."""
    await asked(shared)
    client = AsyncWebClient(token=shared.sandbox.bot_token, base_url=shared.sandbox.api_url)
    text: Json = {"type": "plain_text", "text": "Press"}
    for where in ("rival-shared", "crowded"):
        elements = [{"type": "button", "action_id": action, "value": "1", "text": text}]
        await client.chat_postMessage(
            channel=channel(shared, where), text="?", blocks=[{"type": "actions", "elements": elements}]
        )
        otto = shared.person("otto")
        before, seen = written(shared), len(otto.sees(where))
        await otto.click(action)
        assert "not here any more" in told(otto, seen, where)
        assert otto.modal is None and written(shared) == before


async def test_an_organisation_that_was_unbound_answers_nothing(shared: Stage) -> None:
    await asked(shared)
    maya, ana = shared.person("maya"), shared.person("ana")
    await maya.command("/proof acme", "cs-north")
    await maya.click("card.more", selected="Whose organisation is this?")
    await maya.submit({"ended": ["Acme"]})
    assert "No organisation counts as" in maya.text(maya.modal)
    seen = len(ana.sees("acme-shared"))
    await ana.click("confirm.right", message=question(shared))
    assert "Only people of the organisation that was asked" in told(ana, seen)


@pytest.mark.parametrize("value", ["2", "0", "-1", "9" * 30, "", "1; drop", "1:1", "٣"])
async def test_a_forged_number_of_a_question_is_refused(shared: Stage, value: str) -> None:
    await asked(shared)
    ana = shared.person("ana")
    await post_buttons(shared, sorted(THEIRS), value or "x")
    before = written(shared)
    for action in sorted(THEIRS):
        seen = len(ana.sees("acme-shared"))
        await ana.click(action, value=value or "x")
        assert "not here any more" in told(ana, seen) or "changed since" in told(ana, seen)
        assert ana.modal is None
    assert written(shared) == before


async def test_the_owner_cannot_press_in_the_name_of_a_customer(tmp_path: Path, sqlite_template: Path) -> None:
    """Signed payloads that name another team than Slack does, or another person than the payload's own user."""
    async with staged(tmp_path, database=sqlite_template, workspace=shared_workspace(), delivery="http") as stage:
        await asked(stage)
        ines, ours = stage.person("ines"), stage.sandbox.world.state.team.id
        port = stage.bot.settings.port
        before = written(stage)
        for claimed in (ACME, ours, "", "T0NOBODY"):
            action = {"action_id": "confirm.right", "block_id": "b", "action_ts": "1.0", "type": "button", "value": "1"}
            payload = press(ines.id, claimed, actions=[action])
            payload["team"] = {"id": ours}
            payload["channel"] = {"id": channel(stage, "acme-shared")}
            payload["container"]["channel_id"] = channel(stage, "acme-shared")
            body = as_form(payload)
            assert await send(port, body, [FORM, *signed(stage.sandbox.signing_secret, body)]) == 200
        await eventually(lambda: written(stage) == before)


@pytest.mark.parametrize("who", ["ines", "gus"])
async def test_owner_and_members_bind_no_organisation(shared: Stage, who: str) -> None:
    fill_shared(shared)
    person = shared.person(who)
    await post_card_menu(shared)
    await shared.settle()
    seen, before = len(person.sees("general")), written(shared)
    await person.click("card.more", value="organisation:1")
    said = "\n".join(person.text(message) for message in person.sees("general")[seen:])
    assert ("somebody else has to say this" in said) if who == "ines" else ("members of this workspace" in said)
    assert person.modal is None and written(shared) == before


async def post_card_menu(stage: Stage) -> None:
    """The ⋯ of a card as a button in a channel that everybody reads."""
    client = AsyncWebClient(token=stage.sandbox.bot_token, base_url=stage.sandbox.api_url)
    stage.sandbox.add_to_channel("general")
    text: Json = {"type": "plain_text", "text": "Press"}
    elements = [{"type": "button", "action_id": "card.more", "value": "organisation:1", "text": text}]
    await client.chat_postMessage(
        channel=channel(stage, "general"), text="?", blocks=[{"type": "actions", "elements": elements}]
    )


@pytest.mark.parametrize(
    ("domain", "sentence"),
    [
        ("gmail.com", "Anybody can have an address"),
        ("mail.yahoo.co.uk", "Anybody can have an address"),
        ("ines@hey.com", "Anybody can have an address"),
        ("localhost", "Write an email domain"),
        ("https://", "Write an email domain"),
        ("example.com", "our own email domain"),
        ("eu.example.com", "our own email domain"),
    ],
)
async def test_free_mail_and_our_own_domain_are_nobodys(shared: Stage, domain: str, sentence: str) -> None:
    fill_shared(shared)
    maya = shared.person("maya")
    await maya.command("/proof acme", "cs-north")
    await maya.click("card.more", selected="Whose organisation is this?")
    with pytest.raises(FormError) as refused:
        await maya.submit({"domain": domain})
    assert sentence in refused.value.errors["domain"]
    await maya.submit({"domain": "https://www.Acme-Holding.example/about"})
    assert "acme-holding.example" in maya.text(maya.modal)
