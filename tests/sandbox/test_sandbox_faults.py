"""What goes wrong on request: calls, deliveries, sockets; and the record of it all."""

import asyncio
import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox import Fault, Sandbox
from sandbox.courier import NoAnswer, Parcel
from tests.sandbox.conftest import RunApp
from tests.sandbox.fixtures import MANIFEST, WORKSPACE
from tests.support.waiting import PATIENCE_SECONDS

Json = dict[str, Any]


def without_retries(sandbox: Sandbox, seconds: int = int(PATIENCE_SECONDS)) -> AsyncWebClient:
    """A client that waits so long for an answer, and does not try again by itself."""
    return AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[], timeout=seconds)


@pytest.fixture
def bare(sandbox: Sandbox) -> AsyncWebClient:
    """A patient client that does not try again by itself."""
    return without_retries(sandbox)


async def post(client: AsyncWebClient, text: str) -> str:
    """How a post went: "ok", an error code with its status, or the name of an exception."""
    try:
        await client.chat_postMessage(channel="#general", text=text)
    except SlackApiError as error:
        data = error.response.data
        said = data.get("error") if isinstance(data, dict) else None
        return f"{said} {error.response.status_code}" if said else str(error.response.status_code)
    except (aiohttp.ClientError, TimeoutError) as error:
        return type(error).__name__
    return "ok"


@pytest.mark.parametrize(
    ("kind", "outcome", "effect"),
    [
        ("ratelimited", "ratelimited 429", False),
        ("error500", "500", False),
        ("hang", "TimeoutError", False),
        ("drop_before", "ServerDisconnectedError", False),
        ("drop_after", "ServerDisconnectedError", True),
        ("error:fatal_error", "fatal_error 200", False),
    ],
)
async def test_each_kind_of_fault(
    sandbox: Sandbox, bare: AsyncWebClient, kind: str, outcome: str, effect: bool
) -> None:
    sandbox.fault(Fault("chat.postMessage", kind, retry_after=7))
    first = without_retries(sandbox, seconds=1) if kind == "hang" else bare
    assert await post(first, "first") == outcome
    assert [m["text"] for m in sandbox.messages("general")] == (["first"] if effect else [])
    assert await post(bare, "second") == "ok"


async def test_faults_are_counted_by_method(sandbox: Sandbox, bare: AsyncWebClient) -> None:
    sandbox.fault(Fault("chat.postMessage", "error:fatal_error", count=2, after=1))
    assert [await post(bare, str(n)) for n in range(4)] == ["ok", "fatal_error 200", "fatal_error 200", "ok"]
    sandbox.fault(Fault("*", "error:internal_error"))
    with pytest.raises(SlackApiError, match="internal_error"):
        await bare.auth_test()
    sandbox.fault(Fault("views.open", "error:fatal_error"))
    assert await post(bare, "unaffected") == "ok"
    with pytest.raises(ValueError, match="unknown kind of fault 'explode'"):
        Fault("*", "explode")


async def test_a_response_url_can_fail_too(sandbox: Sandbox) -> None:
    maya = sandbox.person("maya")
    general = sandbox.world.state.find_channel("general")
    assert general is not None
    sandbox.fault(Fault("response_url", "error500"))
    hook = AsyncWebhookClient(sandbox.world.new_response_url(general.id, maya.id), retry_handlers=[])
    assert (await hook.send(text="a")).status_code == 500
    assert (await hook.send(text="a")).status_code == 200 and len(maya.sees()) == 1


async def test_slack_sdks_own_retry_posts_twice_after_a_lost_answer(sandbox: Sandbox, client: AsyncWebClient) -> None:
    sandbox.fault(Fault("chat.postMessage", "drop_after"))
    assert await post(client, "once?") == "ok"
    assert len(sandbox.messages("general")) == 2


@pytest.mark.parametrize("together", [False, True])
async def test_deliveries_come_twice_when_asked(sandbox: Sandbox, app: AsyncApp, run: RunApp, together: bool) -> None:
    seen: list[Json] = []

    @app.command("/echo")
    async def echo(ack: Any, body: Json) -> None:
        seen.append(body)
        await ack()

    @app.event("message")
    async def message(body: Json) -> None:
        seen.append(body)

    await run(app)
    maya = sandbox.person("maya")
    sandbox.duplicate_next(2, together=together)
    await maya.command("/echo a")
    await maya.say("dm", "b")
    await maya.command("/echo c")
    assert [body.get("text") or body["event"]["text"] for body in seen] == ["a", "a", "b", "b", "c"]
    assert seen[0] == seen[1] and seen[2]["event_id"] == seen[3]["event_id"]


async def test_a_second_delivery_can_come_late(
    sandbox: Sandbox, app: AsyncApp, run: RunApp, caplog: pytest.LogCaptureFixture
) -> None:
    first_is_over, late = asyncio.Event(), asyncio.Event()
    seen: list[Json] = []

    @app.command("/echo")
    async def echo(ack: Any, body: Json) -> None:
        seen.append(body)
        if len(seen) == 2:
            await first_is_over.wait()
            late.set()
        await ack()

    await run(app)
    sandbox.duplicate_next(later=0.05)
    with caplog.at_level(logging.INFO):
        await sandbox.person("maya").command("/echo a")
        first_is_over.set()
        await late.wait()
    assert seen[0] == seen[1]
    assert "did not answer the second delivery" not in caplog.text, "the command did not wait for it"


async def open_socket(sandbox: Sandbox, session: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    """A bare Socket Mode connection that has been greeted."""
    client = AsyncWebClient(base_url=sandbox.api_url)
    url = (await client.apps_connections_open(app_token=sandbox.app_token))["url"]
    socket = await session.ws_connect(url)
    hello = await socket.receive_json(timeout=PATIENCE_SECONDS)
    assert hello["type"] == "hello" and hello["connection_info"] == {"app_id": sandbox.world.state.app_id}
    return socket


async def test_an_event_without_ack_comes_again_with_number_and_reason(hasty: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await open_socket(hasty, session)
        saying = asyncio.create_task(hasty.person("maya").say("dm", "hello"))
        envelopes = [await socket.receive_json(timeout=PATIENCE_SECONDS) for _ in range(2)]
        await socket.send_json({"envelope_id": envelopes[1]["envelope_id"]})
        await saying
    assert [(e["type"], e["retry_attempt"], e["retry_reason"]) for e in envelopes] == [
        ("events_api", 0, ""),
        ("events_api", 1, "timeout"),
    ]
    assert envelopes[0]["payload"] == envelopes[1]["payload"]
    event = envelopes[0]["payload"]["event"]
    assert (event["type"], event["channel_type"], event["text"]) == ("message", "im", "hello")


async def test_each_envelope_goes_to_one_of_several_connections(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await open_socket(sandbox, session) for _ in range(3)]
        await sandbox.connected(3)
        got: list[int] = []

        async def serve(index: int) -> None:
            async for frame in sockets[index]:
                got.append(index)
                await sockets[index].send_json({"envelope_id": json.loads(frame.data)["envelope_id"]})

        serving = [asyncio.create_task(serve(index)) for index in range(3)]
        for _ in range(6):
            await sandbox.person("maya").command("/echo")
        assert sorted(got) == [0, 0, 1, 1, 2, 2]
        sandbox.close_sockets()
        await asyncio.gather(*serving)


@pytest.mark.parametrize("abrupt", [False, True])
async def test_what_a_lost_connection_did_not_ack_goes_to_another(sandbox: Sandbox, abrupt: bool) -> None:
    async with aiohttp.ClientSession() as session:
        first = await open_socket(sandbox, session)
        parcel = Parcel("interactive", {"type": "block_actions"}, answerable=True)
        delivering = asyncio.create_task(sandbox.world.courier.deliver(parcel))
        lost = await first.receive_json(timeout=PATIENCE_SECONDS)
        sandbox.close_sockets(abrupt)
        second = await open_socket(sandbox, session)
        again = await second.receive_json(timeout=PATIENCE_SECONDS)
        await second.send_json({"envelope_id": again["envelope_id"], "payload": {"response_action": "clear"}})
        assert await delivering == {"response_action": "clear"}
        assert again["payload"] == lost["payload"] and again["retry_attempt"] == 1


async def test_a_connection_that_cannot_be_written_to_is_not_tried_for_ever(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        await open_socket(sandbox, session)
        [connection] = sandbox._sockets._connections
        assert connection.transport is not None
        connection.transport.abort()  # its reader has not noticed yet
        parcel = Parcel("interactive", {"type": "block_actions"}, answerable=True)
        delivering = asyncio.create_task(sandbox.world.courier.deliver(parcel))
        second = await open_socket(sandbox, session)
        again = await second.receive_json(timeout=PATIENCE_SECONDS)
        await second.send_json({"envelope_id": again["envelope_id"], "payload": {"response_action": "clear"}})
        assert await delivering == {"response_action": "clear"}


async def test_slack_asks_an_app_to_reconnect(sandbox: Sandbox, app: AsyncApp, run: RunApp) -> None:
    done = asyncio.Event()

    @app.command("/echo")
    async def echo(ack: Any) -> None:
        await ack()
        done.set()

    await run(app)
    await sandbox.refresh_sockets()
    await sandbox.connected()
    await sandbox.refresh_sockets("warning")
    await sandbox.connected()
    sandbox.close_sockets()
    await sandbox.connected()
    await sandbox.person("maya").command("/echo")
    assert done.is_set()


async def test_too_many_connections_are_sent_away(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await open_socket(sandbox, session) for _ in range(10)]
        await sandbox.connected(len(sockets))
        url = (await AsyncWebClient(base_url=sandbox.api_url).apps_connections_open(app_token=sandbox.app_token))["url"]
        socket = await session.ws_connect(url)
        assert (await socket.receive_json(timeout=PATIENCE_SECONDS))["reason"] == "too_many_websockets"
        async with session.get(url.replace("ws://", "http://")) as stale:
            assert stale.status == 404


async def test_commands_are_not_delivered_again_unless_asked(hasty: Sandbox) -> None:
    parcel = Parcel("slash_commands", {"command": "/echo"})
    async with Sandbox(WORKSPACE, MANIFEST, ack_timeout=0.05, retry_delays=(0.0,), redeliver_all=True) as eager:
        for one, expected in ((hasty, 1), (eager, 2)):
            async with aiohttp.ClientSession() as session:
                socket = await open_socket(one, session)
                with pytest.raises(NoAnswer):
                    await one.world.courier.deliver(parcel)
                got = [await socket.receive_json(timeout=PATIENCE_SECONDS) for _ in range(expected)]
                assert [envelope.get("retry_attempt", 0) for envelope in got] == list(range(expected))


async def test_traffic_is_recorded_a_line_a_call(tmp_path: Path) -> None:
    record = tmp_path / "build" / "traffic.jsonl"
    async with Sandbox(WORKSPACE, MANIFEST, record=record) as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        maya, general = sandbox.person("maya"), sandbox.world.state.find_channel("general")
        assert general is not None
        blocks = [{"type": "divider"}]
        await client.chat_postMessage(channel=general.id, text="hi", blocks=blocks)
        await client.conversations_history(channel=general.id, limit=1)
        await AsyncWebhookClient(sandbox.world.new_response_url(general.id, maya.id)).send(text="there")
        lines = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
        assert lines == sandbox.calls
        assert not any(secret in record.read_text("utf-8") for secret in (sandbox.bot_token, sandbox.app_token))
    assert [line["method"] for line in lines] == ["chat.postMessage", "conversations.history", "response_url"]
    assert lines[0]["request"] == {"channel": general.id, "text": "hi", "blocks": blocks}
    assert lines[0]["response"]["ok"] is True and lines[2]["request"]["text"] == "there"


async def test_looks_into_history_are_few_and_short_where_slack_limits_them() -> None:
    async with Sandbox(WORKSPACE, MANIFEST, limited_looks=True) as sandbox:
        client, general = without_retries(sandbox), sandbox.world.state.find_channel("general")
        assert general is not None
        for number in range(20):
            await client.chat_postMessage(channel=general.id, text=str(number))
        first = await client.conversations_history(channel=general.id, limit=200)
        assert (len(first["messages"]), first["has_more"]) == (15, True)
        with pytest.raises(SlackApiError) as refused:
            await client.conversations_history(channel=general.id)
        assert refused.value.response.status_code == 429
        assert 50 < int(refused.value.response.headers["Retry-After"]) <= 60
        replies = await client.conversations_replies(channel=general.id, ts=first["messages"][0]["ts"])
        assert len(replies["messages"]) == 1
        sandbox.clock.move(sandbox.clock.now() + timedelta(seconds=61))
        rest = await client.conversations_history(
            channel=general.id, cursor=first["response_metadata"]["next_cursor"], limit=200
        )
        assert [message["text"] for message in rest["messages"]] == ["4", "3", "2", "1", "0"]
