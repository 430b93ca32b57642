"""A fresh workspace: the admin's steps on Home, and what everybody is told first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from slack_bolt.async_app import AsyncApp
from sqlalchemy.orm import Session

from bot.domain.enums import Loop
from bot.rooms import ACTIONS, CALLBACKS
from bot.slack.app import ProoflineApp
from bot.slack.edge import Edge
from bot.slack.payload import Body
from bot.store import ledger
from bot.store.entities import Entity
from tests.support import factory
from tests.support.believable import ASKED, fill
from tests.support.bot_process import Stage, staged
from tests.support.waiting import eventually


async def test_an_admin_sets_the_workspace_up_from_home(stages: Stage) -> None:
    maya = stages.person("maya")
    await maya.open_home()
    home = maya.text(maya.home)
    assert "Set up Proofline" in home and "0 of 5 done" in home
    await stages.settle()
    assert "Five steps and about ten minutes on Home" in maya.text(maya.dm()[-1])
    await maya.click(ACTIONS.OPEN_HOME)
    await maya.click(ACTIONS.FIRST_PORTFOLIO, view=maya.home)
    await maya.submit({"name": "North", "tz": "Europe/Stockholm"})
    await eventually(lambda: "1 of 5 done" in maya.text(maya.home))
    await maya.close()
    await maya.click(ACTIONS.NEW_ACCOUNT, view=maya.home)
    assert maya.modal is not None and maya.modal["callback_id"] == CALLBACKS.NEW_ACCOUNT


async def test_the_admin_is_greeted_once_however_often_home_is_opened(stages: Stage) -> None:
    maya = stages.person("maya")
    for together in (False, True):
        stages.sandbox.duplicate_next(together=together)
        await maya.open_home()
        await stages.settle()
    assert sum("Proofline is in" in message["text"] for message in maya.dm()) == 1


@pytest.mark.parametrize("together", [False, True])
async def test_the_team_is_told_once_after_its_names_were_seen(stage: Stage, together: bool) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await maya.open_home()
    await maya.click(ACTIONS.TELL_TEAM, view=maya.home)
    assert "Inês Duarte: 1 customer" in maya.text(maya.modal) and "Maya Lindqvist: manages North" in maya.text(
        maya.modal
    )
    await stage.settle()
    assert not any("You answer for" in message["text"] for message in ines.dm())
    stage.sandbox.duplicate_next(together=together)
    await maya.submit()
    assert "2 people will be told" in maya.text(maya.modal)
    assert "They know what I ask" in maya.text(maya.home) or "Set up Proofline" not in maya.text(maya.home)
    await stage.go_on(days=1)
    assert sum("You answer for 1 customer" in message["text"] for message in ines.dm()) == 1
    assert sum("You manage North" in message["text"] for message in maya.dm()) == 1


async def test_home_of_somebody_with_nothing_looks_up_a_customer(stage: Stage) -> None:
    fill(stage)
    tom = stage.person("tom")
    await tom.open_home()
    assert "Renewals in the next 90 days" in tom.text(tom.home)
    await tom.click(ACTIONS.LOOK_UP_CUSTOMER, view=tom.home, selected="acm")
    assert "Would they renew on value?" in tom.text(tom.modal)


async def test_a_manager_opens_one_of_the_team_and_a_csm_sorts_their_accounts(stage: Stage) -> None:
    fill(stage)
    maya, ines = stage.person("maya"), stage.person("ines")
    await maya.open_home()
    await maya.click(ACTIONS.OPEN_TEAM, view=maya.home)
    assert "Inês Duarte" in maya.text(maya.modal)
    await ines.open_home()
    await ines.click(ACTIONS.SHOW_ACCOUNTS, view=ines.home, selected="No success plan")
    assert "None of your accounts matches." in ines.text(ines.home)
    await ines.click(ACTIONS.SORT_ACCOUNTS, view=ines.home, selected="By name")
    assert "None of your accounts matches." in ines.text(ines.home)
    await ines.click(ACTIONS.SHOW_ACCOUNTS, view=ines.home, selected="All accounts")
    assert "Your accounts (1)" in ines.text(ines.home)


async def test_home_shows_what_was_saved_from_it(stage: Stage) -> None:
    fill(stage)
    ines = stage.person("ines")
    await stage.go_to(ASKED)
    await ines.open_home()
    assert "1 meeting to answer for" in ines.text(ines.home)
    await ines.click(ACTIONS.ANSWER, view=ines.home)
    await ines.submit({"change": "nothing"})
    await eventually(lambda: "meeting to answer for" not in ines.text(ines.home))


async def test_to_dos_and_meetings_are_worked_from_home(stage: Stage) -> None:
    book = fill(stage)
    ines = stage.person("ines")
    row: dict[str, Any] = {"owner_id": stage.actor("ines").member.id, "due_on": stage.now.date()}

    def steps(session: Session) -> list[int]:
        return [
            ledger.add(
                session, factory.BOT, Entity.ACTION, stage.now, account_id=book.acme, text=text, loop=loop, **row
            )
            for text, loop in (("Ask Tom", Loop.OURSELVES), ("Send the report", Loop.CUSTOMER))
        ]

    ours, theirs = (str(step) for step in stage.write(steps))
    await stage.go_to(ASKED)
    await ines.open_home()
    assert "1 meeting to answer for, 2 things to do" in ines.text(ines.home)
    await ines.click("todo.done", view=ines.home, selected=[ours])
    await eventually(lambda: "1 thing to do" in ines.text(ines.home))
    await ines.click("todo.done", view=ines.home, selected=[])
    await eventually(lambda: "2 things to do" in ines.text(ines.home))
    await ines.click("todo.done", view=ines.home, selected=[theirs])
    assert "What did you tell them?" in ines.text(ines.modal)
    await ines.submit({"words": "It went out on Monday"})
    await ines.close()
    await eventually(lambda: "1 thing to do" in ines.text(ines.home))
    await ines.click("todo.move", view=ines.home)
    assert "Ask Tom" in ines.text(ines.modal) and "Send the report" not in ines.text(ines.modal)
    await ines.click("step.menu", view=ines.modal, selected="Move the date")
    await ines.submit({"due_on": f"{stage.now.date() + timedelta(days=30)}"})
    await ines.close()
    await ines.close()
    await eventually(lambda: "thing to do" not in ines.text(ines.home))
    await ines.click("prompt.more", view=ines.home, selected="Meeting is off")
    await eventually(lambda: "meeting to answer for" not in ines.text(ines.home))
    await ines.click("home.more", view=ines.home, selected="When I am asked")
    assert ines.modal is not None and ines.modal["callback_id"] == "settings"
    await ines.close()
    await ines.click("home.more", view=ines.home, selected="New account")
    assert ines.modal is not None and ines.modal["callback_id"] == "new_account"


async def test_what_follows_an_answer_and_fails_is_logged_and_holds_nothing_up(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async def fails(body: Body) -> None:
        raise ValueError("it broke")

    def register(app: AsyncApp, edge: Edge) -> None:
        assert isinstance(app, ProoflineApp)
        app.follow(fails)

    async with staged(tmp_path, database=sqlite_template, register=register) as stage:
        fill(stage)
        ines = stage.person("ines")
        with structlog.testing.capture_logs() as logged:
            await ines.command("/proof acme")
            await eventually(lambda: any(line["event"] == "slack.not_followed" for line in logged))
        assert "Would they renew on value?" in ines.text(ines.sees()[-1])
