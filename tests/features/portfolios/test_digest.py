"""The weekly digest: once a portfolio a week, worst first, short before the fold, whole in its thread."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.enums import CadenceKind, Change, PromptState
from bot.features.portfolios import digest, setup
from bot.features.portfolios import queries as portfolio_queries
from bot.features.portfolios.setup import PortfolioForm
from bot.features.portfolios.views import DigestRestView, DigestView
from bot.outbox.types import Moot
from bot.store import portfolios
from bot.store.engine import Database
from tests.support.managing import CHANNEL, Team, day
from tests.support.statements import statements

FRIDAY = datetime(2026, 2, 27, 10, tzinfo=UTC)
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = datetime(2026, 3, 9, 9, tzinfo=UTC)
THIRD = datetime(2026, 3, 16, 9, tzinfo=UTC)


@pytest.fixture
def team(database: Database) -> Team:
    """A team whose digest comes on Mondays at nine in London, the first on 2 March."""
    team = Team(database)
    form = PortfolioForm("EMEA", CHANNEL, "U0PRIYA", 0, "09:00", "Europe/London", portfolio_id=team.portfolio_id)
    with team.session() as session:
        setup.set_up(session, team.as_(team.ada), form, FRIDAY)
    return team


def open_one(team: Team, now: datetime) -> bool:
    with team.session() as session:
        return digest.open_due_digest(session, now)


def opened(team: Team, now: datetime) -> DigestView:
    """Open the digest that is due and read its message."""
    assert open_one(team, now)
    with team.session() as session:
        view = digest.compose_digest(session, team.messages("digest")[-1].args, now)
    assert isinstance(view, DigestView)
    return view


def thread(team: Team, digest_id: int) -> list[DigestRestView]:
    pages = [message for message in team.messages("digest-rest") if message.args["digest_id"] == digest_id]
    with team.session() as session:
        views = [digest.compose_rest(session, page.args, FIRST) for page in pages]
    return [view for view in views if isinstance(view, DigestRestView)]


def head(view: DigestView) -> dict[str, tuple[str, ...]]:
    """The names of each labelled line before the fold."""
    return {line.label: line.names for line in view.summary.head if line.label}


def test_a_digest_comes_on_its_day_at_its_time_and_once(team: Team) -> None:
    assert not open_one(team, FIRST - timedelta(seconds=1))
    assert open_one(team, FIRST)
    assert not open_one(team, FIRST)
    assert team.portfolio().next_digest_at == SECOND
    (message,) = team.messages("digest")
    assert (message.key, message.channel) == (f"digest:{message.args['digest_id']}", CHANNEL)


def test_the_digest_keeps_its_wall_clock_through_the_change_of_clocks(team: Team) -> None:
    before_summer_time = datetime(2026, 3, 23, 9, tzinfo=UTC)
    open_one(team, before_summer_time)
    assert team.portfolio().next_digest_at == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_after_an_outage_one_digest_stands_for_all_that_were_missed(team: Team) -> None:
    assert open_one(team, THIRD + timedelta(hours=3))
    assert not open_one(team, THIRD + timedelta(hours=3))
    assert team.portfolio().next_digest_at == datetime(2026, 3, 23, 9, tzinfo=UTC)
    assert len(team.messages("digest")) == 1


def test_two_replicas_open_one_digest(team: Team) -> None:
    due = team.portfolio()
    with team.session() as session:
        unit = portfolios.next_due_digest(session, digest.DIGESTS, FIRST)
        assert unit is not None
        assert unit.row_id == due.id
        assert portfolios.move_digest(session, due, SECOND)
        assert not portfolios.move_digest(session, due, SECOND)


def test_a_moment_that_had_its_digest_has_no_second_one_and_the_next_one_comes(team: Team) -> None:
    opened(team, FIRST)
    team.change("portfolio", team.portfolio_id, FIRST, next_digest_at=FIRST)
    assert open_one(team, FIRST)
    assert not open_one(team, FIRST)
    assert len(team.messages("digest")) == 1
    assert team.portfolio().next_digest_at == SECOND


def test_the_first_digest_tells_what_is_and_names_no_change(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    team.add_account("Brick", FRIDAY, renews_in=50)
    view = opened(team, FIRST)
    assert view.since is None
    assert (view.summary.first, view.summary.unchanged) == (True, False)
    assert [(share.percent, share.of, share.change) for share in view.summary.by_arr] == [("50%", "200,000 EUR", "")]
    assert view.summary.by_count.percent == "50%"
    assert head(view) == {"Renewals within 120 days, unproven (1)": ("Brick, 18 Apr 2026",)}


def test_coverage_shows_the_change_since_last_week_by_arr_and_by_count(team: Team) -> None:
    team.add_proven("Acme", FRIDAY, arr_minor=300_000_00)
    _, _, evidence_id = team.add_proven("Brick", FRIDAY)
    opened(team, FIRST)
    team.change("evidence", evidence_id, day(FIRST, 1), withdrawn_on=day(FIRST, 1).date(), withdrawn_why="wrong")
    view = opened(team, SECOND)
    assert [(share.percent, share.change) for share in view.summary.by_arr] == [("75%", "−25 points")]
    assert (view.summary.by_count.percent, view.summary.by_count.change) == ("50%", "−50 points")
    assert view.since == FIRST


def test_currencies_are_never_summed(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    team.add_account("Brick", FRIDAY, currency="USD")
    team.add_account("Cloth", FRIDAY, arr_minor=None, currency=None)
    view = opened(team, FIRST)
    assert sorted((share.of, share.percent) for share in view.summary.by_arr) == [
        ("100,000 EUR", "100%"),
        ("100,000 USD", "0%"),
    ]
    assert view.summary.unknown_arr == 1


def test_newly_proven_and_newly_broken_are_named(team: Team) -> None:
    acme, outcome_id, _ = team.add_proven("Acme", FRIDAY)
    brick = team.add_account("Brick", FRIDAY)
    dana = team.add("person", FRIDAY, account_id=brick, name="Dana", part="champion")
    unproven = team.add_outcome(brick, dana, FRIDAY)
    opened(team, FIRST)
    team.prove(acme, outcome_id, "900", day(FIRST, 1))
    team.prove(brick, unproven, "400", day(FIRST, 1))
    view = opened(team, SECOND)
    assert head(view) == {"Newly broken (1)": ("Acme",), "Newly proven (1)": ("Brick",)}
    (page,) = thread(team, 2)
    told = {block.title: [line.text for line in block.lines] for block in page.blocks}
    assert told["Newly broken"][0].startswith("“Fewer tickets a month” at 900 tickets")


def test_who_was_silent_this_week_is_named(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    add_meeting(team, acme, day(FIRST, -3), PromptState.SILENT)
    add_meeting(team, acme, day(FIRST, 2), PromptState.SILENT)
    view = opened(team, SECOND)
    assert head(view) == {"Silent before meetings (1)": ("Maya Lindqvist",)}
    told = {block.title: block.lines[0].text for page in thread(team, 2) for block in page.blocks}
    assert told["Silent before meetings"] == "answered 0 of 1, 0 answers moved evidence"


def test_theatre_is_named(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", day(FRIDAY, -20))
    for days in (-15, -8, -1):
        add_meeting(team, acme, day(FRIDAY, days), PromptState.ANSWERED)
    view = opened(team, FIRST)
    assert head(view)["Theatre (1)"] == ("Acme",)


def add_meeting(team: Team, account_id: int, at: datetime, state: PromptState) -> None:
    kind = CadenceKind.WEEKLY_SYNC
    cadence = {"kind": kind, "rrule": "FREQ=WEEKLY", "local_start": "2026-01-01T10:00", "tz": "UTC", "active": False}
    cadence_id = team.add("cadence", at, account_id=account_id, **cadence)
    meeting_id = team.add("meeting", at, account_id=account_id, cadence_id=cadence_id, kind=kind, starts_at=at)
    asked = {"workspace_id": 1, "member_id": team.maya.id, "asked_at": at - timedelta(days=1), "closes_at": at}
    team.add("prompt", at, account_id=account_id, meeting_id=meeting_id, state=state, **asked)
    if state is PromptState.ANSWERED:
        said = {"submission": f"answer {meeting_id}", "change": Change.NOTHING, "answered_at": at}
        team.add("answer", at, account_id=account_id, meeting_id=meeting_id, member_id=team.maya.id, **said)


def test_when_nothing_changed_the_digest_is_one_line_without_a_thread(team: Team) -> None:
    team.add_proven("Acme", FRIDAY)
    team.add_account("Brick", FRIDAY)
    opened(team, FIRST)
    view = opened(team, SECOND)
    assert view.summary.unchanged
    assert thread(team, 2) == []


def test_the_worst_come_first_and_those_with_the_same_fact_share_a_line(team: Team) -> None:
    for number in range(5):
        team.add_account(f"Blank {number}", FRIDAY, arr_minor=(10 + number) * 100)
    team.add_account("Near", FRIDAY, renews_in=30)
    team.add_account("Nearer", FRIDAY, renews_in=20, arr_minor=1)
    first, second, renewals = opened(team, FIRST).summary.head
    assert (first.mark, first.names) == ("high", ("Near", "Nearer"))
    assert renewals.names == ("Nearer, 19 Mar 2026", "Near, 29 Mar 2026")
    assert (second.mark, second.names, second.more) == ("medium", ("Blank 4", "Blank 3", "Blank 2"), 2)
    assert second.text == "Nobody has written down what success means"


@pytest.mark.slow
def test_a_portfolio_of_240_is_at_most_twelve_lines_and_its_thread_names_everybody(team: Team) -> None:
    for number in range(240):
        team.add_account(f"株式会社岡田ガス {number:03}", FRIDAY, renews_in=40 + number % 200, arr_minor=number * 100)
    view = opened(team, FIRST)
    assert len(view.summary.head) <= 10
    pages = thread(team, 1)
    said = json.dumps([str(page) for page in pages], ensure_ascii=False)
    assert all(f"株式会社岡田ガス {number:03}" in said for number in range(240))
    assert all(page.left == 0 for page in pages)


@pytest.mark.slow
def test_the_digest_asks_the_database_as_often_for_sixty_accounts_as_for_six(team: Team) -> None:
    def asked(accounts: int, now: datetime) -> int:
        for number in range(accounts):
            team.add_proven(f"Account {now:%d} {number}", now)
        with statements(team.database) as seen:
            assert open_one(team, now)
        return sum("outbox" not in statement for statement in seen)

    asked(1, FIRST)
    assert asked(6, SECOND) == asked(60, THIRD)


def test_the_figures_of_the_digest_are_kept_for_next_week(team: Team) -> None:
    _, outcome_id, _ = team.add_proven("Acme", FRIDAY)
    opened(team, FIRST)
    with team.session() as session:
        kept = portfolio_queries.latest(session, 1, [team.portfolio_id])[team.portfolio_id].figures["kept"]
    assert kept["by_arr"] == {"EUR": "1"}
    assert Decimal(kept["credits"][str(outcome_id)]) == 1


def test_without_a_channel_the_manager_gets_the_digest(team: Team) -> None:
    team.change("portfolio", team.portfolio_id, FRIDAY, channel=None)
    open_one(team, FIRST)
    assert [(message.channel, message.destination) for message in team.messages("digest")] == [("U0PRIYA", "user")]


def test_a_digest_that_nobody_can_read_is_kept_all_the_same(team: Team) -> None:
    team.change("portfolio", team.portfolio_id, FRIDAY, channel=None, manager_id=None)
    assert open_one(team, FIRST)
    assert team.messages("digest") == []
    with team.session() as session:
        assert team.portfolio_id in portfolio_queries.latest(session, 1, [team.portfolio_id])


def test_a_page_that_is_not_there_is_moot(team: Team) -> None:
    opened(team, FIRST)
    with team.session() as session:
        assert isinstance(digest.compose_rest(session, {"workspace_id": 1, "digest_id": 1, "page": 9}, FIRST), Moot)
        assert isinstance(digest.compose_digest(session, {"workspace_id": 1, "digest_id": 99}, FIRST), Moot)
