"""What is submitted is done once on both databases, whoever delivers it again and when."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.app import submissions
from bot.app.actor import UserError
from bot.app.submissions import KEPT, Done, Submission, once
from bot.domain.enums import CadenceKind, ObstacleKind
from bot.features.meetings import cadences, prompts
from bot.features.meetings.cadences import NewCadence
from bot.features.plan import outcomes, plan
from bot.features.plan.outcomes import NewOutcome
from bot.features.plan.refusals import PlanRefusal
from bot.store import schema
from bot.store.admin import migrations
from bot.store.engine import Database
from bot.store.schema import history
from bot.store.schema.outbox import outbox
from tests.support.databases import Databases
from tests.support.factory import add_workspace
from tests.support.refusals import says
from tests.support.waiting import until
from tests.support.world import MONDAY, World, build

FORM = Submission("V1:outcome", "as typed")
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def world(database: Database) -> World:
    with database.begin() as session:
        return build(session)


def write_down(session: Session, world: World, submission: Submission = FORM) -> int | None:
    new = NewOutcome(world.acme, "Fewer tickets")
    done = once(session, world.maya, submission, lambda: outcomes.add_outcome(session, world.maya, new, MONDAY), MONDAY)
    return done.result


def count(database: Database, table: str) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one()


def at_once(database: Database, works: list[Callable[[Session], object]]) -> list[object]:
    """Run each work in a thread and transaction of its own, all begun before any goes on where the database can."""
    together = Barrier(len(works))

    def run(work: Callable[[Session], object]) -> object:
        together.wait()
        with database.begin() as session:
            return work(session)

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(run, work) for work in works]]


def test_a_second_delivery_finds_what_the_first_made(database: Database, world: World) -> None:
    with database.begin() as session:
        first = write_down(session, world)
    with database.begin() as session:
        assert write_down(session, world) == first
    assert count(database, "outcome") == 2, "the one of the world and this one"


def test_a_delivery_that_was_overtaken_learns_when_it_was_done(database: Database, world: World) -> None:
    with database.begin() as session:
        assert once(session, world.maya, FORM, lambda: 7, TUESDAY) == Done(7, TUESDAY)
    with database.begin() as session:
        earlier = once(session, world.maya, FORM, lambda: 8, MONDAY)
    assert earlier == Done(7, TUESDAY), "what is shown must not be older than what it shows"


def test_two_deliveries_at_once_are_one(database: Database, world: World) -> None:
    results = at_once(database, [lambda session: write_down(session, world)] * 6)
    assert len(set(results)) == 1 and None not in results
    assert count(database, "outcome") == 2


def test_what_was_refused_may_be_sent_again(database: Database, world: World) -> None:
    def refused(session: Session) -> None:
        def do() -> int:
            plan.add_obstacle(session, world.maya, world.acme, MONDAY, kind=ObstacleKind.FRICTION, text="x")
            raise UserError(PlanRefusal.OBSTACLE_MISSING, "text")

        once(session, world.maya, FORM, do, MONDAY)

    with pytest.raises(UserError, check=says("in the way")), database.begin() as session:
        refused(session)
    assert (count(database, "obstacle"), count(database, "submission")) == (0, 0)
    with database.begin() as session:
        assert write_down(session, world) is not None


def test_the_same_form_with_other_words_is_refused_with_what_to_do(database: Database, world: World) -> None:
    with database.begin() as session:
        write_down(session, world)
    with pytest.raises(UserError, check=says("open it again and change it there")), database.begin() as session:
        write_down(session, world, replace(FORM, content="typed anew"))
    assert count(database, "outcome") == 2


def test_submissions_of_another_workspace_are_others(database: Database, world: World) -> None:
    stranger = replace(world.maya, member=replace(world.maya.member, workspace_id=add_workspace(database, "T2")))
    with database.begin() as session:
        write_down(session, world)
        assert once(session, stranger, FORM, lambda: 77, MONDAY).result == 77


def test_submissions_are_forgotten_after_a_week(database: Database, world: World) -> None:
    with database.begin() as session:
        write_down(session, world)
    with database.begin() as session:
        assert not submissions.forget(session, MONDAY + KEPT)
        assert submissions.forget(session, MONDAY + KEPT + timedelta(seconds=1))
        assert not submissions.forget(session, MONDAY + KEPT + timedelta(seconds=1))
    assert count(database, "submission") == 0


REVIEW = NewCadence(0, CadenceKind.BUSINESS_REVIEW, date(2026, 3, 4), "15:00", "monthly", "Europe/Berlin")


def running(database: Database, kind: CadenceKind) -> list[int]:
    table = schema.cadence
    with database.reading() as session:
        return list(session.execute(select(table.c.id).where(table.c.active, table.c.kind == kind)).scalars())


def prompts_sent(database: Database) -> int:
    with database.reading() as session:
        asked = select(func.count()).where(outbox.c.kind == "prompt", outbox.c.op == "post")
        return session.execute(asked).scalar_one()


def test_two_people_who_set_a_series_at_once_leave_one(database: Database, world: World) -> None:
    def setting(at: str) -> Callable[[Session], object]:
        new = replace(REVIEW, account_id=world.acme, at=at)
        return lambda session: cadences.set_cadence(session, world.maya, new, MONDAY)

    at_once(database, [setting(at) for at in ("12:00", "13:00", "14:00", "15:00")])
    assert len(running(database, CadenceKind.BUSINESS_REVIEW)) == 1
    assert count(database, "cadence") == 1 + 4, "the weekly one, and each that was set"


def test_setting_what_runs_already_changes_nothing(database: Database, world: World) -> None:
    new = replace(REVIEW, account_id=world.acme)
    with database.begin() as session:
        first = cadences.set_cadence(session, world.maya, new, MONDAY)
    before = (running(database, new.kind), count(database, "history"))
    with database.begin() as session:
        assert cadences.set_cadence(session, world.manager, new, TUESDAY) == first
    assert (running(database, new.kind), count(database, "history")) == before


def test_a_changed_series_does_not_ask_about_a_meeting_again(database: Database, world: World) -> None:
    weekly = NewCadence(world.acme, CadenceKind.WEEKLY_SYNC, date(2026, 3, 4), "10:00", "weekly", "Europe/Berlin")
    with database.begin() as session:
        prompts.open_due_prompts(session, TUESDAY + timedelta(hours=3))
    assert prompts_sent(database) == 1
    for changed in (replace(weekly, lead_hours=48), replace(weekly, repeat="fortnightly")):
        with database.begin() as session:
            following = cadences.set_cadence(session, world.maya, changed, TUESDAY + timedelta(hours=4))
            prompts.open_due_prompts(session, TUESDAY + timedelta(hours=4))
        assert following.date() > date(2026, 3, 4)
    assert prompts_sent(database) == 1
    with pytest.raises(UserError, check=says("is out already")), database.begin() as session:
        cadences.set_cadence(session, world.maya, replace(weekly, repeat="once"), TUESDAY + timedelta(hours=4))


def test_a_series_that_is_changed_while_its_prompt_opens_waits_for_it(database: Database, world: World) -> None:
    later = TUESDAY + timedelta(hours=3)
    sooner = NewCadence(world.acme, CadenceKind.WEEKLY_SYNC, date(2026, 3, 4), "10:00", "weekly", "Europe/Berlin", 48)

    def change() -> None:
        with database.begin() as session:
            cadences.set_cadence(session, world.maya, sooner, later)
            prompts.open_due_prompts(session, later)

    with ThreadPoolExecutor(1) as pool:
        with database.begin() as session:
            prompts.open_due_prompts(session, later)
            changing = pool.submit(change)
            if database.dialect == "postgresql":
                wait_until_one_waits(database)
        changing.result()
    assert prompts_sent(database) == 1
    assert len(running(database, CadenceKind.WEEKLY_SYNC)) == 1


def wait_until_one_waits(database: Database) -> None:
    """Until some transaction of PostgreSQL waits for a lock that another one holds."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )

    def one_waits() -> bool:
        with database.reading() as session:
            return bool(session.execute(waiting).scalar_one())

    until(one_waits)


def test_the_database_refuses_two_running_series_of_a_kind(database: Database, world: World) -> None:
    table = schema.cadence
    with database.begin() as session:
        row = dict(session.execute(select(table)).mappings().one())
        del row["id"]
    with pytest.raises(IntegrityError), database.begin() as session:
        session.execute(insert(table).values(**row))
    with database.begin() as session:
        session.execute(insert(table).values(**{**row, "active": False}))


def test_series_that_ran_twice_are_ended_by_the_migration(databases: Databases) -> None:
    database = Database(databases.empty())
    migrations.upgrade(database, "0004")
    with database.begin() as session:
        for statement in (
            "INSERT INTO workspace (id, team_id, name, created_at) VALUES (1, 'T1', 'Acme', '2026-03-02 12:00:00')",
            "INSERT INTO account (id, workspace_id, slug, name, created_at)"
            " VALUES (1, 1, 'acme', 'Acme', '2026-03-02 12:00:00'), (2, 1, 'bolt', 'Bolt', '2026-03-02 12:00:00')",
            "INSERT INTO cadence (id, account_id, kind, rrule, local_start, tz, next_prompt_at) VALUES "
            + ", ".join(
                f"({row}, {account}, '{kind}', 'FREQ=WEEKLY', '2026-03-04T10:00', 'UTC', '2026-03-03 10:00:00')"
                for row, account, kind in (
                    (1, 1, "weekly_sync"),
                    (2, 1, "weekly_sync"),
                    (3, 1, "business_review"),
                    (4, 2, "weekly_sync"),
                )
            ),
        ):
            session.execute(text(statement))
    migrations.upgrade(database)
    with database.reading() as session:
        rows = session.execute(text("SELECT id, next_prompt_at IS NULL FROM cadence WHERE NOT active")).all()
        told = session.execute(select(history.c.entity_id, history.c.before, history.c.after))
        assert [(row[0], bool(row[1])) for row in rows] == [(1, True)]
        assert [tuple(line) for line in told] == [(1, {"active": True}, {"active": False})]
    database.dispose()
