"""Stages as movement: written down as the ledger moves, also backwards; overruled by hand and released again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.domain.enums import Source, Stage
from bot.features.accounts import history, stages
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from bot.features.plan import plan
from bot.features.review import daily_review
from bot.store import accounts, ledger, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.factory import BOT
from tests.support.managing import MONDAY, Team, day
from tests.support.world import World, build


def look(database: Database, now: datetime) -> None:
    with database.begin() as session:
        while daily_review.review_due_accounts(session, now):
            pass


def stage_of(database: Database, account_id: int) -> tuple[Stage, date | None]:
    with database.begin() as session:
        account = accounts.in_workspace(session, 1, account_id)
        assert account is not None
        return account.stage, account.stage_since


def stays_of(database: Database, account_id: int) -> list[tuple[str, date, str | None]]:
    table = schema.stage_entry
    with database.begin() as session:
        rows = session.execute(select(table).where(table.c.account_id == account_id).order_by(table.c.id))
        return [(row.stage.value, row.entered_on, row.reason) for row in rows]


def won(database: Database, world: World, now: datetime) -> None:
    with database.begin() as session:
        plan.first_win(session, world.maya, world.acme, now, on=now.date(), words="Legal signed without a call")


def measured(database: Database, world: World, now: datetime) -> int:
    shown: dict[str, Any] = {"attested_by": world.ana, "link": f"https://acme.example/{now:%d-%m}"}
    new = NewEvidence(world.acme, world.hours, f"form {now}", Source.CUSTOMER_SYSTEM, now.date(), value="10", **shown)
    with database.begin() as session:
        return record.record(session, world.maya, new, now)


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        return build(session)


def test_an_account_moves_as_its_ledger_moves_and_backwards_too(database: Database, world: World) -> None:
    look(database, MONDAY)
    assert stage_of(database, world.acme) == (Stage.ACTIVATION, MONDAY.date())
    look(database, day(MONDAY, 5))
    won(database, world, day(MONDAY, 20))
    look(database, day(MONDAY, 20))
    piece = measured(database, world, day(MONDAY, 40))
    look(database, day(MONDAY, 40))
    assert stage_of(database, world.acme) == (Stage.EXPANSION, date(2026, 4, 11))
    with database.begin() as session:
        record.withdraw(session, world.maya, piece, "Wrong quarter", day(MONDAY, 50))
    look(database, day(MONDAY, 50))
    assert stays_of(database, world.acme) == [
        ("activation", date(2026, 3, 2), None),
        ("adoption", date(2026, 3, 22), None),
        ("expansion", date(2026, 4, 11), None),
        ("adoption", date(2026, 4, 21), None),
    ]


def test_a_stage_put_by_hand_stays_with_its_reason_until_it_is_released(database: Database, world: World) -> None:
    look(database, MONDAY)
    with database.begin() as session:
        with pytest.raises(UserError):
            stages.overrule(session, world.maya, world.acme, Stage.RENEWAL, day(MONDAY, 1), reason="  ")
        with pytest.raises(UserError):
            stages.overrule(session, world.tom, world.acme, Stage.RENEWAL, day(MONDAY, 1), reason="I feel so")
        stages.overrule(session, world.maya, world.acme, Stage.RENEWAL, day(MONDAY, 1), reason="They renew early")
    won(database, world, day(MONDAY, 2))
    look(database, day(MONDAY, 2))
    assert stage_of(database, world.acme)[0] is Stage.RENEWAL
    with database.begin() as session:
        view = stages.stage_view(session, world.tom, world.acme, day(MONDAY, 4))
        assert (view.stage, view.computed, view.reason, view.days) == ("renewal", "adoption", "They renew early", 3)
        assert not view.can_write and view.stays[0].reason == "They renew early"
        told = history.history(session, world.maya, world.acme, None, day(MONDAY, 4)).lines
        assert any(line.what == "moved it to renewal" for line in told)
        stages.release(session, world.maya, world.acme, day(MONDAY, 5))
    assert stage_of(database, world.acme) == (Stage.ADOPTION, date(2026, 3, 7))


def test_the_same_stage_by_hand_begins_no_new_stay(database: Database, world: World) -> None:
    look(database, MONDAY)
    with database.begin() as session:
        for _ in range(2):
            stages.overrule(session, world.maya, world.acme, Stage.ACTIVATION, day(MONDAY, 9), reason="Still trying")
    assert len(stays_of(database, world.acme)) == 1
    assert stage_of(database, world.acme) == (Stage.ACTIVATION, MONDAY.date())


def test_a_former_customer_does_not_move(database: Database) -> None:
    team = Team(database)
    gone = team.add_account("Gone", status="former")
    team.look()
    assert stays_of(database, gone) == []


def test_stalled_is_longer_than_nine_in_ten_of_the_portfolio_took(database: Database) -> None:
    team = Team(database)
    for days in (10, 12, 14, 20, 60):
        finished = team.add_account(f"Done {days}")
        team.add("stage_entry", account_id=finished, stage=Stage.SETUP, entered_on=date(2025, 1, 1))
        later = date(2025, 1, 1) + timedelta(days=days)
        team.add("stage_entry", account_id=finished, stage=Stage.ACTIVATION, entered_on=later)
    slow = team.add_account("Slow", stage_since=MONDAY.date() - timedelta(days=61))
    team.look()
    with database.begin() as session:
        view = stages.stage_view(session, team.as_(team.maya), slow, MONDAY)
    assert view.usual is not None
    assert (view.usual.median, view.usual.p90, view.usual.stays) == (14, 60, 5)
    assert (view.days, view.stalled, view.stage) == (61, True, "setup")


def test_time_to_value_is_known_after_the_first_win(database: Database, world: World) -> None:
    with database.begin() as session:
        ledger.change(session, BOT, Entity.ACCOUNT, world.acme, MONDAY, contract_start=date(2026, 2, 1))
    won(database, world, day(MONDAY, 8))
    with database.begin() as session:
        view = stages.stage_view(session, world.maya, world.acme, day(MONDAY, 8))
    assert view.time_to_value == 37
