"""The owner's half of the loop: answers, snoozes, hand-overs, and that nothing is recorded twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.app import submissions
from bot.app.actor import UserError
from bot.app.submissions import Submission
from bot.domain.enums import Change, PromptState, Source
from bot.features.accounts import card as account_card
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from bot.features.meetings import answer_drafts, answers, forms, prompts
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.answer_drafts import OneLine
from bot.features.meetings.new_answer import NewAnswer
from bot.features.meetings.rows import Answer
from bot.features.meetings.views import PromptView
from bot.store import schema
from bot.store.engine import Database
from bot.store.schema import history
from tests.support.refusals import says
from tests.support.world import World, build, of_another_account, queued

NOW = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.begin() as session:
        yield session


@pytest.fixture
def world(session: Session) -> World:
    """Acme's owner has just been asked."""
    made = build(session)
    while prompts.open_due_prompts(session, NOW):
        pass
    return made


def full(world: World) -> NewAnswer:
    return NewAnswer(
        account_id=world.acme,
        meeting_id=1,
        submission="V1:answer",
        change=Change.BEHAVIOUR,
        what_changed="Legal signs without calling us",
        unproven="Whether finance accepts the hours",
        next_action="Send Ana the figures",
        next_due=date(2026, 3, 6),
    )


def evidence(world: World, **values: Any) -> NewEvidence:
    base = NewEvidence(
        account_id=world.acme,
        outcome_id=world.hours,
        submission="V2:evidence",
        source=Source.CUSTOMER_SYSTEM,
        as_of=date(2026, 3, 2),
        value="10",
        attested_by=world.ana,
        link="https://acme.example/signing",
    )
    return replace(base, **values)


def state_of_the_prompt(session: Session) -> PromptState:
    prompt = meeting_queries.by_id(session, 1, 1)
    assert prompt is not None
    return prompt.state


def last_answer(session: Session, world: World) -> Answer:
    answer = meeting_queries.last_answer(session, 1, world.acme)
    assert answer is not None
    return answer


def count(session: Session, table: str) -> int:
    return int(session.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one())


def test_an_answer_closes_the_prompt_and_sets_gap_and_action(session: Session, world: World) -> None:
    answers.answer(session, world.maya, full(world), NOW)
    assert state_of_the_prompt(session) is PromptState.ANSWERED
    card = account_card.card(session, world.maya, world.acme, NOW)
    assert card.next_action is not None and card.next_action.text == "Send Ana the figures"
    assert [gap.title for gap in card.unproven] == [
        "Whether finance accepts the hours",
        "Contracts signed within 5 days",
    ]
    assert queued(session)[-1][0].startswith("prompt:1@")


def test_the_same_submission_delivered_twice_is_one_answer(session: Session, world: World) -> None:
    form = Submission("V1:answer")
    done = [
        submissions.once(
            session, world.maya, form, lambda: answers.answer(session, world.maya, full(world), NOW).id, moment
        )
        for moment in (NOW, NOW + timedelta(seconds=5))
    ]
    assert done[0] == done[1]
    assert (count(session, "answer"), count(session, "gap"), count(session, "action")) == (1, 1, 1)


def test_a_second_answer_to_the_same_meeting_edits_the_first_and_history_keeps_both(
    session: Session, world: World
) -> None:
    answers.answer(session, world.maya, full(world), NOW)
    edited = replace(full(world), submission="V9:answer", what_changed="Legal and sales sign without us")
    answers.answer(session, world.maya, edited, NOW + timedelta(minutes=5))
    assert count(session, "answer") == 1
    [view] = prompts.compose_prompts(
        session, [{"workspace_id": 1, "prompt_id": 1, "to": "U0MAYA", "first": False}], NOW
    )
    assert isinstance(view, PromptView) and view.answer is not None
    assert view.answer.what_changed == "Legal and sales sign without us" and view.answer.edited
    changes = session.execute(select(history.c.before).where(history.c.entity == "answer")).scalars()
    assert any((before or {}).get("what_changed") == "Legal signs without calling us" for before in changes)


def test_an_answer_without_evidence_is_counted_as_one_that_did_not_move_it(session: Session, world: World) -> None:
    assert not answers.answer(session, world.maya, full(world), NOW).moved_evidence


def test_evidence_recorded_while_answering_belongs_to_the_answer(session: Session, world: World) -> None:
    record.record(session, world.maya, evidence(world), NOW)
    assert answers.answer(session, world.maya, full(world), NOW).moved_evidence


def test_evidence_added_afterwards_from_the_message_belongs_to_it_too(session: Session, world: World) -> None:
    answers.answer(session, world.maya, full(world), NOW)
    record.record(session, world.maya, evidence(world), NOW + timedelta(hours=1))
    assert last_answer(session, world).moved_evidence


def test_something_that_changed_must_be_said_in_words(session: Session, world: World) -> None:
    with pytest.raises(UserError) as refused:
        answers.answer(session, world.maya, replace(full(world), what_changed="  "), NOW)
    assert refused.value.field == "what_changed"
    assert count(session, "answer") == 0


def test_a_next_action_cannot_be_due_in_the_past(session: Session, world: World) -> None:
    with pytest.raises(UserError, check=says("passed")):
        answers.answer(session, world.maya, replace(full(world), next_due=date(2026, 3, 2)), NOW)


def test_nothing_changed_is_an_answer_without_words(session: Session, world: World) -> None:
    answer = answers.nothing_changed(session, world.maya, 1, NOW, submission="press")
    assert (answer.change, answer.unproven) == (Change.NOTHING, None)
    assert state_of_the_prompt(session) is PromptState.ANSWERED


def test_what_is_in_the_way_is_added_to_the_answer_that_nothing_changed(session: Session, world: World) -> None:
    first = answers.nothing_changed(session, world.maya, 1, NOW, submission="press")
    seen = forms.nothing_changed_form(session, world.maya, 1, NOW).seen
    maya = replace(world.maya, seen=seen)
    stays, why = "Contracts", "their review is late"
    with pytest.raises(UserError, check=says("Say in a few words")):
        answers.say_obstacle(session, maya, 1, NOW, submission="V3:nothing", stays=stays, why=" ")
    answer = answers.say_obstacle(session, maya, 1, NOW, submission="V3:nothing", stays=stays, why=why)
    assert (answer.id, answer.unproven) == (first.id, "Contracts: their review is late")
    assert state_of_the_prompt(session) is PromptState.ANSWERED


def test_a_meeting_that_is_off_is_asked_about_again_if_that_is_taken_back_in_time(
    session: Session, world: World
) -> None:
    answers.meeting_off(session, world.maya, 1, NOW)
    with pytest.raises(UserError, check=says("the deputy or the manager can change")):
        answers.undo(session, world.tom, 1, NOW)
    answers.undo(session, world.maya, 1, NOW)
    assert state_of_the_prompt(session) is PromptState.OPEN
    answers.meeting_off(session, world.maya, 1, NOW)
    with pytest.raises(UserError, check=says("has passed")):
        answers.undo(session, world.maya, 1, datetime(2026, 3, 4, 9, tzinfo=UTC))


def test_who_handed_a_prompt_over_takes_it_back_until_it_is_answered(session: Session, world: World) -> None:
    answers.hand_over(session, world.maya, 1, "U0TOM", NOW)
    [theirs] = prompts.compose_prompts(session, [shown_to("U0TOM")], NOW)
    assert isinstance(theirs, PromptView) and (theirs.handed_from, theirs.can_undo) == ("Maya Lindqvist", False)
    [mine] = prompts.compose_prompts(session, [shown_to("U0MAYA")], NOW)
    assert isinstance(mine, PromptView) and (mine.handed_to, mine.can_undo) == ("Tom Okafor", True)
    with pytest.raises(UserError):
        answers.undo(session, world.tom, 1, NOW)
    answers.undo(session, world.maya, 1, NOW)
    [theirs] = prompts.compose_prompts(session, [shown_to("U0TOM")], NOW)
    assert isinstance(theirs, PromptView) and theirs.handed_to == "Maya Lindqvist"
    answers.hand_over(session, world.maya, 1, "U0TOM", NOW + timedelta(seconds=1))
    answers.answer(session, world.tom, full(world), NOW)
    with pytest.raises(UserError, check=says("Tom Okafor answered")):
        answers.undo(session, world.maya, 1, NOW)


def shown_to(slack_id: str) -> dict[str, Any]:
    return {"workspace_id": 1, "prompt_id": 1, "to": slack_id, "first": False}


def test_a_snoozed_prompt_asks_again_and_not_after_the_meeting(session: Session, world: World) -> None:
    assert answers.snooze(session, world.maya, 1, "hour", NOW) == NOW + timedelta(hours=1)
    assert ("prompt:1:again:20260303T1030", "U0MAYA") in queued(session)
    with pytest.raises(UserError, check=says("begins before")):
        answers.snooze(session, world.maya, 1, "hour", datetime(2026, 3, 4, 8, 30, tzinfo=UTC))


def test_a_prompt_handed_over_asks_the_colleague_who_may_then_answer(session: Session, world: World) -> None:
    with pytest.raises(UserError, check=says("the deputy or the manager can change")):
        answers.answer(session, world.tom, full(world), NOW)
    assert answers.hand_over(session, world.maya, 1, "U0TOM", NOW) == "Tom Okafor"
    assert queued(session)[-1][1] == "U0TOM"
    answers.answer(session, world.tom, full(world), NOW)
    assert last_answer(session, world).member_id == world.tom.member.id


def test_a_prompt_is_not_handed_to_a_guest(session: Session, world: World) -> None:
    with pytest.raises(UserError, check=says("full member")):
        answers.hand_over(session, world.maya, 1, "U0GUS", NOW)


def test_a_button_on_an_old_message_says_what_happened(session: Session, world: World) -> None:
    answers.meeting_off(session, world.maya, 1, NOW)
    with pytest.raises(UserError, check=says("is off")):
        answers.meeting_off(session, world.maya, 1, NOW)
    with pytest.raises(UserError, check=says("is off")):
        answers.nothing_changed(session, world.maya, 1, NOW, submission="V4:n")


def test_a_line_is_kept_as_a_draft_and_recorded_once_when_confirmed(session: Session, world: World) -> None:
    line = OneLine(None, "Legal signs alone", "the hours", "send figures", date(2026, 3, 6))
    preview = answer_drafts.draft(session, world.maya, world.acme, line, NOW)
    assert preview.change is Change.BEHAVIOUR and count(session, "answer") == 0
    answer_drafts.choose_change(session, world.maya, preview.draft_id, Change.BELIEF)
    first = answer_drafts.confirm(session, world.maya, preview.draft_id, NOW)
    again = answer_drafts.confirm(session, world.maya, preview.draft_id, NOW)
    assert first.id == again.id and first.change is Change.BELIEF
    assert state_of_the_prompt(session) is PromptState.ANSWERED


def test_nobody_confirms_the_draft_of_another(session: Session, world: World) -> None:
    preview = answer_drafts.draft(session, world.maya, world.acme, OneLine(None, "x", None, None, None), NOW)
    with pytest.raises(UserError, check=says("not yours")):
        answer_drafts.confirm(session, world.manager, preview.draft_id, NOW)


def test_confirmed_evidence_shows_on_the_card_with_its_attestor(session: Session, world: World) -> None:
    record.record(session, world.maya, evidence(world, value="5"), NOW)
    card = account_card.card(session, world.maya, world.acme, NOW)
    assert (card.coverage, card.seen) == ("100%", "0%")
    assert card.proven[0].attestor == "Ana Ruiz" and card.proven[0].value == "5 days"
    assert card.proven[0].witness == "linked by Maya Lindqvist, nobody else has looked"


def test_the_same_evidence_form_delivered_twice_is_one_piece(session: Session, world: World) -> None:
    form = Submission("V2:evidence")
    done = [
        submissions.once(
            session, world.maya, form, lambda: record.record(session, world.maya, evidence(world), NOW), NOW
        )
        for _ in range(2)
    ]
    assert done[0] == done[1]
    assert count(session, "evidence") == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": "about ten"}, "value"),
        ({"value": None}, "value"),
        ({"as_of": date(2026, 3, 9)}, "as_of"),
    ],
)
def test_bad_evidence_is_refused_on_the_field_at_fault(
    session: Session, world: World, values: dict[str, object], field: str
) -> None:
    with pytest.raises(UserError) as refused:
        record.record(session, world.maya, evidence(world, **values), NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("entity", "named", "field"), [("person", "attested_by", "attested_by"), ("outcome", "outcome_id", "outcome")]
)
def test_evidence_takes_no_person_and_no_outcome_of_another_account(
    session: Session, world: World, entity: str, named: str, field: str
) -> None:
    other = of_another_account(session, world, entity)
    with pytest.raises(UserError) as refused:
        record.record(session, world.maya, evidence(world, **{named: other}), NOW)
    assert refused.value.field == field


def test_the_card_as_of_an_earlier_day_shows_what_was_known_then(session: Session, world: World) -> None:
    record.record(session, world.maya, evidence(world, value="5"), NOW)
    later = NOW + timedelta(days=10)
    record.withdraw(session, world.maya, 1, "counted twice", later)
    assert account_card.card(session, world.maya, world.acme, later).coverage == "0%"
    then = account_card.card(session, world.maya, world.acme, later, as_of=NOW.date())
    assert then.coverage == "100%" and then.as_of == NOW.date()
    with pytest.raises(UserError, check=says("not here yet")):
        account_card.card(session, world.maya, world.acme, later, as_of=date(2026, 2, 1))


def test_guests_see_nothing_and_strangers_to_an_account_change_nothing(session: Session, world: World) -> None:
    with pytest.raises(UserError, check=says("full member")):
        account_card.card(session, world.guest, world.acme, NOW)
    assert account_card.card(session, world.tom, world.acme, NOW).can_write is False
    with pytest.raises(UserError, check=says("Maya Lindqvist")):
        record.record(session, world.tom, evidence(world), NOW)


def in_force_already(world: World) -> NewEvidence:
    """The same figure again, in writing: it changes the standing of nothing."""
    return evidence(world, submission="V2:evidence", value="9", link=None)


def a_week_ago(session: Session, world: World) -> None:
    """The figure was recorded then, and belongs to an answer of that day."""
    then = NOW - timedelta(days=8)
    first = evidence(world, value="9", submission="V1", as_of=date(2026, 2, 20), link="https://acme.example/0")
    record.record(session, world.maya, first, then)
    answers.answer(session, world.maya, NewAnswer(world.acme, "V0:answer", Change.NOTHING), then)


def test_our_word_moves_no_answer_and_a_figure_that_changes_nothing_needs_a_link(
    session: Session, world: World
) -> None:
    a_week_ago(session, world)
    answers.answer(session, world.maya, full(world), NOW)
    talk = replace(evidence(world), submission="V3:evidence", source=Source.OUR_WORD, link="https://acme.example/1")
    record.record(session, world.maya, talk, NOW + timedelta(hours=1))
    record.record(session, world.maya, in_force_already(world), NOW + timedelta(hours=2))
    assert not last_answer(session, world).moved_evidence
    linked = replace(in_force_already(world), submission="V4:evidence", link="https://acme.example/2")
    piece = record.record(session, world.maya, linked, NOW + timedelta(hours=3))
    assert last_answer(session, world).moved_evidence
    record.withdraw(session, world.maya, piece, "It was last month's", NOW + timedelta(hours=4))
    assert not last_answer(session, world).moved_evidence


def test_a_backdated_piece_moves_no_answer(session: Session, world: World) -> None:
    a_week_ago(session, world)
    answers.answer(session, world.maya, full(world), NOW)
    old = replace(in_force_already(world), link="https://acme.example/2", as_of=date(2026, 1, 5))
    record.record(session, world.maya, old, NOW + timedelta(hours=1))
    assert not last_answer(session, world).moved_evidence
