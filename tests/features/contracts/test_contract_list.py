"""What `/proof acme contracts` shows."""

from __future__ import annotations

from datetime import date

import pytest

from bot.app.actor import UserError
from bot.domain.enums import ContractBasis, ContractKind
from bot.features.contracts.list import contracts_view
from bot.features.contracts.views import ContractsView
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_contracts
from bot.store import accounts
from bot.store.engine import Database
from tests.support.managing import MONDAY
from tests.support.refusals import says
from tests.support.world import World, build

HEAD = "Account,Plan,Start,End,ARR,Currency,Notice Days,Auto Renew,Source\n"


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        return build(session)


def shown(database: Database, world: World, *rows: str) -> ContractsView:
    text = HEAD + "".join(f"Acme GmbH,{row}\n" for row in rows)
    if rows:
        report = import_contracts(ImportRun(database, 1, MONDAY), File("c.csv", text.encode()), Options())
        assert report.bad == []
    with database.reading() as session:
        return contracts_view(session, world.tom, world.acme, MONDAY)


def test_what_is_in_force_to_come_and_over(database: Database, world: World) -> None:
    view = shown(
        database,
        world,
        "Gold,2025-01-01,2026-01-01,10000,EUR,,,",
        "Gold,2026-01-01,2027-01-01,12000,EUR,60,yes,billing",
        "Search,2026-02-01,2027-01-01,3000,EUR,,,",
        "Gold,2027-01-01,2028-01-01,,,,no,",
    )
    gold, search = view.in_force
    assert (gold.line, gold.starts_on, gold.ends_on, gold.arr) == (
        "Gold",
        date(2026, 1, 1),
        date(2027, 1, 1),
        "12,000 EUR",
    )
    assert (gold.notice_days, gold.auto_renews, gold.kind, gold.source) == (60, True, ContractKind.EXPANSION, "billing")
    assert (search.notice_days, search.auto_renews) == (None, None)
    (to_come,) = view.to_come
    assert (to_come.arr, to_come.auto_renews, to_come.kind) == (None, False, None)
    (over,) = view.over
    assert (over.ends_on, over.kind) == (date(2026, 1, 1), ContractKind.NEW)
    assert view.arr == "15,000 EUR"


def test_the_account_follows_and_its_stand_in_is_named_as_such(database: Database, world: World) -> None:
    (before,) = shown(database, world).in_force
    assert before.basis is ContractBasis.STAND_IN
    view = shown(database, world, "Gold,2026-01-01,2027-01-01,15000,EUR,,,")
    assert [line.basis for line in view.in_force] == [ContractBasis.IMPORTED]
    assert (view.arr_differs, view.renewal_differs) == (False, False)
    assert (view.account_arr, view.account_renewal) == ("15,000 EUR", date(2027, 1, 1))


def test_long_lists_are_cut_and_counted(database: Database, world: World) -> None:
    months = [
        f"Gold,{2024 + n // 12}-{n % 12 + 1:02}-01,{2024 + (n + 1) // 12}-{(n + 1) % 12 + 1:02}-01,1200,EUR,,,"
        for n in range(24)
    ]
    view = shown(database, world, *months)
    assert (len(view.over), view.more_over, view.in_force) == (6, 18, ())
    assert view.over[0].ends_on == date(2026, 1, 1)


def test_nothing_recorded_and_guests(database: Database, world: World) -> None:
    with database.begin() as session:
        bare = accounts.create(session, world.maya.author, MONDAY, "Bare")
    with database.reading() as session:
        view = contracts_view(session, world.tom, bare, MONDAY)
    assert (view.in_force, view.to_come, view.over, view.arr) == ((), (), (), "")
    with database.reading() as session, pytest.raises(UserError, check=says("members of this workspace")):
        contracts_view(session, world.guest, world.acme, MONDAY)
