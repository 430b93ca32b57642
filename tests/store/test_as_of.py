"""The card as it was: whatever is written later, a past day shows what that day showed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.domain import enums
from bot.domain.model import ProofState
from bot.features.accounts import card as account_card
from bot.features.accounts import judgement, stages
from bot.features.accounts.card_views import CardView
from bot.features.accounts.judgement import NewJudgement
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from bot.features.meetings import answers, cadences, prompts
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.cadences import NewCadence
from bot.features.meetings.new_answer import NewAnswer
from bot.features.review import daily_review
from bot.store import accounts, ledger, members, proof_state, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from bot.store.ledger import Author
from tests.support.cast import MAYA, TOM
from tests.support.world import MONDAY, build

BOT = Author(1, None, "test")
NUMBERS = count(1)
START = date(2026, 1, 1)
TEXTS = st.sampled_from(["Legal signs alone", "No", "株式会社", "‮odd\x00"])
DECIMALS = st.decimals(0, 20, places=1)


@dataclass
class Told:
    """What one account's writer knows: the rows that there are, and the moment."""

    session: Session
    draw: Any
    maya: Actor
    tom: Actor
    account_id: int
    now: datetime

    def any_row(self, table: Table) -> int | None:
        ids = self.session.execute(select(table.c.id).where(table.c.account_id == self.account_id)).scalars().all()
        return self.draw(st.sampled_from(list(ids))) if ids else None

    def add(self, table: Table, **values: Any) -> None:
        ledger.add(self.session, BOT, Entity(table.name), self.now, account_id=self.account_id, **values)

    def change(self, table: Table, **values: Any) -> None:
        row = self.any_row(table)
        if row is not None:
            ledger.change(self.session, self.maya.author, Entity(table.name), row, self.now, **values)

    def day(self, within: int = 60) -> date | None:
        some = st.integers(-within, within).map(lambda days: self.now.date() + timedelta(days=days))
        chosen: date | None = self.draw(st.none() | some)
        return chosen


def plan(told: Told) -> None:
    """Somebody, something to prove, something promised, something in the way."""
    text, day = told.draw(TEXTS), told.day()
    told.add(schema.person, name=text, part=told.draw(st.sampled_from(enums.Part)))
    person = told.any_row(schema.person)
    told.add(schema.promise, text=text, promised_on=day)
    told.add(schema.obstacle, kind=enums.ObstacleKind.POLITICS, text=text, due_on=day)
    told.add(schema.gap, title=text, due_on=day, opened_at=told.now)
    told.add(
        schema.outcome,
        title=text,
        baseline=Decimal(0),
        baseline_on=START,
        baseline_agreed_by=person,
        target=Decimal(10),
        direction=enums.Direction.UP,
        metric="hours",
        due_on=day,
        owner_person_id=person,
        shelf_life_days=told.draw(st.sampled_from([10, 90])),
    )


def prove(told: Told) -> None:
    outcome = told.any_row(schema.outcome)
    if outcome is not None:
        new = NewEvidence(
            told.account_id,
            outcome,
            f"form {next(NUMBERS)}",
            told.draw(st.sampled_from(enums.Source)),
            told.now.date(),
            value=str(told.draw(DECIMALS)),
            attested_by=told.any_row(schema.person),
        )
        older = told.any_row(schema.evidence) if told.draw(st.booleans()) else None
        if older is None:
            record.record(told.session, told.maya, new, told.now)
        else:
            record.supersede(told.session, told.maya, older, new, told.now)


def doubt(told: Told) -> None:
    piece = told.any_row(schema.evidence)
    if piece is None:
        return
    try:
        if told.draw(st.booleans()):
            record.dispute(told.session, told.maya, piece, told.now, by_person=told.any_row(schema.person), why="Wrong")
        else:
            record.withdraw(told.session, told.maya, piece, "Wrong", told.now)
    except UserError:
        return


def edit(told: Told) -> None:
    """Change one thing somewhere."""
    kind = told.draw(st.integers(0, 6))
    table, values = [
        (schema.person, {"left_on": told.day()}),
        (schema.promise, {"last_mentioned_on": told.day()}),
        (schema.obstacle, {"cleared_on": told.day()}),
        (schema.gap, {"closed_on": told.day(), "title": told.draw(TEXTS)}),
        (schema.outcome, {"target": told.draw(DECIMALS), "retired_on": told.day(), "title": told.draw(TEXTS)}),
        (schema.action, {"dropped_on": told.day(), "due_on": told.day()}),
        (schema.risk, {"closed_at": told.now, "state": enums.RiskState.CLOSED}),
    ][kind]
    told.change(table, **values)


def edit_account(told: Told) -> None:
    values = {
        "arr_minor": told.draw(st.none() | st.integers(0, 10**9)),
        "renewal_date": told.day(200),
        "tier": told.draw(st.sampled_from(enums.Tier)),
        "first_win_on": told.day(),
        "name": told.draw(st.sampled_from(["Acme", "Acme GmbH"])),
        "relationship": told.draw(st.sampled_from(enums.Relationship)),
        "owner_id": told.draw(st.sampled_from([told.maya, told.tom])).member.id,
    }
    some = told.draw(st.sets(st.sampled_from(sorted(values))))
    ledger.change(
        told.session,
        told.maya.author,
        Entity.ACCOUNT,
        told.account_id,
        told.now,
        **{name: values[name] for name in some},
    )


def judge(told: Told) -> None:
    verdict = told.draw(st.sampled_from(enums.Verdict))
    judgement.judge(told.session, told.maya, NewJudgement(told.account_id, verdict, "So", "Nothing"), told.now)
    told.add(schema.health, on_date=told.now.date(), score=told.draw(DECIMALS), source=f"tool {next(NUMBERS)}")


def overrule(told: Told) -> None:
    stage = told.draw(st.none() | st.sampled_from(enums.Stage))
    account = accounts.in_workspace(told.session, 1, told.account_id)
    assert account is not None
    if stage is None:
        ledger.change(told.session, BOT, Entity.ACCOUNT, account.id, told.now, stage_reason=None)
    else:
        stages.overrule(told.session, told.maya, account.id, stage, told.now, reason="I know")


def meet(told: Told) -> None:
    """A meeting series, weekly, in place of another; or its end."""
    if told.draw(st.booleans()):
        told.change(schema.cadence, active=False, next_prompt_at=None)
        return
    kind = told.draw(st.sampled_from([enums.CadenceKind.WEEKLY_SYNC, enums.CadenceKind.BUSINESS_REVIEW]))
    first = told.now.date() + timedelta(days=told.draw(st.integers(1, 9)))
    series = NewCadence(told.account_id, kind, first, "10:00", "weekly", "Europe/Berlin")
    cadences.set_cadence(told.session, told.maya, series, told.now)


def pass_time(told: Told) -> None:
    """What the clock does: asks, counts silence, looks at risks and stages."""
    for job in (prompts.open_due_prompts, prompts.close_silent, daily_review.review_due_accounts):
        while job(told.session, told.now):
            pass


def respond(told: Told) -> None:
    prompt_id = told.any_row(schema.prompt)
    prompt = meeting_queries.by_id(told.session, 1, prompt_id) if prompt_id else None
    if prompt is None or prompt.member_id is None:
        return
    asked = members.by_id(told.session, 1, prompt.member_id)
    assert asked is not None
    who = Actor(asked, "test")
    try:
        match told.draw(st.integers(0, 3)):
            case 0:
                answers.meeting_off(told.session, who, prompt.id, told.now)
            case 1:
                answers.hand_over(told.session, who, prompt.id, "U0TOM", told.now)
            case _:
                new = NewAnswer(
                    told.account_id,
                    f"answer {next(NUMBERS)}",
                    told.draw(st.sampled_from([enums.Change.NOTHING, enums.Change.BELIEF])),
                    meeting_id=prompt.meeting_id,
                    what_changed=told.draw(TEXTS),
                    unproven=told.draw(st.none() | TEXTS),
                    next_action=told.draw(st.none() | TEXTS),
                )
                answers.answer(told.session, who, new, told.now)
    except UserError:
        return


STEPS = (
    plan,
    prove,
    prove,
    doubt,
    edit,
    edit,
    edit_account,
    judge,
    overrule,
    meet,
    pass_time,
    pass_time,
    respond,
    respond,
)


def of_then(state: ProofState) -> ProofState:
    """A state as a past day shows it: without what is read for the card of now alone."""
    return replace(state, last_move=None, uncounted=())


def actors(database: Database) -> tuple[Actor, Actor]:
    with database.begin() as session:
        maya, tom = (
            Actor(members.remember(session, 1, user), "test") for user in (MAYA.user(is_admin=True), TOM.user())
        )
    return maya, tom


@pytest.mark.slow
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_past_day_shows_what_that_day_showed(database: Database, data: st.DataObject) -> None:
    maya, tom = actors(database)
    kept: dict[date, tuple[datetime, ProofState, CardView]] = {}
    with database.begin() as session:
        today = START
        account_id = accounts.create(session, BOT, at(today), "Acme", owner_id=maya.member.id)
        for step in data.draw(st.lists(st.sampled_from(STEPS), min_size=3, max_size=14), "steps"):
            step(Told(session, data.draw, maya, tom, account_id, at(today)))
            end = datetime.combine(today + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)
            card = account_card.card(session, tom, account_id, end)
            kept[today] = (
                at(today),
                proof_state.load(session, 1, account_id),
                replace(card, as_of=today, can_write=False, may_ask=False, tier=None, stage_by=None),
            )
            today += timedelta(days=data.draw(st.integers(1, 12)))
        for day, (moment, state, card) in kept.items():
            assert proof_state.load(session, 1, account_id, as_of=moment) == of_then(state)
            assert account_card.card(session, tom, account_id, at(today), as_of=day) == card
        session.rollback()


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def test_a_past_day_shows_its_meetings_with_their_prompts_and_answers_as_they_were(database: Database) -> None:
    with database.begin() as session:
        world = build(session)
        asked, later = MONDAY + timedelta(days=1, hours=1), MONDAY + timedelta(days=1, hours=3)
        before = proof_state.load(session, 1, world.acme)
        while prompts.open_due_prompts(session, asked):
            pass
        waiting = proof_state.load(session, 1, world.acme)
        prompt = meeting_queries.open_of_account(session, 1, world.acme)
        assert prompt is not None
        answers.hand_over(session, world.maya, prompt.id, "U0TOM", asked + timedelta(hours=1))
        handed = proof_state.load(session, 1, world.acme)
        new = NewAnswer(world.acme, "form", enums.Change.BELIEF, prompt.meeting_id, "They trust it")
        answers.answer(session, world.tom, new, later)
        answered = proof_state.load(session, 1, world.acme)
        link = "https://acme.example/hours"
        source = enums.Source.CUSTOMER_SYSTEM
        piece = NewEvidence(world.acme, world.hours, "piece", source, later.date(), value="9", link=link)
        record.record(session, world.maya, piece, later + timedelta(hours=1))
        moved = proof_state.load(session, 1, world.acme)
        moments = (MONDAY, asked, asked + timedelta(hours=1), later, later + timedelta(hours=1))
        for moment, state in zip(moments, (before, waiting, handed, answered, moved), strict=True):
            assert proof_state.load(session, 1, world.acme, as_of=moment) == of_then(state)
    assert [state.next_meeting_at for state in (before, waiting)] == [
        datetime(2026, 3, 4, 9, tzinfo=UTC),
        datetime(2026, 3, 11, 9, tzinfo=UTC),
    ]
    facts = [[(one.prompt, one.asked, one.moved_evidence) for one in s.meetings] for s in (waiting, handed, moved)]
    maya, tom = world.maya.member.id, world.tom.member.id
    assert facts == [
        [(enums.PromptState.OPEN, maya, None)],
        [(enums.PromptState.OPEN, tom, None)],
        [(enums.PromptState.ANSWERED, tom, True)],
    ]


def test_the_card_names_the_meeting_that_comes_next_even_after_it_was_asked_about(database: Database) -> None:
    with database.begin() as session:
        world = build(session)
        asked = MONDAY + timedelta(days=1, hours=1)
        while prompts.open_due_prompts(session, asked):
            pass
        tomorrow = datetime(2026, 3, 4, 9, tzinfo=UTC)
        assert account_card.card(session, world.maya, world.acme, asked).next_meeting_at == tomorrow
        prompt = meeting_queries.open_of_account(session, 1, world.acme)
        assert prompt is not None
        answers.meeting_off(session, world.maya, prompt.id, asked)
        off = account_card.card(session, world.maya, world.acme, asked).next_meeting_at
    assert off == tomorrow + timedelta(days=7)
