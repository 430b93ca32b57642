"""`/portfolio stages`, read as a manager reads it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.domain.enums import Stage as AccountStage
from bot.rooms import ACTIONS
from bot.store import ledger
from bot.store.entities import Entity
from sandbox.person import Person
from tests.support import factory
from tests.support.believable import Book, fill
from tests.support.bot_process import Stage
from tests.support.overview import overview

BEGAN = date(2025, 6, 1)


def read(person: Person) -> str:
    return " ".join(person.text(person.sees()[-1]).replace("*", "").replace("_", "").split())


def grow(stage: Stage, book: Book, stalled: int) -> None:
    """Six customers who went through setup in 10 to 60 days with a first win, and some who have been there for long."""
    owner = stage.actor("ines").member.id

    def write(session: Session) -> None:
        def account(name: str, **values: object) -> int:
            row = {
                "portfolio_id": book.portfolio,
                "owner_id": owner,
                "arr_minor": 10_000_00,
                "currency": "USD",
                **values,
            }
            return factory.account(session, name, stage.now - timedelta(days=300), **row)

        def entry(account_id: int, at: AccountStage, on: date) -> None:
            ledger.add(
                session, factory.BOT, Entity.STAGE_ENTRY, stage.now, account_id=account_id, stage=at, entered_on=on
            )

        for number in range(1, 7):
            moved = BEGAN + timedelta(days=10 * number)
            done = account(
                f"Done {number}", stage=AccountStage.ADOPTION, stage_reason="seen", contract_start=BEGAN,
                first_win_on=moved, first_win="It works", arr_minor=None if number == 1 else 10_000_00,
            )  # fmt: skip
            entry(done, AccountStage.SETUP, BEGAN)
            entry(done, AccountStage.ADOPTION, moved)
        for number in range(1, stalled + 1):
            stuck = account(f"Stuck {number}", stage=AccountStage.SETUP, stage_reason="seen", currency="EUR")
            entry(stuck, AccountStage.SETUP, stage.now.date() - timedelta(days=60 + number))

    stage.write(write)


async def test_a_manager_reads_the_stages_of_a_portfolio(stage: Stage) -> None:
    book = fill(stage)
    grow(stage, book, stalled=12)
    maya = stage.person("maya")
    await maya.command("/portfolio stages")
    shown = read(maya)
    assert "North: stages" in shown
    assert "Adoption: 6 customers · 50,000 USD · 1 with ARR unknown" in shown
    assert "Setup: 12 customers · 120,000 EUR" in shown or "Setup: 13 customers" in shown
    assert (
        "Time to value: 30 days (median), nine in ten within 60, from 6 customers: fewer than 20, read with care"
        in shown
    )
    assert "Stalled: 12 customers, longer in their stage than nine in ten were." in shown
    assert "Stuck 12 · setup for 72 days" in shown and "Usual here: 30 days (median), nine in ten within 60" in shown
    await maya.click(ACTIONS.STALLED_PAGE)
    assert "Stuck 3" in read(maya) and "Stuck 1 " not in read(maya)
    await maya.click(ACTIONS.STALLED_PAGE)
    assert "page 2 of 2" in str(maya.sees()[-1]["text"]) and "Stuck 1 ·" in read(maya)


async def test_stages_by_name_by_button_and_in_the_help(stage: Stage) -> None:
    fill(stage)
    maya, tom = stage.person("maya"), stage.person("tom")
    await maya.command("/portfolio help")
    assert "/portfolio stages [name]" in read(maya)
    await maya.command("/portfolio stages nrth")
    assert "There is no portfolio called nrth. The nearest: North." in read(maya)
    await tom.command("/portfolio stages North")
    shown = read(tom)
    assert "Stalled: nobody, as far as can be told." in shown
    assert (
        "Time to value: unknown, nobody had a first win that can be timed. 1 customer without a first win yet." in shown
    )
    await overview(maya)
    await maya.click(ACTIONS.SHOW_STAGES)
    assert "North: stages" in read(maya)
