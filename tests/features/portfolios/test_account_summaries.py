"""A brief that was kept says what working it out anew would say, whatever was written and however time went by."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.assessments import assess_now
from bot.domain.enums import CadenceKind, Change, Part, PromptState, Relationship, Source
from bot.domain.portfolio.account_summary import AccountSummary, summarize_account
from bot.domain.rules_version import RULES_VERSION
from bot.features.portfolios import account_summaries
from bot.features.portfolios import queries as portfolio_queries
from bot.phrases import phrase
from bot.store import ledger, members, proof_state, schema
from bot.store.engine import Database
from bot.store.entities import Entity
from tests.support.cast import MAYA
from tests.support.factory import BOT
from tests.support.managing import MONDAY, Team, day
from tests.support.statements import statements

HOUR = timedelta(hours=1)
NUMBERS = count(1)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def now_and_anew(
    session: Session, portfolio_id: int, now: datetime
) -> tuple[list[AccountSummary], list[AccountSummary]]:
    """The portfolio's briefs as they are given, and as they are without any that was kept."""
    given_ = list(account_summaries.of_portfolio(session, 1, portfolio_id, None, now).accounts)
    assert given_ == sorted(given_, key=lambda summary: summary.worst_first)
    inside = select(schema.account.c.id).where(schema.account.c.portfolio_id == portfolio_id)
    ids = list(session.execute(inside).scalars())
    anew = [summarize_account(assess_now(state, now)) for state in proof_state.load_many(session, [1], ids)]
    return sorted(given_, key=by_id), sorted(anew, key=by_id)


def by_id(brief: AccountSummary) -> int:
    return brief.account.id


def held(team: Team, now: datetime) -> set[int]:
    """The accounts whose kept brief holds."""
    with team.session() as session:
        rows = portfolio_queries.holding(session, 1, team.portfolio_id, RULES_VERSION, now)
        return {account.id for account, _ in rows}


def assert_true(team: Team, now: datetime) -> None:
    with team.session() as session:
        shown, anew = now_and_anew(session, team.portfolio_id, now)
    assert shown == anew


class Life:
    """What can happen to one account, drawn from hypothesis: every step is one that a service makes."""

    def __init__(self, team: Team, now: datetime, draw: st.DataObject) -> None:
        self.team, self.now, self.draw = team, now, draw
        self.account, self.outcome, self.evidence = team.add_proven("Acme", now)
        self.steps = (self.prove, self.withdraw, self.dispute, self.act, self.meet, self.leave, self.renew, self.warm)

    def any_day(self) -> date:
        return self.now.date() + timedelta(days=self.draw.draw(st.integers(-130, 30)))

    def prove(self) -> None:
        value = str(self.draw.draw(st.integers(300, 1100)))
        self.evidence = self.team.prove(
            self.account, self.outcome, value, self.now, as_of=min(self.any_day(), self.now.date())
        )

    def withdraw(self) -> None:
        self.team.add_outcome(self.account, None, self.now, due_on=self.any_day())
        self.change("evidence", self.evidence, withdrawn_on=self.any_day(), withdrawn_why="wrong")

    def dispute(self) -> None:
        self.change("evidence", self.evidence, disputed_on=self.any_day(), disputed_why="not ours")

    def act(self) -> None:
        due: dict[str, Any] = {"due_on": self.any_day(), "owner_id": self.team.maya.id}
        self.team.add("action", self.now, account_id=self.account, text="Call them", **due)

    def meet(self) -> None:
        at = self.now + HOUR * self.draw.draw(st.integers(-80, 30))
        kind = CadenceKind.WEEKLY_SYNC
        series: dict[str, Any] = {"kind": kind, "rrule": "FREQ=WEEKLY", "local_start": "2026-01-01T10:00", "tz": "UTC"}
        cadence = self.team.add("cadence", self.now, account_id=self.account, active=False, **series)
        facts: dict[str, Any] = {"account_id": self.account, "cadence_id": cadence, "kind": kind, "starts_at": at}
        meeting = self.team.add("meeting", self.now, **facts)
        state = self.draw.draw(st.sampled_from(PromptState))
        asked: dict[str, Any] = {
            "workspace_id": 1,
            "member_id": self.team.maya.id,
            "asked_at": at,
            "closes_at": at,
            "state": state,
        }
        self.team.add("prompt", self.now, account_id=self.account, meeting_id=meeting, **asked)
        if state is PromptState.ANSWERED:
            said: dict[str, Any] = {"submission": f"answer {meeting}", "change": Change.NOTHING, "answered_at": at}
            self.team.add("answer", self.now, account_id=self.account, meeting_id=meeting, member_id=1, **said)

    def leave(self) -> None:
        gone = self.any_day()
        self.team.add("person", self.now, account_id=self.account, name="Kim", part=Part.CHAMPION, left_on=gone)

    def renew(self) -> None:
        self.change("account", self.account, renewal_date=self.any_day())

    def warm(self) -> None:
        self.change("account", self.account, relationship=Relationship.WARM, contract_start=self.any_day())

    def change(self, table: str, row_id: int, **values: Any) -> None:
        with self.team.session() as session:
            ledger.change(session, BOT, Entity(table), row_id, self.now, **values)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.data())
def test_what_is_kept_is_what_would_be_worked_out(team: Team, data: st.DataObject) -> None:
    team.portfolio_id = team.add_portfolio(f"Book {next(NUMBERS)}", None, None)
    life = Life(team, MONDAY, data)
    for _ in range(data.draw(st.integers(1, 6))):
        data.draw(st.sampled_from(life.steps))()
        if data.draw(st.booleans()):
            team.look(life.now)
        assert_true(team, life.now)
        life.now += HOUR * data.draw(st.sampled_from([0, 1, 5, 24, 24 * 7, 24 * 95]))
        assert_true(team, life.now)


def test_a_look_keeps_a_brief_and_a_digest_then_reads_no_evidence(team: Team) -> None:
    account, _, _ = team.add_proven("Acme")
    assert held(team, MONDAY) == set()
    team.look()
    assert held(team, MONDAY) == {account}
    with statements(team.database) as seen:
        assert_true(team, MONDAY)
    with team.session() as session, statements(team.database) as seen:
        list(account_summaries.of_portfolio(session, 1, team.portfolio_id, None, MONDAY).accounts)
    assert seen and not any("FROM evidence" in statement for statement in seen)


def test_every_write_ends_a_brief(team: Team) -> None:
    account, outcome, _ = team.add_proven("Acme")
    team.look()
    team.prove(account, outcome, "900", MONDAY + HOUR)
    assert held(team, MONDAY + HOUR) == set()
    assert_true(team, MONDAY + HOUR)


def test_a_brief_ends_when_a_meeting_may_have_passed_in_silence(team: Team) -> None:
    account, _, _ = team.add_proven("Acme")
    kind, starts_at = CadenceKind.WEEKLY_SYNC, MONDAY + 3 * HOUR
    series: dict[str, Any] = {"kind": kind, "rrule": "FREQ=WEEKLY", "local_start": "2026-01-01T10:00", "tz": "UTC"}
    cadence = team.add("cadence", account_id=account, **series)
    meeting = team.add("meeting", account_id=account, cadence_id=cadence, kind=kind, starts_at=starts_at)
    asked: dict[str, Any] = {"workspace_id": 1, "member_id": 1, "asked_at": MONDAY, "closes_at": starts_at}
    team.add("prompt", account_id=account, meeting_id=meeting, state=PromptState.OPEN, **asked)
    team.look()
    assert held(team, starts_at - HOUR) == {account}
    assert held(team, starts_at) == set()


def test_a_brief_ends_with_the_shelf_life_of_its_proof(team: Team) -> None:
    account, _, _ = team.add_proven("Acme")
    team.meets(account, day(MONDAY, 95))
    team.look()
    runs_out = MONDAY.replace(hour=0) + timedelta(days=91)
    assert held(team, runs_out - HOUR) == {account}
    assert held(team, runs_out) == set()


def test_a_brief_ends_on_the_day_from_which_nobody_meets_the_account(team: Team) -> None:
    account, _, _ = team.add_proven("Acme")
    team.look()
    silent = MONDAY.replace(hour=0) + timedelta(days=60)
    assert held(team, silent - HOUR) == {account}
    assert held(team, silent) == set()


def test_a_new_name_ends_the_briefs_that_may_say_the_old_one(team: Team) -> None:
    account, _, _ = team.add_proven("Acme")
    overdue: dict[str, Any] = {"due_on": day(MONDAY, -20).date(), "owner_id": team.maya.id}
    team.add("action", account_id=account, text="Call them", **overdue)
    team.look()
    with team.session() as session:
        members.remember(session, 1, MAYA.user(name="Maya Okafor"))
    assert_true(team, MONDAY)
    with team.session() as session:
        (one,) = account_summaries.of_portfolio(session, 1, team.portfolio_id, None, MONDAY).accounts
    assert "Maya Okafor" in phrase(one.dangers[0].fact)


def test_what_other_rules_came_to_is_worked_out_again(team: Team) -> None:
    team.add_proven("Acme")
    team.look()
    with team.session() as session:
        session.execute(schema.brief.update().values(rules="older", figures="not to be read"))
    assert_true(team, MONDAY)


def test_a_write_during_a_look_ends_the_brief_of_that_look(team: Team) -> None:
    """On PostgreSQL the writer waits for the look at the account's due row; on SQLite for the whole transaction."""
    account, outcome, _ = team.add_proven("Acme")

    def write() -> None:
        value: dict[str, Any] = {"source": Source.CUSTOMER_SYSTEM, "as_of": MONDAY.date(), "recorded_at": MONDAY}
        with team.session() as session:
            ledger.add(
                session,
                BOT,
                Entity.EVIDENCE,
                MONDAY,
                account_id=account,
                outcome_id=outcome,
                value=Decimal(900),
                **value,
            )

    writer = Thread(target=write)
    with team.session() as session:
        due = schema.account_due
        session.execute(select(due.c.account_id).where(due.c.account_id == account).with_for_update()).all()
        state = proof_state.load(session, 1, account)
        writer.start()
        account_summaries.keep(session, [assess_now(state, MONDAY)])
    writer.join()
    assert held(team, MONDAY) == set()
    assert_true(team, MONDAY)
