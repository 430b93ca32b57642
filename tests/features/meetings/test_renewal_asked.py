"""After *Nothing changed* a prompt's message asks about a renewal that is near, and shows the call made there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.app.actor import UserError
from bot.domain.enums import CadenceKind, Change, RenewalCall
from bot.features.meetings import answers, cadences, prompts, queries, renewal_calls
from bot.features.meetings.cadences import NewCadence
from bot.features.meetings.new_answer import NewAnswer
from bot.features.meetings.views import PromptView
from bot.outbox.types import Moot
from bot.store.engine import Database
from tests.support.cast import TOM
from tests.support.managing import MONDAY, Team, day

NOW = MONDAY + timedelta(hours=3)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def asked(team: Team, **values: Any) -> int:
    """A prompt on an account of Maya's that meets tomorrow; its id."""
    account_id = team.add_account("Acme", **values)
    new = NewCadence(account_id, CadenceKind.WEEKLY_SYNC, date(2026, 3, 3), "12:00", "weekly", "UTC")
    with team.session() as session:
        cadences.set_cadence(session, team.as_(team.maya), new, MONDAY)
        assert prompts.open_due_prompts(session, NOW)
        prompt = queries.open_of_account(session, 1, account_id)
        assert prompt is not None
        return prompt.id


def nothing(team: Team, prompt_id: int) -> None:
    with team.session() as session:
        answers.nothing_changed(session, team.as_(team.maya), prompt_id, NOW, submission="said")


def shown(team: Team, prompt_id: int, to: str = "U0MAYA") -> PromptView:
    args = {"prompt_id": prompt_id, "workspace_id": 1, "to": to, "first": False}
    with team.database.reading() as session:
        (view,) = prompts.compose_prompts(session, [args], NOW)
    assert not isinstance(view, Moot)
    return view


def test_the_call_is_asked_for_and_shown_where_it_was_made(team: Team) -> None:
    prompt_id = asked(team, renews_in=30)
    assert shown(team, prompt_id).renewal is None, "not before the answer"
    nothing(team, prompt_id)
    question = shown(team, prompt_id).renewal
    assert question is not None and question.call is None
    assert (question.renewal, question.last_day) == (day(MONDAY, 30).date(), None)
    maya = team.as_(team.maya)
    with team.session() as session:
        form = renewal_calls.at_risk_form(session, maya, prompt_id, NOW)
        assert (form.prompt_id, form.chosen) == (prompt_id, RenewalCall.AT_RISK)
        with pytest.raises(UserError):
            renewal_calls.call(session, maya, prompt_id, NOW, word="at_risk")
    with team.session() as session:
        renewal_calls.call(session, maya, prompt_id, NOW + timedelta(minutes=1), word="likely")
    called = shown(team, prompt_id).renewal
    assert called is not None and called.call is not None and called.call.call is RenewalCall.LIKELY
    assert len(team.messages("prompt", op="update")) == 2, "after the answer, and after the call"


@pytest.mark.parametrize(("renews_in", "notice_days"), [(31, None), (91, 60), (-1, None), (45, 60)])
def test_it_is_asked_within_thirty_days_of_the_renewal_or_the_end_of_notice(
    team: Team, renews_in: int, notice_days: int | None
) -> None:
    """The last day to act of the one that renews in 45 days was 15 days ago, and the renewal is not near yet."""
    prompt_id = asked(team, renews_in=renews_in)
    account_id = shown(team, prompt_id).account_id
    _give_notice(team, account_id, notice_days)
    nothing(team, prompt_id)
    assert shown(team, prompt_id).renewal is None
    _give_notice(team, account_id, max(0, renews_in - 30))
    assert (shown(team, prompt_id).renewal is not None) == (renews_in > 0)


def _give_notice(team: Team, account_id: int, notice_days: int | None) -> None:
    if notice_days is not None:
        team.change("account", account_id, NOW, notice_days=notice_days)


def test_it_is_not_asked_of_a_colleague_after_another_answer_or_once_there_is_a_call(team: Team) -> None:
    prompt_id = asked(team, renews_in=20)
    with team.session() as session:
        answers.hand_over(session, team.as_(team.maya), prompt_id, TOM.slack_id, NOW)
        prompt = queries.by_id(session, 1, prompt_id)
        assert prompt is not None
        said = NewAnswer(prompt.account_id, "said", Change.NOTHING, prompt.meeting_id)
        answers.answer(session, team.as_(team.tom), said, NOW)
    assert shown(team, prompt_id, TOM.slack_id).renewal is None, "it is not for Tom to say"


def test_who_has_called_already_is_not_asked_again(team: Team) -> None:
    prompt_id = asked(team, renews_in=20)
    with team.session() as session:
        renewal_calls.call(session, team.as_(team.maya), prompt_id, MONDAY, word="commit")
    nothing(team, prompt_id)
    assert shown(team, prompt_id).renewal is None
