"""Who is away is not asked: the deputy is, or the manager; and the days are counted. A series rests, or ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.domain.account.participation import participation
from bot.domain.enums import CadenceKind, Change, PromptState
from bot.domain.portfolio.owner_acts import working_days
from bot.features.meetings import absence, answers, cadences, pauses, prompts, queries
from bot.features.meetings.cadences import NewCadence
from bot.features.meetings.new_answer import NewAnswer
from bot.features.meetings.refusals import MeetingRefusal
from bot.features.portfolios import owner_acts
from bot.outbox.types import Moot
from bot.store import members, proof_state, schema
from bot.store.engine import Database
from tests.support.cast import MAYA, PRIYA, TOM
from tests.support.managing import MONDAY, Team, day

FRIDAY = date(2026, 3, 6)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def weekly(team: Team, account_id: int, on: date) -> None:
    new = NewCadence(account_id, CadenceKind.WEEKLY_SYNC, on, "12:00", "weekly", "UTC")
    with team.session() as session:
        cadences.set_cadence(session, team.as_(team.priya), new, MONDAY)


def asked(team: Team) -> list[tuple[int | None, str]]:
    """Who is asked in each prompt, and its state."""
    with team.database.reading() as session:
        table = schema.prompt
        rows = session.execute(select(table.c.member_id, table.c.state).order_by(table.c.account_id, table.c.id))
        return [(member_id, state.value) for member_id, state in rows]


def go_away(team: Team, who: members.Member, until: date, now: Any = MONDAY) -> None:
    with team.session() as session:
        absence.go_away(session, team.as_(who), until, now)


def test_the_deputy_is_asked_then_the_manager_and_who_is_back_reads_it_once(team: Team) -> None:
    acme = team.add_account("Acme", deputy_id=team.tom.id)
    brick = team.add_account("Brick")
    weekly(team, acme, date(2026, 3, 3))
    weekly(team, brick, date(2026, 3, 4))
    with team.session() as session:
        prompts.open_due_prompts(session, day(MONDAY, 0) + timedelta(hours=3))
    assert asked(team) == [(team.maya.id, "open")], "Acme meets tomorrow"
    now = MONDAY + timedelta(hours=4)
    go_away(team, team.maya, FRIDAY, now)
    assert asked(team) == [(team.tom.id, "open")]
    with team.session() as session:
        prompts.open_due_prompts(session, day(MONDAY, 1) + timedelta(hours=3))
        assert absence.away_view(session, team.as_(team.maya), now).until == FRIDAY
        assert [line.name for line in absence.away_view(session, team.as_(team.maya), now).stand_ins] == [
            TOM.name,
            PRIYA.name,
        ]
    assert asked(team) == [(team.tom.id, "open"), (team.priya.id, "open")], "Brick has no deputy"
    (told,) = [message for message in team.messages("prompt", op="post") if message.channel == TOM.slack_id]
    with team.session() as session:
        (view,) = prompts.compose_prompts(session, [told.args], now)
        assert not isinstance(view, Moot)
        standing_in = view.standing_in_for
        assert standing_in is not None
        assert (standing_in.name, standing_in.until) == (MAYA.name, FRIDAY)
        meeting = queries.by_ids(session, [1], [told.args["prompt_id"]])[told.args["prompt_id"]].meeting_id
    with team.session() as session:
        said = NewAnswer(acme, "said", Change.BELIEF, meeting, "They trust the numbers")
        answers.answer(session, team.as_(team.tom), said, day(MONDAY, 1))
    with team.session() as session:
        assert prompts.close_silent(session, day(MONDAY, 3))
        assert not absence.welcome_back(session, day(MONDAY, 3))
    monday = day(MONDAY, 7)
    for expected in (True, False):
        with team.session() as session:
            assert absence.welcome_back(session, monday) is expected
    (back,) = team.messages("away-back")
    assert back.channel == MAYA.slack_id
    with team.session() as session:
        news = absence.compose_back(session, back.args, monday)
        assert not isinstance(news, Moot)
        assert [(line.account, line.by, line.text) for line in news.answers] == [
            ("Acme", TOM.name, "They trust the numbers")
        ]
        assert [(line.account, line.by) for line in news.passed] == [("Brick", PRIYA.name)]
        people, _ = participation(proof_state.load(session, 1, brick).meetings, monday)
        assert [(entry.member_id, entry.silent) for entry in people] == [(team.priya.id, 1)], "Maya was not silent"
    north = team.portfolio()
    with team.session() as session:
        (line,) = owner_acts.owner_acts(session, north, monday)
        assert line.acts == "5 working days away (usual: 5)", "the manager sees it"


def test_where_nobody_is_there_a_meeting_is_nobodys_silence_but_the_days_count(team: Team) -> None:
    alone = team.add_account("Alone", portfolio_id=None)
    weekly_as_admin = NewCadence(alone, CadenceKind.WEEKLY_SYNC, date(2026, 3, 3), "12:00", "weekly", "UTC")
    with team.session() as session:
        cadences.set_cadence(session, team.as_(team.maya), weekly_as_admin, MONDAY)
    go_away(team, team.maya, FRIDAY)
    with team.session() as session:
        assert absence.away_view(session, team.as_(team.maya), MONDAY).nobody == ((alone, "Alone"),)
        prompts.open_due_prompts(session, MONDAY + timedelta(hours=3))
    with team.session() as session:
        assert prompts.close_silent(session, day(MONDAY, 2))
    assert asked(team) == [(team.maya.id, PromptState.AWAY.value)]
    with team.session() as session:
        assert participation(proof_state.load(session, 1, alone).meetings, day(MONDAY, 3)) == ((), ())


def test_away_has_an_end_and_back_is_back(team: Team) -> None:
    codes = []
    for until in (date(2026, 3, 1), date(2026, 6, 1)):
        with pytest.raises(UserError) as refused:
            go_away(team, team.maya, until)
        codes.append(refused.value.code)
    with team.session() as session, pytest.raises(UserError) as not_away:
        absence.come_back(session, team.as_(team.maya), MONDAY)
    assert [*codes, not_away.value.code] == [
        MeetingRefusal.AWAY_IN_THE_PAST,
        MeetingRefusal.AWAY_TOO_LONG,
        MeetingRefusal.NOT_AWAY,
    ]
    go_away(team, team.maya, FRIDAY)
    go_away(team, team.maya, date(2026, 3, 13), day(MONDAY, 1))
    with team.session() as session:
        absence.come_back(session, team.as_(team.maya), day(MONDAY, 2))
        assert absence.away_view(session, team.as_(team.maya), day(MONDAY, 2)).until is None
    assert len(team.messages("away-back")) == 1
    with team.session() as session:
        assert not absence.welcome_back(session, day(MONDAY, 20)), "told already"


def test_working_days_are_counted_once_each_and_no_weekend() -> None:
    spans = [(7, day(MONDAY, -3), day(MONDAY, 1)), (7, MONDAY, day(MONDAY, 2))]
    assert working_days(spans, day(MONDAY, -90), day(MONDAY, 90)) == {7: 4}, "Friday, Monday, Tuesday, Wednesday"
    assert working_days(spans, MONDAY, day(MONDAY, 1)) == {7: 2}


def test_a_series_rests_until_a_day_goes_on_by_itself_and_is_counted(team: Team) -> None:
    acme = team.add_account("Acme")
    weekly(team, acme, date(2026, 3, 3))
    maya = team.as_(team.maya)
    with team.session() as session:
        (series,) = queries.cadences_of(session, 1, acme)
        for until, code in (
            (date(2026, 3, 2), MeetingRefusal.PAUSE_TOO_SHORT),
            (date(2026, 8, 1), MeetingRefusal.PAUSE_TOO_LONG),
            (date(2026, 3, 3), MeetingRefusal.MEETS_LATER_ANYWAY),
        ):
            with pytest.raises(UserError) as refused:
                pauses.pause_cadence(session, maya, series.id, until, MONDAY)
            assert refused.value.code == code
        pauses.pause_cadence(session, maya, series.id, date(2026, 4, 1), MONDAY)
        (resting,) = queries.cadences_of(session, 1, acme)
        assert resting.next_meeting_at is not None
        assert resting.next_meeting_at.date() == date(2026, 4, 7), "the first Tuesday from then on"
    north = team.portfolio()
    with team.session() as session:
        (line,) = owner_acts.owner_acts(session, north, day(MONDAY, 1))
        assert line.acts == "1 meeting series ended or paused (usual: 1)"
        pauses.end_cadence(session, maya, series.id, day(MONDAY, 1))
        assert queries.cadences_of(session, 1, acme) == []
        with pytest.raises(UserError) as over:
            pauses.pause_form(session, maya, series.id, day(MONDAY, 1))
        assert over.value.code == MeetingRefusal.SERIES_ENDED
