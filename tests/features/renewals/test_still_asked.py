"""Renewals that go on by the month, end late, or were two: none passes unasked, or stays with who cannot answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app.digest_lines import DigestSpan
from bot.features.handover import handover
from bot.features.meetings import absence
from bot.features.merging import merging
from bot.features.merging.merging import NewMerge
from bot.features.renewals.digest import renewal_lines
from bot.features.renewals.views import RenewalQuestionView
from bot.store import members
from bot.store.engine import Database
from tests.support.cast import MAYA, TOM
from tests.support.managing import MONDAY, Team, day
from tests.support.renewing import TODAY, account, asks, call, composed, contracts_of, left, renewed, shown, terms


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def test_a_renewal_that_goes_on_by_the_month_is_a_lost_commitment_as_the_one_says_who_records_it(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=-20)
    renewed(team, team.maya, acme, arr="90000", moved="discount", next_renewal=None, monthly=True)
    now = account(team, acme)
    assert (now.rolling, now.renewal_date, now.commitment_lost_on) == (True, None, day(MONDAY, -20).date())
    line = shown(team, team.priya, acme).results[0]
    assert (line.monthly, line.unconfirmed) == (True, True)
    with team.database.reading() as session:
        before, after = DigestSpan(1, team.portfolio_id, day(MONDAY, -7), day(MONDAY, 1)), day(MONDAY, 8)
        told = renewal_lines(session, before)
        assert "by the month" in str(told.thread[0])
        assert [title for title, _ in told.thread] == ["Renewed", "Lost commitment: yearly became monthly"]
        assert renewal_lines(session, DigestSpan(1, team.portfolio_id, before.now, after)).thread == (), "told once"
    team.look(day(MONDAY, 60))
    assert account(team, acme).rolling and asks(team) == [], "months go by without a question"
    left(team, team.maya, acme, day(MONDAY, 61), last_day=day(MONDAY, 61).date())
    assert terms(team, acme)[-1].ends_on == day(MONDAY, 62).date(), "they paid until then"
    renewed(team, team.maya, acme, day(MONDAY, 70), arr="80000", moved="price")
    assert account(team, acme).commitment_lost_on is None


def test_who_left_late_paid_until_then(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=-30)
    left(team, team.maya, acme, last_day=TODAY - timedelta(days=3))
    assert terms(team, acme)[-1].ends_on == TODAY - timedelta(days=2)


def test_while_the_owner_is_away_the_deputy_is_asked(team: Team) -> None:
    team.add_account("Acme", renews_in=0, deputy_id=team.tom.id)
    with team.session() as session:
        absence.go_away(session, team.as_(team.maya), TODAY + timedelta(days=3), MONDAY)
    team.look()
    assert [ask.channel for ask in asks(team)] == [TOM.slack_id]


@pytest.mark.parametrize("why", ["handed over", "left", "away"])
def test_a_question_does_not_stay_with_somebody_who_cannot_answer_it(team: Team, why: str) -> None:
    acme = team.add_account("Acme", renews_in=50, deputy_id=team.tom.id)
    team.look()
    (first,) = asks(team)
    tomorrow = day(MONDAY, 1)
    with team.session() as session:
        if why == "handed over":
            handover.choose_owner(session, team.as_(team.priya), acme, TOM.slack_id or "", tomorrow)
        elif why == "left":
            members.remember(session, 1, replace(MAYA.user(), is_deactivated=True))
        else:
            absence.go_away(session, team.as_(team.maya), TODAY + timedelta(days=20), tomorrow)
    for days in (1, 2, 3):
        team.look(day(MONDAY, days))
    _, again = asks(team)
    assert (again.channel, again.key) == (TOM.slack_id, f"{first.key}:to:1")
    earlier = [composed(team, update, tomorrow) for update in team.messages("renewal-question", op="update")]
    if why == "left":
        assert earlier == [], "nobody is there to read it"
    else:
        (view,) = earlier
        assert isinstance(view, RenewalQuestionView) and (view.pending, view.asked_now) == (False, TOM.name)
    call(team, team.tom, acme, "likely", day(MONDAY, 4))
    last = composed(team, team.messages("renewal-question", op="update")[-1], day(MONDAY, 4))
    assert isinstance(last, RenewalQuestionView) and last.call is not None and last.call.by == TOM.name
    team.look(day(MONDAY, 5))
    assert len(asks(team)) == 2


def test_of_two_contracts_that_a_merge_brought_together_neither_ends_by_itself(team: Team) -> None:
    acme, small = team.add_account("Acme", renews_in=20), team.add_account("Acme Ltd", renews_in=90, arr_minor=5_000_00)
    with team.session() as session:
        merging.merge(session, team.as_(team.priya), NewMerge(acme, small, 0), MONDAY)
    assert (account(team, acme).arr_minor, account(team, acme).renewal_date) == (
        105_000_00,
        TODAY + timedelta(days=20),
    )
    for days in range(1, 30):
        team.look(day(MONDAY, days))
    assert account(team, acme).arr_minor == 105_000_00, "nobody has said how it ended"
    assert [ask.key.partition(":result:")[2] for ask in asks(team) if "result" in ask.key] == [
        f"{TODAY + timedelta(days=20)}:0",
        f"{TODAY + timedelta(days=20)}:1",
    ]
    renewed(team, team.maya, acme, day(MONDAY, 30), arr="105000", next_renewal=TODAY + timedelta(days=400))
    assert (account(team, acme).arr_minor, account(team, acme).renewal_date) == (
        105_000_00,
        TODAY + timedelta(days=400),
    )


def test_a_stand_in_that_went_into_an_account_with_a_contract_does_not_end_by_itself(team: Team) -> None:
    """The system speaks for the one contract, and says nothing of how the other ends."""
    acme = team.add_account("Acme", arr_minor=None, renewal_date=None)
    contracts_of(team, "Acme", "Pro,2026-01-01,2027-12-31,100000,EUR,,")
    small = team.add_account("Acme Ltd", renews_in=20, arr_minor=5_000_00)
    with team.session() as session:
        merging.merge(session, team.as_(team.priya), NewMerge(acme, small, 0), MONDAY)
    ends = TODAY + timedelta(days=20)
    assert (account(team, acme).arr_minor, account(team, acme).renewal_date) == (105_000_00, ends)
    for days in range(1, 30):
        team.look(day(MONDAY, days))
    assert [ask.key.partition(":result:")[2] for ask in asks(team) if "result" in ask.key] == [f"{ends}:0", f"{ends}:1"]
    assert account(team, acme).arr_minor == 105_000_00, "nobody has said how it ended"
