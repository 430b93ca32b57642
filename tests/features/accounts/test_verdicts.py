"""A verdict is asked for once an occasion, of the owner, or of somebody else where the owner judged last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.domain.enums import JudgedAs, RiskKind, Severity
from bot.features.accounts import card, judgement, verdicts
from bot.features.accounts.card_views import CardView
from bot.features.accounts.judgement import NewJudgement
from bot.features.accounts.views import VerdictView
from bot.outbox.types import Moot
from bot.store import proof_state
from bot.store.engine import Database
from bot.store.members import Member
from bot.store.schema.outbox import outbox
from tests.support import factory
from tests.support.cast import STELLA
from tests.support.managing import MONDAY, Message, Team, day

LONG_AGO = day(MONDAY, -90)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def judge(team: Team, member: Member, account_id: int, verdict: str = "yes", now: datetime = MONDAY) -> None:
    new = NewJudgement(account_id, verdict, "good vibes", "Their finance leaves")
    with team.session() as session:
        judgement.judge(session, team.as_(member), new, now)


def asks(team: Team) -> list[Message]:
    return team.messages("verdict", op="post")


def composed(team: Team, message: Message, now: datetime) -> VerdictView | Moot:
    with team.session() as session:
        return verdicts.compose_verdict(session, message.args, now)


def read_card(team: Team, account_id: int, now: datetime = MONDAY) -> CardView:
    with team.database.reading() as session:
        return card.card(session, team.as_(team.tom), account_id, now)


def dispute(team: Team, evidence_id: int, days: int) -> None:
    on = day(MONDAY, days)
    team.change("evidence", evidence_id, on, disputed_on=on.date(), disputed_why="wrong month")


def test_the_manager_is_asked_once_60_days_before_the_renewal_where_the_owner_judged_last(team: Team) -> None:
    """Of the owner the question about the renewal asks both: the call and the verdict."""
    acme, _, _ = team.add_proven("Acme", renews_in=61)
    judge(team, team.maya, acme, now=LONG_AGO)
    team.add_proven("Nobody judged", renews_in=61)
    team.look()
    assert asks(team) == []
    early = datetime(2026, 3, 3, 6, tzinfo=UTC)
    team.look(early)
    team.look(day(MONDAY, 2))
    (ask,) = asks(team)
    assert (ask.key, ask.channel, ask.destination) == (f"verdict:{acme}:renewal:2026-05-02", "U0PRIYA", "user")
    with team.session() as session:
        due_at = session.execute(select(outbox.c.due_at).where(outbox.c.key == ask.key)).scalar_one()
    assert due_at.hour == 8, "eight o'clock in London"
    view = composed(team, ask, early)
    assert isinstance(view, VerdictView)
    assert (view.pending, view.verdict, view.coverage, view.against) == (True, "yes", "100%", ())


def test_a_contradiction_asks_the_owner_where_the_manager_judged_last(team: Team) -> None:
    acme, _, evidence_id = team.add_proven("Acme")
    judge(team, team.priya, acme)
    dispute(team, evidence_id, 3)
    team.look(day(MONDAY, 4))
    team.look(day(MONDAY, 5))
    (ask,) = asks(team)
    assert ask.channel == "U0MAYA"
    view = composed(team, ask, day(MONDAY, 5))
    assert isinstance(view, VerdictView)
    assert view.against == ("The customer disputes the proof of “Fewer tickets a month”: wrong month",)
    assert view.by == "Priya Nair"


def test_a_contradiction_asks_the_manager_where_the_owner_judged_last(team: Team) -> None:
    acme, _, evidence_id = team.add_proven("Acme")
    judge(team, team.maya, acme)
    dispute(team, evidence_id, 3)
    team.look(day(MONDAY, 4))
    assert [ask.channel for ask in asks(team)] == ["U0PRIYA"]


def test_a_manager_who_owns_the_account_is_replaced_by_another_manager_who_may_then_judge(team: Team) -> None:
    with team.session() as session:
        stella = factory.member(session, STELLA)
    team.add_portfolio("Americas", "C0AMER", stella.id)
    acme, _, evidence_id = team.add_proven("Acme", owner_id=team.priya.id)
    judge(team, team.priya, acme)
    dispute(team, evidence_id, 3)
    team.look(day(MONDAY, 4))
    (ask,) = asks(team)
    assert ask.channel == stella.slack_id
    judge(team, stella, acme, "no", day(MONDAY, 4))
    with pytest.raises(UserError):
        judge(team, team.tom, acme, "no", day(MONDAY, 4))


def test_without_another_manager_an_admin_is_asked(team: Team) -> None:
    acme, _, evidence_id = team.add_proven("Acme", owner_id=team.priya.id)
    judge(team, team.priya, acme)
    dispute(team, evidence_id, 3)
    team.look(day(MONDAY, 4))
    assert [ask.channel for ask in asks(team)] == [team.ada.slack_id]


def test_a_question_that_is_settled_before_it_is_sent_is_dropped_and_a_sent_one_shows_the_verdict(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", renews_in=30)
    judge(team, team.maya, acme, now=LONG_AGO)
    team.look()
    (ask,) = asks(team)
    judge(team, team.priya, acme, "not_clear", day(MONDAY, 1))
    assert isinstance(composed(team, ask, day(MONDAY, 1)), Moot)
    (update,) = team.messages("verdict", op="update")
    view = composed(team, update, day(MONDAY, 1))
    assert isinstance(view, VerdictView)
    assert (view.pending, view.verdict, view.by) == (False, "not_clear", "Priya Nair")


def test_a_question_is_moot_once_the_renewal_moved_or_the_customer_left(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", renews_in=30)
    judge(team, team.maya, acme, now=LONG_AGO)
    team.look()
    (ask,) = asks(team)
    team.change("account", acme, renewal_date=day(MONDAY, 400).date())
    assert isinstance(composed(team, ask, MONDAY), Moot)
    team.change("account", acme, renewal_date=day(MONDAY, 30).date(), status="former")
    assert isinstance(composed(team, ask, MONDAY), Moot)


def test_a_person_gets_five_questions_a_day_and_the_rest_on_the_next(team: Team) -> None:
    for number in range(7):
        acme, _, _ = team.add_proven(f"Account {number}", renews_in=30)
        judge(team, team.maya, acme, now=LONG_AGO)
    team.look()
    assert len(asks(team)) == verdicts.ASKS_A_DAY
    team.look(day(MONDAY, 1))
    assert len(asks(team)) == 7


def test_the_card_names_an_owner_who_judges_their_own_account_and_that_nothing_is_proven(team: Team) -> None:
    acme = team.add_account("Acme")
    judge(team, team.maya, acme)
    line = read_card(team, acme).judgement
    assert line is not None
    assert (line.verdict, line.by, line.why) == ("yes", "Maya Lindqvist, who owns the account", "good vibes")
    assert (line.would_change, line.unproven) == ("Their finance leaves", True)
    team.change("account", acme, owner_id=team.tom.id)
    after = read_card(team, acme).judgement
    assert after is not None and after.by == "Maya Lindqvist, who owned the account then"
    with team.session() as session:
        assert [one.judged_as for one in proof_state.load(session, 1, acme).judgements] == [JudgedAs.OWNER]


def test_good_vibes_of_the_owner_never_close_the_contradiction(team: Team) -> None:
    acme, _, evidence_id = team.add_proven("Acme")
    judge(team, team.maya, acme)
    dispute(team, evidence_id, 3)
    for days in (4, 5, 6):
        judge(team, team.maya, acme, now=day(MONDAY, days))
        line = read_card(team, acme, day(MONDAY, days)).judgement
        assert line is not None
        assert line.again == ("The customer disputes the proof of “Fewer tickets a month”: wrong month",)
    judge(team, team.priya, acme, now=day(MONDAY, 7))
    line = read_card(team, acme, day(MONDAY, 7)).judgement
    assert line is not None and line.again == ()


def test_a_no_opens_a_risk_that_a_later_yes_closes(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme")
    judge(team, team.priya, acme, "no")
    team.look()
    risk = team.the_risk(acme, RiskKind.JUDGED)
    assert risk.severity is Severity.HIGH
    assert risk.fact == "Would they renew on value? No, says Priya Nair on 2 Mar 2026: good vibes"
    judge(team, team.priya, acme, "not_clear", MONDAY + timedelta(hours=1))
    team.look(MONDAY + timedelta(hours=1))
    assert team.the_risk(acme, RiskKind.JUDGED).severity is Severity.MEDIUM
    judge(team, team.priya, acme, "yes", day(MONDAY, 1))
    team.look(day(MONDAY, 1))
    assert team.risks(acme) == []
