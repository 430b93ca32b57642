"""chat.*: posting, editing and deleting messages."""

from sandbox.errors import SlackError
from sandbox.model import Channel, Json, Message
from sandbox.payloads import message_json
from sandbox.webapi.posting import (
    post_as_app,
    read_content,
    remove_message,
    replace_content,
    thread_of,
)
from sandbox.webapi.registry import Call, method

LONGEST_UPDATE = 4_000  # bytes, as Slack counts an edit's text


def _target(call: Call) -> Channel:
    """The channel to post in: an id, a "#name", or a user id, which means the direct message with that person.

    A message to somebody whose account is deactivated is taken without complaint, as Slack does
    (slackapi/python-slack-sdk#1156); only conversations.open says user_disabled.
    """
    state = call.world.state
    reference = call.required("channel")
    if user := state.users.get(reference):
        if user.bot:
            raise SlackError("cannot_dm_bot")
        return state.direct(user.id, state.bot.id)
    return call.channel(by_name=True)


def _check_may_post(call: Call, channel: Channel) -> None:
    state = call.world.state
    if channel.archived:
        raise SlackError("is_archived")
    if channel.kind == "im":
        if not call.world.manifest.messages_tab:
            raise SlackError("messages_tab_disabled")
    elif state.bot.id not in channel.members and not (
        channel.kind == "channel" and "chat:write.public" in call.world.manifest.scopes
    ):
        raise SlackError("not_in_channel")


@method("chat.postMessage", "chat:write")
def post_message(call: Call) -> Json:
    channel = _target(call)
    if call.text("username") or call.text("icon_emoji") or call.text("icon_url"):
        call.need("chat:write.customize")
    content = read_content(call.world, call.args)
    _check_may_post(call, channel)
    if content.empty:
        raise SlackError("no_text")
    thread_ts = thread_of(call.world, channel, call.text("thread_ts"))
    broadcast = bool(thread_ts) and call.flag("reply_broadcast")
    message = post_as_app(call.world, channel, content, thread_ts=thread_ts, broadcast=broadcast)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(call.world.state, message, True)}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(call: Call) -> Json:
    world = call.world
    channel = call.channel(by_name=True)
    user = world.state.users.get(call.required("user"))
    content = read_content(world, call.args)
    _check_may_post(call, channel)
    if user is None or user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    if content.empty:
        raise SlackError("no_text")
    thread_ts = thread_of(world, channel, call.text("thread_ts"))
    message = post_as_app(world, channel, content, thread_ts=thread_ts, ephemeral_to=user.id)
    return {"message_ts": message.ts}


def _own_message(call: Call, refusal: str) -> Message:
    channel = call.channel()
    message = call.world.state.message(channel.id, call.required("ts"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    if not message.by_app:
        raise SlackError(refusal)
    if channel.archived:
        raise SlackError("is_archived")
    return message


@method("chat.update", "chat:write")
def update(call: Call) -> Json:
    message = _own_message(call, "cant_update_message")
    content = read_content(call.world, call.args)
    if content.text is None and content.blocks is None and content.attachments is None:
        raise SlackError("no_text")
    if content.text is not None and len(content.text.encode()) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    replace_content(call.world, message, content)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(call.world.state, message, True),
    }


@method("chat.delete", "chat:write")
def delete(call: Call) -> Json:
    message = _own_message(call, "cant_delete_message")
    remove_message(call.world, message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.getPermalink")
def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.world.state.message(channel.id, call.required("message_ts"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": permalink(call.world.url, channel.id, message)}


def permalink(url: str, channel_id: str, message: Message) -> str:
    """The link to a message, on the sandbox itself."""
    link = f"{url}/archives/{channel_id}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={channel_id}" if message.is_reply else link
