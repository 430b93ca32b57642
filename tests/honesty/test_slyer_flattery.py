"""Twelve more ways to flatter the record, by who has read the rules, acted in Slack: each docstring says how it ends.

As in `test_flattery.py`: not possible; figures unchanged; or named on the card, in the next digest or to the manager.
"""

from __future__ import annotations

import pytest

from bot.rooms import ACTIONS
from tests.honesty.keeper import LINK, PROVEN, UNPROVEN, Keeper, flat, near
from tests.support.bot_process import Stage

BOOK = "Account Name,ARR,ARR Currency,Renewal Date\nAcme GmbH,{arr},{currency},{renewal}\n"
OUTCOME = (
    "Account,Outcome,Metric,Unit,Baseline,Target,Promised Value,Currency\n"
    "Acme GmbH,{title},days,days,15,5,{worth},EUR\n"
)
PROMISE = "Account,Promise,Due Date\nAcme GmbH,Single sign-on,{due}\n"
TITLE = "Contracts signed within 5 days"


@pytest.fixture
def keeper(stage: Stage) -> Keeper:
    return Keeper.on(stage)


async def imports(keeper: Keeper, content: str) -> None:
    """Maya, who is an admin, drops a file and has it imported."""
    await keeper.maya.drop("export.csv", content.encode())
    await keeper.stage.settle()
    await keeper.maya.click(ACTIONS.IMPORT_FILE)
    await keeper.stage.settle()


# What a file moves


async def test_a_file_moves_the_renewal_out_of_sight(keeper: Keeper) -> None:
    """Named in the digest: from which day to which, who did it, and with which file."""
    await keeper.digest(1)
    await imports(keeper, BOOK.format(arr="48000", currency="EUR", renewal="2027-12-31"))
    digest = await keeper.digest(2)
    assert "Acme GmbH: renewal 1 Jun 2026 → 31 Dec 2027; Maya Lindqvist by importing export.csv" in digest
    assert "Nothing changed" not in digest


async def test_an_unproven_account_changes_its_currency(keeper: Keeper) -> None:
    """Named in the digest with both amounts; the figure of the same customers does not move."""
    await keeper.digest(1)
    await imports(keeper, BOOK.format(arr="52000", currency="USD", renewal="2026-06-01"))
    digest = await keeper.digest(2)
    assert "Acme GmbH: ARR 48,000 EUR → 52,000 USD; Maya Lindqvist by importing export.csv" in digest
    assert "ARR changed: Acme GmbH, 48,000 EUR → 52,000 USD" in digest
    assert UNPROVEN in await keeper.card()


async def test_a_file_makes_the_promise_of_the_sale_smaller(keeper: Keeper) -> None:
    """Named in the digest, by outcome and person, with both amounts."""
    await imports(keeper, OUTCOME.format(title=TITLE, worth="500000"))
    await keeper.digest(1)
    await imports(keeper, OUTCOME.format(title=TITLE, worth="50000"))
    assert "50,000 EUR promised at the sale" in await keeper.card()
    assert f"worth at the sale of “{TITLE}” 500,000 EUR → 50,000 EUR; Maya Lindqvist" in await keeper.digest(2)


async def test_the_date_of_a_promise_is_moved_again_and_again(keeper: Keeper) -> None:
    """Named on the card with how often and from which day, and in the digest of the week."""
    await imports(keeper, PROMISE.format(due="2026-04-01"))
    await keeper.digest(1)
    for due in ("2026-05-01", "2026-09-01"):
        await imports(keeper, PROMISE.format(due=due))
    card = await keeper.card()
    assert "“Single sign-on” was promised for 1 Apr; the date was moved 2 times, now 1 Sep" in card
    moved = "promised date of “Single sign-on” 1 Apr 2026 → 1 Sep 2026, moved 2 times since 1 Apr 2026; Maya Lindqvist"
    assert moved in await keeper.digest(2)


async def test_a_promise_is_settled_and_promised_again_for_a_later_day(keeper: Keeper) -> None:
    """Named on the card, in the digest, and to the manager alone: who, and from which day to which."""
    await keeper.form("/proof acme plan", ACTIONS.ADD_PROMISE)
    await keeper.ines.submit({"text": "Single sign-on by spring", "due_on": "2026-05-01"})
    await keeper.digest(1)
    await keeper.settle("renegotiated:1", why="Ana agreed that it ships later")
    settled = "“Single sign-on by spring” was promised for 1 May 2026 and was renegotiated on 9 Mar 2026"
    assert near(f"Promised: {settled}") in await keeper.card()
    await keeper.form("/proof acme plan", ACTIONS.ADD_PROMISE)
    await keeper.ines.submit({"text": "Sign-on for everybody", "due_on": "2026-09-01"})
    named = "for 1 May 2026 renegotiated, promised again as “Sign-on for everybody” for 1 Sep 2026; Inês Duarte"
    assert f"Acme GmbH: promise “Single sign-on by spring” {named}" in await keeper.digest(2)
    assert f"Inês Duarte Acme GmbH, promise “Single sign-on by spring” {named}" in keeper.private_twin()


async def test_a_promise_is_called_kept_and_made_again(keeper: Keeper) -> None:
    """Named on the card and in the digest of the week in which it is made again, however it was settled."""
    await keeper.form("/proof acme plan", ACTIONS.ADD_PROMISE)
    await keeper.ines.submit({"text": "Single sign-on by spring", "due_on": "2026-05-01"})
    await keeper.settle("kept:1", why="Ana knows that it is as good as there")
    await keeper.digest(1)
    await keeper.form("/proof acme plan", ACTIONS.ADD_PROMISE)
    await keeper.ines.submit({"text": "Single sign-on by autumn", "due_on": "2026-09-01"})
    card = await keeper.card()
    assert "kept on 3 Mar; promised again as “Single sign-on by autumn” for 1 Sep" in card
    assert "promise “Single sign-on by spring” for 1 May 2026 kept, promised again" in await keeper.digest(2)


async def test_an_unproven_outcome_is_undone_with_its_import(keeper: Keeper) -> None:
    """Named on the card and in the digest, by outcome and person: once told of, it is retired as by the form."""
    await imports(keeper, OUTCOME.format(title="Fewer escalations", worth="1000"))
    await keeper.digest(1)
    assert UNPROVEN in await keeper.card()
    await keeper.maya.click(ACTIONS.UNDO_FILE)
    await keeper.stage.settle()
    assert any("it is retired instead" in flat(keeper.maya, message) for message in keeper.maya.dm())
    assert "“Fewer escalations” was retired by Maya Lindqvist on 9 Mar 2026" in await keeper.digest(2)


# What the account's team does


async def test_a_stage_is_set_by_hand(keeper: Keeper) -> None:
    """Named on the card with who and why, and in the digest from which stage to which."""
    await keeper.digest(1)
    await keeper.form("/proof acme stage")
    await keeper.ines.submit({"stage": "renewal", "reason": "The board likes us"})
    assert "(by hand, Inês Duarte: The board likes us)" in await keeper.card()
    digest = await keeper.digest(2)
    assert "→ renewal by hand; Inês Duarte: The board likes us" in digest


async def test_a_bad_value_of_the_same_day_is_dated_before_the_good_one(keeper: Keeper) -> None:
    """Named on the card: a day is no shelter, whatever was entered later and dated earlier is told."""
    await keeper.proven()
    await keeper.stage.go_on(hours=1)
    await keeper.record(value="14", as_of="2026-03-01", link=f"{LINK}/march")
    card = await keeper.card()
    assert PROVEN in card
    assert "14 days as of 1 Mar is worse than 5 days as of 3 Mar, and was entered later" in card


async def test_a_bad_value_is_withdrawn_before_the_digest(keeper: Keeper) -> None:
    """Named in the digest, by outcome and person."""
    await keeper.proven()
    await keeper.digest(1)
    await keeper.record(value="20", source="our_measurement")
    assert UNPROVEN in await keeper.card()
    await keeper.stage.go_on(days=1)
    await keeper.form("/proof acme evidence", ACTIONS.EVIDENCE_MENU, selected="withdraw:2")
    await keeper.ines.submit({"why": "A typing error"})
    assert PROVEN in await keeper.card()
    digest = await keeper.digest(2)
    assert f"“{TITLE}”: 20 days as of 9 Mar 2026" in digest and "withdrawn by Inês Duarte: A typing error" in digest


async def test_a_fresh_link_every_thirteen_days(keeper: Keeper) -> None:
    """Named on the card and in the digest, by outcome and person: how often, and that nobody else has looked."""
    await keeper.digest(1)
    await keeper.record(link=LINK)
    for number in (2, 3):
        await keeper.stage.go_on(days=13)
        await keeper.record(link=f"{LINK}/{number}")
    named = "inked again by Inês Duarte, third time, nobody else has looked"
    card = await keeper.card()
    assert PROVEN in card and "0% seen by somebody else" in card and named in card
    assert f"Acme GmbH: “{TITLE}”: l{named}" in await keeper.digest(5)
    await keeper.stage.go_on(days=14)
    assert UNPROVEN in await keeper.card()


async def test_a_page_that_was_found_wanting_comes_back(keeper: Keeper) -> None:
    """Figures unchanged: after "It does not show this" another address counts once a colleague has found it right."""
    await keeper.record(link=LINK)
    await keeper.form("/proof acme evidence", ACTIONS.DOES_NOT_SHOW, who=keeper.tom)
    await keeper.tom.submit({"note": "It says 12 days"})
    await keeper.stage.go_on(days=1)
    await keeper.record(link=f"{LINK}?view=2")
    assert UNPROVEN in await keeper.card()


async def test_one_link_serves_two_customers(keeper: Keeper) -> None:
    """Named on the card and in the list of evidence, and to the manager alone with the names of both."""
    await keeper.record(link=LINK)
    await keeper.form("/proof new", who=keeper.tom)
    await keeper.tom.submit({"name": "Goliath", "arr": "50,000", "currency": "EUR"})
    await keeper.form("/proof goliath plan", ACTIONS.ADD_OUTCOME, who=keeper.tom)
    await keeper.tom.submit({"title": "They sign faster", "owner_name": "Gil Giant"})
    await keeper.tom.submit({"agreed_by": "2", "agreement_link": "https://goliath.example/plan"})
    await keeper.form("/proof goliath", ACTIONS.ADD_EVIDENCE, who=keeper.tom)
    words = {"statement": "We sign within 5 days", "source": "customer_wrote", "attested_by": "2"}
    await keeper.tom.submit({"outcome": "2", **words, "link": f"{LINK}/#top"})
    assert "the same link stands at 1 other customer" in await keeper.shown("/proof acme evidence")
    assert "nobody else has looked · the same link stands at 1 other customer" in await keeper.card()
    assert "the same link stands at" not in await keeper.digest(1)
    twin = keeper.private_twin()
    assert "Goliath, “They sign faster”: the same link stands at Acme GmbH" in twin
    assert f"Acme GmbH, “{TITLE}”: the same link stands at Goliath" in twin


async def test_any_link_retires_an_outcome_on_the_day_on_which_it_proves_it(keeper: Keeper) -> None:
    """Figures unchanged: a proof that nobody else has seen lets no outcome go, and withdrawing it gains nothing."""
    await keeper.outcome({"title": "Legal signs without us"}, None)
    await keeper.record(link=LINK)
    await keeper.settle("retired:1", why="Done")
    await keeper.form("/proof acme evidence", ACTIONS.EVIDENCE_MENU, selected="withdraw:1")
    await keeper.ines.submit({"why": "Not needed any more"})
    await keeper.stage.go_on(days=1)
    card = await keeper.card()
    assert UNPROVEN in card and "it counts until a manager agrees" in card


async def test_a_friend_says_that_it_is_fine(keeper: Keeper) -> None:
    """Not possible: a colleague who does not answer for the account does not judge it."""
    refusal = await keeper.shown("/proof acme judge", keeper.tom)
    assert not keeper.tom.modal and "Inês Duarte" in refusal
