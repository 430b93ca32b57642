"""The clock's half of the loop: who is asked when, who is reminded, and what counts as silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.enums import Change, PromptState, Tier
from bot.domain.values import working_hours
from bot.features.meetings import answers, prompts
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.new_answer import NewAnswer
from bot.features.meetings.views import PromptView
from bot.outbox.types import Moot
from bot.store import ledger, members, schema
from bot.store.engine import Database, Use
from bot.store.entities import Entity
from bot.store.schema.outbox import outbox
from tests.support import factory
from tests.support.statements import statements
from tests.support.world import MONDAY, World, build, queued

TUESDAY_TEN = datetime(2026, 3, 3, 9, tzinfo=UTC)
WEDNESDAY_TEN = datetime(2026, 3, 4, 9, tzinfo=UTC)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.begin() as session:
        yield session


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def ask_all(session: Session, now: datetime) -> None:
    while prompts.open_due_prompts(session, now):
        pass


def states(session: Session) -> list[PromptState]:
    return list(session.execute(select(schema.prompt.c.state).order_by(schema.prompt.c.id)).scalars())


def test_the_owner_is_asked_a_day_before_the_meeting_and_not_earlier(session: Session, world: World) -> None:
    ask_all(session, TUESDAY_TEN - timedelta(seconds=1))
    assert queued(session) == []
    ask_all(session, TUESDAY_TEN)
    assert queued(session) == [("prompt:1", "U0MAYA")]
    assert meeting_queries.cadences_of(session, 1, world.acme)[0].next_meeting_at == WEDNESDAY_TEN + timedelta(days=7)


def test_a_second_look_asks_nobody_twice(session: Session, world: World) -> None:
    ask_all(session, TUESDAY_TEN)
    ask_all(session, TUESDAY_TEN + timedelta(minutes=5))
    assert len(queued(session)) == 1


def test_a_prompt_that_would_fall_on_a_weekend_is_asked_on_friday(session: Session, world: World) -> None:
    ledger.change(
        session,
        world.maya.author,
        Entity.CADENCE,
        1,
        MONDAY,
        local_start="2026-03-09T10:00",
        next_meeting_at=datetime(2026, 3, 9, 9, tzinfo=UTC),
        next_prompt_at=working_hours.prompt_due(
            datetime(2026, 3, 9, 9, tzinfo=UTC), timedelta(hours=24), "Europe/Berlin"
        ),
    )
    assert meeting_queries.cadences_of(session, 1, world.acme)[0].next_prompt_at == datetime(2026, 3, 6, 9, tzinfo=UTC)


def test_the_meeting_keeps_its_wall_clock_through_the_change_to_summer_time(session: Session, world: World) -> None:
    for week in range(5):
        ask_all(session, TUESDAY_TEN + timedelta(days=7 * week))
    local = [row.starts_at.hour for row in session.execute(select(schema.meeting.c.starts_at))]
    assert local == [9, 9, 9, 9, 8]


def test_after_an_outage_the_owner_is_asked_once_for_the_newest_meeting(session: Session, world: World) -> None:
    ask_all(session, WEDNESDAY_TEN + timedelta(days=21, hours=3))
    assert len(queued(session)) == 1
    prompt = meeting_queries.by_id(session, 1, 1)
    assert prompt is not None
    assert prompt.starts_at == WEDNESDAY_TEN + timedelta(days=21)
    args = {"workspace_id": 1, "prompt_id": 1, "to": "U0MAYA", "first": True}
    [view] = prompts.compose_prompts(session, [args], WEDNESDAY_TEN)
    assert isinstance(view, PromptView)


def test_a_late_prompt_says_that_the_meeting_has_passed(session: Session, world: World) -> None:
    late = WEDNESDAY_TEN + timedelta(hours=3)
    ask_all(session, late)
    [view] = prompts.compose_prompts(
        session, [{"workspace_id": 1, "prompt_id": 1, "to": "U0MAYA", "first": True}], late
    )
    assert isinstance(view, PromptView) and view.passed


def test_a_meeting_missed_by_more_than_a_day_is_not_asked_about(session: Session, world: World) -> None:
    ask_all(session, WEDNESDAY_TEN + timedelta(days=2))
    assert queued(session) == []
    assert session.execute(select(schema.meeting.c.id)).all() != []


def test_a_low_touch_account_is_asked_once_a_month_and_a_tech_touch_account_never(
    session: Session, world: World
) -> None:
    ledger.change(session, world.maya.author, Entity.ACCOUNT, world.acme, MONDAY, tier=Tier.LOW_TOUCH)
    for week in range(5):
        ask_all(session, TUESDAY_TEN + timedelta(days=7 * week))
    assert len(states(session)) == 2
    ledger.change(session, world.maya.author, Entity.ACCOUNT, world.acme, MONDAY, tier=Tier.TECH_TOUCH)
    for week in range(5, 12):
        ask_all(session, TUESDAY_TEN + timedelta(days=7 * week))
    assert len(states(session)) == 2


def test_when_the_owner_has_left_the_deputy_is_asked_and_else_the_manager(session: Session, world: World) -> None:
    gone = schema.member.update().where(schema.member.c.id == world.maya.member.id).values(is_deactivated=True)
    session.execute(gone)
    ask_all(session, TUESDAY_TEN)
    assert queued(session)[-1] == ("prompt:1", "U0PRIYA")
    ledger.change(session, world.admin.author, Entity.ACCOUNT, world.acme, MONDAY, deputy_id=world.tom.member.id)
    ask_all(session, TUESDAY_TEN + timedelta(days=7))
    assert queued(session)[-1] == ("prompt:2", "U0TOM")


def test_one_reminder_two_hours_before_in_working_hours(session: Session, world: World) -> None:
    ask_all(session, TUESDAY_TEN)
    # Two hours before ten is eight o'clock in Berlin, when work begins.
    at_eight = datetime(2026, 3, 4, 7, tzinfo=UTC)
    assert not prompts.remind_due(session, at_eight - timedelta(seconds=1))
    assert prompts.remind_due(session, at_eight)
    assert not prompts.remind_due(session, at_eight + timedelta(hours=1))
    assert [key for key, _ in queued(session)] == ["prompt:1", "reminder:1"]


def test_who_has_answered_is_not_reminded_and_a_reminder_on_its_way_is_dropped(session: Session, world: World) -> None:
    ask_all(session, TUESDAY_TEN)
    prompts.remind_due(session, datetime(2026, 3, 3, 17, tzinfo=UTC))
    answers.meeting_off(session, world.maya, 1, datetime(2026, 3, 3, 17, 1, tzinfo=UTC))
    reminder = prompts.compose_reminder(
        session, {"workspace_id": 1, "prompt_id": 1}, datetime(2026, 3, 3, 17, 2, tzinfo=UTC)
    )
    assert isinstance(reminder, Moot)


def test_a_meeting_that_passes_without_an_answer_counts_as_silent(session: Session, world: World) -> None:
    ask_all(session, TUESDAY_TEN)
    assert not prompts.close_silent(session, WEDNESDAY_TEN - timedelta(seconds=1))
    assert prompts.close_silent(session, WEDNESDAY_TEN)
    assert states(session) == [PromptState.SILENT]
    assert not prompts.close_silent(session, WEDNESDAY_TEN)


def test_an_owner_whom_slack_does_not_know_is_never_a_dead_letter(session: Session, world: World) -> None:
    stranger = session.execute(
        schema.member.insert().values(workspace_id=1, name="Nobody Yet").returning(schema.member.c.id)
    ).scalar_one()
    ledger.change(session, world.admin.author, Entity.ACCOUNT, world.acme, MONDAY, owner_id=stranger)
    ask_all(session, TUESDAY_TEN)
    assert queued(session) == [("prompt:1", "U0PRIYA")]
    assert members.by_id(session, 1, stranger) is not None


def test_a_late_prompt_is_as_late_as_it_is(session: Session, world: World) -> None:
    ask_all(session, TUESDAY_TEN + timedelta(hours=5))
    assert due(session) == [TUESDAY_TEN], "its lag is what tells an operator of the outage"


def test_after_weeks_the_newest_prompt_was_due_before_its_own_meeting(session: Session, world: World) -> None:
    ask_all(session, TUESDAY_TEN + timedelta(days=14, hours=5))
    assert due(session) == [TUESDAY_TEN + timedelta(days=14)]


def due(session: Session) -> list[datetime]:
    return list(session.execute(select(outbox.c.due_at)).scalars())


def test_a_prompt_that_was_put_off_further_asks_only_at_the_later_time(session: Session, world: World) -> None:
    ask_all(session, TUESDAY_TEN)
    ledger.change(
        session, world.maya.author, Entity.PROMPT, 1, TUESDAY_TEN, snoozed_until=TUESDAY_TEN + timedelta(hours=2)
    )
    again = [{"workspace_id": 1, "prompt_id": 1, "to": "U0MAYA", "first": True}]
    [early] = prompts.compose_prompts(session, again, TUESDAY_TEN + timedelta(hours=1))
    assert early == Moot("the prompt is snoozed until later")
    [later] = prompts.compose_prompts(session, again, TUESDAY_TEN + timedelta(hours=2))
    assert isinstance(later, PromptView)


def test_many_prompts_are_composed_in_as_few_statements_as_one(database: Database) -> None:
    with database.begin() as session:
        world = build(session)
        for week in range(12):
            now = TUESDAY_TEN + timedelta(days=7 * week)
            ask_all(session, now)
            if week % 2:
                prompt = meeting_queries.by_id(session, 1, week + 1)
                assert prompt is not None
                said = NewAnswer(
                    world.acme, f"s{week}", Change.BELIEF, prompt.meeting_id, "They trust it", next_action=f"Go {week}"
                )
                answers.answer(session, world.maya, said, now)
    one = composed(database, [2])
    with database.begin() as session:
        for _ in range(49):
            factory.evidence(session, world.acme, factory.tickets(session, world.acme, None, now), "700", now)
    assert composed(database, range(1, 13)) == one <= 8


def composed(database: Database, ids: Iterable[int]) -> int:
    """The statements that composing these prompts takes, as the sender does it."""
    rows = [{"workspace_id": 1, "prompt_id": prompt_id, "to": "U0MAYA", "first": False} for prompt_id in ids]
    with database.reading() as session, statements(database, Use.READS) as sent:
        views = prompts.compose_prompts(session, rows, TUESDAY_TEN + timedelta(days=90))
    assert all(isinstance(view, PromptView) for view in views)
    return sum(not statement.startswith("BEGIN") for statement in sent)
