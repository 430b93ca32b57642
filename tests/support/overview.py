"""Opens the overview behind the list of customers, which has what only managers change."""

from __future__ import annotations

from sandbox import forms
from sandbox.person import Person

MORE = "list.more"


async def overview(person: Person, line: str = "/portfolio", channel: str = "general") -> None:
    """Run `/portfolio …` in a channel and choose the overview in its menu."""
    await person.command(line, channel)
    shown = person.sees(channel)[-1]
    [menu] = [element for _, element in forms.elements(shown["blocks"]) if element["action_id"] == MORE]
    values = [option["value"] for option in menu["options"]]
    await person.click(MORE, message=shown, value=next(value for value in values if value.startswith("overview:")))
