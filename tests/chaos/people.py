"""People who answer, put off, call off and claim, each in a task of its own, and try again when Slack says trouble."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from sandbox import FormError, Sandbox
from sandbox.errors import NotPossible
from sandbox.person import Person
from tests.chaos.eyes import Asked, Eyes

_TRIES = 6
_SUBMISSIONS_AT_A_TIME = 8


@dataclass
class Said:
    """Words of one answer, unique in the run, and whether Slack showed the person that they were taken."""

    words: str
    accepted: bool = False


@dataclass
class People:
    """Everybody who acts in a run; `said` is what the ledger must hold in the end."""

    sandbox: Sandbox
    eyes: Eyes
    random: Random
    slug_of_prompt: Callable[[int], Awaitable[str | None]]
    said: list[Said] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    _busy: set[str] = field(default_factory=set)

    async def live(self) -> None:
        """Act until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(_SUBMISSIONS_AT_A_TIME):
                group.create_task(self._one_after_the_other())

    async def _one_after_the_other(self) -> None:
        while True:
            await asyncio.sleep(self.random.uniform(0.3, 2.0))
            if self.eyes.risks and self.random.random() < 0.1:
                await self._claim()
            elif self.eyes.asked:
                await self._react(self.eyes.asked.pop())

    async def _react(self, asked: Asked) -> None:
        if asked.user in self._busy:
            return
        self._busy.add(asked.user)
        ways = [self._answers, self._nothing_changed, self._writes_a_line, self._calls_it_off, self._snoozes]
        try:
            await self.random.choices(ways, weights=(5, 3, 2, 1, 1))[0](self.sandbox.person(asked.user), asked)
        except NotPossible:
            self.acts["found nothing to press"] += 1
        finally:
            self._busy.discard(asked.user)

    async def _answers(self, person: Person, asked: Asked) -> None:
        said = self._words()
        await self._in_a_form(person, asked, "prompt.answer", {"change": "behaviour", "what_changed": said.words}, said)

    async def _nothing_changed(self, person: Person, asked: Asked) -> None:
        await person.click("prompt.nothing", message=asked.message)
        self.acts["said that nothing changed"] += 1

    async def _in_a_form(self, person: Person, asked: Asked, action: str, values: dict[str, str], said: Said) -> None:
        await _close_all(person)
        await person.click(action, message=asked.message)
        modal = person.modal
        if modal is None:
            self.acts["no form came"] += 1
            return
        if modal["callback_id"] not in ("answer", "nothing_changed"):
            await person.close(modal)  # a sentence that says why not
            return
        self.said.append(said)
        for _ in range(_TRIES):
            try:
                await person.submit(values, modal)
            except FormError:
                self.acts["submitted again"] += 1
                await asyncio.sleep(self.random.uniform(0.5, 3))
                continue
            said.accepted = person.modal is None
            self.acts["answered in a form" if said.accepted else "was refused"] += 1
            break
        await _close_all(person)

    async def _writes_a_line(self, person: Person, asked: Asked) -> None:
        slug = await self.slug_of_prompt(asked.prompt_id)
        if slug is None:
            return
        said = self._words()
        self.said.append(said)
        self.eyes.whispers.pop(person.id, None)
        await person.command(f"/answer {slug} changed: {said.words} next: call them by friday", "general")
        preview = self.eyes.whispers.get(person.id)
        if preview is None or said.words not in person.text(preview):
            return
        for _ in range(_TRIES):
            with suppress(NotPossible):
                await person.click("answer.confirm", message=preview)
            shown = self.eyes.whispers.get(person.id)
            if shown is not None and "on record" in shown["text"] and said.words in person.text(shown):
                said.accepted = True
                self.acts["answered in a line"] += 1
                return
            await asyncio.sleep(self.random.uniform(0.5, 3))

    async def _calls_it_off(self, person: Person, asked: Asked) -> None:
        await person.click("prompt.off", message=asked.message)
        self.acts["called a meeting off"] += 1

    async def _snoozes(self, person: Person, asked: Asked) -> None:
        await person.click("prompt.snooze", message=asked.message, selected="1 hour")
        self.acts["snoozed"] += 1

    async def _claim(self) -> None:
        message = self.eyes.risks.pop()
        channel = self.sandbox.world.state.channels[message["channel"]]
        manager = next(member for member in channel.members if member != self.sandbox.world.state.bot.id)
        with suppress(NotPossible):
            await self.sandbox.person(manager).click("risk.claim", message=message)
            self.acts["claimed a risk"] += 1

    def _words(self) -> Said:
        return Said(f"they now sign it themselves {len(self.said)}x{self.random.getrandbits(64):016x}")


async def _close_all(person: Person) -> None:
    while (modal := person.modal) is not None:
        await person.close(modal)
