"""What people do with a risk: one of two wins, rights hold, every step is kept and shown in the thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.domain.enums import RiskState
from bot.domain.model import Risk
from bot.features.review import daily_review
from bot.features.risks import ownership, risk_message
from bot.features.risks.views import RiskNoteView, RiskView
from bot.store import schema
from bot.store.engine import Database
from bot.store.members import Member, remember
from tests.support.cast import STELLA
from tests.support.managing import MONDAY, Team, day
from tests.support.refusals import says, worded

TOMORROW = day(MONDAY, 1)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


@pytest.fixture
def risk(team: Team) -> Risk:
    """A risk of Acme's, which Maya owns in Priya's portfolio, told to the channel."""
    acme = team.add_broken("Acme")
    team.look()
    return team.the_risk(acme)


def act(team: Team, member: Member, what: Callable[[Session, Actor], RiskView]) -> RiskView:
    with team.session() as session:
        return what(session, team.as_(member))


def have_it(team: Team, member: Member, risk: Risk, now: datetime = TOMORROW) -> RiskView:
    return act(team, member, lambda session, actor: ownership.claim(session, actor, risk.id, now))


def last_note(team: Team) -> RiskNoteView:
    with team.session() as session:
        note = risk_message.compose_note(session, team.messages("risk-note")[-1].args, TOMORROW)
    assert isinstance(note, RiskNoteView)
    return note


def test_who_takes_a_risk_has_it_and_everybody_sees_it(team: Team, risk: Risk) -> None:
    view = have_it(team, team.maya, risk)
    assert (view.state, view.holder, view.claimed_at) == (RiskState.CLAIMED, "Maya Lindqvist", TOMORROW)
    assert view.manager_told_at is None
    assert [message.key for message in team.messages("risk", op="update")] == [
        f"risk:{risk.id}@{team.messages('risk-note')[-1].args['note_id']}"
    ]
    assert (last_note(team).what, last_note(team).by) == ("taken", "Maya Lindqvist")


def test_pressing_i_have_it_twice_changes_nothing_more(team: Team, risk: Risk) -> None:
    have_it(team, team.maya, risk)
    again = have_it(team, team.maya, risk, TOMORROW + timedelta(minutes=1))
    assert again.claimed_at == TOMORROW
    assert len(team.messages("risk-note")) == 1


def test_the_second_who_presses_is_told_who_has_it(team: Team, risk: Risk) -> None:
    have_it(team, team.maya, risk)
    with pytest.raises(UserError, check=says(r"Maya Lindqvist was first, 1 second ago\.")):
        have_it(team, team.priya, risk)


def test_of_two_who_press_at_the_same_moment_one_wins(team: Team, risk: Risk) -> None:
    said: list[str] = []
    ready = threading.Barrier(2)

    def press(member: Member) -> None:
        ready.wait()
        try:
            said.append(have_it(team, member, risk).holder or "nobody")
        except UserError as refused:
            said.append(worded(refused))

    pressing = [threading.Thread(target=press, args=(member,)) for member in (team.maya, team.priya)]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join()
    winners = [one for one in said if "was first" not in one]
    losers = [one for one in said if "was first" in one]
    assert (len(winners), len(losers)) == (1, 1)
    assert len(team.messages("risk-note")) == 1


def test_a_look_and_a_click_at_the_same_moment_do_not_wait_for_each_other(team: Team, risk: Risk) -> None:
    done: list[str] = []
    ready = threading.Barrier(2)

    def look() -> None:
        ready.wait()
        team.look(day(MONDAY, 2))
        done.append("looked")

    def press() -> None:
        ready.wait()
        have_it(team, team.maya, risk, day(MONDAY, 2))
        done.append("pressed")

    both = [threading.Thread(target=one) for one in (look, press)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(20)
    assert sorted(done) == ["looked", "pressed"]


def test_who_has_no_right_to_the_account_cannot_act_on_its_risk(team: Team, risk: Risk) -> None:
    for who in (team.tom, team.guest):
        with pytest.raises(UserError):
            have_it(team, who, risk)
    assert team.risks()[0].owner_id is None


def test_a_risk_of_another_workspace_is_as_good_as_gone(team: Team, risk: Risk) -> None:
    with team.session() as session:
        other = session.execute(
            schema.workspace.insert()
            .values(team_id="T2", name="Other", created_at=MONDAY)
            .returning(schema.workspace.c.id)
        ).scalar_one()
        stranger = remember(session, other, STELLA.user(is_admin=True))
    with pytest.raises(UserError, check=says("not here any more")):
        have_it(team, stranger, risk)


def test_who_is_given_a_risk_may_act_on_it(team: Team, risk: Risk) -> None:
    given = act(team, team.priya, lambda s, a: ownership.assign(s, a, risk.id, "U0TOM", TOMORROW))
    assert (given.state, given.holder) == (RiskState.CLAIMED, "Tom Okafor")
    assert (last_note(team).what, last_note(team).by, last_note(team).holder) == (
        "assigned",
        "Priya Nair",
        "Tom Okafor",
    )
    closed = act(team, team.tom, lambda s, a: ownership.close(s, a, risk.id, TOMORROW, how="They wrote it down"))
    assert (closed.state, closed.closed_by, closed.closed_how) == (RiskState.CLOSED, "Tom Okafor", "They wrote it down")


def test_a_risk_is_given_to_full_members_only(team: Team, risk: Risk) -> None:
    def assign(slack_id: str) -> RiskView:
        return act(team, team.priya, lambda s, a: ownership.assign(s, a, risk.id, slack_id, TOMORROW))

    for slack_id in ("U0GUS", "U0NOBODY"):
        with pytest.raises(UserError) as refused:
            assign(slack_id)
        assert refused.value.field == "assignee"


def test_who_is_given_a_risk_without_a_message_gets_it_by_direct_message(team: Team) -> None:
    smallest_account = team.add_broken("Smallest", arr_minor=1)
    for number in range(6):
        team.add_broken(f"Account {number}")
    team.look()
    smallest = team.the_risk(smallest_account)
    assert f"risk:{smallest.id}" not in {message.key for message in team.messages()}
    act(team, team.priya, lambda s, a: ownership.assign(s, a, smallest.id, "U0TOM", TOMORROW))
    sent = next(message for message in team.messages() if message.key == f"risk:{smallest.id}")
    assert (sent.channel, sent.destination) == ("U0TOM", "user")


def test_a_snooze_needs_a_later_day_within_ninety_and_a_reason(team: Team, risk: Risk) -> None:
    def snooze(days: int, why: str) -> RiskView:
        until = day(TOMORROW, days).date()
        return act(team, team.maya, lambda s, a: ownership.snooze(s, a, risk.id, TOMORROW, until=until, why=why))

    for days, why, field in ((0, "later", "until"), (91, "later", "until"), (7, "  ", "why")):
        with pytest.raises(UserError) as refused:
            snooze(days, why)
        assert refused.value.field == field
    view = snooze(7, "Their auditor is in")
    assert (view.state, view.snoozed_why) == (RiskState.SNOOZED, "Their auditor is in")
    assert view.snoozed_until == datetime.fromisoformat("2026-03-10T09:00+01:00")
    assert (last_note(team).what, last_note(team).why) == ("snoozed", "Their auditor is in")
    assert last_note(team).until == view.snoozed_until


def test_a_snoozed_risk_reminds_nobody_and_can_be_taken(team: Team, risk: Risk) -> None:
    until = day(TOMORROW, 7).date()
    act(team, team.maya, lambda s, a: ownership.snooze(s, a, risk.id, TOMORROW, until=until, why="Their auditor is in"))
    with team.session() as session:
        assert not daily_review.remind_unclaimed(session, day(TOMORROW, 5))
    view = have_it(team, team.priya, risk)
    assert (view.state, view.snoozed_until, view.holder) == (RiskState.CLAIMED, None, "Priya Nair")


def test_a_snooze_can_be_ended_at_once_and_the_manager_is_reminded_again(team: Team, risk: Risk) -> None:
    until = day(TOMORROW, 7).date()
    act(team, team.maya, lambda s, a: ownership.snooze(s, a, risk.id, TOMORROW, until=until, why="Their auditor is in"))
    woken = act(team, team.priya, lambda s, a: ownership.wake(s, a, risk.id, TOMORROW))
    assert (woken.state, woken.snoozed_until, woken.owner) == (RiskState.OPEN, None, "U0MAYA")
    assert woken.manager_told_at == day(TOMORROW, 1)
    assert (last_note(team).what, last_note(team).by) == ("woke", "Priya Nair")
    again = act(team, team.priya, lambda s, a: ownership.wake(s, a, risk.id, TOMORROW))
    assert again.state is RiskState.OPEN


def test_closing_needs_evidence_or_a_sentence(team: Team, risk: Risk) -> None:
    with pytest.raises(UserError) as refused:
        act(team, team.maya, lambda s, a: ownership.close(s, a, risk.id, TOMORROW, how=" "))
    assert refused.value.field == "how"


def test_closing_with_evidence_names_the_piece(team: Team) -> None:
    acme, outcome_id, evidence_id = team.add_proven("Acme")
    team.change("evidence", evidence_id, disputed_on=MONDAY.date(), disputed_why="wrong month")
    team.look()
    disputed = team.the_risk(acme)
    before = team.prove(acme, outcome_id, "390", attested_by=1, as_of=day(MONDAY, -1).date())
    better = team.prove(acme, outcome_id, "380", TOMORROW, attested_by=1)
    with team.session() as session:
        form = ownership.close_form(session, team.as_(team.maya), disputed.id, TOMORROW)
    assert [piece.evidence_id for piece in form.pieces] == [better]
    for piece_id in (evidence_id, before):
        with team.session() as session, pytest.raises(UserError) as refused:
            ownership.close(session, team.as_(team.maya), disputed.id, TOMORROW, evidence_id=piece_id)
        assert refused.value.field == "evidence"
    view = act(team, team.maya, lambda s, a: ownership.close(s, a, disputed.id, TOMORROW, evidence_id=better))
    assert view.closed_how == "380 tickets of 3 Mar 2026 for “Fewer tickets a month”"


def test_a_closed_risk_takes_no_more_actions_but_can_be_reopened(team: Team, risk: Risk) -> None:
    have_it(team, team.maya, risk)
    act(team, team.maya, lambda s, a: ownership.close(s, a, risk.id, TOMORROW, how="They wrote it down, says Dana"))
    with pytest.raises(UserError, check=says("closed on 3 Mar 2026")):
        have_it(team, team.priya, risk)
    view = act(team, team.priya, lambda s, a: ownership.reopen(s, a, risk.id, "It is not done", TOMORROW))
    assert (view.state, view.holder, view.closed_how) == (RiskState.CLAIMED, "Maya Lindqvist", None)
    assert (last_note(team).what, last_note(team).why) == ("reopened", "It is not done")


def test_a_closed_risk_stays_closed_while_the_same_danger_is_open_again(team: Team, risk: Risk) -> None:
    act(team, team.maya, lambda s, a: ownership.close(s, a, risk.id, TOMORROW, how="They wrote it down, says Dana"))
    team.look(day(TOMORROW, 31))
    assert len(team.risks()) == 1
    with pytest.raises(UserError, check=says("newer message")):
        act(team, team.maya, lambda s, a: ownership.reopen(s, a, risk.id, "", day(TOMORROW, 31)))


def test_the_message_that_was_closed_before_it_was_sent_is_moot(team: Team, risk: Risk) -> None:
    act(team, team.maya, lambda s, a: ownership.close(s, a, risk.id, TOMORROW, how="They wrote it down, says Dana"))
    with team.session() as session:
        assert not isinstance(
            risk_message.compose_risk(session, {"workspace_id": 1, "risk_id": risk.id, "first": True}, TOMORROW),
            RiskView,
        )
        assert isinstance(
            risk_message.compose_risk(session, {"workspace_id": 1, "risk_id": risk.id, "first": False}, TOMORROW),
            RiskView,
        )


def test_the_forms_of_a_risk_are_read_without_writing(team: Team, risk: Risk) -> None:
    with team.database.reading() as session:
        actor = team.as_(team.maya)
        assert ownership.assign_form(session, actor, risk.id, TOMORROW).holder is None
        assert ownership.snooze_form(session, actor, risk.id, TOMORROW).until == day(TOMORROW, 7).date()
        assert ownership.close_form(session, actor, risk.id, TOMORROW).pieces == ()
    with team.database.reading() as session, pytest.raises(UserError):
        ownership.close_form(session, team.as_(team.tom), risk.id, TOMORROW)
