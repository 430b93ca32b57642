"""JSON as Slack writes it: users, channels, messages, views, and what the app receives."""

from zoneinfo import ZoneInfo

from sandbox.model import SLACKBOT, Channel, Json, Message, User, View
from sandbox.state import State
from sandbox.world import World


def user_json(state: State, user: User, with_email: bool = True) -> Json:
    """A user object, as in users.info; `with_email` needs the scope users:read.email."""
    profile = {
        "title": user.title,
        "real_name": user.name,
        "display_name": user.handle,
        "real_name_normalized": user.name,
        "display_name_normalized": user.handle,
        "team": user.team_id,
        "avatar_hash": "",
        "status_emoji": user.status_emoji,
        "status_text": user.status_text,
        "status_expiration": user.status_expiration,
    }
    if with_email and user.email and not user.bot and not user.hidden_email:
        profile["email"] = user.email
    answer: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.handle,
        "deleted": user.deactivated,
        "color": user.color,
        "real_name": user.name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": _utc_offset(state, user.tz),
        "profile": profile,
        "is_admin": user.admin or user.owner,
        "is_owner": user.owner,
        "is_primary_owner": False,
        "is_restricted": user.restricted,
        "is_ultra_restricted": user.single_channel_guest,
        "is_bot": user.bot and user.id != SLACKBOT,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if user.stranger and not state.meets_app(user):
        answer["is_stranger"] = True  # Slack does not say it of people with whom the app shares a channel
    if user.id == state.bot.id:
        profile |= {"bot_id": state.bot_id, "api_app_id": state.app_id}
    return answer


def _utc_offset(state: State, tz: str) -> int:
    offset = state.clock.now().astimezone(ZoneInfo(tz)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def channel_json(state: State, channel: Channel) -> Json:
    """A conversation object as the app sees it."""
    if channel.kind == "im":
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": state.team.id,
            "user": channel.other(state.bot.id),
            "is_archived": False,
            "is_user_deleted": state.users[channel.other(state.bot.id)].deactivated,
            "is_open": True,
        }
    private = channel.kind == "private"
    connected = state.connected_teams(channel)
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not private,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "created": channel.created,
        "creator": channel.creator,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "is_member": state.bot.id in channel.members,
        "is_shared": bool(connected) or channel.shared == "org",
        "is_ext_shared": bool(connected),
        "is_org_shared": channel.shared == "org",
        "is_pending_ext_shared": channel.shared == "pending",
        "context_team_id": state.team.id,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "num_members": len(channel.members),
        **_sharing(state, connected, invited=channel.shared == "pending"),
    }


def _sharing(state: State, connected: list[str], *, invited: bool) -> Json:
    """What Slack adds for a channel that organisations share, or are invited to: their teams, ours among them."""
    pending = ["T0INVITED"] if invited else []
    if not connected:
        return {"pending_connected_team_ids": pending} if invited else {}
    teams = [state.team.id, *connected]
    return {
        "conversation_host_id": state.team.id,
        "shared_team_ids": teams,
        "internal_team_ids": [],
        "connected_team_ids": teams,
        "connected_limited_team_ids": [],
        "pending_connected_team_ids": pending,
    }


def message_json(state: State, message: Message, with_metadata: bool = False) -> Json:
    """A message object, as in conversations.history and in events."""
    answer: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    answer["team"] = state.users[message.user].team_id
    if message.by_app:
        answer |= {"bot_id": state.bot_id, "app_id": state.app_id, "bot_profile": bot_profile(state)}
    if message.client_msg_id:
        answer["client_msg_id"] = message.client_msg_id
    if message.subtype:
        answer["subtype"] = message.subtype
    for key in ("blocks", "attachments", "files"):
        if value := getattr(message, key):
            answer[key] = value
    if message.edited_ts:
        answer["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.reactions:
        answer["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    if with_metadata and message.metadata:
        answer["metadata"] = message.metadata
    return answer | _thread_json(state, message)


def _thread_json(state: State, message: Message) -> Json:
    if message.is_reply:
        parent = state.message(message.channel, message.thread_ts or "")
        return {"thread_ts": message.thread_ts, "parent_user_id": parent.user if parent else ""}
    replies = state.replies(message) if message.thread_ts else []
    if not replies:
        return {}
    people = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "reply_users": people,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def bot_profile(state: State) -> Json:
    """The `bot_profile` of a message that the app posted."""
    return {
        "id": state.bot_id,
        "app_id": state.app_id,
        "user_id": state.bot.id,
        "name": state.bot.name,
        "deleted": False,
        "updated": 1_700_000_000,
        "team_id": state.team.id,
        "icons": {},
    }


def view_json(state: State, view: View) -> Json:
    """A view object, with the state of its inputs."""
    content = view.content
    answer: Json = {
        "id": view.id,
        "team_id": state.users[view.user].team_id,
        "type": content["type"],
        "blocks": view.blocks,
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "external_id": view.external_id,
        "state": {"values": view.values},
        "hash": view.hash,
        "title": content.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(content.get("clear_on_close")),
        "notify_on_close": bool(content.get("notify_on_close")),
        "close": content.get("close"),
        "submit": content.get("submit"),
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": state.app_id,
        "app_installed_team_id": state.team.id,
        "bot_id": state.bot_id,
    }
    if content["type"] == "modal":
        answer["submit_disabled"] = bool(content.get("submit_disabled"))
    return answer


def channel_label(channel: Channel) -> str:
    """The channel_name of a command or an action."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def _common(world: World, user: User, view: View | None = None) -> Json:
    """What all interactions say. In a message `team` is the one that installed the app; in a `view` it is the person's
    own, and only `view.app_installed_team_id` is the app's (slackapi/bolt-js#1614)."""
    state = world.state
    team = state.team if view is None or not user.stranger else state.organisations[user.team_id]
    return {
        "api_app_id": state.app_id,
        "token": world.tokens.verification,
        "team": {"id": team.id, "domain": team.domain},
        "user": {
            "id": user.id,
            "username": user.handle,
            "name": user.handle,
            "team_id": user.team_id,
        },
        "enterprise": None,
        "is_enterprise_install": False,
    }


def command_payload(world: World, user: User, channel: Channel, command: str, text: str) -> Json:
    """What a slash command sends; flat, all values strings."""
    state = world.state
    return {
        "token": world.tokens.verification,
        "team_id": state.team.id,
        "team_domain": state.team.domain,
        "channel_id": channel.id,
        "channel_name": channel_label(channel),
        "user_id": user.id,
        "user_name": user.handle,
        "command": command,
        "text": text,
        "api_app_id": state.app_id,
        "is_enterprise_install": "false",
        "response_url": world.new_response_url(channel.id, user.id),
        "trigger_id": world.new_trigger(user.id),
    }


def _place(world: World, user: User, message: Message) -> Json:
    """The container, channel and message of an interaction in a message; an ephemeral's content is not sent back."""
    state = world.state
    channel = state.channels[message.channel]
    ephemeral = message.ephemeral_to is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    place: Json = {"container": container, "channel": {"id": channel.id, "name": channel_label(channel)}}
    if not ephemeral:
        place["message"] = message_json(state, message)
    return place


def message_action_payload(world: World, user: User, message: Message, action: Json, values: Json) -> Json:
    """The block_actions of an element in a message."""
    return {
        "type": "block_actions",
        **_common(world, user),
        **_place(world, user, message),
        "trigger_id": world.new_trigger(user.id),
        "state": {"values": values},
        "response_url": world.new_response_url(message.channel, user.id, message.ts, message.thread_ts),
        "actions": [action],
    }


def view_action_payload(world: World, user: User, view: View, action: Json) -> Json:
    """The block_actions of an element in a modal or App Home."""
    in_modal = view.content["type"] == "modal"
    return {
        "type": "block_actions",
        **_common(world, user, view),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": world.new_trigger(user.id, view.id if in_modal else None),
        "view": view_json(world.state, view),
        "actions": [action],
    }


def submission_payload(world: World, user: User, view: View) -> Json:
    """The view_submission of a modal."""
    return {
        "type": "view_submission",
        **_common(world, user, view),
        "trigger_id": world.new_trigger(user.id, view.id),
        "view": view_json(world.state, view),
        "response_urls": [],
    }


def closed_payload(world: World, user: User, view: View, cleared: bool) -> Json:
    """The view_closed of a modal; `cleared` when the whole stack went with it."""
    return {
        "type": "view_closed",
        **_common(world, user, view),
        "view": view_json(world.state, view),
        "is_cleared": cleared,
    }


def shortcut_payload(world: World, user: User, callback_id: str) -> Json:
    """A global shortcut."""
    return {
        "type": "shortcut",
        **_common(world, user),
        "callback_id": callback_id,
        "trigger_id": world.new_trigger(user.id),
        "action_ts": world.state.next_ts(),
    }


def message_shortcut_payload(world: World, user: User, callback_id: str, message: Message) -> Json:
    """A shortcut on a message."""
    state = world.state
    channel = state.channels[message.channel]
    return {
        "type": "message_action",
        **_common(world, user),
        "callback_id": callback_id,
        "trigger_id": world.new_trigger(user.id),
        "response_url": world.new_response_url(channel.id, user.id, message.ts, message.thread_ts),
        "action_ts": state.next_ts(),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_label(channel)},
        "message": message_json(state, message),
    }


def suggestion_payload(
    world: World, user: User, place: Message | View, element: Json, *, block_id: str, query: str
) -> Json:
    """The block_suggestion that asks for the options of an external select."""
    payload = {
        "type": "block_suggestion",
        **_common(world, user, place if isinstance(place, View) else None),
        "action_id": element["action_id"],
        "block_id": block_id,
        "value": query,
    }
    if isinstance(place, Message):
        return payload | _place(world, user, place)
    return payload | {"container": {"type": "view", "view_id": place.id}, "view": view_json(world.state, place)}
