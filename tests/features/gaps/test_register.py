"""The register of gaps: each is edited, closed, put off and handed over, and that is taken back; nobody cheats it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.domain.enums import Source
from bot.domain.model import Action, Gap, ProofState
from bot.features.accounts import card, history
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from bot.features.gaps import forms, messages, register
from bot.features.gaps import list as gap_list
from bot.features.gaps.register import Closing, GapEdit
from bot.features.gaps.views import PAGE, GapHandedView
from bot.outbox.types import Moot
from bot.store import changes, ledger, proof_state, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support import factory
from tests.support.refusals import worded
from tests.support.world import World, build, of_another_account, queued

NOW = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
FRIDAY = date(2026, 3, 6)
HOW = "Ana wrote on Monday that finance takes the hours as they are"


@dataclass
class Desk:
    """Acme with one open question, and the clock."""

    session: Session
    world: World
    gap: int
    now: datetime = NOW

    def state(self) -> ProofState:
        return proof_state.load(self.session, 1, self.world.acme)

    def row(self, gap_id: int | None = None) -> Gap:
        return next(gap for gap in self.state().gaps if gap.id == (gap_id or self.gap))

    def steps(self) -> list[Action]:
        return [action for action in self.state().actions if action.gap_id is not None and action.dropped_on is None]

    def save(self, by: Actor | None = None, **typed: Any) -> int:
        self.now += timedelta(minutes=1)
        about: dict[str, Any] = {} if "outcome_id" in typed else {"gap_id": self.gap}
        return register.save(self.session, by or self.world.maya, GapEdit(**about, **typed), self.now)

    def close(self, by: Actor | None = None, **typed: Any) -> int:
        self.now += timedelta(minutes=1)
        return register.close(self.session, by or self.world.maya, Closing(self.gap, **typed), self.now)

    def move(self, due_on: date, by: Actor | None = None, **about: Any) -> int:
        self.now += timedelta(minutes=1)
        named = about or {"gap_id": self.gap}
        return register.move(self.session, by or self.world.maya, self.now, due_on=due_on, **named)

    def hand(self, to: str, by: Actor | None = None, **about: Any) -> int:
        self.now += timedelta(minutes=1)
        named = about or {"gap_id": self.gap}
        return register.hand_over(self.session, by or self.world.maya, self.now, to_slack_id=to, **named)

    def undo(self, first: int, by: Actor | None = None) -> None:
        """Press the Undo that the act showed to who did it."""
        who = by or self.world.maya
        shown = forms.saved(self.session, who, self.now, act="saved", first=first, gap_id=self.gap)
        assert shown.undo is not None
        gap_id, begin, end = (int(part) for part in shown.undo.split(":"))
        self.now += timedelta(minutes=1)
        register.undo(self.session, who, gap_id, self.now, first=begin, last=end)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with database.begin() as session:
        world = build(session)
        gap = ledger.add(
            session,
            factory.BOT,
            Entity.GAP,
            NOW,
            account_id=world.acme,
            title="Does finance take the hours?",
            owner_id=world.maya.member.id,
            opened_at=NOW,
        )
        yield Desk(session, world, gap)


def refused(act: Any, *args: Any, **typed: Any) -> UserError:
    with pytest.raises(UserError) as error:
        act(*args, **typed)
    return error.value


def test_a_gap_gets_step_owner_date_and_risk_and_the_list_shows_them(desk: Desk) -> None:
    desk.save(
        title="Does finance take the hours?",
        next_action="Ask Fin",
        to_slack_id="U0TOM",
        due_on=FRIDAY,
        risk_if_never="The saving stays our word",
    )
    view = gap_list.gaps(desk.session, desk.world.maya, desk.world.acme, desk.now)
    line = view.gaps[0]
    assert (line.title, line.next_action, line.owner, line.due_on) == (
        "Does finance take the hours?",
        "Ask Fin",
        "Tom Okafor",
        FRIDAY,
    )
    assert (line.risk_if_never, line.moved, line.ref) == ("The saving stays our word", 0, f"gap:{desk.gap}")
    (step,) = desk.steps()
    assert (step.text, step.gap_id, step.owner_id, step.due_on) == (
        "Ask Fin",
        desk.gap,
        desk.world.tom.member.id,
        FRIDAY,
    )


def test_editing_a_gap_changes_its_step_and_adds_none(desk: Desk) -> None:
    desk.save(title="Finance?", next_action="Ask Fin", due_on=FRIDAY)
    desk.save(title="Finance?", next_action="Ask Fin for the report", due_on=FRIDAY)
    assert [step.text for step in desk.steps()] == ["Ask Fin for the report"]
    desk.save(title="Finance?", next_action=None, due_on=FRIDAY)
    assert desk.steps() == []
    assert gap_list.gaps(desk.session, desk.world.maya, desk.world.acme, desk.now).gaps[0].next_action is None


def test_who_has_a_gap_stays_where_the_form_names_nobody(desk: Desk) -> None:
    desk.save(title="Finance?", risk_if_never="x")
    assert desk.row().owner_id == desk.world.maya.member.id


def test_the_gap_of_an_outcome_is_written_down_once_it_says_something(desk: Desk) -> None:
    hours = desk.world.hours
    assert [gap.ref for gap in gap_list.gaps(desk.session, desk.world.maya, desk.world.acme, desk.now).gaps] == [
        f"gap:{desk.gap}",
        f"outcome:{hours}",
    ]
    desk.save(outcome_id=hours, next_action="Read it in their CLM", due_on=FRIDAY, risk_if_never="We lose legal")
    desk.move(FRIDAY + timedelta(days=1), outcome_id=hours)
    rows = [gap for gap in desk.state().gaps if gap.outcome_id == hours]
    assert [(gap.next_action, gap.due_on, gap.times_moved) for gap in rows] == [
        ("Read it in their CLM", FRIDAY + timedelta(days=1), 1)
    ]
    assert next(o for o in desk.state().outcomes if o.id == hours).risk_if_never == "We lose legal"
    refusal = refused(register.close, desk.session, desk.world.maya, Closing(rows[0].id, HOW), desk.now)
    assert refusal.code == "gaps.closes_by_evidence"


def test_a_question_closes_with_words_that_show_it_and_its_step_goes_with_it(desk: Desk) -> None:
    desk.save(title="Finance?", next_action="Ask Fin", due_on=FRIDAY)
    first = desk.close(how=HOW)
    assert (desk.row().closed_on, desk.row().closed_how) == (date(2026, 3, 3), HOW)
    assert desk.steps() == []
    shown = forms.saved(desk.session, desk.world.maya, desk.now, act="closed", first=first, gap_id=desk.gap)
    assert (shown.act, shown.closed_how) == ("closed", HOW)
    lines = [
        line.what for line in history.history(desk.session, desk.world.maya, desk.world.acme, None, desk.now).lines
    ]
    assert any(line.startswith("closed the open question “Finance?”") and HOW in line for line in lines)


@pytest.mark.parametrize("how", ["ok", "Done!", "yes, all good now", "n/a", "…", "closed"])
def test_ok_closes_nothing(desk: Desk, how: str) -> None:
    refusal = refused(desk.close, how=how)
    assert (refusal.code, refusal.field) == ("gaps.shows_nothing", "how")
    assert worded(refusal) == f"Say what shows it: a figure, a message, a link. “{how}” closes nothing."
    assert desk.row().closed_on is None


def test_nothing_at_all_closes_nothing_and_a_link_must_be_one(desk: Desk) -> None:
    assert refused(desk.close, how="  ").code == "gaps.how_missing"
    for link in ("ask Ana", "javascript:alert(1)", "docs.example.com"):
        assert refused(desk.close, link=link).code == "gaps.no_link"
    desk.close(link="https://docs.example.com/minutes")
    assert desk.row().closed_link == "https://docs.example.com/minutes"


def test_evidence_closes_a_question_as_long_as_it_stands(desk: Desk) -> None:
    new = NewEvidence(
        desk.world.acme, desk.world.hours, "e", Source.CUSTOMER_SYSTEM, NOW.date(), "400", attested_by=desk.world.ana
    )
    piece = record.record(desk.session, desk.world.maya, new, NOW)
    offered = forms.close_form(desk.session, desk.world.maya, desk.now, gap_id=desk.gap).pieces
    assert [row_id for row_id, _ in offered] == [piece]
    record.withdraw(desk.session, desk.world.maya, piece, "a typing error", NOW)
    assert refused(desk.close, evidence_id=piece).code == "gaps.piece_gone"
    assert forms.close_form(desk.session, desk.world.maya, desk.now, gap_id=desk.gap).pieces == ()


def test_a_closed_gap_is_closed_once(desk: Desk) -> None:
    desk.close(how=HOW)
    assert refused(desk.close, how=HOW).code == "gaps.closed_already"
    assert refused(desk.move, FRIDAY).code == "gaps.closed_already"
    assert refused(desk.hand, "U0TOM").code == "gaps.closed_already"


def test_a_date_that_is_put_off_ten_times_says_so(desk: Desk) -> None:
    desk.save(title="Finance?", next_action="Ask Fin", due_on=FRIDAY)
    for week in range(1, 11):
        desk.move(FRIDAY + timedelta(days=7 * week))
    assert desk.row().times_moved == 10
    assert [step.due_on for step in desk.steps()] == [FRIDAY + timedelta(days=70)]
    line = gap_list.gaps(desk.session, desk.world.maya, desk.world.acme, desk.now).gaps[0]
    assert line.moved == 10
    on_card = card.card(desk.session, desk.world.maya, desk.world.acme, desk.now).unproven
    assert next(gap.moved for gap in on_card if gap.gap_id == desk.gap) == 10


def test_nor_does_taking_the_date_away_and_setting_a_later_one_hide_it(desk: Desk) -> None:
    desk.save(title="Finance?", due_on=FRIDAY)
    desk.save(title="Finance?", due_on=None)
    desk.save(title="Finance?", due_on=FRIDAY + timedelta(days=30))
    assert desk.row().times_moved == 1


def test_an_earlier_date_is_not_put_off(desk: Desk) -> None:
    desk.save(title="Finance?", due_on=FRIDAY)
    desk.move(FRIDAY - timedelta(days=1))
    assert desk.row().times_moved == 0


def test_a_gap_is_moved_to_a_day_to_come_and_to_another_one(desk: Desk) -> None:
    desk.save(title="Finance?", due_on=FRIDAY)
    assert refused(desk.move, date(2026, 3, 2)).code == "gaps.day_passed"
    assert refused(desk.move, FRIDAY).code == "gaps.same_day"
    assert refused(desk.save, title="Finance?", due_on=date(2026, 3, 2)).code == "gaps.day_passed"


def test_a_gap_that_is_late_may_be_edited_without_touching_its_date(desk: Desk) -> None:
    desk.save(title="Finance?", due_on=FRIDAY)
    desk.now += timedelta(days=10)
    desk.save(title="Finance?", due_on=FRIDAY, risk_if_never="The saving stays our word")
    assert (desk.row().due_on, desk.row().times_moved) == (FRIDAY, 0)


def test_a_gap_that_is_handed_over_is_told_to_who_gets_it_and_they_may_act_on_it(desk: Desk) -> None:
    desk.save(title="Finance?", next_action="Ask Fin", due_on=FRIDAY)
    desk.hand("U0TOM")
    assert desk.row().owner_id == desk.world.tom.member.id == desk.steps()[0].owner_id
    (key,) = [key for key, channel in queued(desk.session) if channel == "U0TOM" and key.startswith("gap-handed")]
    args = {"workspace_id": 1, "gap_id": desk.gap, "to": desk.world.tom.member.id, "by": 1, "back": False}
    view = messages.compose_handed(desk.session, args, desk.now)
    assert isinstance(view, GapHandedView) and (view.title, view.next_action) == ("Finance?", "Ask Fin"), key
    line = gap_list.gaps(desk.session, desk.world.tom, desk.world.acme, desk.now).gaps[0]
    assert line.owner_id == desk.world.tom.member.id
    desk.move(FRIDAY + timedelta(days=1), by=desk.world.tom)
    desk.close(by=desk.world.tom, how=HOW)
    assert isinstance(messages.compose_handed(desk.session, args, desk.now), Moot)


def test_nobody_who_is_not_there_gets_a_gap(desk: Desk) -> None:
    gone = desk.session.execute(
        schema.member.insert()
        .values(workspace_id=1, slack_id="U0GONE", name="Gone", is_deactivated=True)
        .returning(schema.member.c.id)
    ).scalar_one()
    for nobody in ("U0GONE", "U0GUS", "U0NOBODY", ""):
        refusal = refused(desk.hand, nobody)
        assert (refusal.code, refusal.field) == ("app.colleague_not_a_member", "colleague"), nobody
    assert refused(desk.hand, "U0MAYA").code == "gaps.colleague_has_it"
    assert gone and desk.row().owner_id == desk.world.maya.member.id
    assert not [key for key, _ in queued(desk.session) if key.startswith("gap-handed")]


def test_others_may_not_touch_it(desk: Desk) -> None:
    for act in (
        lambda: desk.save(by=desk.world.tom, title="x"),
        lambda: desk.move(FRIDAY, by=desk.world.tom),
        lambda: desk.hand("U0TOM", by=desk.world.tom),
        lambda: desk.close(by=desk.world.tom, how=HOW),
    ):
        assert refused(act).code == "gaps.not_yours"
    desk.move(FRIDAY, by=desk.world.manager)


def test_what_was_done_is_taken_back_as_a_whole(desk: Desk) -> None:
    desk.save(title="Finance?", next_action="Ask Fin", due_on=FRIDAY)
    before, steps = desk.row(), desk.steps()
    desk.undo(desk.move(FRIDAY + timedelta(days=7)))
    assert (desk.row(), desk.steps()) == (before, steps)
    desk.undo(desk.save(title="Other", next_action="Other", due_on=FRIDAY, risk_if_never="x"))
    assert (desk.row(), desk.steps()) == (before, steps)
    desk.undo(desk.close(how=HOW))
    assert (desk.row(), desk.steps()) == (before, steps)
    desk.undo(desk.hand("U0TOM"))
    assert (desk.row(), desk.steps()) == (before, steps)
    told = [key for key, channel in queued(desk.session) if channel == "U0TOM"]
    assert [":back:" in key for key in told] == [False, True]


def test_a_step_that_was_added_is_dropped_by_undo(desk: Desk) -> None:
    desk.undo(desk.save(title="Finance?", next_action="Ask Fin", due_on=FRIDAY))
    assert desk.steps() == [] and desk.row().title == "Does finance take the hours?"


def test_undo_is_over_once_somebody_has_built_on_it(desk: Desk) -> None:
    first = desk.move(FRIDAY)
    desk.move(FRIDAY + timedelta(days=1), by=desk.world.manager)
    refusal = refused(desk.undo, first)
    assert refusal.code == "app.changed_meanwhile" and desk.row().due_on == FRIDAY + timedelta(days=1)


def test_nobody_takes_back_what_another_did_nor_twice(desk: Desk) -> None:
    first = desk.move(FRIDAY)
    forged = refused(register.undo, desk.session, desk.world.manager, desk.gap, desk.now, first=first, last=first + 10)
    assert forged.code == "app.nothing_to_take_back" and desk.row().due_on == FRIDAY
    desk.undo(first)
    assert desk.row().due_on is None
    again = refused(register.undo, desk.session, desk.world.maya, desk.gap, desk.now, first=first, last=first)
    assert again.code == "app.changed_meanwhile"


def test_undo_takes_back_no_more_than_one_act_on_a_gap(desk: Desk) -> None:
    begin = desk.move(FRIDAY)
    end = desk.move(FRIDAY + timedelta(days=7))
    several = refused(register.undo, desk.session, desk.world.maya, desk.gap, desk.now, first=begin, last=end + 9)
    assert several.code == "app.nothing_to_take_back"
    desk.now += timedelta(minutes=1)
    ledger.change(desk.session, desk.world.maya.author, Entity.OUTCOME, desk.world.hours, desk.now, target=Decimal(900))
    newest = changes.newest_of_account(desk.session, 1, desk.world.acme)
    terms = refused(register.undo, desk.session, desk.world.maya, desk.gap, desk.now, first=newest, last=newest)
    assert terms.code == "app.nothing_to_take_back"
    assert next(o.target for o in desk.state().outcomes if o.id == desk.world.hours) == 900


def test_who_handed_their_gap_away_may_take_that_back(desk: Desk) -> None:
    desk.hand("U0TOM")
    first = desk.hand("U0ADA", by=desk.world.tom)
    desk.undo(first, by=desk.world.tom)
    assert desk.row().owner_id == desk.world.tom.member.id


def test_a_form_that_says_what_stands_changes_nothing_and_offers_no_undo(desk: Desk) -> None:
    assert desk.save(title="Does finance take the hours?") == 0
    shown = forms.saved(desk.session, desk.world.maya, desk.now, act="saved", first=0, gap_id=desk.gap)
    assert (shown.act, shown.undo) == ("unchanged", None)


def test_a_gap_of_another_account_or_none_is_no_gap(desk: Desk) -> None:
    stranger = of_another_account(desk.session, desk.world, "outcome")
    assert refused(register.save, desk.session, desk.world.maya, GapEdit(), NOW).code == "app.no_such_account"
    desk.move(FRIDAY, outcome_id=stranger)  # Birch is Maya's too
    assert all(gap.outcome_id != stranger for gap in desk.state().gaps)


def test_a_past_day_shows_the_gap_as_it_was(desk: Desk) -> None:
    desk.save(title="Finance?", next_action="Ask Fin", due_on=FRIDAY)
    desk.now += timedelta(days=2)
    desk.move(FRIDAY + timedelta(days=7))
    desk.close(how=HOW)
    view = card.card(desk.session, desk.world.maya, desk.world.acme, desk.now + timedelta(days=3), as_of=NOW.date())
    line = next(gap for gap in view.unproven if gap.gap_id == desk.gap)
    assert (line.title, line.due_on, line.moved, line.next_action) == ("Finance?", FRIDAY, 0, "Ask Fin")


def test_many_gaps_are_shown_page_by_page(desk: Desk) -> None:
    for number in range(PAGE + 3):
        ledger.add(desk.session, factory.BOT, Entity.GAP, NOW, account_id=desk.world.acme, title=f"Question {number}")
    first = gap_list.gaps(desk.session, desk.world.maya, desk.world.acme, desk.now)
    second = gap_list.gaps(desk.session, desk.world.maya, desk.world.acme, desk.now, page=1)
    assert (len(first.gaps), first.more, len(second.gaps), second.more) == (PAGE, 5, 5, 0)
    assert len({gap.ref for gap in first.gaps + second.gaps}) == PAGE + 5
    beyond = gap_list.gaps(desk.session, desk.world.maya, desk.world.acme, desk.now, page=99)
    assert beyond.page == 0
