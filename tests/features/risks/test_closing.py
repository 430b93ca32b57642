"""Closing a risk takes evidence that counts, a fact that changed, or words that the manager reads; "ok" is none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.app.actor import UserError
from bot.domain.enums import Closing, RiskKind, Source
from bot.domain.model import Risk
from bot.features.risks import closed_by_words, ownership
from bot.features.risks.views import ClosedByWordsView
from bot.outbox.types import Moot
from bot.store.engine import Database
from bot.store.members import Member
from tests.support.managing import MONDAY, Message, Team, day
from tests.support.refusals import says

FACT = "Nobody has written down what success means"
WORDS = "Dana writes success down with us on Friday"


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


@pytest.fixture
def risk(team: Team) -> Risk:
    acme = team.add_account("Acme")
    team.look()
    return team.the_risk(acme)


def close(team: Team, member: Member, risk: Risk, now: datetime = MONDAY, **how: Any) -> None:
    with team.session() as session:
        ownership.close(session, team.as_(member), risk.id, now, **how)


def kept(team: Team, risk: Risk) -> Risk:
    (found,) = [one for one in team.risks(still_open=False) if one.id == risk.id]
    return found


def told(team: Team) -> list[Message]:
    return team.messages("risk-closed")


@pytest.mark.parametrize("words", ["", "  ", "ok", "Done.", "all good now", FACT])
def test_ok_closes_nothing(team: Team, risk: Risk, words: str) -> None:
    with pytest.raises(UserError, check=says("“ok” closes nothing")) as refused:
        close(team, team.maya, risk, how=words)
    assert refused.value.field == "how"
    assert kept(team, risk).closed_at is None


def test_words_alone_close_it_and_the_manager_reads_them_in_working_hours(team: Team, risk: Risk) -> None:
    evening = datetime(2026, 3, 2, 20, tzinfo=UTC)
    close(team, team.maya, risk, evening, how=WORDS)
    assert kept(team, risk).closing is Closing.WORDS
    (message,) = told(team)
    assert (message.channel, message.destination) == ("U0PRIYA", "user")
    with team.session() as session:
        view = closed_by_words.compose_closed(session, message.args, day(evening, 1))
    assert isinstance(view, ClosedByWordsView)
    assert (view.account, view.by, view.owns, view.words) == ("Acme", "Maya Lindqvist", True, WORDS)
    assert view.fact == FACT


def test_a_manager_who_closes_is_told_nothing_and_one_who_owns_is_overseen(team: Team, risk: Risk) -> None:
    close(team, team.priya, risk, how=WORDS)
    assert told(team) == []
    brick = team.add_account("Brick", owner_id=team.priya.id)
    team.look()
    close(team, team.priya, team.the_risk(brick), how=WORDS)
    assert [message.channel for message in told(team)] == [team.ada.slack_id]


def test_the_message_is_dropped_when_the_risk_is_open_again(team: Team, risk: Risk) -> None:
    close(team, team.maya, risk, how=WORDS)
    with team.session() as session:
        ownership.reopen(session, team.as_(team.priya), risk.id, "not yet", MONDAY)
    (message,) = told(team)
    with team.session() as session:
        assert isinstance(closed_by_words.compose_closed(session, message.args, MONDAY), Moot)


def test_the_same_words_close_it_once(team: Team, risk: Risk) -> None:
    close(team, team.maya, risk, how=WORDS)
    team.look(day(MONDAY, 1))
    with pytest.raises(UserError, check=says("closed it on 2 Mar 2026, and it was still true")):
        close(team, team.maya, risk, day(MONDAY, 1), how=WORDS.upper() + "!")
    assert kept(team, risk).closed_at is None


def test_a_fact_that_changed_closes_it_without_a_word(team: Team, risk: Risk) -> None:
    team.add_outcome(risk.account_id, None)
    close(team, team.maya, risk)
    closed = kept(team, risk)
    assert (closed.closing, closed.closed_how) == (Closing.FACT, "the record no longer shows it")
    assert told(team) == []


def test_a_fact_that_comes_back_opens_a_risk_of_its_own(team: Team, risk: Risk) -> None:
    outcome_id = team.add_outcome(risk.account_id, None)
    close(team, team.maya, risk)
    team.change("outcome", outcome_id, day(MONDAY, 1), retired_on=MONDAY.date())
    team.look(day(MONDAY, 1))
    assert team.the_risk(risk.account_id, RiskKind.NO_SUCCESS_WRITTEN).id != risk.id


def test_evidence_closes_it_only_if_somebody_can_check_it_and_it_is_not_our_word(team: Team) -> None:
    acme, outcome_id, evidence_id = team.add_proven("Acme")
    team.change("evidence", evidence_id, disputed_on=MONDAY.date(), disputed_why="wrong month")
    team.look()
    risk = team.the_risk(acme, RiskKind.PROOF_DISPUTED)
    later = day(MONDAY, 1)
    ours = team.prove(acme, outcome_id, "380", later, reference_key=None, arrived_as=None)
    talk = team.prove(acme, outcome_id, "380", later, source=Source.OUR_WORD, reference_key="link:1")
    for piece in (ours, talk, evidence_id):
        with pytest.raises(UserError) as refused:
            close(team, team.maya, risk, later, evidence_id=piece)
        assert refused.value.field == "evidence"
    linked = team.prove(acme, outcome_id, "380", later, reference_key="link:2", arrived_as=None)
    close(team, team.maya, risk, later, evidence_id=linked)
    assert kept(team, risk).closing is Closing.EVIDENCE
    assert told(team) == []


def test_evidence_does_not_keep_it_closed_while_the_fact_is_true(team: Team) -> None:
    acme, _, evidence_id = team.add_proven("Acme")
    team.add_outcome(acme, None)
    team.look()
    risk = team.the_risk(acme, RiskKind.NO_CUSTOMER_OWNER)
    close(team, team.maya, risk, evidence_id=evidence_id)
    team.look(day(MONDAY, 1))
    assert team.the_risk(acme, RiskKind.NO_CUSTOMER_OWNER).id == risk.id


@pytest.mark.parametrize("words", ["ok", "later", "all fine, thanks"])
def test_a_snooze_needs_words_too(team: Team, risk: Risk, words: str) -> None:
    with team.session() as session, pytest.raises(UserError, check=says("“ok” is no reason")):
        ownership.snooze(session, team.as_(team.maya), risk.id, MONDAY, until=day(MONDAY, 3).date(), why=words)


def test_how_often_it_was_snoozed_is_shown(team: Team, risk: Risk) -> None:
    for days in (0, 3, 6):
        now = day(MONDAY, days)
        with team.session() as session:
            until = day(now, 2).date()
            view = ownership.snooze(session, team.as_(team.maya), risk.id, now, until=until, why="Their auditor is in")
        team.look(day(now, 2))
    assert view.snoozes == 3
