"""The Slack that measured programs live in: a sandbox in this process whose people are those of a filled database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.store.engine import Database
from sandbox import Sandbox
from sandbox.courier import Parcel
from sandbox.payloads import command_payload
from tests.bench.filling import OWNER, TEAM_ID
from tests.bench.processes import BARE, BARE_IS_READY, BOT, BOT_IS_READY, MANIFEST, Program

WORKSPACE: dict[str, Any] = {
    "team": {"id": TEAM_ID, "name": "Bench", "domain": "bench"},
    "users": [{"handle": "owner", "id": OWNER, "name": "Owner 1", "tz": "Europe/Berlin"}],
    "channels": [{"name": "general", "members": ["owner"], "bot": True}],
}


def workspace(channels: int = 0) -> dict[str, Any]:
    """A workspace with the owner of account 1, and so many channels `C0BENCH1` … that the app is in."""
    more = [{"name": f"bench-{n}", "id": f"C0BENCH{n}", "bot": True} for n in range(1, channels + 1)]
    return {**WORKSPACE, "channels": [*WORKSPACE["channels"], *more]}


def sandbox() -> Sandbox:
    """A sandbox with that workspace."""
    return Sandbox(workspace(), MANIFEST)


def environment(slack: Sandbox, **more: str) -> dict[str, str]:
    """What a program needs to find the sandbox."""
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "HOST": "127.0.0.1",
        "PORT": "0",
        **more,
    }


def run_bot(slack: Sandbox, database: Database, log: Path, **more: str) -> Program:
    """`python -m bot run`, whole."""
    url = database.url.render_as_string(hide_password=False)
    return Program(BOT, environment(slack, DATABASE_URL=url, **more), BOT_IS_READY, log)


def run_bare(slack: Sandbox, log: Path, **more: str) -> Program:
    """The smallest Bolt app."""
    return Program(BARE, environment(slack, **more), BARE_IS_READY, log)


async def command(slack: Sandbox, text: str) -> Any:
    """Run `/proof text` as the owner; gives what the app answered in its acknowledgement."""
    world = slack.world
    owner, channel = world.state.users[OWNER], world.state.find_channel("general")
    assert channel is not None
    payload = command_payload(world, owner, channel, "/proof", text)
    return await world.courier.deliver(Parcel("slash_commands", payload, answerable=True))
