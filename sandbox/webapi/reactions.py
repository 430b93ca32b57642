"""reactions.*."""

import re

from sandbox.errors import SlackError
from sandbox.model import Json, Message
from sandbox.payloads import message_json
from sandbox.webapi.registry import Call, method
from sandbox.world import World

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?\Z")


def react(world: World, user_id: str, message: Message, name: str) -> None:
    """Add a reaction of a person or the app. SlackError when it is there already or the name cannot be one."""
    if not _NAME.match(name):
        raise SlackError("invalid_name")
    people = message.reactions.setdefault(name, [])
    if user_id in people:
        raise SlackError("already_reacted")
    people.append(user_id)
    world.state.change(message)
    _publish(world, "reaction_added", user_id, message, name)


def unreact(world: World, user_id: str, message: Message, name: str) -> None:
    """Take a reaction back. SlackError when there is none."""
    people = message.reactions.get(name, [])
    if user_id not in people:
        raise SlackError("no_reaction")
    people.remove(user_id)
    if not people:
        del message.reactions[name]
    world.state.change(message)
    _publish(world, "reaction_removed", user_id, message, name)


def _publish(world: World, kind: str, user_id: str, message: Message, name: str) -> None:
    if world.state.bot.id not in world.state.channels[message.channel].members:
        return
    event = {
        "type": kind,
        "user": user_id,
        "reaction": name,
        "item_user": message.user,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": world.state.next_ts(),
    }
    world.publish(kind, event)


def _message(call: Call) -> Message:
    channel = call.channel()
    message = call.world.state.message(channel.id, call.required("timestamp"))
    if message is None or message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    if channel.archived:
        raise SlackError("is_archived")
    if call.world.state.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    return message


@method("reactions.add", "reactions:write")
def add(call: Call) -> Json:
    react(call.world, call.world.state.bot.id, _message(call), call.required("name"))
    return {}


@method("reactions.remove", "reactions:write")
def remove(call: Call) -> Json:
    unreact(call.world, call.world.state.bot.id, _message(call), call.required("name"))
    return {}


@method("reactions.get", "reactions:read")
def get(call: Call) -> Json:
    message = _message(call)
    return {
        "type": "message",
        "channel": message.channel,
        "message": message_json(call.world.state, message),
    }
