"""How the ids of all rooms reach the templates: what is clicked and what is submitted.

Each room declares its own in `ids.py`. Templates read them as `{{ act.ANSWER }}` and `{{ callback.ANSWER }}`. Values of
buttons carry row ids only, `private_metadata` row ids and the version of what the form showed (`bot.app.shown`). They
are parsed by `bot.slack.payload` and never trusted: use cases check rights at every action.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum


class IdTable:
    """The members of several enums under their names, as attributes.

    Raises `ValueError` if two of them share a name or an id: templates and Slack could not tell them apart.
    """

    def __init__(self, *enums: type[StrEnum]) -> None:
        members = [member for enum in enums for member in enum]
        self._members = {member.name: member for member in members}
        if not len(members) == len(self._members) == len(set(members)):
            raise ValueError(f"a name or an id stands twice: {sorted(member.name for member in members)}")

    def __getattr__(self, name: str) -> StrEnum:
        if name.startswith("_") or name not in self._members:
            raise AttributeError(f"no room has an id called {name}")
        return self._members[name]

    def __iter__(self) -> Iterator[StrEnum]:
        return iter(self._members.values())
