"""The people of all tests: one vendor's customer-success team in one Slack, and the people at their customers.

| who | part |
|---|---|
| Priya Nair | manages the portfolio |
| Maya Lindqvist | CSM; owns accounts. In the Slack of the sandbox she is the head of CS: she manages, and is an admin |
| Tom Okafor | CSM; stands in for the others |
| Inês Duarte | CSM; owns accounts in the Slack of the sandbox |
| Kenji Sato | CSM far away from everybody |
| Ada Moreau | admin of the Slack, owns nothing |
| Gus Guest | guest: gets nothing |
| Stella Stranger | of another organisation, in a shared channel: gets nothing |
| Dora Departed | deactivated |
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.domain.enums import Part
from bot.store.members import SlackUser

TEAM = {"id": "T0NORTHWIND", "name": "Northwind CS", "domain": "northwind-cs"}
"""The Slack workspace that they work in."""


@dataclass(frozen=True)
class Colleague:
    """Somebody in our Slack: `handle` is what the sandbox calls them, `tz` an IANA zone."""

    handle: str
    name: str
    tz: str = "UTC"
    title: str = ""
    admin: bool = False
    guest: bool = False
    stranger: bool = False
    deactivated: bool = False

    @property
    def slack_id(self) -> str:
        """Their id in tests without a sandbox, which gives ids of its own."""
        return f"U0{self.handle.upper()}"

    def user(self, **changes: Any) -> SlackUser:
        """What Slack says of them; `changes` are fields of `SlackUser`."""
        user = SlackUser(self.slack_id, self.name, None, self.tz, self.admin, self.guest, self.deactivated)
        return replace(user, **changes)

    def declared(self) -> dict[str, Any]:
        """Their line in a declared workspace of the sandbox."""
        flags = ("admin", "guest", "stranger", "deactivated")
        line = {"handle": self.handle, "name": self.name, "tz": self.tz, "title": self.title}
        return {key: value for key, value in line.items() if value} | {key: True for key in flags if getattr(self, key)}


PRIYA = Colleague("priya", "Priya Nair", "Europe/London", "Head of CS")
MAYA = Colleague("maya", "Maya Lindqvist", "Europe/Stockholm", "CSM")
TOM = Colleague("tom", "Tom Okafor", "America/New_York", "CSM")
INES = Colleague("ines", "Inês Duarte", "Europe/Lisbon", "CSM")
KENJI = Colleague("kenji", "Kenji Sato", "Asia/Tokyo", "CSM")
ADA = Colleague("ada", "Ada Moreau", admin=True)
GUS = Colleague("gus", "Gus Guest", guest=True)
STELLA = Colleague("stella", "Stella Stranger", stranger=True)
DORA = Colleague("dora", "Dora Departed", deactivated=True)


@dataclass(frozen=True)
class Customer:
    """Somebody at a customer."""

    name: str
    part: Part
    title: str | None = None


ANA = Customer("Ana Ruiz", Part.CHAMPION, "Head of Legal")
DANA = Customer("Dana Fox", Part.CHAMPION)
KIM = Customer("Kim Li", Part.ECONOMIC_BUYER)
SAM = Customer("Sam Roe", Part.OUTCOME_OWNER)
FIN = Customer("Fin Ode", Part.FINANCE)
UMA = Customer("Uma Ray", Part.USER)


def sandbox_workspace() -> dict[str, Any]:
    """The Slack of the sandbox: Maya and three CSMs in four time zones, and people who may not get anything."""
    maya = replace(MAYA, title="Head of CS", admin=True)
    return {
        "team": TEAM,
        "users": [person.declared() for person in (maya, TOM, INES, KENJI, GUS, STELLA, DORA)],
        "channels": [
            {"name": "general", "members": ["maya", "tom", "ines", "kenji", "gus", "stella"]},
            {"name": "cs-north", "members": ["maya", "tom", "ines", "kenji"], "bot": True},
            {"name": "product", "members": ["maya", "tom"], "bot": True},
            {"name": "elsewhere", "members": ["maya"]},
        ],
    }
