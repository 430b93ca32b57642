"""An answer keeps everybody who wrote it, changes only what its form showed, and is not open to anybody for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.domain.enums import Change
from bot.features.actions import queries as action_queries
from bot.features.actions import steps
from bot.features.meetings import answer_drafts, answers, forms, prompts
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.answer_drafts import OneLine
from bot.features.meetings.new_answer import NewAnswer
from bot.features.meetings.views import RecordedAnswer
from bot.store import ledger, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.refusals import says
from tests.support.world import World, build

NOW = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
MEETING = datetime(2026, 3, 4, 9, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.begin() as session:
        yield session


@pytest.fixture
def world(session: Session) -> World:
    """Acme's owner, Maya, has just been asked about her meeting of tomorrow."""
    made = build(session)
    while prompts.open_due_prompts(session, NOW):
        pass
    return made


def said(world: World, words: str, meeting_id: int | None = 1) -> NewAnswer:
    return NewAnswer(world.acme, f"V:{words}", Change.BEHAVIOUR, meeting_id, words)


def opened(session: Session, who: Actor, now: datetime = NOW) -> Actor:
    """`who` with the answer form of the prompt before them."""
    return replace(who, seen=forms.answer_form(session, who, now, prompt_id=1).seen)


def on_record(session: Session, world: World) -> RecordedAnswer:
    answer = meeting_queries.answer_of_meeting(session, 1, 1)
    assert answer is not None
    return prompts.answer_view(session, world.maya, answer.id, SOON).answer


def open_gaps(session: Session, world: World) -> list[str]:
    return [gap.title for gap in meeting_queries.open_gaps(session, 1, world.acme)]


def gap(session: Session, world: World, title: str) -> int:
    return ledger.add(
        session, world.maya.author, Entity.GAP, NOW, account_id=world.acme, title=title, owner_id=world.maya.member.id
    )


def test_a_second_answer_that_did_not_show_the_first_does_not_replace_it(session: Session, world: World) -> None:
    manager = opened(session, world.manager)
    answers.answer(session, opened(session, world.maya), said(world, "Legal signs alone"), SOON)
    with pytest.raises(UserError, check=says("^Maya Lindqvist answered for this meeting at 9:35")):
        answers.answer(session, manager, said(world, "Nobody signs"), SOON)
    assert on_record(session, world).what_changed == "Legal signs alone"


def test_what_somebody_changes_in_anothers_answer_is_theirs(session: Session, world: World) -> None:
    first = replace(said(world, "Legal signs alone"), next_action="Send Ana the figures")
    answers.answer(session, world.maya, first, NOW)
    changed = replace(first, submission="V:other", next_action="Call Ana")
    answers.answer(session, opened(session, world.manager, SOON), changed, SOON)
    answer = on_record(session, world)
    assert (answer.by, answer.what_changed, answer.next_action) == ("Maya Lindqvist", "Legal signs alone", "Call Ana")
    [other] = answer.changed_by
    assert (other.name, other.parts, other.at) == ("Priya Nair", ("next step",), SOON)


def test_what_the_first_author_takes_back_is_hers_again(session: Session, world: World) -> None:
    answers.answer(session, world.maya, said(world, "Legal signs alone"), NOW)
    answers.answer(session, world.manager, said(world, "Nobody signs"), SOON)
    answers.answer(session, world.maya, said(world, "Legal does sign alone"), SOON + timedelta(minutes=1))
    assert on_record(session, world).changed_by == () and on_record(session, world).edited


def test_editing_replaces_what_the_answer_said_is_unproven(session: Session, world: World) -> None:
    first = replace(said(world, "Legal signs alone"), unproven="Whether it saves hours")
    answers.answer(session, world.maya, first, NOW)
    answers.answer(session, world.maya, replace(first, unproven="Whether it saves money"), SOON)
    assert open_gaps(session, world) == ["Whether it saves money"]
    answers.answer(session, world.maya, replace(first, unproven=None), SOON)
    assert open_gaps(session, world) == []


def test_editing_leaves_a_question_alone_that_was_there_before_the_answer(session: Session, world: World) -> None:
    gap(session, world, "Whether it saves hours")
    first = replace(said(world, "Legal signs alone"), unproven="Whether it saves hours")
    answers.answer(session, world.maya, first, NOW)
    answers.answer(session, world.maya, replace(first, unproven="Whether it saves money"), SOON)
    assert open_gaps(session, world) == ["Whether it saves hours", "Whether it saves money"]


def test_a_form_closes_no_question_that_it_did_not_show(session: Session, world: World) -> None:
    old = gap(session, world, "Who signs?")
    maya = opened(session, world.maya)
    gap(session, world, "Asked since")
    answers.answer(session, maya, replace(said(world, "Legal signs alone"), settled_gaps=frozenset({old})), SOON)
    assert open_gaps(session, world) == ["Asked since"]


def test_a_question_that_somebody_rewrote_is_not_closed_unseen(session: Session, world: World) -> None:
    old = gap(session, world, "Who signs?")
    maya = opened(session, world.maya)
    ledger.change(session, world.manager.author, Entity.GAP, old, SOON, title="Who signs in Spain?")
    with pytest.raises(UserError, check=says("^Priya Nair changed the title to “Who signs in Spain\\?”")):
        answers.answer(session, maya, replace(said(world, "Legal signs alone"), settled_gaps=frozenset({old})), SOON)
    assert open_gaps(session, world) == ["Who signs in Spain?"]


def test_two_may_find_the_same_question_settled(session: Session, world: World) -> None:
    old = gap(session, world, "Who signs?")
    maya = opened(session, world.maya)
    ledger.change(session, world.manager.author, Entity.GAP, old, SOON, closed_on=date(2026, 3, 3), closed_how="asked")
    answers.answer(session, maya, replace(said(world, "Legal signs alone"), settled_gaps=frozenset({old})), SOON)
    assert open_gaps(session, world) == []


def test_an_answer_does_not_reopen_a_step_that_was_done_meanwhile(session: Session, world: World) -> None:
    first = replace(said(world, "Legal signs alone"), next_action="Send Ana the figures")
    answer = answers.answer(session, world.maya, first, NOW)
    maya = opened(session, world.maya, SOON)
    action = action_queries.of_answer(session, 1, answer.id)
    assert action is not None
    steps.done(session, world.manager, action.id, SOON, words="We sent them")
    with pytest.raises(UserError, check=says("^Priya Nair closed this step")):
        answers.answer(session, maya, replace(first, next_action="Send them again"), SOON)


def test_a_draft_does_not_replace_an_answer_that_came_before_it_was_confirmed(session: Session, world: World) -> None:
    line = OneLine(Change.BEHAVIOUR, "Nobody signs", None, None, None)
    draft = answer_drafts.draft(session, world.manager, world.acme, line, NOW)
    answers.answer(session, world.maya, said(world, "Legal signs alone"), SOON)
    with pytest.raises(UserError, check=says("^Maya Lindqvist answered for this meeting")):
        answer_drafts.confirm(session, world.manager, draft.draft_id, SOON)
    assert on_record(session, world).what_changed == "Legal signs alone"


def test_the_gap_that_stays_is_the_one_that_was_chosen(session: Session, world: World) -> None:
    """By its id: its place among the gaps moves when one before it is closed."""
    first, second = gap(session, world, "A first question"), gap(session, world, "A second question")
    seen = forms.nothing_changed_form(session, world.maya, 1, NOW).seen
    ledger.change(session, world.manager.author, Entity.GAP, first, SOON, closed_on=date(2026, 3, 3), closed_how="x")
    maya = replace(world.maya, seen=seen)
    assert forms.chosen_gap(session, maya, 1, SOON, gap_id=second) == "A second question"
    with pytest.raises(UserError, check=says("^Priya Nair closed that question at 10:35")):
        forms.chosen_gap(session, replace(maya, member=replace(maya.member, tz="Europe/Berlin")), 1, SOON, gap_id=first)


def test_nothing_changed_says_who_answered_first(session: Session, world: World) -> None:
    answers.answer(session, world.manager, said(world, "Legal signs alone"), NOW)
    with pytest.raises(UserError, check=says("This has changed since. Priya Nair answered for Acme GmbH")) as refused:
        answers.nothing_changed(session, world.maya, 1, SOON, submission="V2")
    assert refused.value.renew is not None
    before = session.execute(select(schema.outbox.outbox.c.id)).all()
    refused.value.renew(session, SOON)
    assert len(session.execute(select(schema.outbox.outbox.c.id)).all()) == len(before) + 1


@pytest.mark.parametrize(
    ("after_the_meeting", "may"),
    [(timedelta(), True), (timedelta(days=1), True), (timedelta(days=1, seconds=1), False)],
)
def test_who_was_handed_a_prompt_may_answer_until_a_day_after_it(
    session: Session, world: World, after_the_meeting: timedelta, may: bool
) -> None:
    answers.hand_over(session, world.maya, 1, "U0TOM", NOW)
    answers.answer(session, world.tom, said(world, "Legal signs alone"), NOW)
    then = MEETING + after_the_meeting
    again = replace(said(world, "Nobody signs"), submission="V:again")
    if may:
        answers.answer(session, opened(session, world.tom, then), again, then)
        return
    over = says(
        "You were asked to answer for Acme GmbH once, and that ended on 5 Mar 2026. Ask Maya Lindqvist, who owns"
    )
    with pytest.raises(UserError, check=over):
        answers.answer(session, world.tom, again, then)
    with pytest.raises(UserError, check=over):
        forms.answer_form(session, world.tom, then, prompt_id=1)
    assert on_record(session, world).what_changed == "Legal signs alone"


def test_owner_and_manager_keep_their_right(session: Session, world: World) -> None:
    answers.answer(session, world.maya, said(world, "Legal signs alone"), NOW)
    then = NOW + timedelta(days=200)
    for who in (world.maya, world.manager):
        words = f"Seen again by {who.member.name}"
        answers.answer(session, opened(session, who, then), said(world, words), then)
        assert on_record(session, world).what_changed == words
