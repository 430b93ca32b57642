"""A Slack that shares channels with Acme and with a stranger's firm, and an account of Acme to ask about.

| who | part |
|---|---|
| Ana Ruiz | champion at Acme, in #acme-shared; Slack shows her address |
| Kim Li | economic buyer at Acme, in #acme-shared; Acme hides addresses of its people but Ana's |
| Gil Gast | guest of Acme's Slack, in #acme-shared |
| Otto Other | of Rival, in #rival-shared and #crowded |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from bot.store import schema
from sandbox.model import Json
from tests.support import factory
from tests.support.believable import Book, fill
from tests.support.bot_process import Stage
from tests.support.cast import ANA, KIM, sandbox_workspace

ACME, RIVAL = "T0ACME", "T0RIVAL"


def shared_workspace() -> dict[str, Any]:
    """The Slack of the sandbox with two other organisations."""
    workspace = sandbox_workspace()
    theirs = [
        {"handle": "ana", "name": ANA.name, "email": "ana@acme.example", "organisation": "acme"},
        {"handle": "kim", "name": KIM.name, "organisation": "acme", "hidden_email": True},
        {"handle": "gil", "name": "Gil Gast", "organisation": "acme", "guest": True},
        {"handle": "otto", "name": "Otto Other", "organisation": "rival"},
    ]
    shared = [
        {"name": "acme-shared", "members": ["maya", "ines", "ana", "kim", "gil"], "bot": True},
        {"name": "rival-shared", "members": ["ines", "otto"], "bot": True},
        {"name": "crowded", "members": ["ines", "ana", "otto"], "bot": True},
        {"name": "without-us", "members": ["ines", "ana"]},
    ]
    return workspace | {
        "organisations": [
            {"id": ACME, "name": "Acme", "domain": "acme"},
            {"id": RIVAL, "name": "Rival", "domain": "rival"},
        ],
        "users": [*workspace["users"], *theirs],
        "channels": [*workspace["channels"], *shared],
    }


@dataclass(frozen=True)
class Shared:
    """The believable portfolio, with a piece of evidence: 4.8 days, as of yesterday, which Inês owns and recorded."""

    book: Book
    piece: int


def fill_shared(stage: Stage, **values: Any) -> Shared:
    """Write the portfolio and the piece; `values` are columns of the piece."""
    book = fill(stage)
    ines = stage.actor("ines").member.id
    row = {"as_of": date(2026, 3, 2), "attested_by": book.ana, "recorded_by": ines, **values}
    piece = stage.write(lambda s: factory.evidence(s, book.acme, book.outcome, "4.8", stage.now, **row))
    a_month_ago = update(schema.account).values(created_at=stage.now - timedelta(days=30))
    stage.write(lambda s: s.execute(a_month_ago))  # managers hear of a new account's risks after two weeks
    return Shared(book, piece)


async def bind_acme(stage: Stage) -> None:
    """Maya, the manager, says that the Slack of #acme-shared is Acme's."""
    maya = stage.person("maya")
    await maya.command("/proof acme", "cs-north")
    await choose(stage, "maya", "Whose organisation is this?")
    await maya.submit({"channel": channel(stage, "acme-shared")})
    await maya.close()


async def choose(stage: Stage, who: str, option: str) -> None:
    """Choose an entry of the ⋯ of the card in front of somebody."""
    await stage.person(who).click("card.more", selected=option)


def channel(stage: Stage, name: str) -> str:
    """The id of a channel by its name."""
    return next(c.id for c in stage.sandbox.world.state.channels.values() if c.name == name)


def question(stage: Stage, name: str = "acme-shared") -> Json:
    """The newest message of ours in a shared channel."""
    return stage.sandbox.messages(name)[-1]
