"""What people saw: every message that the sandbox took in, when, and what it was changed to."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from sandbox import Sandbox

Json = dict[str, Any]


@dataclass(slots=True)
class Post:
    """A message of the bot's in a channel; `shows` are the uuids it carried, each with the moment it appeared."""

    channel: str
    ts: str
    at: float
    thread_ts: str | None
    shows: list[tuple[str, float]]

    @property
    def uuid(self) -> str:
        return self.shows[0][0]


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt as it lies in somebody's direct messages: `user`, the message, and the prompt's id."""

    user: str
    message: Json
    prompt_id: int


@dataclass
class Eyes:
    """Follows a sandbox through the hook of its journal."""

    sandbox: Sandbox
    posts: dict[tuple[str, str], Post] = field(default_factory=dict)
    by_uuid: dict[str, list[Post]] = field(default_factory=lambda: defaultdict(list))
    unsigned: int = 0
    deleted: int = 0
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=400))
    risks: deque[Json] = field(default_factory=lambda: deque(maxlen=100))
    whispers: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sandbox.world.state.journal = self.see

    def see(self, kind: str, data: Json) -> None:
        """One change of the sandbox's state."""
        if kind == "deleted":
            self.deleted += 1
        if kind != "message" or not data["by_app"]:
            return
        if data["ephemeral_to"]:
            self.whispers[data["ephemeral_to"]] = data
            return
        uuid = ((data["metadata"] or {}).get("event_payload") or {}).get("uuid")
        known = self.posts.get((data["channel"], data["ts"]))
        if uuid is None:
            self.unsigned += known is None
        elif known is None:
            post = Post(data["channel"], data["ts"], time.time(), data["thread_ts"], [(uuid, time.time())])
            self.posts[data["channel"], data["ts"]] = post
            self.by_uuid[uuid].append(post)
            self._offer(data)
        elif known.shows[-1][0] != uuid:
            known.shows.append((uuid, time.time()))

    def _offer(self, data: Json) -> None:
        """Remember what people could press."""
        for action_id, value in _buttons(data["blocks"]):
            if action_id == "prompt.answer":
                channel = self.sandbox.world.state.channels[data["channel"]]
                user = channel.other(self.sandbox.world.state.bot.id)
                self.asked.append(Asked(user, data, int(value)))
            elif action_id == "risk.claim":
                self.risks.append(data)


def _buttons(blocks: list[Json]) -> list[tuple[str, str]]:
    elements = [element for block in blocks for element in block.get("elements", []) if isinstance(element, dict)]
    return [(one["action_id"], one["value"]) for one in elements if "action_id" in one and "value" in one]
