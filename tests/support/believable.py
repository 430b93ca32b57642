"""A portfolio to act in: Maya manages North, Inês owns Acme, which meets every Wednesday at ten in Lisbon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.features.accounts import judgement
from bot.features.accounts.judgement import NewJudgement
from bot.store import schema
from tests.support import factory
from tests.support.bot_process import Stage

ASKED = datetime(2026, 3, 3, 10, 1, tzinfo=UTC)
"""When the owner has just been asked about the meeting of Wednesday, 4 March."""


@dataclass(frozen=True)
class Book:
    portfolio: int
    acme: int
    outcome: int
    ana: int


def channel_id(stage: Stage, name: str) -> str:
    """The id of a channel of the sandbox by its name."""
    return next(c.id for c in stage.sandbox.world.state.channels.values() if c.name == name)


def fill(stage: Stage) -> Book:
    """Write the portfolio, the account, its outcome and its meeting."""
    maya, ines = stage.actor("maya"), stage.actor("ines")
    row = {
        "channel": channel_id(stage, "cs-north"),
        "product_channel": channel_id(stage, "product"),
        "manager_id": maya.member.id,
        "tz": "Europe/Stockholm",
    }

    def write(session: Session) -> Book:
        north = factory.portfolio(session, "North", stage.now, stage.workspace_id, **row)
        renews = date(2026, 6, 1)
        acme = factory.acme(session, ines, north, stage.now, renews=renews, tz="Europe/Lisbon", by=maya)
        return Book(north, acme.account, acme.outcome, acme.ana)

    return stage.write(write)


def alarm(stage: Stage, account_id: int) -> None:
    """Give an account, which was added a month ago, a risk that its managers hear of: Maya's judgement of no."""
    maya = stage.actor("maya")
    new = NewJudgement(account_id, "no", "They stay from habit alone", "A second team asks for it")

    def write(session: Session) -> None:
        a_month_ago = {"created_at": stage.now - timedelta(days=30)}
        session.execute(update(schema.account).where(schema.account.c.id == account_id).values(a_month_ago))
        judgement.judge(session, maya, new, stage.now)

    stage.write(write)


def at_any_hour(stage: Stage) -> None:
    """Have everybody work around the clock, so that what is told comes at once."""
    stage.write(lambda s: s.execute(update(schema.member).values(work_begins="00:00", work_ends="23:59")))
