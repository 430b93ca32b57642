"""What `/proof acme signals` shows."""

from __future__ import annotations

from datetime import date

import pytest

from bot.app.actor import UserError
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_events, import_readings
from bot.features.signals.list import signals_view
from bot.features.signals.views import SignalsView
from bot.store.engine import Database
from tests.support.managing import MONDAY
from tests.support.refusals import says
from tests.support.world import World, build


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        return build(session)


def shown(database: Database, world: World, readings: str = "", events: str = "") -> SignalsView:
    run = ImportRun(database, 1, MONDAY)
    if readings:
        text = f"Account,Source,Metric,Period Start,Period Days,Value,Unit\n{readings}"
        assert import_readings(run, File("r.csv", text.encode()), Options()).bad == []
    if events:
        text = f"Account,Kind,At,Subject,Text,Source\n{events}"
        assert import_events(run, File("e.csv", text.encode()), Options()).bad == []
    with database.reading() as session:
        return signals_view(session, world.tom, world.acme, MONDAY)


def test_each_metric_has_its_newest_period_with_value_source_and_age(database: Database, world: World) -> None:
    view = shown(
        database,
        world,
        "Acme GmbH,product,users,2026-02-09,7,40,users\nAcme GmbH,product,users,2026-02-16,7,0,users\n"
        "Acme GmbH,helpdesk,users,2026-02-16,7,1234.50,\nAcme GmbH,crm,nps,2026-02-16,,61,\n",
    )
    lines = {(line.source, line.metric): line for line in view.metrics}
    users = lines["product", "users"]
    # MONDAY is 2 March: the week of 16 February was over on the 23rd.
    assert (users.value, users.period_start, users.days, users.age, users.periods) == (
        "0 users",
        date(2026, 2, 16),
        7,
        7,
        2,
    )
    assert lines["helpdesk", "users"].value == "1,234.5"
    assert (lines["crm", "nps"].days, lines["crm", "nps"].age) == (0, None)


def test_events_are_the_newest_first_and_cut_with_a_count(database: Database, world: World) -> None:
    text = "".join(f"Acme GmbH,ticket,2026-02-{day:02},Ticket {day},It is slow,helpdesk\n" for day in range(1, 11))
    view = shown(database, world, events=text)
    assert [event.on.day for event in view.events] == [10, 9, 8, 7, 6, 5, 4, 3] and view.more_events == 2
    assert (view.events[0].subject, view.events[0].text, view.events[0].source) == (
        "Ticket 10",
        "It is slow",
        "helpdesk",
    )


def test_nothing_came_and_guests(database: Database, world: World) -> None:
    view = shown(database, world)
    assert (view.metrics, view.events, view.more_events) == ((), (), 0)
    with database.reading() as session, pytest.raises(UserError, check=says("members of this workspace")):
        signals_view(session, world.guest, world.acme, MONDAY)
