"""Dangers become risks, and the channel hears of the worst of them once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.enums import AccountStatus, RiskKind, RiskState, Severity
from bot.features.review import daily_review
from bot.features.risks import announcements, not_taken, ownership, risk_message
from bot.features.risks import queries as risk_queries
from bot.features.risks.views import RiskNoteView, RisksMoreView, RiskView, UnclaimedView
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from tests.support.managing import CHANNEL, MONDAY, Team, day
from tests.support.statements import statements

DISPUTED = "The customer disputes the proof of “Fewer tickets a month”: wrong month"


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def composed(team: Team, key: str, now: datetime = MONDAY) -> object:
    """What the outbox row with this key says at `now`."""
    (row,) = [message for message in team.messages() if message.key == key]
    compose = {
        "risk": risk_message.compose_risk,
        "risk-note": risk_message.compose_note,
        "unclaimed": not_taken.compose_unclaimed,
        "risks-more": announcements.compose_more,
    }[row.kind]
    with team.session() as session:
        return compose(session, row.args, now)


def test_a_danger_opens_one_risk_and_puts_one_message_to_the_portfolios_channel(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.look()
    risk = team.the_risk(acme)
    assert (risk.kind, risk.state) == (RiskKind.PROOF_DISPUTED, RiskState.OPEN)
    (message,) = team.messages()
    assert (message.key, message.channel, message.destination) == (f"risk:{risk.id}", CHANNEL, "channel")
    view = composed(team, message.key)
    assert isinstance(view, RiskView)
    assert (view.account, view.fact) == ("Acme", DISPUTED)
    assert (view.owner, view.arr, view.manager) == ("U0MAYA", "100,000 EUR", "Priya Nair")
    assert (view.before, view.after) == ("100%", "0%")


def test_looking_again_opens_and_tells_nothing_twice(team: Team) -> None:
    team.add_broken("Acme")
    team.look()
    team.look(day(MONDAY, 1))
    team.look(day(MONDAY, 2))
    assert len(team.risks()) == 1
    assert len(team.messages()) == 1


def test_an_account_is_not_looked_at_before_its_time(team: Team) -> None:
    team.add_broken("Acme")
    assert team.look() == 1
    assert team.look(MONDAY + timedelta(hours=19)) == 0
    assert team.look(datetime(2026, 3, 3, 6, tzinfo=UTC)) == 1


def test_proof_that_expires_is_noticed_on_the_day_by_time_alone(team: Team) -> None:
    acme, outcome_id, _ = team.add_proven("Acme")
    team.meets(acme, day(MONDAY, 95))
    for days in (0, 1, 90):
        team.look(day(MONDAY, days))
    assert team.risks(acme) == []
    team.look(day(MONDAY, 91))
    risk = team.the_risk(acme)
    assert (risk.kind, risk.subject) == (RiskKind.PROOF_EXPIRED, f"outcome:{outcome_id}")
    assert risk.opened_at.date() == day(MONDAY, 91).date()


def test_a_danger_that_is_gone_closes_its_risk_and_the_thread_says_so(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.look()
    risk = team.the_risk(acme)
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), risk.id, MONDAY)
    team.settle(acme, MONDAY + timedelta(minutes=1))
    team.look(MONDAY + timedelta(minutes=1))
    (closed,) = team.risks(acme, still_open=False)
    assert (closed.state, closed.closed_how) == (RiskState.CLOSED, daily_review.NO_LONGER_SHOWN)
    note = composed(team, team.messages("risk-note")[-1].key)
    assert isinstance(note, RiskNoteView)
    assert (note.what, note.by) == ("closed", None)
    view = composed(team, team.messages("risk", op="update")[-1].key)
    assert isinstance(view, RiskView)
    assert (view.state, view.holder, view.closed_by) == (RiskState.CLOSED, "Maya Lindqvist", None)


def test_a_renewal_that_is_not_proven_is_told_once_it_is_60_days_away(team: Team) -> None:
    acme = team.add_account("Acme", day(MONDAY, -30), renews_in=155)
    team.meets(acme, day(MONDAY, 120))
    team.look(day(MONDAY, 6))
    assert team.the_risk(acme, RiskKind.RENEWAL_UNPROVEN).severity is Severity.MEDIUM
    assert team.messages("risk") == []
    team.look(day(MONDAY, 65))
    renewal = team.the_risk(acme, RiskKind.RENEWAL_UNPROVEN)
    assert renewal.severity is Severity.HIGH
    assert [message.key for message in team.messages("risk")] == [f"risk:{renewal.id}"]
    team.look(day(MONDAY, 66))
    assert len(team.messages("risk")) == 1


def test_to_dos_and_missing_plans_stay_with_the_owner(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", day(MONDAY, -30))
    team.add("action", account_id=acme, text="Send the readout", due_on=day(MONDAY, -8).date(), owner_id=team.maya.id)
    unplanned = team.add_account("Brick", day(MONDAY, -30))
    team.look()
    assert (team.the_risk(acme).kind, team.the_risk(unplanned).kind) == (
        RiskKind.ACTION_OVERDUE,
        RiskKind.NO_SUCCESS_WRITTEN,
    )
    assert team.messages() == []


def test_an_account_has_fourteen_days_of_grace(team: Team) -> None:
    acme, _, evidence_id = team.add_proven("Acme")
    team.change("evidence", evidence_id, disputed_on=MONDAY.date(), disputed_why="wrong month")
    team.look()
    team.look(day(MONDAY, 13))
    assert team.the_risk(acme).kind is RiskKind.PROOF_DISPUTED
    assert team.messages() == []
    team.look(day(MONDAY, 14))
    assert [message.key for message in team.messages()] == [f"risk:{team.the_risk(acme).id}"]
    team.look(day(MONDAY, 15))
    assert len(team.messages()) == 1


def test_a_second_fact_within_a_day_is_a_line_in_the_card_and_goes_with_it(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.look()
    first = team.the_risk(acme)
    team.change("person", 1, day(MONDAY, 0), left_on=MONDAY.date())
    team.look(MONDAY + timedelta(hours=2))
    second = team.the_risk(acme, RiskKind.SPONSOR_LEFT)
    assert [message.key for message in team.messages("risk", op="post")] == [f"risk:{first.id}"]
    view = composed(team, team.messages("risk", op="update")[-1].key)
    assert isinstance(view, RiskView)
    assert view.also == (second.fact,)
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), first.id, MONDAY + timedelta(hours=3))
    states = {risk.id: risk.state for risk in team.risks(acme)}
    assert (states[first.id], states[second.id]) == (RiskState.CLAIMED, RiskState.CLAIMED)
    team.settle(acme, day(MONDAY, 1))
    team.look(day(MONDAY, 1))
    assert [message.key for message in team.messages("risk", op="post")] == [f"risk:{first.id}", f"risk:{second.id}"]


def test_a_card_waits_for_working_hours(team: Team) -> None:
    saturday = datetime(2026, 3, 7, 6, tzinfo=UTC)
    acme = team.add_broken("Acme", saturday)
    team.look(saturday)
    risk = team.the_risk(acme)
    with team.session() as session:
        due_at = session.execute(select(outbox.c.due_at).where(outbox.c.kind == "risk")).scalar_one()
        reminded_at = risk_queries.remind_manager_at(session, risk)
    assert due_at == datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert reminded_at == datetime(2026, 3, 10, 8, tzinfo=UTC)


def test_a_former_customer_is_left_alone_until_somebody_changes_it(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.look()
    team.change("account", acme, MONDAY, status=AccountStatus.FORMER)
    team.look(MONDAY)
    assert team.risks(acme) == []
    assert team.look(day(MONDAY, 30)) == 0
    team.change("account", acme, day(MONDAY, 31), status=AccountStatus.CUSTOMER)
    assert team.look(day(MONDAY, 31)) == 1
    assert len(team.risks(acme)) == 1


def test_without_a_channel_the_manager_hears_and_without_a_manager_the_owner(team: Team) -> None:
    team.change("portfolio", team.portfolio_id, channel=None)
    lonely = team.add_portfolio("Nobody's", None, None)
    team.add_broken("Acme")
    team.add_broken("Brick", portfolio_id=lonely, owner_id=team.tom.id)
    team.add_broken("Cloth", portfolio_id=None)
    team.look()
    told = {message.channel: message.destination for message in team.messages("risk")}
    assert told == {"U0PRIYA": "user", "U0TOM": "user", "U0MAYA": "user"}


def test_a_lost_channel_sends_the_news_to_the_manager(team: Team) -> None:
    team.change("portfolio", team.portfolio_id, channel_lost_at=MONDAY)
    team.add_broken("Acme")
    team.look()
    assert [message.channel for message in team.messages()] == ["U0PRIYA"]


@pytest.mark.slow
def test_an_import_of_240_accounts_is_five_messages_worst_first_and_one_that_names_the_rest(team: Team) -> None:
    for number in range(240):
        team.add_broken(f"Account {number}", arr_minor=(1000 + number) * 100)
    team.look()
    assert len(team.risks()) == 240
    told = [composed(team, message.key) for message in team.messages("risk")]
    assert [view.account for view in told if isinstance(view, RiskView)] == [
        f"Account {n}" for n in range(239, 234, -1)
    ]
    (first, *updates) = team.messages("risks-more")
    assert (first.op, [message.op for message in updates]) == ("post", ["update"])
    more = composed(team, updates[-1].key)
    assert isinstance(more, RisksMoreView)
    assert (more.count, more.accounts, more.kinds) == (235, 235, ((235, "evidence disputed"),))
    assert more.worst[0].account == "Account 234"


def test_several_dangers_of_an_account_take_one_message(team: Team) -> None:
    for number in range(4):
        _, _, evidence_id = team.add_proven(f"Account {number}", day(MONDAY, -30), renews_in=60)
        team.change("evidence", evidence_id, disputed_on=MONDAY.date(), disputed_why="wrong month")
    team.look()
    assert len(team.risks()) == 8
    views = [composed(team, message.key) for message in team.messages("risk")]
    assert [len(view.also) for view in views if isinstance(view, RiskView)] == [1, 1, 1, 1]
    with team.session() as session:
        assert risk_queries.unclaimed_by_portfolio(session, 1) == {team.portfolio_id: 8}


def test_news_of_the_afternoon_is_told_after_a_morning_of_many_but_ten_a_day_are_enough(team: Team) -> None:
    for number in range(9):
        team.add_broken(f"Morning {number}")
    team.look()
    assert len(team.messages("risk")) == 5
    noon = MONDAY + timedelta(hours=2)
    for number in range(9):
        team.add_broken(f"Noon {number}", noon)
    team.look(noon)
    assert len(team.messages("risk")) == 10
    evening = MONDAY + timedelta(hours=8)
    team.add_broken("Evening", evening)
    team.look(evening)
    assert len(team.messages("risk")) == 10
    team.add_broken("Tomorrow", day(MONDAY, 1))
    team.look(day(MONDAY, 1))
    assert len(team.messages("risk")) == 11


def test_a_risk_that_nobody_takes_reaches_the_manager_once_after_one_business_day(team: Team) -> None:
    friday = datetime(2026, 3, 6, 15, tzinfo=UTC)
    acme = team.add_broken("Acme", friday)
    team.add_broken("Brick", friday)
    team.look(friday)

    def remind(now: datetime) -> bool:
        with team.session() as session:
            return daily_review.remind_unclaimed(session, now)

    assert not remind(datetime(2026, 3, 8, 15, tzinfo=UTC))
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), team.the_risk(acme).id, friday)
    monday = datetime(2026, 3, 9, 15, tzinfo=UTC)
    assert remind(monday)
    assert not remind(monday)
    (message,) = team.messages("unclaimed")
    assert (message.channel, message.destination) == ("U0PRIYA", "user")
    view = composed(team, message.key, monday)
    assert isinstance(view, UnclaimedView)
    assert [line.account for line in view.lines] == ["Brick"]
    note = composed(team, team.messages("risk-note")[-1].key)
    assert isinstance(note, RiskNoteView)
    assert note.what == "told"


def test_a_snoozed_risk_wakes_on_its_morning(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.look()
    risk = team.the_risk(acme)
    with team.session() as session:
        ownership.snooze(
            session, team.as_(team.maya), risk.id, MONDAY, until=day(MONDAY, 3).date(), why="their auditor is in"
        )
    team.look(day(MONDAY, 2))
    assert team.the_risk(acme).state is RiskState.SNOOZED
    eight_utc = datetime(2026, 3, 5, 8, tzinfo=UTC)
    team.look(eight_utc - timedelta(minutes=1))
    assert team.the_risk(acme).state is RiskState.SNOOZED
    team.look(eight_utc)
    woken = team.the_risk(acme)
    assert (woken.state, woken.snoozed_until, woken.owner_id) == (RiskState.OPEN, None, None)
    note = composed(team, team.messages("risk-note")[-1].key)
    assert isinstance(note, RiskNoteView)
    assert (note.what, note.by) == ("woke", None)


def test_what_a_person_closed_opens_again_the_next_day_if_it_is_still_true_and_says_so(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.look()
    risk = team.the_risk(acme)
    with team.session() as session:
        ownership.close(session, team.as_(team.maya), risk.id, MONDAY, how="They sign next week")
    team.look(MONDAY + timedelta(hours=10))
    assert team.risks(acme) == [], "on the same day it stays closed"
    team.look(day(MONDAY, 1))
    again = team.the_risk(acme)
    assert (again.id, again.state, again.closed_how, again.closing) == (risk.id, RiskState.OPEN, None, None)
    note = team.messages("risk-note")[-1]
    with team.session() as session:
        line = risk_message.compose_note(session, note.args, day(MONDAY, 1))
    assert isinstance(line, RiskNoteView)
    assert (line.what, line.by, line.fact) == ("true", None, DISPUTED)


def test_who_held_it_holds_it_when_it_opens_again(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.look()
    risk_id = team.the_risk(acme).id
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), risk_id, MONDAY)
        ownership.close(session, team.as_(team.maya), risk_id, MONDAY, how="They sign next week")
    team.look(day(MONDAY, 1))
    again = team.the_risk(acme)
    assert (again.state, again.owner_id) == (RiskState.CLAIMED, team.maya.id)


def test_the_next_day_begins_where_the_portfolio_is(team: Team) -> None:
    team.change("portfolio", team.portfolio_id, tz="America/Los_Angeles")
    acme = team.add_broken("Acme")
    team.look()
    evening = datetime(2026, 3, 3, 1, tzinfo=UTC)
    with team.session() as session:
        ownership.close(session, team.as_(team.maya), team.the_risk(acme).id, evening, how="They sign next week")
    team.look(datetime(2026, 3, 3, 7, tzinfo=UTC))
    assert team.risks(acme) == [], "there it is still Monday evening"
    team.look(datetime(2026, 3, 3, 16, 30, tzinfo=UTC))
    assert len(team.risks(acme)) == 1


def test_what_was_closed_before_the_rule_stays_closed_for_thirty_days(team: Team) -> None:
    acme = team.add_broken("Acme")
    team.look()
    closed: dict[str, Any] = {"state": RiskState.CLOSED, "closed_at": MONDAY, "closed_how": "They sign next week"}
    team.change("risk", team.the_risk(acme).id, **closed)
    team.look(day(MONDAY, 1))
    team.look(day(MONDAY, 29))
    assert team.risks(acme) == []
    team.look(day(MONDAY, 31))
    assert len(team.risks(acme)) == 1


def test_what_a_person_closed_opens_again_when_it_becomes_worse(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=125)
    team.look()
    with team.session() as session:
        ownership.close(session, team.as_(team.maya), team.the_risk(acme).id, MONDAY, how="They sign next week")
    team.look(day(MONDAY, 6))
    assert RiskKind.NO_SUCCESS_WRITTEN in {risk.kind for risk in team.risks(acme)}


@pytest.mark.slow
def test_a_look_that_finds_nothing_new_asks_as_often_for_sixty_accounts_as_for_six(team: Team) -> None:
    def asked(accounts: int, now: datetime) -> int:
        for number in range(accounts):
            team.add_proven(f"Account {now:%d} {number}", now)
        team.look(now)
        with statements(team.database) as seen:
            assert team.look(day(now, 1)) == 1
        return len(seen)

    assert asked(6, MONDAY) == asked(60, day(MONDAY, 2))


def test_two_looks_at_once_share_the_accounts(team: Team) -> None:
    for number in range(6):
        team.add_broken(f"Account {number}")
    if team.database.dialect == "sqlite":
        assert team.look() == 1
    else:
        with team.database.sessions() as one, team.database.sessions() as other:
            assert daily_review.review_due_accounts(one, MONDAY)
            assert not daily_review.review_due_accounts(other, MONDAY)
            one.commit()
            other.commit()
    assert len(team.risks()) == 6
