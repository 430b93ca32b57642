"""What an app sends back to an interaction: the payload of an ack, or a post to a response_url."""

from typing import Any

from sandbox.errors import SlackError
from sandbox.model import Json, Message
from sandbox.webapi.posting import Content, post_as_app, read_content, remove_message, replace_content, thread_of
from sandbox.world import ResponseUrl, World


def use_response_url(world: World, token: str, body: Json) -> None:
    """A post to a response_url. SlackError when it is unknown, too old, used up, or what it says is refused."""
    target = world.response_urls.get(token)
    if target is None:
        raise SlackError("no_hook")
    if world.clock.now() > target.expires:
        raise SlackError("expired_url")
    if target.uses_left <= 0:
        raise SlackError("used_url")
    respond(world, target, body)
    target.uses_left -= 1


def respond(world: World, target: ResponseUrl, body: Any) -> None:
    """Post, replace or delete as `body` says. SlackError when Slack would refuse it."""
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    if body.get("response_type") not in (None, "ephemeral", "in_channel"):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] response_type is unknown"]})
    source = world.state.message(target.channel, target.source_ts or "")
    if body.get("delete_original"):
        remove_message(world, _own(source))
        return
    content = read_content(world, body)
    if content.empty:
        raise SlackError("no_text")
    if body.get("replace_original") and target.source_ts:
        whole = Content(content.text or "", content.blocks or [], content.attachments or [], content.metadata)
        replace_content(world, _own(source), whole)
        return
    channel = world.state.channels[target.channel]
    in_channel = body.get("response_type") == "in_channel"
    if in_channel and channel.archived:
        raise SlackError("is_archived")
    post_as_app(
        world,
        channel,
        content,
        thread_ts=thread_of(world, channel, str(body.get("thread_ts") or "")),
        ephemeral_to=None if in_channel else target.user,
    )


def _own(source: Message | None) -> Message:
    if source is None:
        raise SlackError("message_not_found")
    if not source.by_app:
        raise SlackError("cant_update_message")
    return source
