"""A judgement is a dated statement by a named person; software only says when facts speak against it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.app.actor import UserError
from bot.domain.enums import Verdict
from bot.features.accounts import judgement
from bot.features.accounts.judgement import NewJudgement
from bot.features.accounts.views import JudgementView
from bot.store import proof_state
from bot.store.engine import Database
from bot.store.members import Member
from tests.support.managing import MONDAY, Team, day


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def judge(team: Team, member: Member, new: NewJudgement, days: int = 0) -> JudgementView:
    with team.session() as session:
        return judgement.judge(session, team.as_(member), new, day(MONDAY, days))


def yes(account_id: int) -> NewJudgement:
    return NewJudgement(account_id, "yes", "Two teams run month-end on it", "If finance closes a month without it")


def read(team: Team, account_id: int, days: int) -> JudgementView | None:
    with team.database.reading() as session:
        return judgement.judgement_of(session, team.as_(team.tom), account_id, day(MONDAY, days))


def test_a_judgement_is_kept_with_who_why_and_what_would_change_it(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme")
    view = judge(team, team.maya, yes(acme))
    assert (view.verdict, view.by, view.at) == (Verdict.YES, "Maya Lindqvist, who owns the account", MONDAY)
    assert (view.why, view.would_change) == ("Two teams run month-end on it", "If finance closes a month without it")
    assert view.again == ()


def test_nobody_has_judged_until_somebody_does(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme")
    assert read(team, acme, 0) is None


def test_a_later_fact_marks_it_to_be_judged_again_and_changes_nothing(team: Team) -> None:
    acme, _, evidence_id = team.add_proven("Acme")
    judge(team, team.maya, yes(acme))
    team.change("evidence", evidence_id, day(MONDAY, 3), disputed_on=day(MONDAY, 3).date(), disputed_why="wrong month")
    view = read(team, acme, 4)
    assert view is not None
    assert (view.verdict, view.at) == (Verdict.YES, MONDAY)
    assert view.again == ("The customer disputes the proof of “Fewer tickets a month”: wrong month",)


def test_a_new_judgement_stands_beside_the_old_one(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme")
    judge(team, team.maya, yes(acme))
    judge(team, team.priya, replace(yes(acme), verdict="no", why="They stay for the contract"), 2)
    view = read(team, acme, 3)
    assert view is not None
    assert (view.verdict, view.by) == (Verdict.NO, "Priya Nair")
    with team.session() as session:
        assert len(proof_state.load(session, 1, acme).judgements) == 2


def test_a_judgement_needs_a_verdict_a_reason_and_what_would_change_it(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme")
    for field, typed in (("verdict", "maybe"), ("why", " "), ("would_change", "")):
        change: dict[str, Any] = {field: typed}
        with pytest.raises(UserError) as refused:
            judge(team, team.maya, replace(yes(acme), **change))
        assert refused.value.field == field


def test_only_those_with_the_right_judge(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme")
    for who in (team.tom, team.guest):
        with pytest.raises(UserError):
            judge(team, who, yes(acme))
        with team.session() as session, pytest.raises(UserError):
            judgement.judge_form(session, team.as_(who), acme, MONDAY)


def test_the_form_shows_what_the_judge_should_know(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=60)
    judge(team, team.maya, yes(acme))
    with team.database.reading() as session:
        form = judgement.judge_form(session, team.as_(team.maya), acme, day(MONDAY, 1))
    assert form.last is not None
    assert form.last.by == "Maya Lindqvist, who owns the account"
    assert form.own
    assert "Nobody has written down what success means" in form.dangers
