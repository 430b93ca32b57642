"""The morning message: when it comes, what stands in it, and that it never lies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import mornings
from bot.app.actor import UserError
from bot.domain.enums import CadenceKind, Loop, PromptState, RiskKind, Severity
from bot.features.actions import steps
from bot.features.meetings import absence, answers, cadences, prompts
from bot.features.meetings.cadences import NewCadence
from bot.features.morning import morning, sending, todos
from bot.features.morning.views import MorningView
from bot.features.risks import ownership
from bot.outbox.types import Moot
from bot.rooms import JOBS
from bot.store import members, schema
from bot.store.engine import Database
from tests.support.cast import MAYA
from tests.support.databases import in_the_morning
from tests.support.managing import MONDAY, Message, Team
from tests.support.refusals import says

SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
MONDAY_MORNING = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
"""Half past eight in Stockholm, where Maya is."""
HOUR = timedelta(hours=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR")


@pytest.fixture
def team(database: Database) -> Team:
    made = Team(database)
    with made.session() as session:
        in_the_morning(session)
    tick(made, SUNDAY)
    return made


def tick(team: Team, now: datetime) -> None:
    """What the clock does of meetings at a moment."""
    for job in (sending.send_mornings, prompts.open_due_prompts, prompts.remind_due, prompts.close_silent):
        with team.session() as session:
            while job(session, now):
                pass


def live(team: Team, since: datetime, until: datetime, step: timedelta = HOUR / 2) -> None:
    while since <= until:
        tick(team, since)
        since += step


def weekly(team: Team, account_id: int, on: date, at: str = "12:00", now: datetime = SUNDAY) -> None:
    """A weekly meeting, by the clock of Stockholm."""
    new = NewCadence(account_id, CadenceKind.WEEKLY_SYNC, on, at, "weekly", MAYA.tz)
    with team.session() as session:
        cadences.set_cadence(session, team.as_(team.priya), new, now)


def sent(team: Team) -> list[Message]:
    """What is posted to Maya, in order."""
    return [message for message in team.messages(op="post") if message.channel == MAYA.slack_id]


def shown(team: Team, message: Message, now: datetime) -> MorningView:
    with team.session() as session:
        [view] = morning.compose_mornings(session, [message.args | {"first": False}], now)
    assert isinstance(view, MorningView)
    return view


def two_meetings(team: Team) -> tuple[int, int]:
    """Acme meets on Monday at noon, Brick on Tuesday at ten."""
    acme, brick = team.add_account("Acme", SUNDAY), team.add_account("Brick", SUNDAY)
    weekly(team, acme, date(2026, 3, 2))
    weekly(team, brick, date(2026, 3, 3), "10:00")
    return acme, brick


def test_one_message_names_the_meetings_of_today_and_of_the_next_working_day(team: Team) -> None:
    two_meetings(team)
    weekly(team, team.add_account("Cone", SUNDAY), date(2026, 3, 4), "10:00")
    live(team, SUNDAY, MONDAY_MORNING)
    [message] = sent(team)
    assert message.key == mornings.key_of(team.maya.id, date(2026, 3, 2))
    view = shown(team, message, MONDAY_MORNING)
    assert [(row.prompt.account, row.ahead) for row in view.rows] == [("Acme", 0), ("Brick", 1)]
    assert (view.open_meetings, view.more) == (2, 0)


def test_on_friday_it_names_those_of_monday(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY + timedelta(days=3), datetime(2026, 3, 6, 7, 30, tzinfo=UTC))
    assert [message.args["day"] for message in sent(team) if message.kind == "morning"][-1:] != ["2026-03-07"]
    live(team, datetime(2026, 3, 6, 8, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC))
    friday = sent(team)[-1]
    if friday.kind == "prompt":  # one meeting alone has its own, richer message
        with team.session() as session:
            prompt_id = friday.args["prompt_id"]
            found = select(schema.meeting.c.starts_at).join(schema.prompt).where(schema.prompt.c.id == prompt_id)
            assert session.execute(found).scalar_one() == datetime(2026, 3, 9, 11, tzinfo=UTC)


def test_one_meeting_alone_has_the_prompt_of_its_own(team: Team) -> None:
    weekly(team, team.add_account("Acme", SUNDAY), date(2026, 3, 3), "15:00")
    live(team, SUNDAY, MONDAY_MORNING)
    assert [message.kind for message in sent(team)] == ["prompt"]
    live(team, MONDAY_MORNING + HOUR, datetime(2026, 3, 3, 14, tzinfo=UTC))
    assert [message.kind for message in sent(team)] == ["prompt", "reminder"], "and it is not repeated next morning"


def test_nothing_to_say_is_no_message(team: Team) -> None:
    team.add_account("Acme", SUNDAY)
    live(team, SUNDAY, MONDAY_MORNING + 9 * HOUR)
    assert sent(team) == []


def test_an_answer_anywhere_changes_the_row_and_what_is_off_or_handed_over_can_be_taken_back(team: Team) -> None:
    two_meetings(team)
    weekly(team, team.add_account("Cone", SUNDAY), date(2026, 3, 2), "16:00")
    live(team, SUNDAY, MONDAY_MORNING)
    [message] = sent(team)
    rows = shown(team, message, MONDAY_MORNING).rows
    first, second, third = (row.prompt.prompt_id for row in rows)
    with team.session() as session:
        maya = team.as_(team.maya)
        answers.nothing_changed(session, maya, first, MONDAY, submission="press")
        answers.meeting_off(session, maya, second, MONDAY)
        answers.hand_over(session, maya, third, "U0TOM", MONDAY)
    updates = team.messages("morning", op="update")
    assert updates and all(update.key.startswith(message.key) for update in updates)
    view = shown(team, message, MONDAY)
    assert [row.prompt.state for row in view.rows] == [PromptState.ANSWERED, PromptState.OFF, PromptState.OPEN]
    assert view.rows[2].prompt.handed_to == "Tom Okafor"
    assert [row.prompt.can_undo for row in view.rows] == [False, True, True]
    assert view.open_meetings == 0
    with team.session() as session:
        answers.undo(session, maya, second, MONDAY)
        answers.undo(session, maya, third, MONDAY)
    assert shown(team, message, MONDAY).open_meetings == 2


def test_at_most_one_message_a_day_rings_besides(team: Team) -> None:
    for at in ("12:00", "13:00", "15:30"):
        weekly(team, team.add_account(f"At {at}", SUNDAY), date(2026, 3, 2), at)
    two_hours_before = datetime(2026, 3, 2, 9, tzinfo=UTC)
    live(team, SUNDAY, two_hours_before)
    [reminder] = team.messages("reminder")
    with team.session() as session:
        view = prompts.compose_reminder(session, reminder.args, two_hours_before)
    assert not isinstance(view, Moot) and view.account == "At 12:00"
    assert shown(team, sent(team)[0], two_hours_before).rows[0].soon
    live(team, two_hours_before, MONDAY_MORNING + 9 * HOUR)
    assert [message.kind for message in sent(team)] == ["morning", "reminder"]
    states = team.messages("morning", op="update")
    assert states, "each reminder renews the message"


def test_who_has_answered_the_first_is_reminded_of_the_next(team: Team) -> None:
    for at in ("12:00", "15:30"):
        weekly(team, team.add_account(f"At {at}", SUNDAY), date(2026, 3, 2), at)
    live(team, SUNDAY, MONDAY_MORNING)
    [message] = sent(team)
    with team.session() as session:
        first = shown(team, message, MONDAY_MORNING).rows[0].prompt.prompt_id
        answers.nothing_changed(session, team.as_(team.maya), first, MONDAY_MORNING, submission="press")
    live(team, MONDAY_MORNING, MONDAY_MORNING + 9 * HOUR)
    [reminder] = team.messages("reminder")
    assert reminder.args["prompt_id"] != first


def test_a_meeting_planned_after_the_message_is_asked_about_at_once(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY, MONDAY_MORNING)
    weekly(team, team.add_account("Late", SUNDAY), date(2026, 3, 2), "17:00", now=MONDAY_MORNING + HOUR)
    live(team, MONDAY_MORNING + HOUR, MONDAY_MORNING + HOUR)
    late = sent(team)[-1]
    assert (late.kind, late.args.get("late")) == ("prompt", True)
    tomorrow = date(2026, 3, 3)
    weekly(team, team.add_account("Early", SUNDAY), tomorrow, "09:00", now=MONDAY_MORNING + HOUR)
    weekly(team, team.add_account("Noon", SUNDAY), tomorrow, "12:00", now=MONDAY_MORNING + HOUR)
    before = len(team.messages("prompt", op="post"))
    live(team, MONDAY_MORNING + 2 * HOUR, MONDAY_MORNING + 2 * HOUR)
    assert len(team.messages("prompt", op="post")) == before + 1, "noon can wait for the morning, nine cannot"


def test_outside_working_hours_nothing_is_asked_before_work_begins(team: Team) -> None:
    late = datetime(2026, 3, 2, 20, tzinfo=UTC)
    live(team, SUNDAY, MONDAY_MORNING)
    weekly(team, team.add_account("Acme", SUNDAY), date(2026, 3, 3), "08:20", now=late)
    tick(team, late)
    [message] = sent(team)
    with team.session() as session:
        table = schema.outbox.outbox
        due_at = session.execute(select(table.c.due_at).where(table.c.key == message.key)).scalar_one()
    assert due_at == datetime(2026, 3, 3, 7, tzinfo=UTC), "eight in Stockholm"


def test_what_passed_unanswered_says_so_and_is_gone_the_next_morning(team: Team) -> None:
    two_meetings(team)
    evening = MONDAY_MORNING + 9 * HOUR
    live(team, SUNDAY, evening)
    message = sent(team)[0]
    assert [row.prompt.state for row in shown(team, message, evening).rows] == [PromptState.SILENT, PromptState.OPEN]
    tick(team, MONDAY_MORNING + 24 * HOUR)
    again = [one for one in sent(team) if one.kind in ("morning", "prompt")]
    for one in again[1:]:
        assert one.kind == "prompt" or len(shown(team, one, MONDAY_MORNING + 24 * HOUR).rows) == 1


def test_forty_meetings_show_the_six_least_proven_and_the_rest_behind_a_button(team: Team) -> None:
    for number in range(15):
        account_id = team.add_account(f"Customer {number:02}", SUNDAY)
        weekly(team, account_id, date(2026, 3, 2), f"{10 + number // 4:02}:{number % 4 * 15:02}")
    proven, *_ = team.add_proven("Proven", SUNDAY)
    weekly(team, proven, date(2026, 3, 2), "09:45")
    live(team, SUNDAY, MONDAY_MORNING)
    [message] = sent(team)
    view = shown(team, message, MONDAY_MORNING)
    assert (len(view.rows), view.more) == (6, 10)
    assert "Proven" not in [row.prompt.account for row in view.rows]
    starts = [row.prompt.starts_at for row in view.rows]
    assert starts == sorted(starts)
    with team.session() as session:
        pages = [
            morning.page_view(session, team.as_(team.maya), date(2026, 3, 2), page, MONDAY_MORNING) for page in (1, 2)
        ]
    assert [(len(page.rows), page.next_page) for page in pages] == [(6, 2), (4, None)]
    everybody = {row.prompt.account for rows in (view.rows, *(page.rows for page in pages)) for row in rows}
    assert len(everybody) == 16


def test_due_steps_are_ticked_and_unticked_in_the_message(team: Team) -> None:
    acme = team.add_account("Acme", SUNDAY)
    late, due, tomorrow = (
        team.add("action", SUNDAY, account_id=acme, text=text, owner_id=team.maya.id, due_on=on, loop=Loop.OURSELVES)
        for text, on in (
            ("Ask Priya", date(2026, 2, 27)),
            ("Send Sam the query", date(2026, 3, 2)),
            ("Later", date(2026, 3, 3)),
        )
    )
    live(team, SUNDAY, MONDAY_MORNING)
    [message] = sent(team)
    view = shown(team, message, MONDAY_MORNING)
    assert [(todo.action_id, todo.late, todo.done) for todo in view.todos] == [(late, 3, False), (due, 0, False)]
    with team.session() as session:
        todos.tick(session, team.as_(team.maya), frozenset({late, due, tomorrow}), frozenset({due}), MONDAY)
    assert [todo.done for todo in shown(team, message, MONDAY).todos] == [False, True]
    with team.session() as session, pytest.raises(UserError):
        todos.tick(session, team.as_(team.tom), frozenset({late, due}), frozenset(), MONDAY)
    assert shown(team, message, MONDAY).open_todos == 1, "they are not Tom's"
    with team.session() as session:
        todos.tick(session, team.as_(team.maya), frozenset({late, due}), frozenset(), MONDAY)
    assert shown(team, message, MONDAY).open_todos == 2


def test_a_step_that_came_from_the_customer_asks_what_they_were_told(team: Team) -> None:
    acme = team.add_account("Acme", SUNDAY)
    row: dict[str, Any] = {"owner_id": team.maya.id, "due_on": date(2026, 3, 2), "loop": Loop.CUSTOMER}
    step = team.add("action", SUNDAY, account_id=acme, text="Send the report", **row)
    live(team, SUNDAY, MONDAY_MORNING)
    [message] = sent(team)
    boxes, maya = frozenset({step}), team.as_(team.maya)
    with team.session() as session:
        assert todos.tick(session, maya, boxes, boxes, MONDAY) == step
    assert shown(team, message, MONDAY).open_todos == 1, "it is done once they were told"
    with team.session() as session:
        steps.done(session, maya, step, MONDAY, words="It went out")
    assert shown(team, message, MONDAY).open_todos == 0
    with team.session() as session:
        assert todos.tick(session, maya, boxes, frozenset(), MONDAY) == 0
    assert shown(team, message, MONDAY).open_todos == 0, "an old message does not open what was closed elsewhere"
    with team.session() as session:
        todos.tick(session, maya, boxes, frozenset(), MONDAY, shown_done=boxes)
    assert shown(team, message, MONDAY).open_todos == 1


def test_what_somebody_else_has_done_is_not_opened_by_an_untick(team: Team) -> None:
    acme = team.add_account("Acme", SUNDAY)
    row: dict[str, Any] = {"owner_id": team.maya.id, "due_on": date(2026, 3, 2), "loop": Loop.OURSELVES}
    step = team.add("action", SUNDAY, account_id=acme, text="Ask Priya", **row)
    live(team, SUNDAY, MONDAY_MORNING)
    boxes = frozenset({step})
    with team.session() as session:
        steps.done(session, team.as_(team.priya), step, MONDAY)
    with (
        pytest.raises(UserError, check=says("You have nothing to take back here")) as refused,
        team.session() as session,
    ):
        todos.tick(session, team.as_(team.maya), boxes, frozenset(), MONDAY, shown_done=boxes)
    before = len(updates(team))
    with team.session() as session:
        assert refused.value.renew is not None
        refused.value.renew(session, MONDAY + HOUR)
    assert len(updates(team)) == before + 1, "the box is ticked again"


Act = Callable[[Session, datetime], object]


def updates(team: Team) -> list[Message]:
    return team.messages("morning", op="update")


def test_every_act_on_a_step_renews_the_morning_message(team: Team) -> None:
    acme = team.add_account("Acme", SUNDAY)
    row: dict[str, Any] = {"owner_id": team.maya.id, "due_on": date(2026, 3, 2), "loop": Loop.OURSELVES}
    ids = [team.add("action", SUNDAY, account_id=acme, text=f"Step {number}", **row) for number in range(4)]
    live(team, SUNDAY, MONDAY_MORNING)
    maya, seen = team.as_(team.maya), len(updates(team))
    acts: tuple[Act, ...] = (
        lambda s, now: steps.done(s, maya, ids[0], now),
        lambda s, now: steps.not_done(s, maya, ids[0], now),
        lambda s, now: steps.drop(s, maya, ids[1], "They have one already", now),
        lambda s, now: steps.move(s, maya, ids[2], date(2026, 3, 9), now),
        lambda s, now: steps.hand_over(s, maya, ids[3], "U0TOM", now),
    )
    for number, act in enumerate(acts, start=1):
        with team.session() as session:
            act(session, MONDAY + number * HOUR / 10)
        assert len(updates(team)) == seen + number
    view = shown(team, sent(team)[0], MONDAY + HOUR)
    assert [todo.action_id for todo in view.todos] == [ids[0]]


def test_every_act_on_a_risk_renews_the_morning_message(team: Team) -> None:
    acme = team.add_account("Acme", SUNDAY)
    weekly(team, acme, date(2026, 3, 3))
    weekly(team, team.add_account("Brick", SUNDAY), date(2026, 3, 3))
    row: dict[str, Any] = {"kind": RiskKind.SPONSOR_LEFT, "severity": Severity.HIGH, "fact": "Their sponsor left"}
    risk = team.add("risk", SUNDAY, account_id=acme, opened_at=SUNDAY, **row)
    live(team, SUNDAY, MONDAY_MORNING)
    maya, seen = team.as_(team.maya), len(updates(team))
    acts: tuple[tuple[Act, int], ...] = (
        (lambda s, now: ownership.claim(s, maya, risk, now), 1),
        (lambda s, now: ownership.snooze(s, maya, risk, now, until=date(2026, 3, 9), why="They are away"), 0),
        (lambda s, now: ownership.wake(s, maya, risk, now), 1),
        (lambda s, now: ownership.close(s, maya, risk, now, how="Ana took over from him"), 0),
        (lambda s, now: ownership.reopen(s, maya, risk, "it is not over", now), 1),
        (lambda s, now: ownership.assign(s, maya, risk, "U0TOM", now), 0),
    )
    for number, (act, held) in enumerate(acts, start=1):
        now = MONDAY + number * HOUR / 10
        with team.session() as session:
            act(session, now)
        assert len(updates(team)) == seen + number
        assert len(shown(team, sent(team)[0], now).risks) == held


def test_evidence_that_expires_within_a_week_says_what_it_costs(team: Team) -> None:
    team.add_proven("Acme", SUNDAY)
    gone_on = next(on for on in (SUNDAY + timedelta(days=ahead) for ahead in range(1, 200)) if expires(team, on))
    with team.session() as session:
        maya = members.by_id(session, 1, team.maya.id)
        assert maya is not None
        for ahead, named in ((9, False), (8, True), (1, True), (0, False)):
            now = gone_on - timedelta(days=ahead)
            view = morning.morning_view(session, morning.morning_of(maya, now.date(), now), now)
            assert bool(view.expiring) is named, ahead
            if named:
                [line] = view.expiring
                assert (line.account, line.before, line.after) == ("Acme", "100%", "0%")
                assert line.last_day == (gone_on - timedelta(days=1)).date()


def expires(team: Team, on: datetime) -> bool:
    """Whether Acme is not proven any more on a day."""
    from bot.app.assessments import assess_now
    from bot.store import proof_state

    with team.database.reading() as session:
        return assess_now(proof_state.load(session, 1, 1), on).coverage == 0


def test_risks_held_stand_in_it_but_bring_no_message_by_themselves(team: Team) -> None:
    acme = team.add_account("Acme", SUNDAY)
    held: dict[str, Any] = {"kind": RiskKind.SPONSOR_LEFT, "severity": Severity.HIGH, "fact": "Their sponsor left"}
    old = SUNDAY - timedelta(days=9)
    team.add("risk", SUNDAY, account_id=acme, owner_id=team.maya.id, opened_at=old, claimed_at=old, **held)
    live(team, SUNDAY, MONDAY_MORNING)
    assert sent(team) == []
    weekly(team, acme, date(2026, 3, 3), now=MONDAY_MORNING - timedelta(minutes=5))
    tick(team, MONDAY_MORNING + 24 * HOUR)
    message = sent(team)[-1]
    assert [risk.fact for risk in shown(team, message, MONDAY_MORNING + 24 * HOUR).risks] == ["Their sponsor left"]


def test_while_the_owner_is_away_the_deputy_has_the_rows(team: Team) -> None:
    acme = team.add_account("Acme", SUNDAY, deputy_id=team.tom.id)
    brick = team.add_account("Brick", SUNDAY, deputy_id=team.tom.id)
    for account_id, at in ((acme, "15:00"), (brick, "16:00")):
        weekly(team, account_id, date(2026, 3, 4), at)
    with team.session() as session:
        absence.go_away(session, team.as_(team.maya), date(2026, 3, 6), MONDAY)
    live(team, MONDAY, datetime(2026, 3, 4, 12, tzinfo=UTC))
    assert [one for one in sent(team) if one.kind in ("morning", "prompt")] == []
    theirs = [one for one in team.messages("morning", op="post") if one.channel == "U0TOM"]
    view = shown(team, theirs[0], MONDAY + 24 * HOUR)
    standing = [row.prompt.standing_in_for for row in view.rows]
    assert [one.name for one in standing if one] == ["Maya Lindqvist"] * 2


def test_it_comes_at_the_hour_and_on_the_days_that_its_reader_has_chosen(team: Team) -> None:
    two_meetings(team)
    with team.session() as session:
        members.save_settings(session, 1, team.maya.id, morning_at="10:00", workdays="MO,WE")
    live(team, SUNDAY, MONDAY_MORNING + HOUR)
    assert sent(team) == []
    live(team, MONDAY_MORNING + HOUR, MONDAY_MORNING + 2 * HOUR)
    assert [message.kind for message in sent(team)] == ["morning"]


def test_two_replicas_or_a_restart_send_it_once(team: Team) -> None:
    two_meetings(team)
    live(team, SUNDAY, MONDAY_MORNING)
    with team.session() as session:
        members.save_settings(session, 1, team.maya.id, morning_at="09:30")
    live(team, MONDAY_MORNING, MONDAY_MORNING + 2 * HOUR)
    assert [message.kind for message in sent(team)].count("morning") == 1


def test_after_an_outage_a_morning_comes_as_long_as_its_day_lasts(team: Team) -> None:
    two_meetings(team)
    tick(team, MONDAY_MORNING + 2 * HOUR)
    assert [message.kind for message in sent(team)] == ["morning"]


def test_sixty_weekly_accounts_are_at_most_ten_messages_a_week_and_each_meeting_is_asked_about(team: Team) -> None:
    for number in range(60):
        on = date(2026, 3, 2) + timedelta(days=number % 5)
        weekly(team, team.add_account(f"Customer {number:02}", SUNDAY), on, f"{9 + number // 5 % 9:02}:00")
    asked: dict[int, datetime] = {}
    now = SUNDAY
    while now < SUNDAY + timedelta(days=7):
        before = len(sent(team))
        for job in JOBS:
            with team.session() as session:
                while job.do_one(session, now):
                    pass
        for message in sent(team)[before:]:
            asked.update(dict.fromkeys(asks_of(team, message, now) - asked.keys(), now))
        now += HOUR / 2
    messages = sent(team)
    assert len(messages) <= 10, [message.key for message in messages]
    with team.session() as session:
        joined = schema.prompt.join(schema.meeting, schema.meeting.c.id == schema.prompt.c.meeting_id)
        columns = select(schema.prompt.c.id, schema.meeting.c.starts_at)
        starts = {row.id: row.starts_at for row in session.execute(columns.select_from(joined))}
    week = {row_id: at for row_id, at in starts.items() if at < SUNDAY + timedelta(days=7)}
    assert len(week) == 60
    assert all(asked[row_id] < at for row_id, at in week.items())


def asks_of(team: Team, message: Message, now: datetime) -> set[int]:
    """The prompts that a message asks about when it is sent, those behind its button as well."""
    if "prompt_id" in message.args:
        return {message.args["prompt_id"]}
    if message.kind != "morning":
        return set()
    view = shown(team, message, now)
    rows = list(view.rows)
    with team.session() as session:
        for page in range(1, -(-view.more // 6) + 1):
            rows += morning.page_view(session, team.as_(team.maya), view.day, page, now).rows
    return {row.prompt.prompt_id for row in rows if row.is_open}
