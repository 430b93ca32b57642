"""conversations.*: channels, direct messages and their history."""

from sandbox.errors import SlackError
from sandbox.model import Channel, Json
from sandbox.pace import LOOKS_PAGE
from sandbox.payloads import channel_json, message_json
from sandbox.webapi.registry import Call, method, page

_HISTORY = {"channel": "channels:history", "private": "groups:history", "im": "im:history"}
_READ = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}
_TYPES = {"public_channel": "channel", "private_channel": "private", "im": "im", "mpim": "mpim"}


@method("conversations.open", "im:write", "mpim:write")
def open_conversation(call: Call) -> Json:
    state = call.world.state
    if reference := call.text("channel"):
        channel = state.channels.get(reference)
        if channel is None or channel.kind != "im" or state.bot.id not in channel.members:
            raise SlackError("channel_not_found")
        return {"no_op": True, "already_open": True, "channel": _opened(call, channel)}
    users = call.args.get("users")
    names = users if isinstance(users, list) else [name for name in call.text("users").split(",") if name]
    if not names:
        raise SlackError("users_list_not_supplied")
    if len(names) > 1:
        raise SlackError("invalid_user_combination")
    user = state.users.get(str(names[0]).strip())
    if user is None:
        raise SlackError("user_not_found")
    if user.deactivated:
        raise SlackError("user_disabled")
    if user.bot:
        raise SlackError("cannot_dm_bot")
    return {"channel": _opened(call, state.direct(user.id, state.bot.id))}


def _opened(call: Call, channel: Channel) -> Json:
    return channel_json(call.world.state, channel) if call.flag("return_im") else {"id": channel.id}


@method("conversations.list", "channels:read", "groups:read", "im:read", "mpim:read")
def list_conversations(call: Call) -> Json:
    state = call.world.state
    kinds = set()
    for kind in (call.text("types") or "public_channel").split(","):
        if kind.strip() not in _TYPES:
            raise SlackError("invalid_types")
        kinds.add(_TYPES[kind.strip()])
    for kind in kinds & set(_READ):
        call.need(_READ[kind])
    channels = [
        channel_json(state, channel)
        for channel in state.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channel" or state.bot.id in channel.members)
        and not (call.flag("exclude_archived") and channel.archived)
    ]
    return page(call, channels, "channels", 100, 1000)


@method("conversations.info", "channels:read", "groups:read", "im:read", "mpim:read")
def info(call: Call) -> Json:
    channel = call.channel()
    call.need(_READ[channel.kind])
    return {"channel": channel_json(call.world.state, channel)}


@method("conversations.members", "channels:read", "groups:read", "im:read", "mpim:read")
def members(call: Call) -> Json:
    channel = call.channel()
    call.need(_READ[channel.kind])
    return page(call, channel.members, "members", 100, 1000)


@method("conversations.join", "channels:join")
def join(call: Call) -> Json:
    state = call.world.state
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    answer: Json = {}
    if state.bot.id in channel.members:
        answer = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    else:
        channel.members.append(state.bot.id)
        state.put_channel(channel)
    return {"channel": channel_json(state, channel), **answer}


@method("conversations.leave", "channels:write", "groups:write")
def leave(call: Call) -> Json:
    state = call.world.state
    channel = call.channel()
    if state.bot.id not in channel.members:
        return {"not_in_channel": True}
    channel.members.remove(state.bot.id)
    state.put_channel(channel)
    return {}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.need(_HISTORY[channel.kind])
    if call.world.state.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _moment(call: Call, name: str, default: float) -> float:
    value = call.text(name)
    try:
        return float(value) if value else default
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


@method("conversations.history", "channels:history", "groups:history", "im:history", "mpim:history")
def history(call: Call) -> Json:
    channel = _readable(call)
    state = call.world.state
    oldest, latest = _moment(call, "oldest", 0.0), _moment(call, "latest", float("inf"))
    inclusive = call.flag("inclusive")
    limit = min(call.number("limit", 100, 999), LOOKS_PAGE if call.world.limited_looks else 999)
    before = _cursor(call)
    messages = []
    for message in reversed(state.log(channel.id)):
        at = float(message.ts)
        if at < oldest or (at == oldest and not inclusive):
            break
        if at > latest or (at == latest and not inclusive) or (before and message.ts >= before):
            continue
        if message.ephemeral_to is None and (not message.is_reply or message.broadcast):
            messages.append(message)
            if len(messages) > limit:
                break
    more = len(messages) > limit
    page_messages = messages[:limit]
    with_metadata = call.flag("include_all_metadata")
    answer: Json = {
        "messages": [message_json(state, message, with_metadata) for message in page_messages],
        "has_more": more,
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    }
    if more:
        answer["response_metadata"] = {"next_cursor": f"before:{page_messages[-1].ts}"}
    return answer


def _cursor(call: Call) -> str:
    cursor = call.text("cursor")
    if cursor and not cursor.startswith("before:"):
        raise SlackError("invalid_cursor")
    return cursor.removeprefix("before:")


@method("conversations.replies", "channels:history", "groups:history", "im:history", "mpim:history")
def replies(call: Call) -> Json:
    channel = _readable(call)
    state = call.world.state
    parent = state.message(channel.id, call.required("ts"))
    if parent is None or parent.ephemeral_to is not None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        parent = state.message(channel.id, parent.thread_ts or "") or parent
    oldest, latest = _moment(call, "oldest", 0.0), _moment(call, "latest", float("inf"))
    inclusive = call.flag("inclusive")
    replies_in_range = [
        reply
        for reply in state.replies(parent)
        if oldest < float(reply.ts) < latest or (inclusive and float(reply.ts) in (oldest, latest))
    ]
    with_metadata = call.flag("include_all_metadata")
    messages = [message_json(state, message, with_metadata) for message in [parent, *replies_in_range]]
    answer = page(call, messages, "messages", *((LOOKS_PAGE,) * 2 if call.world.limited_looks else (1000, 1000)))
    answer["has_more"] = bool(answer["response_metadata"]["next_cursor"])
    return answer
