"""`/portfolio retention`, read and used as people do it: the chart, cohorts, who left, and the costs of an admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.rooms import ACTIONS
from bot.store import ledger, schema
from bot.store.entities import Entity
from sandbox.errors import FormError, NotPossible
from sandbox.person import Person
from tests.support import factory
from tests.support.believable import Book, fill
from tests.support.bot_process import Stage


def shown(person: Person, channel: str = "general") -> str:
    return " ".join(person.text(person.sees(channel)[-1]).replace("*", "").split())


def sell(stage: Stage, book: Book) -> None:
    """Six customers of 20 months, two of which left 50 days ago, on record from the first day on."""
    began = stage.now - timedelta(days=600)
    left = (stage.now - timedelta(days=50)).date()

    def write(session: Session) -> None:
        for number in range(6):
            row = {"portfolio_id": book.portfolio, "owner_id": stage.actor("ines").member.id}
            account = factory.account(session, f"Customer {number}", began, **row)
            term: dict[str, Any] = {
                "account_id": account,
                "key": f"{number}",
                "version": 1,
                "starts_on": began.date(),
                "ends_on": left if number < 2 else None,
                "line": "plan",
                "arr_minor": 10_000_00,
                "currency": "USD",
                "recorded_at": stage.now,
            }
            ledger.add(session, factory.BOT, Entity.CONTRACT, began, **term)

    stage.write(write)


async def test_retention_is_read_by_a_manager_and_costs_are_entered_by_an_admin(stage: Stage) -> None:
    book = fill(stage)
    sell(stage, book)
    maya, ines = stage.person("maya"), stage.person("ines")
    await ines.command("/portfolio retention")
    first = shown(ines)
    assert "All customers: retention, 12 months to" in first
    assert "66.6% gross revenue retention · 40,000 USD of 60,000 USD kept" in first
    assert "66.6% of customers kept · 4 of 6, likely between 29% and 90%" in first
    assert "Fewer than 20 customers, read with care." in first
    assert "60,000 USD −20,000 lost = 40,000 USD" in first
    assert "2 of the 2 who left had less than half of their outcomes proven." in first
    charts = [block for block in ines.sees()[-1]["blocks"] if block["type"] == "data_visualization"]
    assert [one["name"] for one in charts[0]["chart"]["series"]] == ["Kept", "Left"]
    assert [point["value"] for point in charts[0]["chart"]["series"][0]["data"]] == [4, 0, 0, 0, 0]
    with pytest.raises(NotPossible):
        await ines.click(ACTIONS.SHOW_COSTS)
    await ines.click(ACTIONS.SHOW_LOST)
    assert "Customer 0 · 10,000 USD · left on" in shown(ines) and "No success plan 90 days before" in shown(ines)
    await ines.click(ACTIONS.SHOW_COHORTS)
    assert "Month 12 is 100.0% of month 3" in shown(ines) and "M12" in shown(ines)
    await ines.command("/portfolio retention 2031 Q1")
    assert "has not begun yet" in shown(ines)
    await maya.command("/portfolio retention North")
    assert "North: retention, 12 months to" in shown(maya)
    await maya.click(ACTIONS.SHOW_COSTS)
    await maya.click(ACTIONS.ENTER_COSTS)
    with pytest.raises(FormError) as refused:
        await maya.submit({"currency": "USD", "margin": "eighty"})
    assert "margin" in refused.value.errors
    await maya.submit({"margin": "80", "retention": "1,000"})
    assert "Gross margin 80%" in maya.text(maya.modal) and "acquisition unknown" in maya.text(maya.modal)
    await maya.close()
    # The button of the weekly digest opens the figures of its portfolio.
    due = stage.now + timedelta(days=1)
    stage.write(lambda session: session.execute(update(schema.portfolio).values(next_digest_at=due)))
    await stage.go_to(due + timedelta(minutes=1))
    digest = next(
        m for m in stage.sandbox.messages("cs-north") if "North" in m["text"] and "Retention" in str(m["blocks"])
    )
    await maya.click(ACTIONS.SHOW_RETENTION, message=digest)
    assert "North: retention, 12 months to" in shown(maya, "cs-north")
