"""The list of customers: what it shows, in which order, narrowed down by what, and what its file holds."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.actor import Actor, UserError
from bot.domain.enums import AccountStatus, Stage, Tier
from bot.domain.rules_version import RULES_VERSION
from bot.features.portfolios import account_summaries, coverage_trend, customer_list, list_file, queries
from bot.features.portfolios.list_choice import ListChoice
from bot.features.portfolios.list_file import guarded
from bot.features.portfolios.list_views import AccountListView, NoPortfolioView, WhichPortfolioView
from bot.features.risks import ownership
from bot.store.account_list import Covered, Narrowed, Show, Sort
from bot.store.engine import Database
from tests.support.managing import MONDAY, Team
from tests.support.refusals import says
from tests.support.statements import statements

TODAY = MONDAY.date()
ALL = ListChoice("1", Show.ALL, Sort.NAME)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def listed(team: Team, choice: ListChoice, actor: Actor | None = None) -> AccountListView:
    with team.session() as session:
        return customer_list.customer_list(session, actor or team.as_(team.priya), choice, MONDAY)


def names(view: AccountListView) -> list[str]:
    return [row.name for row in view.rows]


def test_it_opens_on_what_needs_attention_and_counts_who_is_all_right(team: Team) -> None:
    team.add_proven("Fine", renews_in=400)
    team.add_account("Planless", renews_in=200)
    view = listed(team, ListChoice(str(team.portfolio_id)))
    assert names(view) == ["Planless"]
    assert (view.shown, view.head.customers, view.head.needing) == (1, 2, 1)
    assert (view.rows[0].squares, view.rows[0].coverage, view.rows[0].note) == ((), "", "")
    everybody = listed(team, ALL)
    assert names(everybody) == ["Fine", "Planless"]
    assert (everybody.rows[0].squares, everybody.rows[0].coverage) == (("proven",), "100%")
    assert everybody.head.shares == ("50% of 200,000 EUR",)


def test_a_row_says_what_nobody_has_taken_without_a_statement_a_row(team: Team) -> None:
    first, second = team.add_broken("Disputed"), team.add_broken("Taken")
    team.look()
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), team.the_risk(second).id, MONDAY)
    notes = {row.name: row.note for row in listed(team, ALL).rows}
    assert notes == {"Disputed": "disputed since 2 Mar, not taken", "Taken": "disputed since 2 Mar"}
    with team.session() as session:
        table = customer_list.as_table(session, team.as_(team.priya), ALL, MONDAY)
    assert [row.needs for row in table.rows] == [notes["Disputed"], notes["Taken"]]
    with team.session() as session:
        ownership.claim(session, team.as_(team.maya), team.the_risk(first).id, MONDAY)
    assert listed(team, ALL).rows[0].note == "disputed since 2 Mar"


def test_the_same_figures_whether_a_summary_is_kept_or_not(team: Team) -> None:
    team.add_proven("Fine", renews_in=400)
    team.add_account("Planless")

    def shown() -> list[object]:
        return [(view.head, view.rows, view.shown) for view in (listed(team, ALL), listed(team, ListChoice("1")))]

    before = shown()
    team.look()
    with team.session() as session:
        missing = queries.without_summary(session, 1, team.portfolio_id, RULES_VERSION, MONDAY)
        account_summaries.keep_missing(session, "test", 1, missing, MONDAY)
        assert queries.without_summary(session, 1, team.portfolio_id, RULES_VERSION, MONDAY) == []
    assert shown() == before


def test_pages_of_ten_and_a_page_that_is_not_there_is_the_last(team: Team) -> None:
    for number in range(23):
        team.add_account(f"Customer {number:02}")
    first = listed(team, ALL)
    assert names(first) == [f"Customer {number:02}" for number in range(10)]
    assert (first.first, first.shown, first.next_page) == (1, 23, 10)
    last = listed(team, ALL.with_page(99))
    assert names(last) == ["Customer 20", "Customer 21", "Customer 22"]
    assert (last.first, last.next_page, last.choice.page) == (21, -7, 2)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.NAME, ["Alp", "Birch", "Cedar"]),
        (Sort.ARR, ["Birch", "Cedar", "Alp"]),
        (Sort.RENEWAL, ["Cedar", "Alp", "Birch"]),
        (Sort.OWNER, ["Cedar", "Birch", "Alp"]),
    ],
)
def test_orders(team: Team, sort: Sort, order: list[str]) -> None:
    team.add_account("Alp", renews_in=200, arr_minor=1_00, owner_id=team.tom.id)
    team.add_account("Birch", renews_in=None, arr_minor=9_00)
    team.add_account("Cedar", renews_in=150, arr_minor=5_00)
    assert names(listed(team, ListChoice("1", Show.ALL, sort))) == order


@pytest.mark.parametrize(
    ("by", "found"),
    [
        (Narrowed(stage=Stage.ADOPTION), ["Alp"]),
        (Narrowed(tier=Tier.LOW_TOUCH), ["Birch"]),
        (Narrowed(days=90), ["Cedar"]),
        (Narrowed(covered=Covered.MOST), ["Proven"]),
        (Narrowed(covered=Covered.NO_PLAN), ["Alp", "Birch", "Cedar"]),
        (Narrowed(covered=Covered.UNDER_QUARTER), []),
        (Narrowed(text="IRC"), ["Birch"]),
        (Narrowed(text="%"), []),
    ],
)
def test_narrowed_down(team: Team, by: Narrowed, found: list[str]) -> None:
    team.add_account("Alp", stage=Stage.ADOPTION)
    team.add_account("Birch", tier=Tier.LOW_TOUCH)
    team.add_account("Cedar", renews_in=60)
    team.add_proven("Proven", renews_in=400)
    view = listed(team, ListChoice("1", Show.ALL, Sort.NAME, narrowed=by))
    assert names(view) == found
    assert len(view.head.narrowed) == 1


def test_what_a_list_is_about(team: Team) -> None:
    team.add_account("Planless", renews_in=100)
    _, outcome, _ = team.add_proven("Expiring", renews_in=400)
    team.change("outcome", outcome, shelf_life_days=10)
    met, _, _ = team.add_proven("Met", renews_in=400)
    team.meets(met, MONDAY + timedelta(days=3))
    team.add_account("Gone", status=AccountStatus.FORMER, leaves_on=TODAY - timedelta(days=5))

    def of(show: Show) -> list[str]:
        return names(listed(team, ListChoice("1", show, Sort.NAME)))

    assert of(Show.RENEWING) == ["Planless"]
    assert of(Show.NO_PLAN) == ["Planless"]
    assert of(Show.UNMET) == ["Expiring", "Planless"]
    assert of(Show.FORMER) == ["Gone"]
    assert of(Show.EXPIRING) == ["Expiring"]
    (row,) = listed(team, ListChoice("1", Show.EXPIRING)).rows
    assert row.note == "evidence expires 13 Mar"


def test_an_owner_sees_their_own_and_their_month_others_do_not(team: Team) -> None:
    account = team.add_account("Toms", owner_id=team.tom.id)
    team.add_account("Mayas")
    team.add(
        "action", account_id=account, text="Send the sheet", owner_id=team.tom.id, due_on=TODAY - timedelta(days=2)
    )
    tom, priya, maya = (team.as_(member) for member in (team.tom, team.priya, team.maya))
    mine = listed(team, ListChoice("mine", Show.ALL), tom)
    assert (mine.head.title, names(mine)) == (team.tom.name, ["Toms"])
    assert mine.month is not None and (mine.month.open_steps, mine.month.late_steps) == (1, 1)
    of_tom = ListChoice(str(team.tom.slack_id), Show.ALL)
    assert listed(team, of_tom, priya).month == mine.month
    theirs = listed(team, of_tom, maya)
    assert names(theirs) == ["Toms"] and theirs.month is None


def test_who_owns_what(team: Team) -> None:
    team.add_account("Mayas")
    team.add_account("Toms", owner_id=team.tom.id)
    team.add_account("Nobodys", owner_id=None)
    with team.session() as session:
        view = customer_list.owner_list(session, team.as_(team.priya), ListChoice("mine"), MONDAY)
    assert {line.name: line.customers for line in view.lines} == {team.maya.name: 1, team.tom.name: 1, None: 1}
    assert [line.value is None for line in view.lines if line.name is None] == [True]


def test_another_workspace_guests_and_people_without_accounts_are_refused(team: Team) -> None:
    with pytest.raises(UserError, check=says("That account is not here any more")):
        listed(team, ListChoice("999"))
    with pytest.raises(UserError, check=says("owns no customer")):
        listed(team, ListChoice("U0NOBODY"))
    with pytest.raises(UserError, check=says("members of this workspace")):
        listed(team, ALL, team.as_(team.guest))


def test_a_misspelt_portfolio_offers_the_nearest_and_the_word_that_was_meant(team: Team) -> None:
    with team.session() as session:
        view = customer_list.customers(session, team.as_(team.priya), None, ("renewls", "renewals"), MONDAY)
        assert isinstance(view, WhichPortfolioView)
        assert (view.hits, view.near) == (((team.portfolio_id, "EMEA"),), "renewals")


def test_without_a_portfolio_an_admin_gets_the_way_to_one(database: Database) -> None:
    team = Team(database)
    team.change("portfolio", team.portfolio_id, taken_back_at=MONDAY)
    with team.session() as session:
        ada = customer_list.customers(session, team.as_(team.ada), None, (None, None), MONDAY)
        tom = customer_list.customers(session, team.as_(team.tom), None, (None, None), MONDAY)
    assert (ada, tom) == (NoPortfolioView(True), NoPortfolioView(False))


def test_the_file_holds_all_rows_and_no_formula(team: Team) -> None:
    team.add_account("=HYPERLINK(1)", arr_minor=1_234_50, renews_in=60)
    for number in range(12):
        team.add_account(f"Customer {number:02}")
    with team.session() as session:
        plan = list_file.file_plan(session, team.as_(team.priya), ALL, MONDAY)
        parts = [plan.listed[:5], plan.listed[5:]]
        file = list_file.written(
            plan, [row for part in parts for row in list_file.rows_of(session, team.as_(team.priya), part, MONDAY)]
        )
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert (file.name, file.rows, len(rows)) == ("emea-2026-03-02.csv", 13, 13)
    assert rows[0]["customer"] == "'=HYPERLINK(1)" and rows[0]["ARR"] == "1234.50"
    assert rows[0]["renews"] == "2026-05-01" and rows[0]["needs"]


@given(st.text())
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    assert not guarded(cell).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize(
    "cell", ["＝1+1", "＋1", "－1", "＠SUM(A1)", "\u00a0=1", "\u3000=1", "\ufeff=1", "\u200b@x", " \t=1", "\x0b=1"]
)
def test_no_cell_hides_a_formula_behind_what_is_not_seen_or_is_wide(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Acme", " Acme", "12", "a=b", "Ａcme", "’t Hof", ""])
def test_a_plain_cell_stays_as_it_is(cell: str) -> None:
    assert guarded(cell) == cell


words = st.one_of(st.none(), st.integers(1, 2**63 - 1))


@given(
    st.builds(
        ListChoice,
        st.sampled_from(("mine", "7", "U0ADA")),
        st.sampled_from(Show),
        st.sampled_from(Sort),
        st.integers(0, 9999),
        st.builds(
            Narrowed,
            words,
            st.one_of(st.none(), st.sampled_from(Stage)),
            st.one_of(st.none(), st.sampled_from(Tier)),
            st.one_of(st.none(), st.integers(1, 365)),
            st.one_of(st.none(), st.sampled_from(Covered)),
            st.text(max_size=40).map(str.strip),
        ),
    )
)
def test_a_choice_comes_back_as_it_went_in_an_option(choice: ListChoice) -> None:
    assert ListChoice.read(choice.value) == choice
    assert len(choice.value) <= 150


@given(st.text(max_size=300))
def test_whatever_a_button_carries_is_a_choice(value: str) -> None:
    again = ListChoice.read(value)
    assert ListChoice.read(again.value).narrowed == again.narrowed


def test_a_page_takes_as_many_statements_for_many_as_for_few(team: Team) -> None:
    counted = []
    for many in (12, 40):
        for number in range(many):
            team.add_account(f"Customer {many}-{number:02}")
        with statements(team.database) as seen:
            listed(team, ALL)
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_a_trend_without_digests_says_so(team: Team) -> None:
    with team.session() as session:
        view = coverage_trend.coverage_trend(session, team.as_(team.priya), ListChoice("1"), MONDAY)
    assert (view.lines, view.since) == ((), None)


def test_a_trend_is_what_the_digests_told(team: Team) -> None:
    weeks = [
        {"on": "2026-02-16", "shares": {"EUR": [40, None]}},
        {"on": "2026-02-23", "shares": {"EUR": [45, 30], "USD": [10, None]}},
    ]
    with team.session() as session:
        queries.add(session, team.portfolio_id, MONDAY, {"said": {"trend": weeks}})
    with team.session() as session:
        view = coverage_trend.coverage_trend(session, team.as_(team.priya), ListChoice("mine"), MONDAY)
    assert [(line.currency, line.weeks) for line in view.lines] == [("EUR", (("16 Feb", 40), ("23 Feb", 45)))]
    assert view.title == "EMEA"
