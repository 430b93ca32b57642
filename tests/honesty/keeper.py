"""A CSM under pressure in a real Slack: what she types and presses, and what others then read of her account.

Inês owns Acme (48,000 EUR). Its one outcome is "Contracts signed within 5 days" instead of 15, agreed by Ana Ruiz, its
champion. Maya manages the portfolio and is an admin; Tom is a colleague. North's digest comes on Mondays at nine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.rooms import ACTIONS
from bot.store import schema
from sandbox.errors import FormError
from sandbox.model import Json
from sandbox.person import Person
from tests.support.believable import fill
from tests.support.bot_process import Stage

FIRST_DIGEST = datetime(2026, 3, 9, 8, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
LINK = "https://acme.example/signing"
UNPROVEN = "Acme GmbH: 0% proven"
PROVEN = "Acme GmbH: 100% proven"
TICKETS = {"title": "Fewer tickets", "metric": "tickets", "unit": "tickets", "direction": "down", "target": "10"}


def flat(person: Person, shown: Any) -> str:
    """What somebody reads, without marks and line breaks."""
    return " ".join(person.text(shown).replace("*", "").replace("_", "").split())


def near(text: str) -> str:
    """What a card says, where days near its own have no year."""
    return re.sub(r"(\d{1,2} [A-Z][a-z]{2}) 2026", r"\1", text)


@dataclass
class Keeper:
    """The stage, and what people do on it."""

    stage: Stage

    @classmethod
    def on(cls, stage: Stage) -> Keeper:
        """Fill the portfolio; its first digest is due on Monday, 9 March."""
        book = fill(stage)
        due = schema.portfolio.update().where(schema.portfolio.c.id == book.portfolio)
        stage.write(lambda s: s.execute(due.values(next_digest_at=FIRST_DIGEST - timedelta(minutes=1))))
        return cls(stage)

    @property
    def ines(self) -> Person:
        return self.stage.person("ines")

    @property
    def maya(self) -> Person:
        return self.stage.person("maya")

    @property
    def tom(self) -> Person:
        return self.stage.person("tom")

    async def form(self, line: str, *clicks: str, who: Person | None = None, **where: Any) -> None:
        """Open a form by a command and by clicks; forms that are open are closed first."""
        who = who or self.ines
        await self.close(who)
        await who.command(line)
        for action in clicks:
            await who.click(action, **where)

    async def close(self, who: Person) -> None:
        while who.modal:
            await who.close()

    def says(self, who: Person | None = None) -> str:
        """What the open form of somebody says."""
        who = who or self.ines
        return flat(who, who.modal)

    async def refused(self, values: dict[str, Any]) -> str:
        """Submit the open form of Inês, which must be refused; returns the sentences."""
        with pytest.raises(FormError) as refusal:
            await self.ines.submit(values)
        return " ".join(refusal.value.errors.values())

    async def shown(self, line: str, who: Person | None = None) -> str:
        """What a command answers."""
        who = who or self.ines
        await self.close(who)
        await who.command(line)
        return flat(who, who.sees()[-1])

    async def card(self) -> str:
        """The card of Acme as Tom reads it, who has nothing to do with it, without the signs of its warnings."""
        return (await self.shown("/proof acme", self.tom)).replace(":warning: ", "")

    async def manager_home(self) -> str:
        await self.maya.open_home()
        return flat(self.maya, self.maya.home)

    async def record(self, **more: object) -> None:
        """Inês records that contracts are signed within 5 days, as of today, attested by Ana."""
        await self.form("/proof acme", ACTIONS.ADD_EVIDENCE)
        today = self.stage.now.date().isoformat()
        piece = {"outcome": "1", "value": "5", "source": "customer_system", "as_of": today, "attested_by": "1"}
        await self.ines.submit({**piece, **more})

    async def looked_at(self) -> None:
        """Tom opens the newest reference: "It shows this"."""
        await self.shown("/proof acme evidence", self.tom)
        await self.tom.click(ACTIONS.SHOWS)

    async def proven(self, *, value: str = "5", share: int = 100) -> None:
        """Acme's outcome has a value with a reference that Tom has opened; so much of it is proven."""
        await self.record(value=value, link=LINK)
        await self.looked_at()
        card = await self.card()
        assert f"Acme GmbH: {share}% proven" in card and "seen by somebody else" not in card, "all of it is seen"

    async def easier(self, outcome: int, **changes: str) -> None:
        """Inês makes it easier to meet what an outcome is judged by, and nobody there agrees to it."""
        await self.form("/proof acme plan", ACTIONS.SETTLE_PLAN)
        await self.ines.submit({"what": f"details:{outcome}"})
        await self.ines.submit(changes)
        assert "easier than what Ana Ruiz agreed to" in self.says()
        await self.ines.submit({})
        await self.close(self.ines)

    async def names_what_moved(self, moved: str) -> None:
        """The card and the next digest name what was moved since Monday, 9 March, and nothing is proven any more."""
        named = f"{moved}, Inês Duarte, 9 Mar 2026, not agreed by them"
        card = await self.card()
        assert UNPROVEN in card and near(named) in card
        digest = await self.digest(2)
        assert "proof fell" in digest and f"Acme GmbH, {named}" in digest

    async def outcome(self, *forms: dict[str, str] | None) -> None:
        """Inês writes down another outcome: what it is, where it starts if it is a number, and who agreed (or None)."""
        await self.form("/proof acme plan", ACTIONS.ADD_OUTCOME)
        for values in forms:
            if values is not None:
                await self.ines.submit(values)
        await self.close(self.ines)

    async def settle(self, what: str, **values: str) -> None:
        """Inês says what changed in the plan."""
        await self.form("/proof acme plan", ACTIONS.SETTLE_PLAN)
        await self.ines.submit({"what": what, **values})

    async def digest(self, number: int) -> str:
        """The digest of the n-th Monday from 9 March on: all that the channel reads, thread and all."""
        await self.stage.go_to(FIRST_DIGEST + (number - 1) * WEEK)
        messages = self.stage.sandbox.messages("cs-north")
        root = [m for m in messages if m["text"].startswith("North: ") and not m.get("thread_ts")][-1]
        thread = [m for m in messages if m.get("thread_ts") == root["ts"] and m is not root]
        return " | ".join(flat(self.maya, message) for message in (root, *thread))

    def newest_prompt(self) -> Json:
        """The newest prompt of Inês that can be answered."""
        return next(message for message in reversed(self.ines.dm()) if f"'{ACTIONS.ANSWER}'" in str(message))

    def private_twin(self) -> str:
        """What the manager alone reads beside the newest digest."""
        texts = [flat(self.maya, message) for message in self.maya.dm()]
        return next(text for text in reversed(texts) if "for you alone" in text)
