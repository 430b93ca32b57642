"""One customer, portfolio or meeting whose work raises is set aside; its neighbours get what they are due."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.app.isolation import isolated
from bot.app.message_kinds import composers
from bot.domain.enums import CadenceKind
from bot.features.meetings import cadences
from bot.features.meetings.cadences import NewCadence
from bot.features.undelivered.views import SetAsideView
from bot.outbox.types import Moot
from bot.rooms import JOBS, MESSAGE_KINDS
from bot.store import schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.set_aside import Unit
from tests.support.managing import MONDAY, Team

NEXT_DAY = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def logged() -> Iterator[None]:
    """Without a configured log each exception is drawn with all locals, which takes a second."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def run_all(team: Team, now: datetime) -> None:
    """Every job of the clock, to the end of what is due; a job that raises ends the test."""
    for job in JOBS:
        for _ in range(50):
            with team.session() as session:
                if not job.do_one(session, now):
                    break
        else:
            raise AssertionError(f"{job.name} never comes to an end")


def poison(team: Team, statement: str, **values: Any) -> None:
    """Write what no version of the code writes."""
    with team.session() as session:
        session.execute(text(statement), values)


def aside(team: Team) -> dict[tuple[str, str, int], int]:
    """What is set aside: how often each has failed, by job, kind and id."""
    table = schema.set_aside.c
    with team.session() as session:
        rows = session.execute(select(table.job, table.kind, table.unit_id, table.failures).order_by(table.id))
        return {(row.job, row.kind, row.unit_id): row.failures for row in rows}


def meets(team: Team, account_id: int) -> int:
    """A weekly meeting on Wednesday; returns the id of its series."""
    with team.session() as session:
        weekly = NewCadence(account_id, CadenceKind.WEEKLY_SYNC, date(2026, 3, 4), "10:00", "weekly", "Europe/Berlin")
        cadences.set_cadence(session, team.as_(team.maya), weekly, MONDAY)
        table = schema.cadence.c
        return int(session.execute(select(table.id).where(table.account_id == account_id)).scalar_one())


def told(team: Team, account_id: int) -> bool:
    """Whether a risk of the account was announced."""
    keys = {message.key for message in team.messages("risk")}
    return any(f"risk:{risk.id}" in keys for risk in team.risks(account_id))


def test_an_account_that_cannot_be_read_holds_up_no_other(team: Team) -> None:
    ids = [team.add_broken(f"Customer {number}") for number in range(7)]
    outcome_id = team.add_outcome(ids[2], None)
    poison(team, "UPDATE outcome SET kind = 'of the future' WHERE id = :id", id=outcome_id)
    run_all(team, MONDAY)
    assert aside(team) == {("look at due accounts", "account", ids[2]): 1}
    assert {account_id for account_id in ids if team.risks(account_id)} == set(ids) - {ids[2]}
    assert told(team, ids[0])


def test_what_is_set_aside_is_tried_again_later_and_later_until_it_works(team: Team) -> None:
    broken = team.add_broken("Broken")
    outcome_id = team.add_outcome(broken, None)
    poison(team, "UPDATE outcome SET kind = 'of the future' WHERE id = :id", id=outcome_id)
    unit = ("look at due accounts", "account", broken)
    tries = []
    for minute in range(10):
        run_all(team, MONDAY + timedelta(minutes=minute))
        tries.append(aside(team)[unit])
    assert tries == [1, 2, 2, 3, 3, 3, 3, 4, 4, 4], "after 1, 2, 4 … minutes"
    poison(team, "UPDATE outcome SET kind = 'numeric' WHERE id = :id", id=outcome_id)
    run_all(team, MONDAY + timedelta(minutes=20))
    assert aside(team) == {}
    assert team.risks(broken)


def test_an_admin_is_told_once_and_by_name(team: Team) -> None:
    broken = team.add_account("Broken & Sons")
    outcome_id = team.add_outcome(broken, None)
    poison(team, "UPDATE outcome SET kind = 'of the future' WHERE id = :id", id=outcome_id)
    run_all(team, MONDAY)
    assert team.messages("set_aside") == [], "what passes by itself is not worth a message"
    for minutes in (5, 10, 60):
        run_all(team, MONDAY + timedelta(minutes=minutes))
    [message] = team.messages("set_aside")
    assert (message.channel, message.destination) == (team.ada.slack_id, "user")

    def composed() -> object:
        with team.session() as session:
            return composers(MESSAGE_KINDS)["set_aside"](session, [message.args], MONDAY)[0]

    view = composed()
    assert isinstance(view, SetAsideView)
    assert [(line.name, line.job) for line in view.lines] == [("Broken & Sons", "look at due accounts")]
    poison(team, "UPDATE outcome SET kind = 'numeric' WHERE id = :id", id=outcome_id)
    run_all(team, MONDAY + timedelta(hours=3))
    assert isinstance(composed(), Moot)


def test_a_series_that_cannot_be_counted_on_holds_up_no_other(team: Team) -> None:
    series = {name: meets(team, team.add_proven(name)[0]) for name in ("Acme", "Beta", "Core")}
    poison(team, "UPDATE cadence SET rrule = 'FREQ=NEVER' WHERE id = :id", id=series["Beta"])
    run_all(team, NEXT_DAY)
    assert aside(team) == {("open due prompts", "cadence", series["Beta"]): 1}
    assert len(team.messages("prompt")) == 2


def test_a_portfolio_whose_digest_cannot_be_made_holds_up_no_other(team: Team) -> None:
    earlier = MONDAY - timedelta(hours=2)
    other = team.add_portfolio("APAC", "C0APAC", team.priya.id, next_digest_at=MONDAY)
    for portfolio_id in (team.portfolio_id, other):
        team.add_account(f"Of {portfolio_id}", portfolio_id=portfolio_id)
    team.change("portfolio", team.portfolio_id, next_digest_at=earlier, digest_time="noon")
    run_all(team, MONDAY)
    assert aside(team) == {("open due digests", "portfolio", team.portfolio_id): 1}
    assert [message.channel for message in team.messages("digest")] == ["C0APAC"]
    assert other != team.portfolio_id


def test_what_is_set_aside_and_never_due_again_is_forgotten(team: Team) -> None:
    broken = team.add_broken("Broken")
    outcome_id = team.add_outcome(broken, None)
    poison(team, "UPDATE outcome SET kind = 'of the future' WHERE id = :id", id=outcome_id)
    run_all(team, MONDAY)
    poison(team, "UPDATE account_due SET look_at = :never", never=datetime(2199, 1, 1, tzinfo=UTC).isoformat(" "))
    run_all(team, MONDAY + timedelta(days=3))
    assert aside(team) == {}


# The mechanism itself

Work = Callable[[Sequence[int]], None]


def units(count: int) -> dict[Unit, int]:
    return {Unit(1, Entity.ACCOUNT, number): number for number in range(1, count + 1)}


def add_reading(session: Session, account_id: int, number: int) -> None:
    row = {"account_id": account_id, "on_date": date(2026, 3, 2), "score": number, "source": f"source {number}"}
    session.execute(schema.health.insert().values(row))


def kept(team: Team) -> list[int]:
    with team.session() as session:
        return sorted(int(score) for score in session.execute(select(schema.health.c.score)).scalars())


def failing(team: Team, *bad: int) -> tuple[Callable[[Session], Work], list[int]]:
    """Work that writes a row for each number and raises after the bad ones; and how many numbers it was given."""
    account_id = team.add_account("Acme")
    given: list[int] = []

    def of(session: Session) -> Work:
        def work(numbers: Sequence[int]) -> None:
            given.append(len(numbers))
            for number in numbers:
                add_reading(session, account_id, number)
                if number in bad:
                    raise ValueError(f"no {number}")

        return work

    return of, given


@pytest.mark.parametrize("bad", [(), (1,), (40,), (7, 8), (1, 20, 21, 40), tuple(range(1, 41))], ids=str)
def test_all_is_done_but_what_raises(team: Team, bad: tuple[int, ...]) -> None:
    of, _ = failing(team, *bad)
    with team.session() as session:
        isolated(session, "a job", units(40), of(session), MONDAY)
    assert kept(team) == [number for number in range(1, 41) if number not in bad]
    assert set(aside(team)) == {("a job", "account", number) for number in bad}


def test_one_at_fault_among_two_hundred_costs_no_more_than_four_times_the_work(team: Team) -> None:
    of, given = failing(team, 77)
    with team.session() as session:
        isolated(session, "a job", units(200), of(session), MONDAY)
    assert sum(given) <= 4 * 200
    given.clear()
    poison(team, "DELETE FROM health")
    with team.session() as session:
        isolated(session, "a job", units(200), of(session), MONDAY)
    assert given == [199, 1], "who failed before is tried alone"


def test_units_that_fail_only_together_are_done_each_for_itself(team: Team) -> None:
    done: list[int] = []

    def work(numbers: Sequence[int]) -> None:
        if {1, 4} <= set(numbers):
            raise ValueError("not together")
        done.extend(numbers)

    with team.session() as session:
        isolated(session, "a job", units(4), work, MONDAY)
    assert sorted(done[-4:]) == [1, 2, 3, 4]
    assert aside(team) == {}


@pytest.mark.parametrize(
    "fault",
    [OperationalError("SELECT 1", {}, Exception("server closed the connection")), MemoryError(), OSError(24, "files")],
    ids=lambda fault: type(fault).__name__,
)
def test_a_database_or_a_machine_in_trouble_is_no_units_fault(team: Team, fault: Exception) -> None:
    def work(numbers: Sequence[int]) -> None:
        raise fault

    with pytest.raises(type(fault)), team.session() as session:
        isolated(session, "a job", units(4), work, MONDAY)
    assert aside(team) == {}


def too_long_for_an_index(session: Session, team: Team) -> None:
    """What the drivers call an operational error, as they do where the database is away, and what comes again."""
    if team.database.dialect == "sqlite":
        session.execute(text("SELECT json_extract('{\"half', '$.x')"))
    else:
        name = "".join(random.Random(9).choices([chr(code) for code in range(0x4E00, 0x9FA5)], k=10_000))
        session.execute(schema.portfolio.update().values(name=name))


def test_what_comes_again_with_the_same_value_is_the_units_fault(team: Team) -> None:
    of, _ = failing(team)

    with team.session() as session:

        def work(numbers: Sequence[int]) -> None:
            of(session)(numbers)
            if 2 in numbers:
                too_long_for_an_index(session, team)

        isolated(session, "a job", units(4), work, MONDAY)
    assert kept(team) == [1, 3, 4]
    assert set(aside(team)) == {("a job", "account", 2)}
