"""The things of a workspace: people, channels, messages, views."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["channel", "private", "im"]
SLACKBOT = "USLACKBOT"
COLOURS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c", "5b89d5", "2b6836")


@dataclass
class Team:
    """The workspace itself, or that of another organisation with which channels are shared."""

    id: str
    name: str
    domain: str


@dataclass
class User:
    """A person or a bot, with the flags that Slack gives them.

    A `stranger` is of another organisation, whose team `team_id` names. With `hidden_email` their organisation does not
    show other organisations their address.
    """

    id: str
    handle: str
    name: str
    team_id: str
    email: str = ""
    tz: str = "Etc/UTC"
    title: str = ""
    admin: bool = False
    owner: bool = False
    guest: bool = False
    single_channel_guest: bool = False
    stranger: bool = False
    deactivated: bool = False
    bot: bool = False
    hidden_email: bool = False
    color: str = COLOURS[0]
    status_emoji: str = ""
    status_text: str = ""
    status_expiration: int = 0

    @property
    def restricted(self) -> bool:
        return self.guest or self.single_channel_guest


@dataclass
class Channel:
    """A channel, private channel or direct message; `members` are user ids.

    `shared` is "pending" while another organisation is invited, "org" for one of several workspaces of ours; a channel
    with a stranger in it is shared with their organisation.
    """

    id: str
    name: str
    kind: ChannelKind
    created: int
    creator: str
    members: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    archived: bool = False
    shared: str = ""

    def other(self, user_id: str) -> str:
        """The other side of a direct message (oneself, in a note to self)."""
        return next((member for member in self.members if member != user_id), user_id)


@dataclass
class Message:
    """One message; an ephemeral one has `ephemeral_to`, and only that person sees it."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    by_app: bool = False
    ephemeral_to: str | None = None
    subtype: str | None = None
    edited_ts: str | None = None
    broadcast: bool = False
    client_msg_id: str | None = None
    mentions: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class View:
    """A modal or an App Home tab, as one person has it; `values` is what stands in its inputs."""

    id: str
    user: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.content["blocks"]
        return blocks

    @property
    def external_id(self) -> str:
        return str(self.content.get("external_id") or "")
