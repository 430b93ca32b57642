"""Messages as people see them, as plain dictionaries: for tests and for the browser page."""

from sandbox.model import Json, Message
from sandbox.state import State


def message_snapshot(state: State, message: Message) -> Json:
    """A message as it stands now; it does not change with it."""
    shown: Json = {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "bot": state.users[message.user].bot,
        "text": message.text,
        "blocks": message.blocks,
        "reply_count": len(state.replies(message)) if message.thread_ts == message.ts else 0,
        "reactions": [{"name": name, "users": list(users)} for name, users in message.reactions.items()],
        "edited": message.edited_ts is not None,
        "ephemeral": message.ephemeral_to is not None,
        "thread_ts": message.thread_ts if message.is_reply else None,
        "mentions": list(message.mentions),
        "metadata": message.metadata,
    }
    if message.attachments:
        shown["attachments"] = message.attachments
    if message.files:
        shown["files"] = message.files
    return shown
