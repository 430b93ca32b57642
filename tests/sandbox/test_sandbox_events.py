"""Events reach the app as the manifest asks, with the content that Slack gives them."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import BadConfiguration, Clock, NotPossible, Sandbox
from tests.sandbox.conftest import RunApp
from tests.sandbox.fixtures import MANIFEST, WORKSPACE

Json = dict[str, Any]


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    """A Bolt app that also looks at its own messages."""
    return AsyncApp(client=client, ignoring_self_events_enabled=False)


@pytest.fixture
def events(app: AsyncApp) -> list[Json]:
    """The events that the app got, its own messages included."""
    got: list[Json] = []

    @app.middleware
    async def note(body: Json, next: Any) -> None:
        if "event" in body:
            got.append(body["event"])
        await next()

    for name in ("message", "app_mention", "reaction_added", "member_joined_channel"):
        app.event(name)(_nothing)
    return got


async def _nothing() -> None:
    return None


async def test_a_mention_is_two_events_where_the_app_is_a_member(
    sandbox: Sandbox, app: AsyncApp, run: RunApp, events: list[Json]
) -> None:
    await run(app)
    maya = sandbox.person("maya")
    said = await maya.say("general", "<@BOT> and @tom, <!channel> costs > 3 & < 5")
    assert sorted(event["type"] for event in events) == ["app_mention", "message"]
    message = next(event for event in events if event["type"] == "message")
    bot, tom = sandbox.world.state.bot.id, sandbox.person("tom").id
    assert message["text"] == f"<@{bot}> and <@{tom}>, &lt;!channel&gt; costs &gt; 3 &amp; &lt; 5"
    assert (message["user"], message["ts"], message["channel_type"]) == (maya.id, said["ts"], "channel")
    assert said["mentions"] == [bot, tom]
    await maya.say("elsewhere", "<@BOT> is not here")
    await maya.say("board", "the app did not ask for private channels")
    assert len(events) == 2


async def test_the_app_hears_of_reactions_members_and_its_own_messages(
    sandbox: Sandbox, app: AsyncApp, client: AsyncWebClient, run: RunApp, events: list[Json]
) -> None:
    await run(app)
    maya = sandbox.person("maya")
    posted = await client.chat_postMessage(channel=maya.id, text="Hello")
    await sandbox.wait_for(lambda: [e for e in events if e.get("bot_id")])
    await maya.react(maya.dm()[0], "tada")
    reaction = await sandbox.wait_for(lambda: next((e for e in events if e["type"] == "reaction_added"), None))
    assert reaction is not None
    assert reaction["item"] == {"type": "message", "channel": posted["channel"], "ts": posted["ts"]}
    sandbox.add_to_channel("cs-north", "tom")
    joined = await sandbox.wait_for(lambda: next((e for e in events if e["type"] == "member_joined_channel"), None))
    assert joined is not None and joined["user"] == sandbox.person("tom").id


async def test_an_app_gets_only_what_its_manifest_asks_for() -> None:
    manifest = copy.deepcopy(MANIFEST)
    manifest["oauth_config"]["scopes"]["bot"].remove("im:history")
    manifest["features"]["app_home"] = {"home_tab_enabled": False, "messages_tab_enabled": True}
    manifest["features"]["slash_commands"] = []
    manifest["settings"]["interactivity"] = {"is_enabled": False}
    async with Sandbox(WORKSPACE, manifest) as sandbox:
        maya = sandbox.person("maya")
        assert sandbox.world.event("message.im", {}) is None
        with pytest.raises(NotPossible, match="has no Home tab"):
            await maya.open_home()
        with pytest.raises(NotPossible, match="not configured to handle interactive responses"):
            await maya.shortcut("begin")
        await maya.command("/echo")
        assert maya.sees()[-1]["text"] == "/echo is not a valid command."


async def test_a_command_escapes_names_when_the_manifest_says_so(sandbox: Sandbox, app: AsyncApp, run: RunApp) -> None:
    got: list[str] = []

    @app.command("/ids")
    @app.command("/echo")
    async def command(ack: Any, command: Json) -> None:
        got.append(command["text"])
        await ack()

    await run(app)
    maya, tom = sandbox.person("maya"), sandbox.person("tom")
    general = sandbox.world.state.find_channel("general")
    assert general is not None
    for name in ("/echo", "/ids"):
        await maya.command(f"{name} @tom in #general <b>", "dm")
    assert got == [
        "@tom in #general <b>",
        f"<@{tom.id}|tom> in <#{general.id}|general> &lt;b&gt;",
    ]


async def test_what_a_person_cannot_do(sandbox: Sandbox) -> None:
    tom, gus = sandbox.person("tom"), sandbox.person("gus")
    for channel, reason in (("cs-north", "is not in #cs-north"), ("board", "sees no channel"), ("nowhere", "sees no")):
        with pytest.raises(NotPossible, match=reason):
            await tom.say(channel, "hi")
    with pytest.raises(NotPossible, match="Gus Guest is not in #general"):
        await gus.command("/echo")
    with pytest.raises(NotPossible, match="sees nothing to click"):
        await tom.click("go")
    with pytest.raises(NotPossible, match="has no such modal open"):
        await tom.submit()
    with pytest.raises(KeyError, match="nobody in the workspace is called 'nobody'"):
        sandbox.person("nobody")


async def test_ids_are_the_same_at_every_start() -> None:
    async with Sandbox(WORKSPACE, MANIFEST) as first, Sandbox(WORKSPACE, MANIFEST) as second:
        assert first.person("maya").id == second.person("maya").id and first.bot_token == second.bot_token
        assert first.url != second.url
        dm = first.person("maya").dm()
        assert dm == [] and first.world.state.direct(first.person("maya").id, first.world.state.bot.id).id[0] == "D"


async def test_the_clock_starts_anywhere_and_only_moves_forwards() -> None:
    start = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    async with Sandbox(WORKSPACE, MANIFEST, clock=Clock(start)) as sandbox:
        said = await sandbox.person("maya").say("general", "hi")
        assert datetime.fromtimestamp(float(said["ts"]), UTC).date() == start.date()
        sandbox.clock.move(start + timedelta(days=1))
        later = await sandbox.person("maya").say("general", "hi again")
        assert float(later["ts"]) - float(said["ts"]) > 80_000
        with pytest.raises(ValueError, match="only moves forwards"):
            sandbox.clock.move(start)
        with pytest.raises(ValueError, match="time zone"):
            sandbox.clock.move(datetime(2027, 1, 1))  # noqa: DTZ001 (that is the point)


async def test_times_are_read_in_the_zone_of_the_reader(sandbox: Sandbox, client: AsyncWebClient) -> None:
    text = "Due <!date^1772528400^{date_short} at {time}|some day>, <!date^1^{nonsense}|fallback>"
    await client.chat_postMessage(channel="#general", text=text)
    [message] = sandbox.messages("general")
    assert sandbox.person("maya").text(message) == "Due Mar 3, 2026 at 10:00 AM, fallback"
    assert sandbox.person("tom").text(message) == "Due Mar 3, 2026 at 4:00 AM, fallback"


@pytest.mark.parametrize(
    ("workspace", "sentence"),
    [
        ({"users": [{"name": "No Handle"}]}, "user 1 of the workspace has no handle"),
        ({"users": [{"handle": "a", "vip": True}]}, "user 1 of the workspace has unknown keys: vip"),
        ({"channels": [{"name": "x", "members": ["ghost"]}]}, "channel x has a member 'ghost'"),
        ({"people": []}, "the workspace has unknown keys: people"),
    ],
)
def test_a_wrong_workspace_is_said_in_a_sentence(workspace: Json, sentence: str) -> None:
    with pytest.raises(BadConfiguration, match=sentence):
        Sandbox(workspace, MANIFEST)
