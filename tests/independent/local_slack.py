"""`local-slack` from npm as a process: its control API, and the socket of its page for what the API lacks."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from tests.independent.forms import state_of
from tests.support.bot_process import free_port

Json = dict[str, Any]
T = TypeVar("T")
TEAM, APP, BOT = "T0NORTH", "A0PROOF", "U0PROOF"
MAYA, TOM, CHANNEL = "U0MAYA", "U0TOM", "C0GENERAL"
BOT_TOKEN, APP_TOKEN = "xoxb-independent", "xapp-independent"
CONFIGURATION: Json = {
    "workspace": {"name": "Northwind CS", "domain": "northwind-cs", "teamId": TEAM},
    "apps": [
        {
            "appId": APP,
            "botUserId": BOT,
            "botName": "proofline",
            "botToken": BOT_TOKEN,
            "appToken": APP_TOKEN,
            "mode": "socket",
        }
    ],
    "users": [
        {"id": MAYA, "name": "maya", "real_name": "Maya Lindqvist", "tz": "Europe/Stockholm"},
        {"id": TOM, "name": "tom", "real_name": "Tom Okafor", "tz": "America/New_York"},
    ],
    "channels": [{"id": CHANNEL, "name": "general", "members": [MAYA, TOM, BOT]}],
}
_BINARY = "node_modules/local-slack-linux-x64/bin/local-slack"
_LOOPBACK = Path(__file__).with_name("loopback.js")
_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_LISTENING = "0A"


class LocalSlack:
    """The workspace as seen from outside: what people do, and what they then see."""

    def __init__(self, http: aiohttp.ClientSession, port: int) -> None:
        self._http = http
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._page: aiohttp.ClientWebSocketResponse | None = None
        self.modals: list[Json] = []
        self.homes: dict[str, Json] = {}
        self.field_errors: Json = {}

    async def get(self, path: str) -> Json:
        """A question to the control API."""
        async with self._http.get(f"{self.url}/_control/{path}") as answer:
            answer.raise_for_status()
            found: Json = await answer.json()
            return found

    async def post(self, path: str, **body: Any) -> None:
        """An act through the control API; it returns when the bot has acknowledged."""
        async with self._http.post(f"{self.url}/_control/{path}", json=body) as answer:
            assert answer.status == 200, f"{path}: {answer.status} {await answer.text()}"

    async def command(self, command: str, text: str, user: str = MAYA) -> None:
        """Type a slash command in the channel."""
        await self.post("command", channel=CHANNEL, user=user, command=command, text=text)

    async def messages(self, channel: str = CHANNEL) -> list[Json]:
        """The messages of a channel, oldest first; those for one person are among them."""
        return list((await self.get(f"messages/{channel}"))["messages"])

    async def dm(self, user: str = MAYA) -> list[Json]:
        """What the bot and a person wrote each other."""
        channels = (await self.get("state"))["channels"]
        ids = [channel["id"] for channel in channels if channel["is_im"] and user in channel["members"]]
        return await self.messages(ids[0]) if ids else []

    async def click(self, message: Json, action_id: str, user: str = MAYA) -> None:
        """Press the button of a message."""
        for block in message["blocks"]:
            for element in block.get("elements") or [block.get("accessory") or {}]:
                if element.get("action_id") == action_id:
                    action = {**element, "block_id": block["block_id"]}
                    await self.post(
                        "interact", channel=message["channel"], messageTs=message["ts"], user=user, action=action
                    )
                    return
        raise AssertionError(f"no button {action_id} in {json.dumps(message['blocks'])}")

    async def submit(self, answers: Mapping[str, Any], user: str = MAYA) -> None:
        """Fill in the modal on top and submit it: its control API has nothing for it, so as its own page does."""
        assert self._page is not None and self.modals, "no modal is open"
        self.field_errors = {}
        values = state_of(self.modals[-1], answers)
        await self._page.send_json({"t": "view_submit", "user": user, "values": values})

    async def close_modal(self, user: str = MAYA) -> None:
        """Close the modal on top."""
        assert self._page is not None
        await self._page.send_json({"t": "view_close", "user": user})
        await until("the modal is closed", lambda: not self.modals)

    async def watch(self) -> None:
        """Keep `modals` and `homes` as the page has them, for as long as this runs."""
        async with self._http.ws_connect(f"{self.url}/ui", max_msg_size=0) as page:
            self._page = page
            async for message in page:
                self._hear(json.loads(message.data))

    def _hear(self, told: Json) -> None:
        match told["t"]:
            case "view":
                self.modals = told["stack"]
            case "view_errors":
                self.field_errors = told["errors"]
            case "home":
                self.homes[told["user"]] = told["view"]


@asynccontextmanager
async def local_slack(folder: Path, output: Path) -> AsyncIterator[LocalSlack]:
    """Run it from the packages in `folder`, and end it; what it prints goes to `output`."""
    port = free_port()
    configuration = folder / "workspace.json"
    configuration.write_text(json.dumps(CONFIGURATION), "utf-8")
    environment = {**os.environ, "BUN_OPTIONS": f"--preload {_LOOPBACK}"}
    arguments = ("--config", str(configuration), "--port", str(port), "--base-host", "127.0.0.1")
    with output.open("wb") as printed:
        process = await asyncio.create_subprocess_exec(
            str(folder / _BINARY), *arguments, env=environment, cwd=folder, stdout=printed, stderr=printed
        )
    try:
        await until("local-slack listens", lambda: listening(port))
        assert listening(port) == {"127.0.0.1"}, f"local-slack listens on {listening(port)}"
        async with aiohttp.ClientSession() as http:
            slack = LocalSlack(http, port)
            watching = asyncio.create_task(slack.watch())
            try:
                yield slack
            finally:
                watching.cancel()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def listening(port: int) -> set[str]:
    """The addresses on which somebody listens on a port, as Linux lists them; those of IPv6 as they stand there."""
    addresses = set()
    for table in ("tcp", "tcp6"):
        file = Path("/proc/net", table)
        for line in file.read_text().splitlines()[1:] if file.exists() else []:
            local, state = line.split()[1], line.split()[3]
            address, _, hexadecimal = local.partition(":")
            if state == _LISTENING and int(hexadecimal, 16) == port:
                octets = [str(int(address[at : at + 2], 16)) for at in range(0, len(address), 2)]
                addresses.add(".".join(reversed(octets)) if table == "tcp" else address)
    return addresses


async def until(what: str, condition: Callable[[], T]) -> T:
    """The first truthy value of `condition`; AssertionError with `what` when it does not come."""

    async def ask() -> T:
        return condition()

    return await soon(what, ask)


async def soon(what: str, question: Callable[[], Awaitable[T | None]]) -> T:
    """The first truthy answer to `question`, asked again and again; AssertionError when it does not come."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not (answer := await question()):  # noqa: ASYNC110 - what is waited for is in another process
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"not within {_PATIENCE_SECONDS:.0f} seconds: {what}") from None
    return answer
