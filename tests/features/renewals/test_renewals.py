"""Renewals: what is asked of whom, calls, and results with what they do to contracts, account, digest and channel."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.app.actor import UserError
from bot.app.digest_lines import DigestSpan
from bot.domain.enums import AccountStatus, ContractBasis, ContractKind, RenewalResult
from bot.features.accounts import card
from bot.features.imports import undo
from bot.features.imports.remarks import Remark
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_accounts, import_contracts
from bot.features.portfolios import renewals as portfolio_renewals
from bot.features.renewals import confirming, losses, results
from bot.features.renewals.digest import renewal_lines
from bot.features.renewals.views import LossView, RenewalQuestionView, RenewalReviewView
from bot.outbox.types import Moot
from bot.store import renewals, schema
from bot.store.engine import Database
from bot.store.ledger import Author
from tests.support.managing import CHANNEL, MONDAY, Team, day
from tests.support.refusals import worded
from tests.support.renewing import (
    ORDER,
    TODAY,
    account,
    asks,
    call,
    composed,
    contracts_of,
    history_of,
    left,
    renewed,
    shown,
    terms,
)


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


def test_a_renewal_of_a_stand_in_keeps_its_past_and_moves_the_account_on(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", renews_in=0)
    renewed(
        team, team.maya, acme, arr="120,000", moved="more_use", notice_days="30", decided="The board saw it", link=ORDER
    )
    now = account(team, acme)
    assert (now.arr_minor, now.renewal_date, now.notice_days) == (120_000_00, date(2027, 3, 2), 30)
    before, new = terms(team, acme)
    assert (before.ends_on, before.arr_minor, before.basis) == (TODAY, 100_000_00, ContractBasis.RECORDED)
    assert (new.starts_on, new.kind, new.source) == (TODAY, ContractKind.EXPANSION, ORDER)
    (line,) = shown(team, team.maya, acme).results
    assert (line.result, line.own, line.unconfirmed, line.before) == (
        RenewalResult.EXPANDED,
        True,
        False,
        "100,000 EUR",
    )
    assert line.frozen is not None and line.frozen.in_words == "100% proven, 1 of 1 outcomes"
    assert team.messages("renewal-review") == [], "an order speaks for it"
    assert "recorded how the renewal ended: expanded" in history_of(team, acme)


def test_a_renewal_that_only_its_owner_speaks_for_is_the_managers_to_confirm(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=0)
    renewed(team, team.maya, acme)
    assert account(team, acme).unconfirmed_on == TODAY
    (review,) = team.messages("renewal-review")
    assert (review.channel, review.destination) == ("U0PRIYA", "user")
    with team.session() as session:
        view = confirming.compose_review(session, review.args, MONDAY)
        assert isinstance(view, RenewalReviewView) and view.line.unconfirmed
        for nobody in (team.maya, team.tom):
            with pytest.raises(UserError):
                confirming.confirm(session, team.as_(nobody), view.line.result_id, MONDAY)
        confirming.confirm(session, team.as_(team.priya), view.line.result_id, MONDAY)
        assert isinstance(confirming.compose_review(session, review.args, MONDAY), Moot)
    (line,) = shown(team, team.priya, acme).results
    assert (line.unconfirmed, line.confirmed_by) == (False, team.priya.name)
    assert account(team, acme).unconfirmed_on is None


def test_a_manager_who_says_that_it_is_not_so_opens_the_renewal_again(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=0)
    before = terms(team, acme)
    renewed(team, team.maya, acme, arr="90000", moved="discount")
    (line,) = shown(team, team.priya, acme).results
    assert line.can_take_back and account(team, acme).arr_minor == 90_000_00
    with team.session() as session:
        confirming.refuse(session, team.as_(team.priya), line.result_id, MONDAY)
    assert terms(team, acme) == before
    assert (account(team, acme).arr_minor, account(team, acme).renewal_date) == (100_000_00, TODAY)
    assert shown(team, team.maya, acme).past
    with team.session() as session, pytest.raises(UserError) as refused:
        confirming.refuse(session, team.as_(team.priya), line.result_id, MONDAY)
    assert worded(refused.value).startswith("This result is not on record any more")


def test_a_system_that_has_the_renewal_confirms_it(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=0)
    renewed(team, team.maya, acme)
    assert shown(team, team.maya, acme).results[0].unconfirmed
    contracts_of(team, "Acme", "Pro,2026-03-01,2027-03-01,101000,EUR,60,")
    assert not shown(team, team.maya, acme).results[0].unconfirmed
    assert account(team, acme).unconfirmed_on is None
    assert (account(team, acme).arr_minor, account(team, acme).renewal_date) == (101_000_00, date(2027, 3, 1))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"arr": ""}, "Write the yearly value as a number, such as 48,000."),
        ({"arr": "0"}, "A renewal has a yearly value. If they pay nothing from now on, press Left."),
        ({"arr": "80000"}, "The value went from 100,000 EUR to 80,000 EUR. Choose what moved it."),
        ({"moved": ""}, "Choose what moved the value."),
        ({"next_renewal": date(2126, 3, 2)}, "A term runs at most 10 years. Check the year."),
        ({"next_renewal": TODAY}, "The next renewal is after 2 Mar 2026, the first day of this term."),
        ({"notice_days": "a month"}, "Write the notice period as whole days, such as 30, or leave it empty."),
        ({"link": "http://"}, "Paste a link that starts with https://."),
    ],
)
def test_what_a_renewal_refuses(team: Team, form: dict[str, Any], sentence: str) -> None:
    acme = team.add_account("Acme", renews_in=0)
    with pytest.raises(UserError) as refused:
        renewed(team, team.maya, acme, **form)
    assert worded(refused.value) == sentence
    assert len(terms(team, acme)) == 1


def test_a_renewal_far_ahead_is_not_recorded_today(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=200)
    with pytest.raises(UserError) as refused:
        renewed(team, team.maya, acme, next_renewal=date(2028, 1, 1))
    assert "Record the result in the last 180 days before." in worded(refused.value)
    renewed(team, team.maya, acme, day(MONDAY, 30), next_renewal=date(2028, 1, 1))
    assert account(team, acme).renewal_date == date(2028, 1, 1), "signed early"
    with pytest.raises(UserError):
        renewed(team, team.maya, acme, day(MONDAY, 30), next_renewal=date(2029, 1, 1))


def test_a_loss_ends_the_contract_keeps_what_was_proven_and_goes_to_the_channel(team: Team) -> None:
    acme, _, evidence = team.add_proven("Acme", renews_in=20)
    team.change("evidence", evidence, disputed_on=TODAY, disputed_why="wrong month")
    team.look()
    left(team, team.maya, acme, decided="The module came with the licence")
    gone = account(team, acme)
    assert (gone.status, gone.leaves_on) == (AccountStatus.CUSTOMER, TODAY + timedelta(days=1)), "the last day is today"
    team.look(day(MONDAY, 1))
    assert account(team, acme).status is AccountStatus.FORMER
    assert terms(team, acme)[-1].ends_on == TODAY + timedelta(days=1)
    (message,) = team.messages("renewal-loss")
    assert message.channel == CHANNEL
    with team.session() as session:
        view = losses.compose_loss(session, message.args, MONDAY)
    assert isinstance(view, LossView) and view.frozen is not None
    assert (view.arr, view.because) == ("100,000 EUR", "moved to a competitor: Their ERP's own module")
    assert view.frozen.lines[0].title == "Fewer tickets a month"
    assert any("wrong month" in danger.fact for danger in view.frozen.dangers), "it had been named"
    with team.database.reading() as session:
        former = card.card(session, team.as_(team.tom), acme, day(MONDAY, 2))
        lines = renewal_lines(session, DigestSpan(1, team.portfolio_id, MONDAY - timedelta(days=7), day(MONDAY, 2)))
    assert (
        former.left
        == "Left 2 Mar, 100,000 EUR: moved to a competitor, Their ERP's own module. Nothing was proven then."
    )
    ((title, ((name, text),)),) = lines.thread
    assert (title, name) == ("Lost, and why", "Acme")
    assert text.startswith(
        "100,000 EUR, moved to a competitor: Their ERP's own module. 0% proven, 0 of 1 outcomes then"
    )
    assert "wrong month" in text


def test_who_leaves_later_stays_a_customer_until_then_and_a_low_touch_loss_is_not_announced(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=20, tier="low_touch")
    left(team, team.maya, acme, last_day=TODAY + timedelta(days=19), because="other", because_words="Moved to paper")
    assert team.messages("renewal-loss") == []
    assert account(team, acme).status is AccountStatus.CUSTOMER
    for days in (1, 19):
        team.look(day(MONDAY, days))
        assert account(team, acme).status is AccountStatus.CUSTOMER
    assert asks(team) == [], "it is known that they leave"
    team.look(day(MONDAY, 20))
    assert account(team, acme).status is AccountStatus.FORMER
    renewed(team, team.maya, acme, day(MONDAY, 90), moved="price", arr="50000")
    back = account(team, acme)
    assert (back.status, back.leaves_on, back.arr_minor) == (AccountStatus.CUSTOMER, None, 50_000_00)
    assert terms(team, acme)[-1].kind is ContractKind.REACTIVATION
    team.look(day(MONDAY, 91))
    assert account(team, acme).status is AccountStatus.CUSTOMER


def test_who_leaves_and_comes_back_on_the_day_they_renewed_has_every_term_once(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=0)
    renewed(team, team.maya, acme, link=ORDER)
    left(team, team.maya, acme, day(MONDAY, 0), last_day=TODAY)
    team.look(day(MONDAY, 1))
    renewed(team, team.maya, acme, day(MONDAY, 1), moved="price", arr="70000")
    *_, kept, back = terms(team, acme)
    assert (kept.starts_on, kept.ends_on) == (TODAY, TODAY + timedelta(days=1))
    assert (back.starts_on, back.kind) == (TODAY + timedelta(days=1), ContractKind.REACTIVATION)
    assert account(team, acme).arr_minor == 70_000_00


def test_a_loss_that_is_not_so_is_taken_back(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=20)
    left(team, team.maya, acme, day(MONDAY, 1), last_day=TODAY)
    assert account(team, acme).status is AccountStatus.FORMER
    with team.session() as session:
        (result,) = renewals.results_of(session, 1, acme)
        with pytest.raises(UserError):
            confirming.refuse(session, team.as_(team.tom), result.id, MONDAY)
        confirming.refuse(session, team.as_(team.maya), result.id, day(MONDAY, 1))
    now = account(team, acme)
    assert (now.status, now.leaves_on, now.renewal_date) == (AccountStatus.CUSTOMER, None, TODAY + timedelta(days=20))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"because": "weather"}, "Choose why they left."),
        ({"because": "other"}, "Say what the reason was."),
        ({"last_day": None}, "The last day is between 2 Mar 2025 and 1 Mar 2028."),
        ({"last_day": date(2020, 1, 1)}, "The last day is between 2 Mar 2025 and 1 Mar 2028."),
    ],
)
def test_what_a_loss_refuses(team: Team, form: dict[str, Any], sentence: str) -> None:
    acme = team.add_account("Acme", renews_in=20)
    with pytest.raises(UserError) as refused:
        left(team, team.maya, acme, **form)
    assert worded(refused.value) == sentence
    with pytest.raises(UserError):
        left(team, team.tom, acme)


def test_the_owner_is_asked_for_a_call_and_how_it_ended_and_then_the_manager(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=100)
    with team.session() as session:
        row = session.execute(select(schema.contract)).mappings().one()
        session.execute(schema.contract.update().where(schema.contract.c.id == row["id"]).values(notice_days=60))
    team.look(day(MONDAY, 9))
    assert asks(team) == []
    team.look(day(MONDAY, 10))
    team.look(day(MONDAY, 11))
    (ask,) = asks(team)
    assert (ask.channel, ask.key) == ("U0MAYA", f"renewal-question:{acme}:call:2026-06-10")
    view = composed(team, ask, day(MONDAY, 10))
    assert isinstance(view, RenewalQuestionView) and view.pending and view.head.last_day == date(2026, 4, 11)
    call(team, team.maya, acme, "likely", day(MONDAY, 11))
    assert isinstance(composed(team, ask, day(MONDAY, 11)), Moot)
    (update,) = team.messages("renewal-question", op="update")
    after = composed(team, update, day(MONDAY, 11))
    assert isinstance(after, RenewalQuestionView) and not after.pending and after.call is not None and after.mine
    asked = []
    for days in range(100, 175):
        team.look(day(MONDAY, days))
    asked = [(message.channel, message.key.rpartition(":")[2]) for message in asks(team)[1:]]
    assert asked[:3] == [("U0MAYA", "0"), ("U0MAYA", "1"), ("U0PRIYA", "2")]
    assert {channel for channel, _ in asked[2:]} == {"U0PRIYA"} and asked[-1][1] == "8", "not for ever"


def test_still_open_is_said_and_asked_again_in_a_week(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=0)
    team.look()
    (first,) = asks(team)
    with team.session() as session:
        results.record_still_open(session, team.as_(team.maya), acme, MONDAY)
    (update,) = team.messages("renewal-question", op="update")
    view = composed(team, update, MONDAY)
    assert isinstance(view, RenewalQuestionView)
    assert (view.pending, view.still_open_on, view.ended) == (False, TODAY, None)
    team.look(day(MONDAY, 7))
    again = asks(team)[-1]
    view = composed(team, again, day(MONDAY, 7))
    assert isinstance(view, RenewalQuestionView) and view.pending and again.key != first.key
    with team.session() as session, pytest.raises(UserError):
        results.record_still_open(session, team.as_(team.tom), acme, MONDAY)
    left(team, team.maya, acme, day(MONDAY, 8))
    closed = composed(team, team.messages("renewal-question", op="update")[-1], day(MONDAY, 8))
    assert isinstance(closed, RenewalQuestionView) and closed.ended is not None and closed.ended.startswith("left: ")


def test_a_call_stands_on_the_card_and_is_asked_again_when_a_fact_contradicts_it(team: Team) -> None:
    acme, _, evidence = team.add_proven("Acme", renews_in=50)
    with pytest.raises(UserError) as refused:
        call(team, team.maya, acme, "at_risk")
    assert worded(refused.value) == "Say in a sentence why."
    call(team, team.maya, acme, "commit", why="They budgeted it", verdict="yes", would_change="The CFO says no")
    view = shown(team, team.maya, acme)
    assert view.call is not None and view.call.own and view.judged is not None and view.judged.startswith("yes")
    team.look()
    assert asks(team) == []
    team.change("evidence", evidence, day(MONDAY, 2), disputed_on=day(MONDAY, 2).date(), disputed_why="wrong month")
    team.look(day(MONDAY, 2))
    (ask,) = asks(team)
    contradicted = composed(team, ask, day(MONDAY, 2))
    assert isinstance(contradicted, RenewalQuestionView) and "wrong month" in contradicted.against[0]
    with team.database.reading() as session:
        line = card.card(session, team.as_(team.tom), acme, day(MONDAY, 2)).call
    assert line is not None and line.own and "wrong month" in line.again[0]
    with pytest.raises(UserError):
        call(team, team.tom, acme, "commit")


def test_a_monthly_customer_has_no_renewal_and_a_lost_commitment_is_named(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=0)
    contracts_of(team, "Acme", "Pro annual,2025-03-01,2026-03-01,100000,EUR,,", "Pro,2026-03-01,2026-04-01,90000,EUR,,")
    team.look()
    now = account(team, acme)
    assert (now.rolling, now.renewal_date, now.commitment_lost_on) == (True, None, date(2026, 3, 1))
    assert asks(team) == [] and not [risk for risk in team.risks(acme) if "renewal" in risk.kind]
    with pytest.raises(UserError) as refused:
        call(team, team.maya, acme, "commit")
    assert worded(refused.value) == "Acme pays by the month, so there is no renewal to call."
    with team.database.reading() as session:
        lines = renewal_lines(session, DigestSpan(1, team.portfolio_id, None, MONDAY))
    assert lines.thread == (
        (
            "Lost commitment: yearly became monthly",
            (("Acme", "90,000 EUR: it pays by the month since 1 Mar 2026, after a yearly contract"),),
        ),
    )


def test_time_alone_moves_the_account_to_the_terms_that_begin(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=0)
    contracts_of(team, "Acme", "Pro,2025-03-03,2026-03-03,80000,EUR,30,", "Pro,2026-03-03,2027-03-03,95000,EUR,90,")
    team.look()
    assert account(team, acme).arr_minor == 80_000_00
    assert account(team, acme).renewal_date == date(2027, 3, 3), "signed already"
    team.look(day(MONDAY, 1))
    assert (account(team, acme).arr_minor, account(team, acme).notice_days) == (95_000_00, 90)


def test_an_accounts_file_is_told_where_contracts_say_otherwise_and_undo_goes_back(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=10)
    batch = contracts_of(team, "Acme", "Pro,2026-01-01,2027-01-01,80000,EUR,30,")
    assert account(team, acme).arr_minor == 80_000_00
    text = b"Name,ARR,Currency,Renewal Date\nAcme,77000,EUR,2026-09-01\n"
    report = import_accounts(ImportRun(team.database, 1, day(MONDAY, 1)), File("a.csv", text), Options())
    assert [note.remark for note in report.notes].count(Remark.CONTRACTS_SAY) == 1
    assert (account(team, acme).arr_minor, account(team, acme).renewal_date) == (80_000_00, date(2027, 1, 1))
    with team.session() as session:
        undo.undo(session, Author(1, None, "import"), batch, day(MONDAY, 2))
    back = account(team, acme)
    assert (back.arr_minor, back.renewal_date) == (100_000_00, TODAY + timedelta(days=10))
    import_accounts(ImportRun(team.database, 1, day(MONDAY, 3)), File("b.csv", text), Options())
    assert (account(team, acme).arr_minor, terms(team, acme)[0].ends_on) == (77_000_00, date(2026, 9, 1))


def test_a_file_that_says_nothing_new_does_not_bring_back_who_left(team: Team) -> None:
    acme = team.add_account("Acme", renews_in=10)
    rows = "Pro,2026-01-01,2027-01-01,80000,EUR,30,"
    contracts_of(team, "Acme", rows)
    left(team, team.maya, acme, last_day=TODAY)
    text = f"Account,Plan,Start,End,ARR,Currency,Notice Days,Auto Renew\nAcme,{rows}\n"
    report = import_contracts(ImportRun(team.database, 1, day(MONDAY, 1)), File("c.csv", text.encode()), Options())
    assert (report.created, report.changed, len(report.kept)) == ([], [], 1)
    assert terms(team, acme)[0].ends_on == TODAY + timedelta(days=1)


def test_the_list_of_renewals_sums_by_call_and_has_what_is_past_first(team: Team) -> None:
    past, soon, yen = (
        team.add_account("Past", renews_in=-7),
        team.add_account("Soon", renews_in=20),
        team.add_account("Yen", renews_in=40, arr_minor=None, currency=None),
    )
    team.add_account("Later", renews_in=200)
    call(team, team.maya, soon, "commit")
    with team.database.reading() as session:
        view = portfolio_renewals.renewals(session, team.as_(team.priya), MONDAY)
        wide = portfolio_renewals.renewals(session, team.as_(team.priya), MONDAY, days=365)
    assert [row.head.account_id for row in view.rows] == [past, soon, yen]
    assert [(one.title, one.arr, one.many, one.unknown) for one in view.sums] == [
        ("Commit", "100,000 EUR", 1, 0),
        ("No call yet", "", 1, 1),
    ]
    assert view.past is not None and (view.past.arr, view.rows[0].past, view.rows[0].sign) == (
        "100,000 EUR",
        True,
        "high",
    )
    assert len(wide.rows) == 4


def test_what_a_result_keeps_is_json_that_reads_back(team: Team) -> None:
    acme, _, _ = team.add_proven("Acme", renews_in=0)
    renewed(team, team.maya, acme, link=ORDER)
    with team.database.reading() as session:
        (result,) = renewals.results_of(session, 1, acme)
    kept = json.loads(result.frozen or "")
    assert kept["lines"][0]["standing"] == "proven" and kept["proven"] == 1
