"""The Web API refuses what Slack refuses."""

import copy
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox import NotPossible, Sandbox
from tests.sandbox.fixtures import MANIFEST, SCOPES, WORKSPACE
from tests.sandbox.samples import mrkdwn

Json = dict[str, Any]


def without_scope(*scopes: str) -> Json:
    manifest = copy.deepcopy(MANIFEST)
    manifest["oauth_config"]["scopes"]["bot"] = [scope for scope in SCOPES if scope not in scopes]
    return manifest


async def error(call: Any) -> Json:
    """The error answer of a call."""
    with pytest.raises(SlackApiError) as refusal:
        await call
    answer: Json = dict(refusal.value.response.data)
    assert answer["ok"] is False
    return answer


async def code(call: Any) -> str:
    return str((await error(call))["error"])


async def test_tokens(sandbox: Sandbox, client: AsyncWebClient) -> None:
    stranger = AsyncWebClient(token="xoxb-wrong", base_url=sandbox.api_url)
    nobody = AsyncWebClient(base_url=sandbox.api_url)
    assert (await client.auth_test())["bot_id"] == sandbox.world.state.bot_id
    assert await code(stranger.auth_test()) == "invalid_auth"
    assert await code(nobody.auth_test()) == "not_authed"
    assert await code(client.apps_connections_open(app_token=sandbox.bot_token)) == "not_allowed_token_type"
    assert await code(client.api_call("chat.shout")) == "unknown_method"
    sandbox.revoke_token()
    assert await code(client.auth_test()) == "token_revoked"


async def test_scopes_come_from_the_manifest() -> None:
    manifest = without_scope("chat:write", "im:history", "groups:history")
    async with Sandbox(WORKSPACE, manifest) as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        answer = await error(client.chat_postMessage(channel="#general", text="hi"))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
        assert "chat:write" not in answer["provided"] and "commands" in answer["provided"]
        board = sandbox.world.state.find_channel("board")
        assert board is not None
        answer = await error(client.conversations_history(channel=board.id))
        assert answer["needed"] == "groups:history"


async def test_channels(sandbox: Sandbox, client: AsyncWebClient) -> None:
    def channel(name: str) -> str:
        found = sandbox.world.state.find_channel(name)
        assert found is not None
        return found.id

    async def post(where: str) -> str:
        return await code(client.chat_postMessage(channel=where, text="hi"))

    assert await post(channel("elsewhere")) == "not_in_channel"
    assert await post(channel("secret")) == await post("C0NOWHERE") == await post("#nowhere") == "channel_not_found"
    assert await post(channel("old")) == "is_archived"
    sandbox.remove_from_channel("general")
    assert await post(channel("general")) == "not_in_channel"
    assert await code(client.conversations_history(channel=channel("elsewhere"))) == "not_in_channel"
    assert await code(client.conversations_info(channel=channel("secret"))) == "channel_not_found"
    assert (await client.conversations_join(channel=channel("elsewhere")))["channel"]["is_member"]
    assert await code(client.conversations_join(channel=channel("old"))) == "is_archived"


async def test_people(sandbox: Sandbox, client: AsyncWebClient) -> None:
    dora, stella, gus = (sandbox.person(name) for name in ("dora", "stella", "gus"))
    assert await code(client.conversations_open(users=dora.id)) == "user_disabled"
    assert await code(client.conversations_open(users="U0NOBODY")) == "user_not_found"
    assert await code(client.conversations_open(users=sandbox.world.state.bot.id)) == "cannot_dm_bot"
    assert await code(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await code(client.users_lookupByEmail(email="nobody@example.com")) == "users_not_found"
    assert await code(client.users_lookupByEmail(email="dora@example.com")) == "users_not_found"
    assert await code(client.chat_postEphemeral(channel="#general", user=gus.id, text="a")) == "user_not_in_channel"
    assert (await client.users_info(user=gus.id))["user"]["is_restricted"] is True
    assert (await client.users_info(user=stella.id))["user"]["is_stranger"] is True
    assert (await client.users_info(user=stella.id))["user"]["team_id"] != "T0PROOF"
    with pytest.raises(NotPossible, match="deactivated"):
        await dora.command("/echo", "dm")


async def test_texts(sandbox: Sandbox, client: AsyncWebClient) -> None:
    async def post(**content: Any) -> str:
        return await code(client.chat_postMessage(channel="#general", **content))

    assert await post(text="") == await post(text="  ") == await post(text="", blocks=[]) == "no_text"
    assert await post(text="x" * 40_001) == "msg_too_long"
    assert await post(text="a", blocks='{"no": "list"}') == "invalid_blocks_format"
    section: Json = {"type": "section", "text": mrkdwn("x" * 2_900)}
    assert await post(text="a", blocks=[section] * 5) == "msg_blocks_too_long"
    assert await post(text="a", metadata={"event_type": "a"}) == "invalid_metadata_format"
    assert await post(text="a", thread_ts="1.000000") == "thread_not_found"
    refused = await error(client.chat_postMessage(channel="#general", text="a", blocks=[{"type": "header"}]))
    assert refused["response_metadata"]["messages"] == ["[ERROR] missing required field: text [json-pointer:/blocks/0]"]
    posted = await client.chat_postMessage(channel="#general", text="fine")
    channel, ts = posted["channel"], posted["ts"]
    assert await code(client.chat_update(channel=channel, ts=ts, text="é" * 2_001)) == "msg_too_long"
    assert await code(client.chat_update(channel=channel, ts="1.0", text="a")) == "message_not_found"
    human = await sandbox.person("maya").say("general", "mine")
    assert await code(client.chat_update(channel=channel, ts=human["ts"], text="a")) == "cant_update_message"
    assert await code(client.chat_delete(channel=channel, ts=human["ts"])) == "cant_delete_message"


async def test_only_markup_rings(sandbox: Sandbox, client: AsyncWebClient) -> None:
    maya = sandbox.person("maya")
    raw = f"<!channel> <!here|here> <@{maya.id}> <b> & <https://example.com|site>"
    await client.chat_postMessage(channel="#general", text=raw)
    await client.chat_postMessage(channel="#general", text="&lt;!channel&gt; @maya")
    block = {"type": "section", "text": mrkdwn("<!everyone>")}
    await client.chat_postMessage(channel="#general", text="see", blocks=[block])
    loud, quiet, blocks = sandbox.messages("general")
    assert loud["mentions"] == ["channel", "here", maya.id]
    assert loud["text"] == f"<!channel> <!here|here> <@{maya.id}> &lt;b&gt; &amp; <https://example.com|site>"
    assert maya.text(loud) == "@channel @here @Maya Lindqvist <b> & site"
    assert quiet["mentions"] == [] and maya.text(quiet) == "<!channel> @maya"
    assert blocks["mentions"] == ["everyone"]


async def test_history_pages_and_metadata(sandbox: Sandbox, client: AsyncWebClient) -> None:
    metadata = {"event_type": "proof", "event_payload": {"id": "x1"}}
    sent = [await client.chat_postMessage(channel="#general", text=str(n), metadata=metadata) for n in range(5)]
    channel = sent[0]["channel"]
    await client.chat_postMessage(channel=channel, text="reply", thread_ts=sent[0]["ts"])
    first = await client.conversations_history(channel=channel, limit=2)
    assert [m["text"] for m in first["messages"]] == ["4", "3"] and first["has_more"]
    assert "metadata" not in first["messages"][0]
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=channel, limit=9, cursor=cursor, include_all_metadata=True)
    assert [m["text"] for m in second["messages"]] == ["2", "1", "0"] and not second["has_more"]
    assert second["messages"][0]["metadata"] == metadata and second["messages"][2]["reply_count"] == 1
    between: Json = {"channel": channel, "oldest": sent[1]["ts"], "latest": sent[3]["ts"]}
    assert [m["text"] for m in (await client.conversations_history(**between))["messages"]] == ["2"]
    inclusive = await client.conversations_history(**between, inclusive=True)
    assert [m["text"] for m in inclusive["messages"]] == ["3", "2", "1"]
    replies = await client.conversations_replies(channel=channel, ts=sent[0]["ts"])
    assert [m["text"] for m in replies["messages"]] == ["0", "reply"]
    assert await code(client.conversations_replies(channel=channel, ts="1.0")) == "thread_not_found"
    assert await code(client.conversations_history(channel=channel, cursor="x")) == "invalid_cursor"


async def test_an_edit_keeps_what_it_does_not_mention(sandbox: Sandbox, client: AsyncWebClient) -> None:
    block = {"type": "section", "text": mrkdwn("first")}
    posted = await client.chat_postMessage(channel="#general", text="a", blocks=[block])
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="b")
    [message] = sandbox.messages("general")
    assert message["text"] == "b" and message["blocks"] and message["edited"]
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="c", blocks=[])
    assert sandbox.messages("general")[0]["blocks"] == []
    await client.chat_delete(channel=posted["channel"], ts=posted["ts"])
    assert sandbox.messages("general") == []


async def test_one_message_a_second_a_channel_when_paced() -> None:
    async with Sandbox(WORKSPACE, MANIFEST, pace=True) as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        general, board = (sandbox.world.state.find_channel(name) for name in ("general", "board"))
        assert general is not None and board is not None
        await client.chat_postMessage(channel=general.id, text="a")
        await client.chat_postMessage(channel=board.id, text="a")
        with pytest.raises(SlackApiError) as refusal:
            await client.chat_postMessage(channel=general.id, text="b")
        assert refusal.value.response["error"] == "ratelimited"
        assert refusal.value.response.status_code == 429 and refusal.value.response.headers["Retry-After"] == "1"


async def test_a_response_url_is_good_for_five_uses_and_half_an_hour(sandbox: Sandbox) -> None:
    maya = sandbox.person("maya")
    general = sandbox.world.state.find_channel("general")
    assert general is not None
    hook = AsyncWebhookClient(sandbox.world.new_response_url(general.id, maya.id))
    for n in range(5):
        sent = await hook.send(text=str(n))
        assert (sent.status_code, sent.body) == (200, "ok")
    refused = await hook.send(text="6")
    assert refused.status_code == 404 and "used_url" in refused.body
    assert [m["text"] for m in maya.sees()] == ["0", "1", "2", "3", "4"]
    late = AsyncWebhookClient(sandbox.world.new_response_url(general.id, maya.id))
    sandbox.move_clock(timedelta(minutes=31))
    assert "expired_url" in (await late.send(text="late")).body
    assert {call["method"] for call in sandbox.calls} == {"response_url"}


async def test_files_are_uploaded_in_two_steps(sandbox: Sandbox, client: AsyncWebClient) -> None:
    general = sandbox.world.state.find_channel("general")
    assert general is not None
    await client.files_upload_v2(channel=general.id, content="a,b\n1,2\n", filename="proof.csv", title="Proof")
    [message] = sandbox.messages("general")
    [file] = message["files"]
    assert (file["name"], file["title"], file["mimetype"], file["size"]) == ("proof.csv", "Proof", "text/csv", 8)
    assert await downloaded(sandbox, file["url_private"]) == (302, "")  # without files:read Slack shows a login page
    missing = client.files_completeUploadExternal(files=[{"id": "F0", "title": "a"}])
    assert await code(missing) == "file_not_found"


async def downloaded(sandbox: Sandbox, url: str, token: str | None = None) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token or sandbox.bot_token}"}
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def test_a_file_that_a_person_drops_is_read_with_the_optional_scope() -> None:
    scopes = {**MANIFEST["oauth_config"]["scopes"], "bot_optional": ["files:read"]}
    async with Sandbox(WORKSPACE, MANIFEST | {"oauth_config": {"scopes": scopes}}) as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        maya = sandbox.person("maya")
        message = await maya.drop("book.csv", b"Name\nAcme\n", "general")
        [file] = message["files"]
        assert (file["name"], file["size"], file["user"]) == ("book.csv", 10, maya.id)
        assert (await client.files_info(file=file["id"]))["file"] == file
        assert await code(client.files_info(file="F0")) == "file_not_found"
        assert await downloaded(sandbox, file["url_private_download"]) == (200, "Name\nAcme\n")
        assert await downloaded(sandbox, file["url_private_download"], "xoxb-another") == (302, "")


async def test_no_file_is_read_without_the_scope(sandbox: Sandbox, client: AsyncWebClient) -> None:
    [file] = (await sandbox.person("maya").drop("book.csv", b"Name\n"))["files"]
    assert await code(client.files_info(file=file["id"])) == "missing_scope"
    assert await downloaded(sandbox, file["url_private_download"]) == (302, "")


async def test_the_other_methods(sandbox: Sandbox, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="#general", text="a")
    where: Json = {"channel": posted["channel"], "timestamp": posted["ts"]}
    await client.reactions_add(**where, name="thumbsup")
    assert await code(client.reactions_add(**where, name="thumbsup")) == "already_reacted"
    assert sandbox.messages("general")[0]["reactions"][0]["name"] == "thumbsup"
    link = await client.chat_getPermalink(channel=posted["channel"], message_ts=posted["ts"])
    assert link["permalink"].endswith(f"/archives/{posted['channel']}/p{posted['ts'].replace('.', '')}")
    assert (await client.team_info())["team"]["domain"] == "acme-cs"
    assert (await client.bots_info(bot=sandbox.world.state.bot_id))["bot"]["name"] == "echo"
    assert await code(client.usergroups_users_list(usergroup="S1")) == "no_such_subteam"
    names = [c["name"] for c in (await client.conversations_list(types="public_channel,private_channel"))["channels"]]
    assert "board" in names and "secret" not in names
    members = await client.conversations_members(channel=posted["channel"])
    assert sandbox.person("maya").id in members["members"]
    assert len((await client.users_list(limit=2))["members"]) == 2
