"""From a portfolio without meetings to one where everybody is met, in Slack: one confirmation, and back."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.features.accounts import add_account
from bot.features.accounts.new_account import NewAccount
from bot.store import schema
from sandbox.errors import FormError
from tests.support.bot_process import Stage
from tests.support.overview import overview


async def test_a_manager_begins_the_meetings_of_all_customers_and_takes_them_back(stage: Stage) -> None:
    maya, tom = stage.person("maya"), stage.person("tom")
    stage.write(lambda session: customers(session, stage))
    await maya.command("/portfolio setup")
    bands = {"bands": "100,000 / 20,000 EUR", "loads": "25 / 80; 900,000 / 500,000 EUR"}
    await maya.submit({"name": "Alps", "manager": maya.id, "tz": "Europe/Stockholm", **bands})
    await maya.click("portfolio.adopt")
    assert "7 customers have no meetings" in maya.text(maya.modal)
    await maya.close()
    await overview(maya, "/portfolio Alps")
    shown = maya.sees()[-1]
    await maya.click("portfolio.series", message=shown)
    assert "7 customers of *Alps* have no meeting series" in maya.text(maya.modal)
    with pytest.raises(FormError) as refused:
        await maya.submit({"begins": "07:00"})
    assert "begins" in refused.value.errors
    await maya.submit({"high_touch": "weekly", "begins": "10:00"})
    assert "7 meeting series begin" in maya.text(maya.modal) and "at most 2 on one weekday" in maya.text(maya.modal)
    assert running(stage) == 0
    await maya.submit()
    assert "7 meeting series run now" in maya.text(maya.modal) and running(stage) == 7
    await maya.click("portfolio.series.undo")
    assert "have no meeting series" in maya.text(maya.modal) and running(stage) == 0
    await maya.close()

    await maya.click("portfolio.page", message=shown)
    asked = maya.sees()[-1]
    assert "1 customer pays in CHF, which has no band" in maya.text(asked)
    await maya.click("portfolio.band", message=asked)
    await maya.submit({"bands": "90,000 / 18,000", "loads": "800,000 / 400,000"})
    assert "90,000 / 18,000 CHF" in maya.text(maya.modal)
    await maya.close()
    await tom.command("/proof Alpenbank")
    assert "set by ARR" in tom.text(tom.sees()[-1])
    await overview(tom, "/portfolio Alps")
    assert "portfolio.series" not in str(tom.sees()[-1]["blocks"])


def customers(session: Session, stage: Stage) -> None:
    owner = stage.actor("tom")
    for number in range(6):
        new = NewAccount(f"Customer {number}", owner.member.slack_id, arr="200,000", currency="EUR")
        add_account.add_account(session, owner, new, stage.now)
    francs = NewAccount("Alpenbank", owner.member.slack_id, arr="95,000", currency="CHF")
    add_account.add_account(session, owner, francs, stage.now)


def running(stage: Stage) -> int:
    table = schema.cadence
    # within: the stage has one workspace
    return stage.write(
        lambda session: session.execute(select(func.count()).select_from(table).where(table.c.active)).scalar_one()
    )
