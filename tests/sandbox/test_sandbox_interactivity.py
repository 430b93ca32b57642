"""Commands, buttons, modals, shortcuts, App Home: from what a person does to what they see."""

from datetime import date, timedelta
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import FormError, NotPossible, Sandbox
from tests.sandbox.conftest import RunApp
from tests.sandbox.samples import BUTTON, mrkdwn, option, plain

Json = dict[str, Any]


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Form"), "submit": plain("Save"), "blocks": list(blocks), **more}


def field(block_id: str, element: Json, **more: Any) -> Json:
    element = {"action_id": f"{block_id}_input", **element}
    return {"type": "input", "block_id": block_id, "label": plain(block_id.capitalize()), "element": element, **more}


FORM = modal(
    field("name", {"type": "plain_text_input", "min_length": 2, "max_length": 10}),
    field("amount", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}),
    field("due", {"type": "datepicker", "initial_date": "2026-03-01"}),
    field("kind", {"type": "static_select", "options": [option("gap"), option("risk")]}, optional=True),
    field("tags", {"type": "checkboxes", "options": [option("a"), option("b")]}, optional=True),
    field("owner", {"type": "users_select"}, optional=True),
    callback_id="form",
    private_metadata="account:7",
    notify_on_close=True,
)


@pytest.fixture
def heard(app: AsyncApp) -> list[Json]:
    """The payloads that the app saw."""
    seen: list[Json] = []

    @app.middleware
    async def note(body: Json, next: Any) -> None:
        seen.append(body)
        await next()

    return seen


def opens(app: AsyncApp, view: Json) -> None:
    """`/echo` opens `view`."""

    @app.command("/echo")
    async def command(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await ack()


async def test_a_submission_carries_what_was_entered_and_closes_the_modal(
    sandbox: Sandbox, app: AsyncApp, run: RunApp, heard: list[Json]
) -> None:
    opens(app, FORM)

    @app.view("form")
    async def submitted(ack: Any) -> None:
        await ack()

    await run(app)
    maya = sandbox.person("maya")
    await maya.command("/echo")
    assert maya.modal is not None and maya.text(maya.modal).splitlines()[:2] == ["Form", "Name"]

    await maya.submit({"name": "Acme", "amount_input": "5", "kind": "Gap", "tags": ["b"], "owner": maya.id})

    view = heard[-1]["view"]
    assert view["private_metadata"] == "account:7"
    assert view["state"]["values"] == {
        "name": {"name_input": {"type": "plain_text_input", "value": "Acme"}},
        "amount": {"amount_input": {"type": "number_input", "value": "5"}},
        "due": {"due_input": {"type": "datepicker", "selected_date": "2026-03-01"}},
        "kind": {
            "kind_input": {
                "type": "static_select",
                "selected_option": {"text": {"type": "plain_text", "text": "Gap", "emoji": True}, "value": "gap"},
            }
        },
        "tags": {
            "tags_input": {
                "type": "checkboxes",
                "selected_options": [{"text": {"type": "plain_text", "text": "B", "emoji": True}, "value": "b"}],
            }
        },
        "owner": {"owner_input": {"type": "users_select", "selected_user": maya.id}},
    }
    assert maya.modal is None


@pytest.mark.parametrize(
    ("values", "block"),
    [
        ({"amount": "5"}, "name"),
        ({"name": "A", "amount": "5"}, "name"),
        ({"name": "A" * 11, "amount": "5"}, "name"),
        ({"name": "Acme", "amount": "0"}, "amount"),
        ({"name": "Acme", "amount": "1.5"}, "amount"),
        ({"name": "Acme", "amount": "2", "due": None}, "due"),
    ],
)
async def test_the_client_refuses_bad_input_before_the_app_hears_of_it(
    sandbox: Sandbox, app: AsyncApp, run: RunApp, heard: list[Json], values: Json, block: str
) -> None:
    opens(app, FORM)
    await run(app)
    maya = sandbox.person("maya")
    await maya.command("/echo")
    with pytest.raises(FormError) as refusal:
        await maya.submit(values)
    assert list(refusal.value.errors) == [block]
    assert [body.get("type") for body in heard] == [None]
    assert maya.modal is not None


async def test_errors_update_push_and_clear(sandbox: Sandbox, app: AsyncApp, run: RunApp) -> None:
    text = {"type": "plain_text_input"}
    opens(app, modal(field("answer", text), callback_id="first"))
    second = modal(field("answer", text), callback_id="second")
    answers: list[Json] = [
        {"response_action": "errors", "errors": {"answer": "Not that one"}},
        {"response_action": "update", "view": {**second, "callback_id": "first", "title": plain("Updated")}},
        {"response_action": "push", "view": second},
    ]

    @app.view("first")
    async def first(ack: Any) -> None:
        await ack(**answers.pop(0))

    @app.view("second")
    async def last(ack: Any) -> None:
        await ack(response_action="clear")

    await run(app)
    tom = sandbox.person("tom")
    await tom.command("/echo")
    with pytest.raises(FormError, match="Not that one"):
        await tom.submit({"answer": "wrong"})
    await tom.submit()
    assert tom.modal is not None and tom.modal["title"]["text"] == "Updated"
    assert tom.modal["state"]["values"]["answer"]["answer_input"]["value"] == "wrong"
    await tom.submit()
    assert tom.modal["callback_id"] == "second" and tom.modal["previous_view_id"] == tom.modal["root_view_id"]
    await tom.submit({"answer": "done"})
    assert tom.modal is None


async def test_closing_is_heard_when_the_view_asks_for_it(
    sandbox: Sandbox, app: AsyncApp, run: RunApp, heard: list[Json]
) -> None:
    opens(app, FORM)

    @app.view_closed("form")
    async def closed(ack: Any) -> None:
        await ack()

    await run(app)
    maya = sandbox.person("maya")
    await maya.command("/echo")
    await maya.close()
    assert (heard[-1]["type"], heard[-1]["is_cleared"], maya.modal) == ("view_closed", False, None)


async def test_a_button_in_a_message_sends_where_it_stands(
    sandbox: Sandbox, app: AsyncApp, client: AsyncWebClient, run: RunApp, heard: list[Json]
) -> None:
    @app.action("pick")
    @app.action("go")
    async def went(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Done", replace_original=True)

    await run(app)
    pick = {"type": "static_select", "action_id": "pick", "options": [option("one"), option("two")]}
    blocks = [{"type": "actions", "block_id": "buttons", "elements": [BUTTON, pick]}]
    posted = await client.chat_postMessage(channel="#general", text="Press", blocks=blocks)
    maya = sandbox.person("maya")
    await maya.click("go")

    body = heard[-1]
    assert body["container"] == {
        "type": "message",
        "message_ts": posted["ts"],
        "channel_id": posted["channel"],
        "is_ephemeral": False,
    }
    assert body["message"]["text"] == "Press" and body["channel"] == {"id": posted["channel"], "name": "general"}
    assert body["actions"][0]["value"] == "1" and body["user"]["id"] == maya.id
    assert body["state"]["values"] == {"buttons": {"pick": {"type": "static_select", "selected_option": None}}}
    assert (maya.sees()[-1]["text"], maya.sees()[-1]["blocks"]) == ("Done", [])


async def test_a_button_that_is_gone_by_now_can_still_be_clicked_where_it_is_shown(
    sandbox: Sandbox, app: AsyncApp, client: AsyncWebClient, run: RunApp, heard: list[Json]
) -> None:
    @app.action("go")
    async def went(ack: Any) -> None:
        await ack()

    await run(app)
    blocks = [{"type": "actions", "elements": [BUTTON]}]
    posted = await client.chat_postMessage(channel="#general", text="Press", blocks=blocks)
    [shown] = sandbox.messages("general")
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Too late", blocks=[])
    maya = sandbox.person("maya")
    with pytest.raises(NotPossible, match="sees nothing to click"):
        await maya.click("go")
    await maya.click("go", message=shown)
    assert heard[-1]["actions"][0]["value"] == "1" and heard[-1]["message"]["text"] == "Too late"


async def test_an_ephemeral_is_seen_by_one_person_and_its_content_is_not_sent_back(
    sandbox: Sandbox, app: AsyncApp, run: RunApp, heard: list[Json]
) -> None:
    @app.command("/echo")
    async def echo(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Only you", blocks=[{"type": "actions", "elements": [BUTTON]}])

    @app.action("go")
    async def went(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    await run(app)
    maya, tom = sandbox.person("maya"), sandbox.person("tom")
    await maya.command("/echo", "general")
    assert (len(maya.sees()), tom.sees(), sandbox.messages("general")) == (1, [], [])
    await maya.click("go")
    assert heard[-1]["container"]["is_ephemeral"] is True and "message" not in heard[-1]
    assert maya.sees() == []


@pytest.mark.silent_app
async def test_silence_is_shown_by_slackbot(sandbox: Sandbox, app: AsyncApp, run: RunApp) -> None:
    maya = sandbox.person("maya")
    await maya.command("/echo")
    await maya.command("/unknown")

    @app.command("/echo")
    async def mute() -> None:
        return None

    await run(app)
    await maya.command("/echo")
    assert [(m["user"], m["text"], m["ephemeral"]) for m in maya.sees()] == [
        ("USLACKBOT", '/echo failed with the error "dispatch_failed"', True),
        ("USLACKBOT", "/unknown is not a valid command.", True),
        ("USLACKBOT", '/echo failed with the error "operation_timeout"', True),
    ]


async def test_app_home_is_opened_published_and_clicked(
    sandbox: Sandbox, app: AsyncApp, run: RunApp, heard: list[Json]
) -> None:
    @app.event("app_home_opened")
    async def opened(event: Json, client: AsyncWebClient) -> None:
        section = {"type": "section", "text": mrkdwn(f"Hello <@{event['user']}>"), "accessory": BUTTON}
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section]})

    @app.action("go")
    async def went(ack: Any) -> None:
        await ack()

    await run(app)
    maya = sandbox.person("maya")
    assert maya.home is None
    await maya.open_home()
    assert maya.text(await sandbox.wait_for(lambda: maya.home)) == "Hello @Maya Lindqvist Go"
    await maya.click("go")
    assert heard[-1]["container"]["type"] == "view" and heard[-1]["view"]["type"] == "home"


@pytest.mark.silent_app
async def test_shortcuts_and_external_options(sandbox: Sandbox, app: AsyncApp, run: RunApp, heard: list[Json]) -> None:
    search = field("account", {"type": "external_select", "min_query_length": 2})

    @app.shortcut("begin")
    async def begin(ack: Any, shortcut: Json, client: AsyncWebClient) -> None:
        await client.views_open(trigger_id=shortcut["trigger_id"], view=modal(search, callback_id="found"))
        await ack()

    @app.shortcut("keep")
    async def keep(ack: Any, shortcut: Json, respond: Any) -> None:
        await ack()
        await respond(f"Kept: {shortcut['message']['text']}")

    @app.options("account_input")
    async def options(ack: Any, payload: Json) -> None:
        await ack(options=[option(f"{payload['value']}-{n}") for n in (1, 2)])

    @app.view("found")
    async def found(ack: Any) -> None:
        await ack()

    await run(app)
    maya = sandbox.person("maya")
    await maya.shortcut("begin")
    assert await maya.options("account_input", "a") == []
    assert [o["value"] for o in await maya.options("account_input", "acme")] == ["acme-1", "acme-2"]
    with pytest.raises(NotPossible):
        await maya.submit({"account": "other"})
    await maya.submit({"account": "acme-2"})
    assert heard[-1]["view"]["state"]["values"]["account"]["account_input"]["selected_option"]["value"] == "acme-2"

    await maya.shortcut("keep", await maya.say("general", "remember <this> & that"))
    assert maya.text(maya.sees()[-1]) == "Kept: remember <this> & that"


async def test_a_trigger_lives_three_seconds_and_opens_one_modal(
    sandbox: Sandbox, app: AsyncApp, client: AsyncWebClient, run: RunApp, heard: list[Json]
) -> None:
    opens(app, FORM)
    await run(app)
    maya = sandbox.person("maya")
    await maya.command("/echo")
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=heard[-1]["trigger_id"], view=FORM)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="1.2.3", view=FORM)
    late = sandbox.world.new_trigger(maya.id)
    sandbox.move_clock(timedelta(seconds=4))
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late, view=FORM)


async def test_three_views_at_most_are_stacked_and_hashes_are_held(sandbox: Sandbox, client: AsyncWebClient) -> None:
    maya = sandbox.person("maya")
    opened = await client.views_open(trigger_id=sandbox.world.new_trigger(maya.id), view={**FORM, "external_id": "x"})
    for _ in range(2):
        inside = sandbox.world.new_trigger(maya.id, maya.modal["id"] if maya.modal else None)
        await client.views_push(trigger_id=inside, view=FORM)
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=sandbox.world.new_trigger(maya.id, opened["view"]["id"]), view=FORM)
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await client.views_update(view_id=maya.modal["id"] if maya.modal else "", view={**FORM, "external_id": "x"})
    await client.views_update(external_id="x", view={**FORM, "external_id": "x"}, hash=opened["view"]["hash"])
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=opened["view"]["id"], view=FORM, hash="1.0")
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id="V0", view=FORM)


async def test_dates_and_people_are_entered_as_such(sandbox: Sandbox, client: AsyncWebClient) -> None:
    tom = sandbox.person("tom")
    await client.views_open(trigger_id=sandbox.world.new_trigger(tom.id), view=FORM)
    await tom.click("due_input", selected=date(2026, 5, 17))
    assert tom.modal is not None
    assert tom.modal["state"]["values"]["due"]["due_input"]["selected_date"] == "2026-05-17"
