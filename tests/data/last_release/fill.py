"""Lets an older checkout of Proofline live through eight days in the sandbox and keeps what it leaves behind.

Run it in that checkout, with the folder to write to: `PYTHONPATH=. python …/fill.py FOLDER`. README.md says more.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

# By name, because these are modules of the older checkout: since 0.1.0 they stand in tests.support and bot.store.admin.
STAGE = import_module("tests.slack.bot_process")
BOOK = import_module("tests.slack.believable")
MIGRATE = import_module("bot.store.migrate")
DATABASE = import_module("bot.store.engine")

ANSWER = {
    "change": "behaviour",
    "what_changed": "Legal signs alone",
    "unproven": "Whether finance agrees",
    "next_action": "Build the connector",
    "loop": "product",
}
EVIDENCE = {"outcome": "1", "value": "9", "source": "customer_system", "as_of": "2026-03-02", "attested_by": "1"}
_GIVEN_BY_SLACK = ("id", "team_id", "state", "hash", "previous_view_id", "root_view_id", "app_id", "bot_id")


async def live(stage: Any) -> dict[str, Any]:
    """Acme's first answer and evidence, a digest, a risk that nobody takes; gives the form that Inês has open then."""
    BOOK.fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await maya.command("/portfolio setup North")
    await maya.submit()
    await stage.go_to(march(3, 10, 1))
    await ines.click("prompt.answer")
    await ines.submit(ANSWER)
    await ines.command("/proof acme")
    await ines.click("card.evidence")
    await ines.submit(EVIDENCE)
    await stage.settle()
    for day in (4, 5, 6):
        await stage.go_to(march(day, 12))
    await stage.go_to(march(9, 9, 1))
    await stage.go_to(march(10, 10, 1))
    await ines.click("prompt.answer")
    view = {key: value for key, value in ines.modal.items() if key not in _GIVEN_BY_SLACK}
    return {"user": ines.id, "view": view}


def march(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in March 2026, when the sandbox's people live."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def messages(stage: Any) -> list[dict[str, Any]]:
    """What the bot has posted and everybody still sees, as Slack shows it."""
    state = stage.sandbox.world.state
    return [
        {
            "channel": {"id": channel.id, "name": channel.name, "members": channel.members},
            "ts": message.ts,
            "user": message.user,
            "text": message.text,
            "blocks": message.blocks,
            "metadata": message.metadata,
        }
        for channel in state.channels.values()
        for message in state.public_log(channel.id)
    ]


async def main(folder: Path) -> None:
    """Write database.sql, messages.json and form.json into `folder`."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "proofline.db"
        database = DATABASE.Database(f"sqlite:///{file}")
        MIGRATE.upgrade(database)
        database.dispose()
        async with STAGE.staged(file.parent) as stage:
            form = await live(stage)
            left = {"form.json": form, "messages.json": messages(stage)}
        with closing(sqlite3.connect(file)) as connection:
            (folder / "database.sql").write_text("\n".join(connection.iterdump()) + "\n", "utf-8")
    for name, content in left.items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
