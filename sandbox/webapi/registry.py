"""The table of Web API methods, and a call of one with its arguments."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.errors import SlackError
from sandbox.model import Channel, Json, User
from sandbox.world import World

Handler = Callable[["Call"], Json]
TokenKind = Literal["bot", "app", "config", "any"]


@dataclass(frozen=True)
class Method:
    """A method: who handles it, which scopes (any one of them) and which kind of token it needs."""

    name: str
    handler: Handler
    scopes: tuple[str, ...]
    token: TokenKind


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, token: TokenKind = "bot") -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of the Web API method `name`."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(name, handler, scopes, token)
        return handler

    return register


@dataclass
class Call:
    """One call, past authentication; the getters raise SlackError as Slack does for a bad argument."""

    world: World
    method: str
    args: Json

    def missing(self, name: str) -> SlackError:
        """The error for an argument that must be there."""
        return self.invalid(f"missing required field: {name}")

    def invalid(self, sentence: str) -> SlackError:
        """The error for an argument that is wrong."""
        return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {sentence}"]})

    def text(self, name: str, default: str = "") -> str:
        """A string argument."""
        value = self.args.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            if isinstance(value, int | float) and not isinstance(value, bool):
                return str(value)
            raise self.invalid(f"must provide a string [json-pointer:/{name}]")
        return value

    def required(self, name: str) -> str:
        """A string argument that must not be empty."""
        value = self.text(name)
        if not value:
            raise self.missing(name)
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean argument: true, 1, "true", "1"."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        return value in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int, most: int) -> int:
        """A positive whole number, at most `most`."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise self.invalid(f"must be an integer [json-pointer:/{name}]") from None
        if number < 1:
            raise SlackError("invalid_limit")
        return min(number, most)

    def structure(self, name: str, code: str) -> Any:
        """An argument that is an object or a list; None when absent, SlackError(code) when it is no JSON."""
        value = self.args.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, dict | list):
            raise SlackError(code)
        return value

    def need(self, *scopes: str) -> None:
        """Refuse the call unless the app holds one of `scopes`."""
        granted = self.world.manifest.scopes
        if scopes and not granted.intersection(scopes):
            raise SlackError("missing_scope", needed=",".join(scopes), provided=",".join(sorted(granted)))

    def channel(self, name: str = "channel", by_name: bool = False) -> Channel:
        """The channel of an argument, if the app may know of it; `by_name` also takes "#name"."""
        reference = self.required(name)
        state = self.world.state
        channel = state.find_channel(reference) if by_name else state.channels.get(reference)
        if channel is None or (channel.kind != "channel" and state.bot.id not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def user(self, name: str = "user") -> User:
        """The user of an argument."""
        user = self.world.state.users.get(self.required(name))
        if user is None:
            raise SlackError("user_not_found")
        return user


def page(call: Call, items: list[Any], key: str, default: int, most: int) -> Json:
    """One page of `items` under `key`, with `response_metadata.next_cursor`."""
    limit = call.number("limit", default, most)
    cursor = call.text("cursor")
    start = 0
    if cursor:
        if not cursor.startswith("at:") or not cursor[3:].isdigit():
            raise SlackError("invalid_cursor")
        start = int(cursor[3:])
    end = start + limit
    following = f"at:{end}" if end < len(items) else ""
    return {key: items[start:end], "response_metadata": {"next_cursor": following}}
