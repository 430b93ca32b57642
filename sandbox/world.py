"""Everything that the parts of the sandbox share: the state, the app's identity, triggers, views, response_urls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.courier import Courier, Parcel
from sandbox.errors import SlackError
from sandbox.manifest import Manifest
from sandbox.model import Json, View
from sandbox.state import State

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5
_MOST_KEPT = 10_000


@dataclass
class Trigger:
    """A trigger_id: it opens one modal for one person, within three seconds."""

    id: str
    user: str
    expires: datetime
    view: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """A response_url: where it posts, for whom, and which message it came from."""

    channel: str
    user: str
    expires: datetime
    source_ts: str | None = None
    thread_ts: str | None = None
    uses_left: int = RESPONSE_URL_USES


@dataclass
class Tokens:
    """What the app is given to call Slack with, and whether it still holds."""

    bot: str
    app: str
    config: str
    signing_secret: str
    verification: str
    revoked: bool = False


@dataclass
class World:
    """The shared parts. `url` is known once the server listens."""

    state: State
    manifest: Manifest
    clock: Clock
    changes: Changes
    tokens: Tokens
    courier: Courier
    connect_url: Callable[[], str]
    pace: bool = False
    limited_looks: bool = False
    url: str = ""
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    message_values: dict[tuple[str, str, str], dict[str, dict[str, Json]]] = field(default_factory=dict)
    uploads: dict[str, Json] = field(default_factory=dict)
    loaded: dict[tuple[str, str, str], list[Json]] = field(default_factory=dict)

    def new_trigger(self, user: str, view: str | None = None) -> str:
        """A fresh trigger_id for this person, from inside the modal `view` or from elsewhere."""
        identity = f"{self.state.new_id('')}.{self.state.new_id('')}"
        trigger = Trigger(identity, user, self.clock.now() + TRIGGER_LIFE, view)
        self.triggers[trigger.id] = trigger
        _forget_oldest(self.triggers)
        return trigger.id

    def take_trigger(self, trigger_id: str) -> Trigger:
        """The trigger for a modal that is about to open. SlackError when it is unknown, too old or was used."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock.now() > trigger.expires:
            raise SlackError("expired_trigger_id")
        return trigger

    def new_response_url(
        self, channel: str, user: str, source_ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        """A fresh response_url for an interaction of this person in this channel."""
        token = self.state.new_id("R")
        expires = self.clock.now() + RESPONSE_URL_LIFE
        self.response_urls[token] = ResponseUrl(channel, user, expires, source_ts, thread_ts)
        _forget_oldest(self.response_urls)
        return f"{self.url}/response/{token}"

    def event(self, kind: str, event: Json) -> Parcel | None:
        """The parcel for an event, or None when the app did not ask for its kind ("message.im").

        What somebody of another organisation writes comes under their team, ours beside it as the context.
        """
        if not self.manifest.wants(kind):
            return None
        state = self.state
        authorization = {
            "enterprise_id": None,
            "team_id": state.team.id,
            "user_id": state.bot.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        author, channel = state.users.get(str(event.get("user"))), state.channels.get(str(event.get("channel")))
        outside = author is not None and author.stranger and event["type"] == "message"
        payload = {
            "token": self.tokens.verification,
            "team_id": author.team_id if author and outside else state.team.id,
            "context_team_id": state.team.id,
            "context_enterprise_id": None,
            "api_app_id": state.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": state.new_id("Ev"),
            "event_time": state.epoch(),
            "authorizations": [authorization],
            "is_ext_shared_channel": channel is not None and bool(state.connected_teams(channel)),
        }
        return Parcel("events_api", payload)

    def publish(self, kind: str, event: Json) -> None:
        """Deliver an event in the background, if the app asked for its kind."""
        if parcel := self.event(kind, event):
            self.courier.publish(parcel)


def _forget_oldest(entries: dict[str, object] | dict[str, Trigger] | dict[str, ResponseUrl]) -> None:
    while len(entries) > _MOST_KEPT:
        del entries[next(iter(entries))]
