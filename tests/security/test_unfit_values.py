"""Days, money and colleagues that nobody can mean are refused with a sentence wherever a person can write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.domain.enums import Change, Direction, ObstacleKind, Source
from bot.features.accounts import add_account
from bot.features.accounts.new_account import NewAccount
from bot.features.evidence import record
from bot.features.evidence.record import NewEvidence
from bot.features.meetings import answers
from bot.features.meetings.grammar import GRAMMAR as ANSWER
from bot.features.meetings.new_answer import NewAnswer
from bot.features.plan import outcome_details, outcomes, plan
from bot.features.plan.outcome_details import Details
from bot.features.plan.outcomes import NewOutcome
from bot.features.portfolios import overview, setup
from bot.features.portfolios.grammar import GRAMMAR as PORTFOLIO
from bot.features.portfolios.grammar import PortfolioRequest
from bot.features.portfolios.setup import PortfolioForm
from bot.features.proof_command.grammar import GRAMMAR as PROOF
from bot.features.proof_command.grammar import Show
from bot.slack.payload import Form
from bot.store import members
from bot.store.engine import Database
from bot.store.members import Member, SlackUser
from tests.support import factory
from tests.support.cast import DORA, GUS
from tests.support.factory import add_workspace
from tests.support.refusals import says
from tests.support.two_workspaces import NOW, TODAY, Filled, fill


@dataclass
class Scene:
    """A workspace with a guest and somebody who left, and another workspace."""

    session: Session
    ours: Filled
    theirs: Filled
    strangers: dict[str, Member]

    @property
    def me(self) -> Actor:
        return self.ours.admin

    @property
    def account(self) -> int:
        return self.ours.ids["account"]


@pytest.fixture
def scene(database: Database) -> Iterator[Scene]:
    other = add_workspace(database, "T2")
    with database.session() as session:
        ours, theirs = fill(session, 1, "Quillon"), fill(session, other, "Zephyrine")
        bot = SlackUser("U0ABOT", "Abot", None, "UTC", is_guest=True)
        strangers = {
            "a guest": factory.member(session, GUS),
            "somebody who left": factory.member(session, DORA),
            "of another workspace": theirs.admin.member,
            "a bot": members.remember(session, other, bot),
        }
        yield Scene(session, ours, theirs, strangers)


def own_account(scene: Scene, slack_id: str) -> object:
    return add_account.add_account(scene.session, scene.me, NewAccount("New", slack_id), NOW)


def clear_obstacle(scene: Scene, slack_id: str) -> object:
    kind = ObstacleKind(next(iter(ObstacleKind)))
    return plan.add_obstacle(
        scene.session, scene.me, scene.account, NOW, kind=kind, text="Legal", owner_slack_id=slack_id
    )


def manage(scene: Scene, slack_id: str) -> object:
    return setup.set_up(scene.session, scene.me, PortfolioForm("South", None, slack_id, 0, "09:00", "UTC"), NOW)


def take_over_question(scene: Scene, slack_id: str) -> object:
    return answers.hand_over(scene.session, scene.me, scene.ours.ids["prompt"], slack_id, NOW)


@pytest.mark.parametrize("who", ["a guest", "somebody who left", "of another workspace", "a bot"])
@pytest.mark.parametrize("give", [own_account, clear_obstacle, manage, take_over_question])
def test_nothing_is_given_to_who_is_no_full_member(scene: Scene, give: Callable[..., object], who: str) -> None:
    slack_id = scene.strangers[who].slack_id
    with pytest.raises(UserError, check=says("full member|member of this workspace")):
        give(scene, slack_id)


@pytest.mark.parametrize("who", ["a guest", "somebody who left"])
def test_no_next_step_is_given_to_who_is_no_full_member(scene: Scene, who: str) -> None:
    new = NewAnswer(
        account_id=scene.account,
        submission="V1",
        change=Change.NOTHING,
        next_action="Send the figures",
        next_owner_id=scene.strangers[who].id,
    )
    with pytest.raises(UserError, check=says("full member")):
        answers.answer(scene.session, scene.me, new, NOW)


def test_no_outcome_is_owned_by_a_person_of_another_account(scene: Scene) -> None:
    person = scene.theirs.ids["person"]
    with pytest.raises(UserError, check=says("does not belong|not (at .*|here) any more")):
        outcomes.add_outcome(scene.session, scene.me, NewOutcome(scene.account, "Faster", owner_person_id=person), NOW)
    with pytest.raises(UserError, check=says("not (at .*|here) any more")):
        outcome_details.set_owner(scene.session, scene.me, scene.ours.ids["outcome"], person, NOW)


TOO_MUCH = "9,223,372,036,854,775,807"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [(f"{TOO_MUCH} USD", "more money than I can keep"), ("5 ABC", "do not know the currency ABC"), ("5 $$$", "amount")],
)
@pytest.mark.parametrize("field", ["arr", "worth", "bands"])
def test_money_that_nobody_has_is_refused(scene: Scene, field: str, typed: str, sentence: str) -> None:
    portfolio = PortfolioForm("South", "C0SOUTH", None, 0, "09:00", "UTC", bands=f"9 / {typed}")
    writes: dict[str, Callable[[], Any]] = {
        "arr": lambda: add_account.add_account(scene.session, scene.me, NewAccount("New", arr=typed), NOW),
        "worth": lambda: outcome_details.set_details(
            scene.session, scene.me, Details(scene.ours.ids["outcome"], worth=typed), NOW
        ),
        "bands": lambda: setup.set_up(scene.session, scene.me, portfolio, NOW),
    }
    with pytest.raises(UserError, check=says(f"{sentence}|as a number|Write")) as refused:
        writes[field]()
    assert refused.value.field == field


def test_a_currency_field_takes_the_codes_of_iso_4217_only(scene: Scene) -> None:
    with pytest.raises(UserError, check=says(r"do not know the currency \$\$\$")):
        add_account.add_account(scene.session, scene.me, NewAccount("New", arr="100", currency="$$$"), NOW)


@pytest.mark.parametrize(("minor", "currency"), [(2**63, "EUR"), (5, "$$$")])
def test_facts_of_a_program_are_held_to_the_same(scene: Scene, minor: int, currency: str) -> None:
    outcome = NewOutcome(
        scene.account, "Faster", "days", promised_minor=minor, currency=currency, direction=Direction.UP
    )
    evidence = NewEvidence(
        scene.account, scene.ours.ids["outcome"], "V2", Source.CUSTOMER_SYSTEM, TODAY, value="5", money_minor=minor,
        currency=currency,
    )  # fmt: skip
    with pytest.raises(UserError, check=says("currency|more money")):
        outcomes.add_outcome(scene.session, scene.me, outcome, NOW)
    with pytest.raises(UserError, check=says("currency|more money")):
        record.record(scene.session, scene.me, evidence, NOW)


FAR_DAYS = ["0001-01-01", "1949-12-31", "2200-01-01", "9999-12-31"]


def form(name: str, element: dict[str, Any]) -> Form:
    return Form({"view": {"private_metadata": "", "state": {"values": {name: {name: element}}}}})


@pytest.mark.parametrize("day", FAR_DAYS)
def test_a_day_out_of_range_is_refused_in_forms_and_commands(day: str) -> None:
    with pytest.raises(UserError, check=says("between 1950 and 2199")) as refused:
        form("renewal_date", {"selected_date": day}).day("renewal_date")
    assert refused.value.field == "renewal_date"
    for command, text in (
        (PROOF, f"acme as of {day}"),
        (PROOF, f"acme history since {day}"),
        (ANSWER, f"acme changed: nothing next: call them by {day}"),
    ):
        with pytest.raises(UserError, check=says("between 1950 and 2199")):
            command.parse(text)


def test_days_in_range_are_taken() -> None:
    assert form("on", {"selected_date": "2199-12-31"}).day("on") == date(2199, 12, 31)
    assert PROOF.parse("acme as of 1950-01-01") == Show("acme", as_of=date(1950, 1, 1))


def test_what_no_database_can_keep_is_dropped_from_what_is_typed() -> None:
    assert form("name", {"value": "No\x00r\ud800th"}).text("name") == "North"
    assert PORTFOLIO.parse("No\x00r\ud800th") == PortfolioRequest(name="North")


@pytest.mark.parametrize("value", ["9" * 5000, str(2**63), "x"], ids=["5000 digits", "65 bits", "a word"])
def test_a_row_id_that_no_row_can_have_is_a_stale_button(value: str) -> None:
    with pytest.raises(UserError, check=says("changed since")):
        form("row", {"value": value}).row("row")


@pytest.mark.parametrize("value", ["9" * 5000, "٣" * 30, "9" * 30], ids=["5000 digits", "other digits", "100 bits"])
def test_a_page_of_what_nobody_has_is_refused(scene: Scene, value: str) -> None:
    with pytest.raises(UserError):
        overview.portfolio_page(scene.session, scene.me, value, 0, NOW)


@pytest.mark.parametrize("field", ["time", "loads"])
def test_digits_of_other_scripts_are_no_time_and_no_load(scene: Scene, field: str) -> None:
    typed: dict[str, Any] = {"time": "09:00", "loads": None} | {field: {"time": "٠٩:٠٠", "loads": "٢٥ / ٨٠"}[field]}
    south = PortfolioForm("South", "C0SOUTH", None, 0, tz="UTC", **typed)
    with pytest.raises(UserError) as refused:
        setup.set_up(scene.session, scene.me, south, NOW)
    assert refused.value.field == field
