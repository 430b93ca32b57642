"""What the workspace holds now: people, channels, messages, who has read what."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import count

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.manifest import Manifest
from sandbox.model import SLACKBOT, Channel, Json, Message, User
from sandbox.mrkdwn import rung_by, rung_by_blocks
from sandbox.workspace import Workspace, make_id


class State:
    """The workspace in memory. Every change is announced, and handed to `journal` when there is one."""

    def __init__(self, workspace: Workspace, manifest: Manifest, clock: Clock, changes: Changes) -> None:
        self.team = workspace.team
        self.organisations = workspace.organisations
        self.clock = clock
        self.changes = changes
        self.journal: Callable[[str, Json], None] | None = None
        self.app_id = make_id("A", workspace.team.id, manifest.name)
        self.bot_id = make_id("B", workspace.team.id, manifest.name)
        handle = manifest.bot_name.lower().replace(" ", "_")
        self.bot = User(
            make_id("U", workspace.team.id, "bot", manifest.name),
            handle,
            manifest.bot_name,
            workspace.team.id,
            bot=True,
            email="",
            color="2c2d30",
        )
        self.users = {user.id: user for user in [*workspace.users, self.bot]}
        self.channels = {channel.id: channel for channel in workspace.channels}
        for channel_id in workspace.bot_channels:
            self.channels[channel_id].members.append(self.bot.id)
        self.read_until: dict[tuple[str, str], str] = {}
        self._messages: dict[str, list[Message]] = {}
        self._by_ts: dict[tuple[str, str], Message] = {}
        self._threads: dict[tuple[str, str], list[Message]] = {}
        self._last_micros = 0
        self._numbers = count(1)

    # People and channels

    def find_user(self, reference: str) -> User | None:
        """The user with this id, handle, or name; a handle may start with "@"."""
        if reference in self.users:
            return self.users[reference]
        plain = reference.removeprefix("@")
        return next((user for user in self.users.values() if plain in (user.handle, user.name)), None)

    def find_channel(self, reference: str) -> Channel | None:
        """The channel with this id or name; a name may start with "#"."""
        if reference in self.channels:
            return self.channels[reference]
        plain = reference.removeprefix("#")
        return next((c for c in self.channels.values() if c.kind != "im" and c.name == plain), None)

    def connected_teams(self, channel: Channel) -> list[str]:
        """The ids of the other organisations that share a channel: those of the people of theirs who are in it."""
        strangers = [user for member in channel.members if (user := self.users[member]).stranger]
        return list(dict.fromkeys(user.team_id for user in strangers))

    def meets_app(self, user: User) -> bool:
        """Whether somebody is in a channel that the app is in; of others of other organisations it learns little."""
        return any(user.id in c.members and self.bot.id in c.members for c in self.channels.values() if c.kind != "im")

    def name_of(self, identity: str) -> str:
        """ "@name" for a user, "#name" for a channel, the id itself for anything else."""
        if user := self.users.get(identity):
            return f"@{user.name}"
        if channel := self.channels.get(identity):
            return f"#{channel.name}"
        return f"@{identity}"

    def direct(self, user_id: str, other_id: str) -> Channel:
        """The direct message channel of two people, made when they have none."""
        pair = sorted((user_id, other_id))
        channel_id = make_id("D", self.team.id, *pair)
        if channel_id not in self.channels:
            members = list(dict.fromkeys(pair))
            channel = Channel(channel_id, "directmessage", "im", self.epoch(), user_id, members)
            self.put_channel(channel)
        return self.channels[channel_id]

    def put_channel(self, channel: Channel) -> None:
        """Add a channel or record that one changed (members, archived, topic)."""
        self.channels[channel.id] = channel
        self.record("channel", asdict(channel))
        self.changes.announce(channel.id)

    def put_user(self, user: User) -> None:
        """Add a user or record that one changed."""
        self.users[user.id] = user
        self.record("user", asdict(user))
        self.changes.announce()

    # Time and ids

    def epoch(self) -> int:
        """The clock in whole seconds since 1970."""
        return int(self.clock.now().timestamp())

    def next_ts(self) -> str:
        """A message timestamp that is later than every one before."""
        self._last_micros = max(self._last_micros + 1, int(self.clock.now().timestamp() * 1_000_000))
        seconds, micros = divmod(self._last_micros, 1_000_000)
        return f"{seconds}.{micros:06d}"

    def new_id(self, letter: str) -> str:
        """A fresh id of Slack's shape."""
        return make_id(letter, self.team.id, datetime.now(UTC).isoformat(), str(next(self._numbers)))

    # Messages

    def post(self, message: Message) -> Message:
        """Add a message; works out whom it rings."""
        message.mentions = _rung(message)
        self._insert(message)
        if message.ephemeral_to is None:
            self.read_until[message.user, message.channel] = message.ts
        self._message_changed(message)
        return message

    def change(self, message: Message) -> None:
        """Record that a message was edited, got a reaction, and so on."""
        message.mentions = _rung(message)
        self._message_changed(message)

    def remove(self, message: Message) -> None:
        """Delete a message."""
        self._messages[message.channel].remove(message)
        del self._by_ts[message.channel, message.ts]
        if message.is_reply:
            self._threads[message.channel, message.thread_ts or ""].remove(message)
        self.record("deleted", {"channel": message.channel, "ts": message.ts})
        self._announce(message)

    def message(self, channel_id: str, ts: str) -> Message | None:
        """The message of a channel with this timestamp, ephemerals included."""
        return self._by_ts.get((channel_id, ts))

    def log(self, channel_id: str) -> list[Message]:
        """Everything in a channel, ephemerals of all people included, oldest first; not to be changed."""
        return self._messages.get(channel_id, [])

    def public_log(self, channel_id: str) -> list[Message]:
        """Everything posted in a channel, without ephemerals, oldest first."""
        return [message for message in self.log(channel_id) if message.ephemeral_to is None]

    def replies(self, message: Message) -> list[Message]:
        """The thread replies to a message, oldest first."""
        return [m for m in self._threads.get((message.channel, message.ts), []) if m.ephemeral_to is None]

    def visible(self, user_id: str, channel_id: str) -> list[Message]:
        """What a person sees of a channel: what was posted and their own ephemerals."""
        return [message for message in self.log(channel_id) if message.ephemeral_to in (None, user_id)]

    def unread(self, user_id: str, channel_id: str) -> int:
        """How many messages, ephemerals included, came after what this person has read."""
        until = self.read_until.get((user_id, channel_id), "")
        log = self.log(channel_id)
        start = bisect_right(log, until, key=lambda message: message.ts)
        return sum(m.user != user_id and m.ephemeral_to in (None, user_id) for m in log[start:])

    def mark_read(self, user_id: str, channel_id: str) -> None:
        """This person has seen everything in the channel."""
        if log := self.log(channel_id):
            self.read_until[user_id, channel_id] = log[-1].ts
            self.record("read", {"user": user_id, "channel": channel_id, "ts": log[-1].ts})
            self.changes.announce(channel_id, frozenset({user_id}))

    def say_as_slackbot(self, user_id: str, channel_id: str, text: str) -> Message:
        """An ephemeral by Slackbot, as Slack's client uses for its own notices."""
        return self.post(Message(channel_id, self.next_ts(), SLACKBOT, text, ephemeral_to=user_id))

    def record(self, kind: str, data: Json) -> None:
        """Hand a change to the journal."""
        if self.journal is not None:
            self.journal(kind, data)

    def restore_message(self, message: Message) -> None:
        """Put back a message as the journal kept it, new or changed."""
        existing = self._by_ts.get((message.channel, message.ts))
        if existing is None:
            self._insert(message)
        else:
            existing.__dict__.update(message.__dict__)
        self._last_micros = max(self._last_micros, int(message.ts.replace(".", "")))

    def _insert(self, message: Message) -> None:
        self._messages.setdefault(message.channel, []).append(message)
        self._by_ts[message.channel, message.ts] = message
        if message.is_reply:
            self._threads.setdefault((message.channel, message.thread_ts or ""), []).append(message)

    def _message_changed(self, message: Message) -> None:
        if self.journal is not None:
            self.record("message", asdict(message))
        self._announce(message)

    def _announce(self, message: Message) -> None:
        only = message.ephemeral_to
        self.changes.announce(message.channel, None if only is None else frozenset({only}))


def _rung(message: Message) -> list[str]:
    rung = [*rung_by(message.text), *rung_by_blocks(message.blocks), *rung_by_blocks(message.attachments)]
    return list(dict.fromkeys(rung))
