"""The state file: every change as one JSON line, read back at the next start.

Lines are written out at once, so a killed process loses nothing; a line that was cut off is left out.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from sandbox.forms import initial_values
from sandbox.model import Channel, Json, Message, User, View
from sandbox.world import World


class Journal:
    """Keeps a world's people, channels, messages, App Homes, read marks and clock in a file."""

    def __init__(self, path: Path, world: World) -> None:
        self._path = path
        self._world = world
        self._file: TextIO | None = None

    def open(self) -> None:
        """Read back what an earlier run kept, write it anew without what is outdated, and keep on from there."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for kind, data in _lines(self._path):
            self._restore(kind, data)
        fresh = self._path.with_name(f"{self._path.name}.new")
        with fresh.open("w", encoding="utf-8") as file:
            for kind, data in self._everything():
                file.write(_line(kind, data))
        fresh.replace(self._path)
        self._file = self._path.open("a", encoding="utf-8")
        self._world.state.journal = self.write
        self._world.clock.on_move(lambda: self.write("clock", self._clock()))

    def write(self, kind: str, data: Json) -> None:
        """Append one change."""
        if self._file is not None:
            self._file.write(_line(kind, data))
            self._file.flush()

    def close(self) -> None:
        """Close the file; later changes are not kept."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _clock(self) -> Json:
        return {"offset": self._world.clock.offset.total_seconds()}

    def _restore(self, kind: str, data: Json) -> None:
        world, state = self._world, self._world.state
        if kind == "message":
            state.restore_message(Message(**data))
        elif kind == "deleted":
            if message := state.message(data["channel"], data["ts"]):
                state.remove(message)
        elif kind == "channel":
            state.channels[data["id"]] = Channel(**data)
        elif kind == "user":
            user = state.users.setdefault(data["id"], User(**data))
            user.deactivated = data["deactivated"]
        elif kind == "read":
            state.read_until[data["user"], data["channel"]] = data["ts"]
        elif kind == "home":
            view = View(data["id"], data["user"], data["content"], "", data["id"])
            view.values = initial_values(view.blocks)
            world.homes[view.user] = world.views[view.id] = view
        elif kind == "clock":
            world.clock.restore(timedelta(seconds=data["offset"]))

    def _everything(self) -> Iterator[tuple[str, Json]]:
        world, state = self._world, self._world.state
        yield "clock", self._clock()
        for user in state.users.values():
            yield "user", asdict(user)
        for channel in state.channels.values():
            yield "channel", asdict(channel)
            for message in state.log(channel.id):
                yield "message", asdict(message)
        for (user_id, channel_id), ts in state.read_until.items():
            yield "read", {"user": user_id, "channel": channel_id, "ts": ts}
        for view in world.homes.values():
            yield "home", {"user": view.user, "id": view.id, "content": view.content}


def _line(kind: str, data: Json) -> str:
    return json.dumps({kind: data}, ensure_ascii=False) + "\n"


def _lines(path: Path) -> Iterator[tuple[str, Json]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                [(kind, data)] = json.loads(line).items()
            except ValueError:
                continue  # the process was killed while it wrote this line
            yield kind, data
