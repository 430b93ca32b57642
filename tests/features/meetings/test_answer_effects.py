"""What an answer does to gaps and steps, and what editing it changes of that; the decision that it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.app.digest_lines import DigestSpan
from bot.domain.enums import Change, DecisionOf, Loop
from bot.domain.model import Action, Gap, ProofState
from bot.features.accounts import card
from bot.features.gaps import register
from bot.features.gaps.register import Closing, GapEdit
from bot.features.meetings import answer_drafts, answers, forms, prompts
from bot.features.meetings.answer_drafts import OneLine
from bot.features.meetings.new_answer import NewAnswer
from bot.features.meetings.rows import Answer
from bot.features.meetings.views import AnswerFormView
from bot.features.portfolios.movement import movement_lines
from bot.store import proof_state
from bot.store.engine import Database
from tests.support.refusals import worded
from tests.support.world import World, build, of_another_account

NOW = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
FRIDAY = date(2026, 3, 6)
HOURS = "Whether finance accepts the hours"


@dataclass
class Meeting:
    """Acme's owner has been asked; every answer comes a minute after the one before."""

    session: Session
    world: World
    now: datetime = NOW
    given: int = 0

    def answer(self, meeting_id: int | None = 1, **typed: Any) -> Answer:
        self.now += timedelta(minutes=1)
        self.given += 1
        said = {"change": Change.BEHAVIOUR, "what_changed": "Legal signs alone", **typed}
        new = NewAnswer(self.world.acme, f"V{self.given}", meeting_id=meeting_id, **said)
        return answers.answer(self.session, self.world.maya, new, self.now)

    def form(self, **about: Any) -> AnswerFormView:
        named = about or {"prompt_id": 1}
        return forms.answer_form(self.session, self.world.maya, self.now, **named)

    def state(self) -> ProofState:
        return proof_state.load(self.session, 1, self.world.acme)

    def open_gaps(self) -> list[Gap]:
        return [gap for gap in self.state().gaps if gap.closed_on is None]

    def steps(self) -> list[Action]:
        return [step for step in self.state().actions if step.dropped_on is None and step.told_on is None]


@pytest.fixture
def met(database: Database) -> Iterator[Meeting]:
    with database.begin() as session:
        world = build(session)
        while prompts.open_due_prompts(session, NOW):
            pass
        yield Meeting(session, world)


def test_nothing_changed_keeps_what_was_typed_as_unproven(met: Meeting) -> None:
    met.answer(change=Change.NOTHING, what_changed=None, unproven=HOURS)
    assert [gap.title for gap in met.open_gaps()] == [HOURS]


def test_the_short_answer_keeps_what_nobody_had_named_and_repeats_no_gap(met: Meeting) -> None:
    answers.say_obstacle(met.session, met.world.maya, 1, met.now, submission="s", stays=None, why=HOURS)
    assert [gap.title for gap in met.open_gaps()] == [HOURS]


def test_the_short_answer_about_a_gap_opens_no_other(met: Meeting) -> None:
    met.answer(meeting_id=None, unproven=HOURS)
    answers.say_obstacle(met.session, met.world.maya, 1, met.now, submission="s", stays=HOURS, why="Fin is away")
    assert [gap.title for gap in met.open_gaps()] == [HOURS]
    # Whoever edits that answer sees "… hours: Fin is away" as unproven, and saves it as it is.
    met.answer(change=Change.NOTHING, what_changed=None, unproven=f"{HOURS}: Fin is away")
    assert [gap.title for gap in met.open_gaps()] == [HOURS]


def test_a_gap_and_its_step_know_their_answer_and_each_other(met: Meeting) -> None:
    given = met.answer(unproven=HOURS, next_action="Ask Fin", next_due=FRIDAY)
    (gap,), (step,) = met.open_gaps(), met.steps()
    assert (gap.answer_id, step.answer_id, step.gap_id) == (given.id, given.id, gap.id)
    assert (gap.next_action, gap.due_on, gap.owner_id) == ("Ask Fin", FRIDAY, met.world.maya.member.id)


def test_editing_an_answer_changes_its_gap_and_adds_none(met: Meeting) -> None:
    met.answer(unproven=HOURS, next_action="Ask Fin", next_due=FRIDAY)
    before = met.open_gaps()[0].id
    met.answer(unproven="Whether finance takes half of the hours", next_action="Ask Fin twice", next_due=FRIDAY)
    (gap,), (step,) = met.open_gaps(), met.steps()
    assert (gap.id, gap.title, gap.next_action) == (before, "Whether finance takes half of the hours", "Ask Fin twice")
    assert (step.text, step.gap_id) == ("Ask Fin twice", gap.id)
    met.answer(unproven=None)
    assert met.open_gaps() == [] and met.steps() == []


def test_the_gap_of_an_answer_follows_it_whatever_it_was_called_meanwhile(met: Meeting) -> None:
    met.answer(unproven=HOURS)
    gap = met.open_gaps()[0].id
    met.now += timedelta(minutes=1)
    register.save(met.session, met.world.maya, GapEdit(gap_id=gap, title="Finance?"), met.now)
    met.answer(unproven="Whether finance takes half of the hours")
    assert [(row.id, row.title) for row in met.open_gaps()] == [(gap, "Whether finance takes half of the hours")]


def test_editing_an_answer_opens_no_gap_again_that_somebody_has_closed(met: Meeting) -> None:
    met.answer(unproven=HOURS)
    closing = Closing(met.open_gaps()[0].id, "Ana wrote that finance takes them")
    register.close(met.session, met.world.maya, closing, met.now + timedelta(minutes=1))
    met.now += timedelta(minutes=2)
    met.answer(unproven=HOURS, what_changed="Legal signs everything alone")
    assert met.open_gaps() == []


def test_putting_the_step_off_by_editing_the_answer_counts_as_well(met: Meeting) -> None:
    met.answer(unproven=HOURS, next_action="Ask Fin", next_due=FRIDAY)
    for week in (1, 2):
        met.answer(unproven=HOURS, next_action="Ask Fin", next_due=FRIDAY + timedelta(days=7 * week))
    assert met.open_gaps()[0].times_moved == 2


def test_a_step_can_be_for_an_outcome_or_for_a_question_that_is_there(met: Meeting) -> None:
    met.answer(meeting_id=None, unproven=HOURS)
    question = met.open_gaps()[0].id
    met.answer(meeting_id=None, next_action="Read it in their CLM", next_due=FRIDAY, for_outcome_id=met.world.hours)
    met.answer(meeting_id=None, next_action="Ask Fin", next_due=FRIDAY, for_gap_id=question)
    of_outcome = next(gap for gap in met.open_gaps() if gap.outcome_id == met.world.hours)
    assert {step.text: step.gap_id for step in met.steps()} == {
        "Read it in their CLM": of_outcome.id,
        "Ask Fin": question,
    }
    lines = card.card(met.session, met.world.maya, met.world.acme, met.now).unproven
    assert {line.title: line.next_action for line in lines}[HOURS] == "Ask Fin"


def test_the_next_step_is_never_prefilled_and_open_steps_are_ticks(met: Meeting) -> None:
    met.answer(meeting_id=None, next_action="Ask Fin", next_due=FRIDAY)
    form = met.form()
    assert (form.next_action, form.next_due) == (None, None)
    assert [(tick.text, tick.due_on, tick.done) for tick in form.steps] == [("Ask Fin", FRIDAY, False)]


def test_answering_again_with_the_same_step_asks_whether_it_is_done(met: Meeting) -> None:
    met.answer(meeting_id=None, next_action="Ask Fin", next_due=FRIDAY)
    with pytest.raises(UserError) as error:
        met.answer(next_action=" ask  FIN ")
    assert error.value.field == "next_action"
    assert worded(error.value) == (
        "“Ask Fin” is open already, due 6 Mar 2026. Done? Tick it at the top of the form (Edit opens it). Not done? "
        "Leave this empty: it stays open."
    )
    assert [step.text for step in met.steps()] == ["Ask Fin"]


def test_so_does_an_answer_in_one_line(met: Meeting) -> None:
    met.answer(meeting_id=None, next_action="Ask Fin", next_due=FRIDAY)
    line = OneLine(Change.BEHAVIOUR, "Legal signs alone", None, "Ask Fin", None)
    draft = answer_drafts.draft(met.session, met.world.maya, met.world.acme, line, met.now)
    with pytest.raises(UserError) as error:
        answer_drafts.confirm(met.session, met.world.maya, draft.draft_id, met.now)
    assert error.value.code == "meetings.step_open_already"


def test_a_tick_closes_a_step_and_the_answer_says_so(met: Meeting) -> None:
    met.answer(meeting_id=None, unproven=HOURS, next_action="Ask Fin", next_due=FRIDAY)
    step = met.steps()[0].id
    given = met.answer(offered_steps=frozenset({step}), done_steps=frozenset({step}), next_action="Ask Fin")
    assert [row.text for row in met.steps()] == ["Ask Fin"], "the same step may begin anew once it was done"
    assert prompts.answer_view(met.session, met.world.maya, given.id, met.now).answer.done == ("Ask Fin",)


def test_an_untick_takes_it_back_and_a_step_that_was_not_offered_stays_as_it_is(met: Meeting) -> None:
    met.answer(meeting_id=None, next_action="Ask Fin")
    step = met.steps()[0].id
    met.answer(offered_steps=frozenset({step}), done_steps=frozenset({step}))
    assert met.steps() == [] and [tick.done for tick in met.form().steps] == [True]
    met.answer(what_changed="Legal signs everything alone")
    assert met.steps() == [], "this form did not show it"
    met.answer(offered_steps=frozenset({step}))
    assert [row.text for row in met.steps()] == ["Ask Fin"]


def test_what_product_has_is_no_tick(met: Meeting) -> None:
    met.answer(meeting_id=None, next_action="Build the connector", loop=Loop.PRODUCT)
    step = met.steps()[0].id
    assert met.form().steps == ()
    met.answer(offered_steps=frozenset({step}), done_steps=frozenset({step}))
    assert [row.text for row in met.steps()] == ["Build the connector"], "it closes when the customer was told"


@pytest.mark.parametrize("what_changed", [None, "ok", "all good now"])
def test_a_question_is_not_settled_without_a_word_of_what_settled_it(met: Meeting, what_changed: str | None) -> None:
    met.answer(meeting_id=None, unproven=HOURS)
    question = met.open_gaps()[0].id
    change = Change.NOTHING if what_changed is None else Change.BEHAVIOUR
    with pytest.raises(UserError) as error:
        met.answer(change=change, what_changed=what_changed, settled_gaps=frozenset({question}))
    assert (error.value.code, error.value.field) == ("meetings.settled_without_words", "what_changed")
    met.answer(what_changed="Finance takes the hours, Ana wrote", settled_gaps=frozenset({question}))
    closed = next(gap for gap in met.state().gaps if gap.id == question)
    assert closed.closed_how == "Finance takes the hours, Ana wrote"


def test_steps_and_gaps_of_others_are_refused(met: Meeting) -> None:
    stranger = of_another_account(met.session, met.world, "outcome")
    with pytest.raises(UserError) as error:
        met.answer(next_action="Ask Fin", for_outcome_id=stranger)
    assert error.value.code == "app.no_such_account"
    with pytest.raises(UserError):
        met.answer(offered_steps=frozenset({999}), done_steps=frozenset({999}))


def test_an_answer_names_the_decision_that_it_changed(met: Meeting) -> None:
    given = met.answer(decision="  Plant three goes live in May  ", decision_of=DecisionOf.OURS)
    assert (given.decision, given.decision_of) == ("Plant three goes live in May", DecisionOf.OURS)
    form = met.form()
    assert (form.decision, form.decision_of, form.unfolded) == (
        "Plant three goes live in May",
        DecisionOf.OURS,
        True,
    )
    given = met.answer(decision="   ", decision_of=DecisionOf.OURS)
    assert (given.decision, given.decision_of) == (None, None)


def test_the_digest_counts_decisions_and_customers_where_something_moved(met: Meeting) -> None:
    of_another_account(met.session, met.world, "person")

    def line(days: int = 0) -> str:
        span = DigestSpan(1, met.world.portfolio_id, None, met.now + timedelta(days=days))
        (text,) = movement_lines(met.session, span).foot
        return text

    assert line() == "in 30 days belief, behaviour or economics moved in 0 of 2 customers, and no decision changed"
    met.answer(change=Change.NOTHING, what_changed=None)
    assert line().endswith("in 0 of 2 customers, and no decision changed")
    met.answer(meeting_id=None, decision="Plant three goes live in May")
    met.answer(meeting_id=None, change=Change.ECONOMICS, decision="We drop the pilot", decision_of=DecisionOf.OURS)
    assert line().endswith("moved in 1 of 2 customers, and 2 decisions changed (1 theirs, 1 ours)")
    assert line(days=31).endswith("in 0 of 2 customers, and no decision changed")


def test_the_card_says_when_something_moved_last(met: Meeting) -> None:
    def moved(as_of: date | None = None) -> tuple[Change, str | None] | None:
        view = card.card(met.session, met.world.maya, met.world.acme, met.now + timedelta(days=9), as_of=as_of)
        return (view.last_moved.change, view.last_moved.what) if view.last_moved else None

    assert moved() is None
    met.answer(change=Change.NOTHING, what_changed=None)
    assert moved() is None
    met.answer(meeting_id=None, change=Change.BELIEF, what_changed="They trust it")
    met.answer(meeting_id=None, change=Change.NOTHING, what_changed=None)
    assert moved() == (Change.BELIEF, "They trust it")
    met.now += timedelta(days=1)
    met.answer(change=Change.ECONOMICS, what_changed="Two people less")
    assert moved() == (Change.BELIEF, "They trust it"), "the day of an answer is that on which it was given first"
    assert moved(NOW.date()) == (Change.BELIEF, "They trust it")


def test_the_card_of_a_past_day_knows_no_later_answer_nor_edit(met: Meeting) -> None:
    met.answer(change=Change.BELIEF, what_changed="They trust it")
    met.now += timedelta(days=2)
    met.answer(change=Change.ECONOMICS, what_changed="Two people less")
    met.answer(meeting_id=None, change=Change.BEHAVIOUR, what_changed="Plant two uses it")
    view = card.card(met.session, met.world.maya, met.world.acme, met.now + timedelta(days=1), as_of=NOW.date())
    assert view.last_moved is not None
    assert (view.last_moved.change, view.last_moved.what) == (Change.BELIEF, "They trust it")


def test_the_form_that_unfolds_shows_all_of_it_and_checks_the_rights(met: Meeting) -> None:
    full = forms.unfolded_form(met.session, met.world.maya, met.world.acme, met.now, meeting_id=1)
    assert full.unfolded and replace(full, unfolded=False) == met.form()
    with pytest.raises(UserError) as error:
        forms.unfolded_form(met.session, met.world.tom, met.world.acme, met.now, meeting_id=None)
    assert error.value.code == "app.not_your_account"
