"""What every way to post a message shares: reading text, blocks and metadata, and refusing what Slack refuses."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.blocks import finish_blocks
from sandbox.errors import SlackError
from sandbox.model import Channel, Json, Message
from sandbox.mrkdwn import normalise
from sandbox.payloads import message_json
from sandbox.world import World

LONGEST_TEXT = 40_000
LONGEST_BLOCKS = 13_000  # undocumented; reported around 13,200 in slackapi/bolt-js#2509
LONGEST_METADATA = 16_000
EVENT_OF_CHANNEL = {"channel": "message.channels", "private": "message.groups", "im": "message.im"}
CHANNEL_TYPE = {"channel": "channel", "private": "group", "im": "im"}


@dataclass
class Content:
    """The checked content of a message; None is what the caller did not send."""

    text: str | None
    blocks: list[Json] | None
    attachments: list[Json] | None
    metadata: Json | None

    @property
    def empty(self) -> bool:
        return not ((self.text or "").strip() or self.blocks or self.attachments)


def read_content(world: World, args: Json) -> Content:
    """Check the content among the arguments of a call or a response_url post. SlackError when Slack refuses it."""
    text = args.get("text")
    if args.get("markdown_text") is not None:
        if text is not None or args.get("blocks"):
            raise SlackError("markdown_text_conflict")
        text = args["markdown_text"]
    if text is not None and not isinstance(text, str):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] text must be a string"]})
    if text is not None and len(text) > LONGEST_TEXT:
        raise SlackError("msg_too_long")
    blocks = _blocks(world, args.get("blocks"))
    attachments = _attachments(world, args.get("attachments"))
    return Content(None if text is None else normalise(text), blocks, attachments, _metadata(args.get("metadata")))


def _attachments(world: World, attachments: Any) -> list[Json] | None:
    if attachments is None or attachments == "":
        return None
    if not isinstance(attachments, list) or not all(isinstance(attachment, dict) for attachment in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > 100:
        raise SlackError("too_many_attachments")
    return [_attachment(world, attachment) for attachment in attachments]


def _attachment(world: World, attachment: Json) -> Json:
    blocks = attachment.get("blocks")
    return {**attachment, "blocks": finish_blocks(blocks, "message", world.state.new_id)} if blocks else attachment


def _blocks(world: World, blocks: Any) -> list[Json] | None:
    if blocks is None or blocks == "":
        return None
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if not blocks:
        return []
    finished = finish_blocks(blocks, "message", world.state.new_id)
    if len(json.dumps(blocks)) > LONGEST_BLOCKS:
        raise SlackError("msg_blocks_too_long")
    return finished


def _metadata(metadata: Any) -> Json | None:
    if metadata is None or metadata == "":
        return None
    if metadata == {}:
        return {}
    if (
        not isinstance(metadata, dict)
        or not isinstance(metadata.get("event_type"), str)
        or not metadata["event_type"]
        or not isinstance(metadata.get("event_payload"), dict)
        or set(metadata) - {"event_type", "event_payload"}
    ):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > LONGEST_METADATA:
        raise SlackError("metadata_too_large")
    return metadata


def thread_of(world: World, channel: Channel, thread_ts: str) -> str | None:
    """The timestamp of the thread to post in; a reply's own timestamp leads to its thread."""
    if not thread_ts:
        return None
    parent = world.state.message(channel.id, thread_ts)
    if parent is None or parent.ephemeral_to is not None:
        raise SlackError("thread_not_found")
    if parent.is_reply:
        return parent.thread_ts
    if parent.thread_ts is None:
        parent.thread_ts = parent.ts
        world.state.change(parent)
    return parent.ts


def post_as_app(
    world: World,
    channel: Channel,
    content: Content,
    *,
    thread_ts: str | None = None,
    ephemeral_to: str | None = None,
    broadcast: bool = False,
) -> Message:
    """Post a message of the app's; the app hears of it as everybody does, when it subscribed to messages."""
    state = world.state
    message = state.post(
        Message(
            channel=channel.id,
            ts=state.next_ts(),
            user=state.bot.id,
            text=content.text or "",
            blocks=content.blocks or [],
            attachments=content.attachments or [],
            thread_ts=thread_ts,
            metadata=content.metadata or None,
            by_app=True,
            ephemeral_to=ephemeral_to,
            broadcast=broadcast,
        )
    )
    if ephemeral_to is None:
        publish_message(world, channel, message)
    return message


def publish_message(world: World, channel: Channel, message: Message) -> None:
    """Tell the app of a message in a channel that it is in."""
    kind = EVENT_OF_CHANNEL[channel.kind]
    if world.state.bot.id in channel.members and world.manifest.wants(kind):
        world.publish(kind, message_event(world, channel, message))


def message_event(world: World, channel: Channel, message: Message) -> Json:
    """The `message` event for a message."""
    author = world.state.users[message.user]
    theirs = {"user_team": author.team_id, "source_team": author.team_id} if author.stranger else {}
    return {
        **message_json(world.state, message),
        **theirs,
        "channel": channel.id,
        "channel_type": CHANNEL_TYPE[channel.kind],
        "event_ts": message.ts,
    }


def replace_content(world: World, message: Message, content: Content) -> None:
    """Edit a message; what `content` does not have stays as it was."""
    before = message_json(world.state, message)
    if content.text is not None:
        message.text = content.text
    if content.blocks is not None:
        message.blocks = content.blocks
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata or None
    message.edited_ts = world.state.next_ts()
    world.state.change(message)
    if message.ephemeral_to is None:
        _publish_aside(world, message, "message_changed", {"previous_message": before})


def remove_message(world: World, message: Message) -> None:
    """Delete a message."""
    before = message_json(world.state, message)
    world.state.remove(message)
    if message.ephemeral_to is None:
        _publish_aside(world, message, "message_deleted", {"previous_message": before, "deleted_ts": message.ts})


def _publish_aside(world: World, message: Message, subtype: str, more: Json) -> None:
    channel = world.state.channels[message.channel]
    kind = EVENT_OF_CHANNEL[channel.kind]
    if world.state.bot.id not in channel.members or not world.manifest.wants(kind):
        return
    event: Json = {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel.id,
        "channel_type": CHANNEL_TYPE[channel.kind],
        "ts": world.state.next_ts(),
        **more,
    }
    if subtype == "message_changed":
        event["message"] = message_json(world.state, message)
    event["event_ts"] = event["ts"]
    world.publish(kind, event)
