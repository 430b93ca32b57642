"""After an import one confirmation begins the meetings of every customer; without meetings, silence is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.domain.enums import AccountStatus, CadenceKind, OnHoliday, RiskKind, Tier
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts
from bot.features.imports.wording import sentence
from bot.features.meetings import cadences, prompts
from bot.features.meetings.cadences import NewCadence
from bot.features.portfolios import default_series, setup
from bot.features.portfolios.views import SeriesBegunView, SeriesPreviewView
from bot.store import schema
from bot.store.engine import Database
from bot.store.members import Member
from tests.support.managing import MONDAY, Team, day
from tests.support.refusals import says

CRM_BOOK = Path(__file__).parents[2] / "data" / "crm-book" / "accounts.csv"
USUAL = {Tier.HIGH_TOUCH: "weekly", Tier.LOW_TOUCH: "monthly_weekday", Tier.TECH_TOUCH: "quarterly_weekday"}


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def choose(team: Team, *, by: Member | None = None, begins: str = "09:00", ends: str = "17:00", **rhythms: str) -> int:
    by_tier = USUAL | {Tier(tier): rhythm for tier, rhythm in rhythms.items()}
    with team.session() as session:
        return default_series.set_default_series(
            session, team.as_(by or team.priya), team.portfolio_id, MONDAY, by_tier=by_tier, begins=begins, ends=ends
        )


def previewed(team: Team, now: datetime = MONDAY) -> SeriesPreviewView:
    with team.session() as session:
        return default_series.preview(session, team.as_(team.priya), team.portfolio_id, now)


def begin(team: Team, now: datetime = MONDAY, by: Member | None = None) -> int:
    with team.session() as session:
        return default_series.begin(session, team.as_(by or team.priya), team.portfolio_id, now)


def begun(team: Team, act: int) -> SeriesBegunView:
    with team.session() as session:
        return default_series.begun(session, team.as_(team.priya), team.portfolio_id, act, MONDAY)


def take_back(team: Team, act: int, now: datetime = MONDAY, by: Member | None = None) -> int:
    with team.session() as session:
        return default_series.take_back(session, team.as_(by or team.priya), team.portfolio_id, act, now)


def running(team: Team) -> list[Any]:
    table = schema.cadence
    joined = table.join(schema.account, schema.account.c.id == table.c.account_id)
    with team.session() as session:
        rows = select(table, schema.account.c.owner_id).select_from(joined).where(table.c.active)
        return list(session.execute(rows.order_by(table.c.account_id)))


def open_prompts(team: Team, now: datetime) -> None:
    with team.session() as session:
        prompts.open_due_prompts(session, now)


def test_after_the_crm_book_one_confirmation_gives_every_customer_a_series_over_the_owners_week(team: Team) -> None:
    run, file = ImportRun(team.database, 1, MONDAY, False), File("accounts.csv", CRM_BOOK.read_bytes())
    offered = import_accounts(run, file, Options()).offer
    assert offered is not None and sentence(offered).startswith(
        "202 customers have no meeting series, so nobody is asked about them: type /portfolio"
    )
    with team.session() as session:
        setup.adopt_unassigned(session, team.as_(team.priya), team.portfolio_id, MONDAY)
    choose(team)
    shown = previewed(team)
    assert (shown.count, shown.left, shown.not_met) == (202, 0, 0)
    assert [(line.tier, line.count) for line in shown.tiers] == [(Tier.HIGH_TOUCH, 8), (Tier.LOW_TOUCH, 194)]
    assert running(team) == []
    act = begin(team)
    series = running(team)
    assert len(series) == len({row.account_id for row in series}) == 202
    with team.session() as session:
        zones = dict(session.execute(select(schema.member.c.id, schema.member.c.tz)).tuples().all())
        known = set(session.scalars(select(schema.member.c.id).where(schema.member.c.slack_id.is_not(None))))
    for owner, of_owner in Counter(row.owner_id for row in series).items():
        days = Counter(datetime.fromisoformat(row.local_start).weekday() for row in series if row.owner_id == owner)
        assert set(days) == set(range(5)) and max(days.values()) == ceil(of_owner / 5)
    for row in series:
        meets = row.next_meeting_at.astimezone(ZoneInfo(row.tz))
        assert row.tz == (zones[row.owner_id] if row.owner_id in known else "Europe/London")
        assert 9 <= meets.hour < 17 and meets.date() >= MONDAY.date() + timedelta(days=7)
        assert row.on_holiday is OnHoliday.MOVE and row.next_prompt_at < row.next_meeting_at
    fullest = {line.name: line.a_day for line in shown.holders}
    assert len(fullest) == 6 and max(fullest.values()) <= ceil(max(line.series for line in shown.holders) / 5)
    assert begun(team, act).untouched == 202
    again = import_accounts(run, file, Options())
    assert again.offer is None
    assert len({(row.owner_id, row.local_start) for row in series}) == 202  # nobody is in two meetings at once


def test_each_tier_meets_in_its_rhythm_and_what_is_there_is_left_alone(team: Team) -> None:
    high = team.add_account("High")
    met, low = team.add_account("Met"), team.add_account("Low", tier=Tier.LOW_TOUCH)
    tech, gone = team.add_account("Tech", tier=Tier.TECH_TOUCH), team.add_account("Gone", status=AccountStatus.FORMER)
    with team.session() as session:
        weekly = NewCadence(met, CadenceKind.BUSINESS_REVIEW, day(MONDAY, 3).date(), "10:00", "weekly", "UTC")
        cadences.set_cadence(session, team.as_(team.maya), weekly, MONDAY)
    choose(team, tech_touch="none")
    shown = previewed(team)
    assert (shown.count, shown.not_met) == (2, 1)
    begin(team)
    rules = {row.account_id: (row.kind, row.rrule.partition("=")[2].partition(";")[0]) for row in running(team)}
    assert rules[high] == (CadenceKind.WEEKLY_SYNC, "WEEKLY") and rules[low] == (CadenceKind.WEEKLY_SYNC, "MONTHLY")
    assert rules[met][0] is CadenceKind.BUSINESS_REVIEW and not {tech, gone} & rules.keys()
    assert previewed(team).count == 0
    choose(team)
    assert previewed(team).count == 1
    begin(team, day(MONDAY, 1))
    [quarterly] = [row for row in running(team) if row.account_id == tech]
    assert quarterly.rrule.startswith("FREQ=MONTHLY;INTERVAL=3;BYDAY=")
    assert quarterly.kind is CadenceKind.BUSINESS_REVIEW


def test_the_undo_ends_what_nothing_was_built_on(team: Team) -> None:
    ids = [team.add_account(f"Customer {number}") for number in range(5)]
    choose(team)
    act = begin(team)
    assert {row.account_id for row in running(team)} == set(ids)
    with pytest.raises(UserError):
        take_back(team, act, by=team.ada)  # not hers
    first = min(running(team), key=lambda row: row.next_prompt_at)
    open_prompts(team, first.next_prompt_at)
    [changed] = [row for row in running(team) if row.account_id == next(i for i in ids if i != first.account_id)]
    with team.session() as session:
        cadences.stop_cadence(session, team.as_(team.maya), changed.id, MONDAY)
    assert take_back(team, act, day(MONDAY, 8)) == act
    assert [row.account_id for row in running(team)] == [first.account_id]
    assert (begun(team, act).count, begun(team, act).untouched) == (5, 0)
    with pytest.raises(UserError, check=says("There is nothing left to take back")):
        take_back(team, act, day(MONDAY, 8))
    again = begin(team, day(MONDAY, 8))
    assert begun(team, again).untouched == 4 and begun(team, again).left == 0


def test_two_who_confirm_begin_them_once_and_a_changed_rhythm_is_told(team: Team) -> None:
    team.add_account("Acme")
    choose(team)
    seen = previewed(team).seen
    begin(team)
    assert begun(team, begin(team, day(MONDAY, 1))).count == 0
    assert len(running(team)) == 1
    choose(team, high_touch="fortnightly")
    stale = replace(team.as_(team.ada), seen=seen)
    with team.session() as session, pytest.raises(UserError, check=says("Priya")):
        default_series.begin(session, stale, team.portfolio_id, MONDAY)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"begins": "08:30"}, "begins"),
        ({"ends": "18:30"}, "begins"),
        ({"begins": "16:30"}, "begins"),
        ({"begins": "noon"}, "begins"),
        ({"high_touch": "hourly"}, "high_touch"),
        (dict.fromkeys(("high_touch", "low_touch", "tech_touch"), "none"), "high_touch"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(team: Team, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(UserError) as refused:
        choose(team, **wrong)
    assert refused.value.field == field


def test_only_managers_and_admins_set_begin_and_take_back(team: Team) -> None:
    team.add_account("Acme")
    with pytest.raises(UserError):
        begin(team)  # no rhythm is set
    choose(team, by=team.ada)
    act = begin(team)
    with pytest.raises(UserError):
        choose(team, by=team.maya)
    with pytest.raises(UserError):
        begin(team, by=team.maya)
    with pytest.raises(UserError):
        take_back(team, act, by=team.maya)


def test_what_an_import_leaves_silent_is_named_after_two_weeks_in_few_messages(team: Team) -> None:
    began = day(MONDAY, -400).date()
    ids = [team.add_account(f"Customer {number:02}", contract_start=began) for number in range(20)]
    team.look(day(MONDAY, 13))
    assert RiskKind.NOBODY_MEETS not in {risk.kind for risk in team.risks()}
    told = len(team.messages("risk", op="post"))
    team.look(day(MONDAY, 14))
    silent = [risk for risk in team.risks() if risk.kind is RiskKind.NOBODY_MEETS]
    assert {risk.account_id for risk in silent} == set(ids)
    assert len(team.messages("risk", op="post")) - told <= 5
    assert len(team.messages("risks-more", op="post")) <= 2
    choose(team)
    begin(team, day(MONDAY, 14))
    team.look(day(MONDAY, 15))
    assert RiskKind.NOBODY_MEETS not in {risk.kind for risk in team.risks()}
