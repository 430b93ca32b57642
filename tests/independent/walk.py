"""The walk: what people do on `local-slack`, step by step, with the bot as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.independent.local_slack import APP_TOKEN, BOT_TOKEN, MAYA, LocalSlack, soon, until
from tests.support.bot_process import free_port

ROOT = Path(__file__).parents[2]
Json = dict[str, Any]
_STOP_SECONDS = 20.0


class Walk:
    """Uses the bot as Maya Lindqvist, a CSM; `done` is told of each step that went well."""

    def __init__(self, slack: LocalSlack, folder: Path, done: Callable[[str], None]) -> None:
        self.slack, self.folder, self.done = slack, folder, done
        self.meeting = a_wednesday_at_ten(datetime.now(UTC))

    async def all(self) -> None:
        """The whole walk: a process by the machine's clock, then another one, a day before the meeting."""
        async with self._bot("bot", "run"):
            await self._start()
            await self._commands_before()
            await self._new_account()
            await self._commands_after()
            await self._meetings()
            await self._home()
        self.done("SIGTERM: the bot stopped, exit code 0")
        day_before = self.meeting - timedelta(hours=23)
        async with self._bot("tests.independent.later", day_before.isoformat()):
            await self._prompt_and_answer()
        self.done("SIGTERM: the bot stopped again, exit code 0")

    @asynccontextmanager
    async def _bot(self, module: str, *arguments: str) -> AsyncIterator[None]:
        """The bot as a process with nothing of our environment but the path; it must stop by SIGTERM with 0."""
        environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"sqlite:///{self.folder / 'proofline.db'}",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": f"{self.slack.url}/api/",
            "PORT": str(free_port()),
            "TICK_SECONDS": "0.2",
        }
        with (self.folder / "bot.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, *arguments, env=environment, cwd=ROOT, stdout=log, stderr=log
            )
        try:
            yield
            process.send_signal(signal.SIGTERM)
            code = await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            assert code == 0, f"the bot ended with {code}"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _start(self) -> None:
        await soon("the bot connects over Socket Mode", self._connected)
        self.done("start: the bot is connected over Socket Mode")

    async def _connected(self) -> bool:
        return any("socket connected" in entry["summary"] for entry in (await self.slack.get("log"))["log"])

    async def _commands_before(self) -> None:
        for command in ("/proof", "/answer", "/portfolio"):
            await self._says(command, "help", command)
        self.done("commands: /proof, /answer and /portfolio say what they know")

    async def _says(self, command: str, text: str, words: str) -> Json:
        """Type a command; the new message that holds `words`, which only the person who typed may see."""
        before = len(await self.slack.messages())
        await self.slack.command(command, text)

        async def answer() -> Json | None:
            new = (await self.slack.messages())[before:]
            return next((message for message in new if words in _text(message)), None)

        message: Json = await soon(f"{command} {text} is answered with {words!r}", answer)
        assert message.get("ephemeral_to") == MAYA, f"everybody sees the answer to {command} {text}"
        return message

    async def _new_account(self) -> None:
        await self.slack.command("/proof", "new")
        await until("the form for a new account opens", lambda: self.slack.modals)
        await self.slack.submit({"name": "Acme", "arr": "not a number"})
        await until("the form names the field at fault", lambda: "arr" in self.slack.field_errors)
        await self.slack.submit({"name": "Acme", "arr": "48,000"})
        await until("the account is added", lambda: "Acme" in json.dumps(self.slack.modals[-1:]) and not self._form())
        await self.slack.close_modal()
        self.done("modal: a mistake is named at its field, then the account is added")

    def _form(self) -> bool:
        """Whether the modal on top has inputs."""
        return any(block["type"] == "input" for block in self.slack.modals[-1]["blocks"])

    async def _commands_after(self) -> None:
        card = await self._says("/proof", "acme", "Acme")
        assert card["blocks"], "the card has no blocks"
        await self._says("/answer", "", "You owe no answer")
        await self._says("/portfolio", "", "Acme")
        self.done("commands: the card of the account, the answers owed, the accounts of the owner")

    async def _meetings(self) -> None:
        await self.slack.command("/proof", "acme cadence")
        await until("the form for meetings opens", lambda: self.slack.modals and self._form())
        kind = next(block for block in self.slack.modals[-1]["blocks"] if block["block_id"] == "kind")["element"]
        await self.slack.submit(
            {
                kind["action_id"]: kind["options"][0]["value"],
                "repeat": "once",
                "first_day": self.meeting.date().isoformat(),
                "at": f"{self.meeting:%H:%M}",
                "tz": "UTC",
            }
        )
        await until("the meeting is saved", lambda: self.slack.modals and not self._form())
        await self.slack.close_modal()
        self.done("modal: a meeting is set")

    async def _home(self) -> None:
        await self.slack.post("open-home", user=MAYA)
        await until("App Home shows the account", lambda: "Acme" in json.dumps(self.slack.homes.get(MAYA, {})))
        self.done("App Home: shows the account")

    async def _prompt_and_answer(self) -> None:
        prompt = await soon("the owner is asked before the meeting", self._prompt)
        self.done("clock: the owner is asked a day before the meeting")
        await self.slack.click(prompt, "prompt.answer")
        await until("the form for the answer opens", lambda: self.slack.modals and self._form())
        await self.slack.submit({"change": "nothing", "unproven": "Whether finance accepts the hours"})
        await until("the form closes", lambda: not self.slack.modals)

        async def answered() -> bool:
            now = next(message for message in await self.slack.dm() if message["ts"] == prompt["ts"])
            return "Whether finance accepts the hours" in json.dumps(now["blocks"])

        await soon("the prompt shows the answer", answered)
        self.done("answer: it is on record, and the prompt shows it")

    async def _prompt(self) -> Json | None:
        return next((message for message in await self.slack.dm() if "prompt.answer" in json.dumps(message)), None)


def a_wednesday_at_ten(now: datetime) -> datetime:
    """Ten o'clock UTC on a Wednesday one to two weeks ahead: it and the day before are working days everywhere."""
    day = now + timedelta(days=7 + (2 - now.weekday()) % 7)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


def _text(message: Json) -> str:
    return f"{message.get('text')} {json.dumps(message.get('blocks', []), ensure_ascii=False)}"
