"""Every way to flatter the record that somebody has thought of, tried by Inês, who owns the account, in Slack.

Each attempt ends in one of three ways, and its docstring says in which: it is not possible; the figures stay as they
were; or it is named on the card or in the next digest, by outcome and person. docs/rules.md tells the rules.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.rooms import ACTIONS
from tests.honesty.keeper import LINK, PROVEN, TICKETS, UNPROVEN, WEEK, Keeper, flat, near
from tests.support.believable import alarm
from tests.support.bot_process import Stage

ASKED = datetime(2026, 3, 3, 10, 1, tzinfo=UTC)
"""When Inês is asked about the first meeting; one more comes each week."""
BIGGER_AND_LATER = b"Account Name,ARR,ARR Currency,Renewal Date\nAcme GmbH,900000,EUR,2027-12-31\n"
TRIVIAL = (
    *("Ana can log in", "Invoices arrive on time", "Our newsletter was opened", "Support has a phone number"),
    *("Legal knows our name", "A kick-off took place"),
)
AGREED = {"agreed_by": "1", "agreement_link": "https://acme.example/other-plan"}


@pytest.fixture
def keeper(stage: Stage) -> Keeper:
    return Keeper.on(stage)


# Evidence


async def test_an_old_value_is_entered_again_as_of_today(keeper: Keeper) -> None:
    """Figures unchanged: a page that was used before shows another day only once somebody else has opened it."""
    await keeper.proven()
    await keeper.stage.go_on(days=91)
    assert UNPROVEN in await keeper.card()
    await keeper.record(link=LINK)
    assert "Not confirmed: nobody outside the account team has seen what shows it" in keeper.says()
    assert UNPROVEN in await keeper.card()


async def test_a_link_that_nobody_has_opened_is_given_for_another_day(keeper: Keeper) -> None:
    """Not possible: a link shows one day, and the refusal names the piece that used it."""
    await keeper.record(link=LINK)
    await keeper.stage.go_on(days=1)
    await keeper.form("/proof acme", ACTIONS.ADD_EVIDENCE)
    piece = {"outcome": "1", "value": "5", "source": "customer_system", "as_of": "2026-03-04", "attested_by": "1"}
    assert "This link already shows 5 days as of 3 Mar 2026" in await keeper.refused({**piece, "link": LINK})


async def test_a_disputed_value_is_entered_again_the_next_day(keeper: Keeper) -> None:
    """Figures unchanged: the outcome is disputed, so a fresh link counts only once somebody else has opened it."""
    await keeper.proven()
    await keeper.form("/proof acme evidence", ACTIONS.EVIDENCE_MENU, selected="dispute:1")
    await keeper.ines.submit({"why": "They count otherwise"})
    assert UNPROVEN in await keeper.card()
    await keeper.stage.go_on(days=1)
    await keeper.record(link=f"{LINK}/again")
    card = await keeper.card()
    assert UNPROVEN in card
    assert "The customer disputes the proof of “Contracts signed within 5 days”: They count otherwise" in card


async def test_their_own_system_without_a_link_or_a_name(keeper: Keeper) -> None:
    """Figures unchanged: it is measured at most, and the card says that nothing shows it."""
    await keeper.form("/proof acme", ACTIONS.ADD_EVIDENCE)
    await keeper.ines.submit({"outcome": "1", "value": "5", "source": "customer_system"})
    card = await keeper.card()
    assert UNPROVEN in card and "Recorded by Inês Duarte, no witness" in card


async def test_ana_wrote_it_ok(keeper: Keeper) -> None:
    """Figures unchanged without a link: measured at most. With one it is named: for 14 days, as seen by Inês alone."""
    await keeper.outcome({"title": "Legal signs without us"}, AGREED)
    await keeper.record(outcome="2", value="", statement="ok", source="customer_wrote")
    card = await keeper.card()
    assert UNPROVEN in card
    assert "Recorded by Inês Duarte, no witness · Ana Ruiz, Head of Legal" in card
    await keeper.record(outcome="2", value="", statement="ok", source="customer_wrote", link=f"{LINK}/mail")
    card = await keeper.card()
    assert "Acme GmbH: 50% proven" in card and "0% seen by somebody else" in card
    assert "Confirmed in writing · Ana Ruiz, Head of Legal · linked by Inês Duarte, nobody else has looked" in card
    await keeper.stage.go_on(days=14)
    assert UNPROVEN in await keeper.card()


async def test_an_invented_finance_person_accepts_two_million(keeper: Keeper) -> None:
    """Figures unchanged: no money counts, and the grade is not accepted, before the manager has seen that they did."""
    await keeper.proven()
    await keeper.form("/proof acme evidence", ACTIONS.EVIDENCE_MENU, selected="isolate:1")
    share = {"method": "before_after", "note": "All of it is ours", "money": "2,000,000 EUR"}
    await keeper.ines.submit({**share, "accepter_name": "Rich Invented"})
    card = await keeper.card()
    assert "our share worked out; nobody has seen that they accepted the money" in card
    assert "Money: nothing accepted" in card and "2,000,000" not in card and "2 M" not in card


async def test_the_champion_who_left_is_written_down_again(keeper: Keeper) -> None:
    """Figures unchanged: a name gives nothing back, and the card says whose name it looks like."""
    await keeper.proven()
    await keeper.settle("left:1", on="2026-03-03")
    assert UNPROVEN in await keeper.card()
    await keeper.form("/proof acme plan", ACTIONS.ADD_PERSON)
    await keeper.ines.submit({"name": "Ana Ruíz", "parts": ["champion"]})
    await keeper.ines.submit({"who": "other"})
    card = await keeper.card()
    assert UNPROVEN in card
    assert "champion Ana Ruíz (looks like Ana Ruiz, who left 3 Mar; nothing attested since)" in card


async def test_a_bad_value_is_dated_before_the_good_one(keeper: Keeper) -> None:
    """Named on the card: what was entered after the good value and dated before it, by whom and when."""
    await keeper.proven()
    await keeper.stage.go_on(days=6)
    await keeper.record(value="9", as_of="2026-03-01", link=f"{LINK}/march")
    card = await keeper.card()
    assert PROVEN in card
    worse = "9 days as of 1 Mar 2026 is worse than 5 days as of 3 Mar 2026, and was entered later"
    assert near(f"{worse}, by Inês Duarte on 9 Mar 2026") in card and "“Contracts signed within 5 days”" in card


# What an outcome is judged by


async def test_the_disproven_is_retired_with_n_a(keeper: Keeper) -> None:
    """Figures unchanged, and named on the card and in the digest: it counts on until a manager agrees."""
    shape = {**TICKETS, "due_on": "2026-03-06"}
    await keeper.outcome(shape, {"baseline": "40", "baseline_on": "2026-03-01"}, AGREED)
    await keeper.record(outcome="2", value="40", source="our_measurement")
    await keeper.digest(1)
    assert "Missed: no progress by 6 Mar" in await keeper.card()
    await keeper.settle("retired:2", why="n/a")
    named = "“Fewer tickets” was retired by Inês Duarte on 9 Mar 2026: n/a"
    card = await keeper.card()
    assert UNPROVEN in card and "“Fewer tickets” was due on 6 Mar and has not moved" in card
    assert (
        f"{near(named)}. It was not proven, or nobody else had seen the proof, so it counts until a manager agrees."
        in card
    )
    assert named in await keeper.digest(2)


async def test_a_baseline_is_worsened_under_an_old_agreement(keeper: Keeper) -> None:
    """Named on the card and in the digest; the agreement is void, so the figure falls."""
    await keeper.proven(value="10", share=50)
    await keeper.digest(1)
    await keeper.easier(1, baseline="30")
    await keeper.names_what_moved("Baseline changed: 15 days → 30 days for “Contracts signed within 5 days”")
    assert UNPROVEN in await keeper.card()


async def test_an_outcome_is_rewritten_with_an_easier_target(keeper: Keeper) -> None:
    """Named on the card and in the digest; the agreement is void, so the figure falls."""
    await keeper.proven(value="10", share=50)
    await keeper.digest(1)
    await keeper.easier(1, target="10")
    await keeper.names_what_moved("Target changed: 5 days → 10 days for “Contracts signed within 5 days”")
    assert UNPROVEN in await keeper.card()


async def test_a_band_is_widened(keeper: Keeper) -> None:
    """Named on the card and in the digest; the agreement is void, so the figure falls."""
    shape = {"title": "Uptime holds", "metric": "uptime", "unit": "%", "direction": "hold"}
    await keeper.outcome(shape, {"baseline": "97", "band_low": "99"}, AGREED)
    await keeper.record(outcome="2", value="98", link=LINK)
    await keeper.looked_at()
    assert "Acme GmbH: 25% proven" in await keeper.card()
    await keeper.digest(1)
    await keeper.easier(2, band_low="98")
    await keeper.names_what_moved("Lower bound changed: 99% → 98% for “Uptime holds”")


async def test_the_shelf_life_of_expired_proof_is_lengthened(keeper: Keeper) -> None:
    """Figures unchanged, and named on the card: what has expired stays expired."""
    await keeper.proven()
    await keeper.stage.go_on(days=91)
    await keeper.easier(1, shelf_life_days="700")
    card = await keeper.card()
    assert UNPROVEN in card
    moved = "Days that evidence is valid changed: 90 → 700 for “Contracts signed within 5 days”"
    assert f"{moved}, Inês Duarte, 2 Jun, not agreed by them" in card


async def test_six_trivial_outcomes(keeper: Keeper) -> None:
    """Figures unchanged, and named in the digest: nobody there agreed that this is success."""
    await keeper.proven()
    await keeper.digest(1)
    for number, title in enumerate(TRIVIAL):
        await keeper.outcome({"title": title}, None)
        words = {"value": "", "statement": "We log in every day", "source": "customer_wrote"}
        await keeper.record(outcome=str(2 + number), link=f"{LINK}/{number}", **words)
    assert "Acme GmbH: 14% proven" in await keeper.card()
    digest = await keeper.digest(2)
    assert "Added (6)" in digest and "Same customers and outcomes 100 as before" in digest
    assert "Acme GmbH: “Ana can log in”, observed, not confirmed: the customer has not agreed" in digest


async def test_four_identical_outcomes(keeper: Keeper) -> None:
    """Named in the plan, and in the digest as added; they are pointed out before they are saved, and earn nothing."""
    await keeper.proven()
    await keeper.digest(1)
    same = {"title": "Contracts signed within 5 days", "metric": "days to sign", "unit": "days", "direction": "down"}
    for number in range(4):
        await keeper.form("/proof acme plan", ACTIONS.ADD_OUTCOME)
        await keeper.ines.submit({**same, "target": "5", "owner": "1"})
        assert "is in the plan already and has the same metric and the same customer owner" in keeper.says()
        await keeper.ines.submit({})
        await keeper.close(keeper.ines)
        await keeper.record(outcome=str(2 + number), link=f"{LINK}/{number}")
    assert "Acme GmbH: 20% proven" in await keeper.card()
    plan = await keeper.shown("/proof acme plan", keeper.tom)
    assert "“Contracts signed within 5 days” look alike: same metric, same customer owner" in plan
    assert "Added (4)" in await keeper.digest(2)


# Meetings, answers and promises


async def test_five_meetings_are_called_off(keeper: Keeper) -> None:
    """Named on the card, in the digest, and to the manager alone with who called them off."""
    for number in range(5):
        await keeper.stage.go_to(ASKED + number * WEEK)
        await keeper.ines.click(ACTIONS.MEETING_OFF, message=keeper.newest_prompt())
    named = "The last 5 meetings were called off (4 Mar, 11 Mar, 18 Mar, 25 Mar, 1 Apr)"
    await keeper.stage.go_on(days=1)
    assert f"Activity without evidence: {named}" in await keeper.card()
    assert f"Acme GmbH: {named}" in await keeper.digest(5)
    assert "Inês Duarte 5 meetings called off (usual: 5)" in keeper.private_twin()


async def test_we_say_so_every_week_against_theatre(keeper: Keeper) -> None:
    """Figures unchanged, and named on the card and in the digest: our own word moves no evidence."""
    for number in range(4):
        await keeper.stage.go_to(datetime(2026, 3, 4, 11, 1, tzinfo=UTC) + number * WEEK)
        await keeper.record(source="our_word", value=str(14 - number))
        await keeper.form("/answer acme")
        await keeper.ines.submit({"change": "behaviour", "what_changed": f"It gets better, week {number}"})
    await keeper.stage.go_on(days=3)
    named = "The last 3 answers changed no evidence (11 Mar, 18 Mar, 25 Mar)"
    card = await keeper.card()
    assert UNPROVEN in card and f"Activity without evidence: {named}" in card
    assert f"Acme GmbH: {named}" in await keeper.digest(5)


async def test_every_prompt_is_handed_to_a_colleague(keeper: Keeper) -> None:
    """Named in the digest's private twin: how many prompts Inês handed over, beside what is usual."""
    await keeper.digest(1)
    for number in (1, 2):
        await keeper.stage.go_to(ASKED + number * WEEK)
        await keeper.ines.click(ACTIONS.HAND_OVER, message=keeper.newest_prompt())
        await keeper.ines.submit({"colleague": keeper.tom.id})
        await keeper.stage.settle()
    assert "Inês" not in await keeper.digest(3), "the channel reads of customers"
    assert "Inês Duarte 2 prompts handed over (usual: 2)" in keeper.private_twin()


async def test_an_answer_comes_after_the_meeting(keeper: Keeper) -> None:
    """Named in the digest's private twin: as a late answer; and a day later it answers that meeting no more."""
    await keeper.digest(1)
    await keeper.stage.go_to(ASKED + WEEK)
    await keeper.ines.click(ACTIONS.ANSWER, message=keeper.newest_prompt())
    await keeper.stage.go_on(days=1, hours=5)
    await keeper.ines.submit({"change": "behaviour", "what_changed": "They sign alone"})
    await keeper.close(keeper.ines)
    await keeper.digest(2)
    assert "Inês Duarte 1 late answer (usual: 1)" in keeper.private_twin()
    await keeper.stage.go_to(ASKED + 2 * WEEK)
    await keeper.stage.go_on(days=1, hours=5)
    await keeper.ines.click(ACTIONS.ANSWER_LATE)
    await keeper.ines.submit({"change": "belief", "what_changed": "They trust it"})
    await keeper.digest(3)
    assert "Inês Duarte answered 0 of 1" in keeper.private_twin()


async def test_a_promise_is_mentioned_every_fifty_days(keeper: Keeper) -> None:
    """Named on the card: the same words as before, with their day. A promise that is late is a danger all the same."""
    await keeper.form("/proof acme plan", ACTIONS.ADD_PROMISE)
    await keeper.ines.submit({"text": "Single sign-on by spring", "due_on": "2026-05-01"})
    await keeper.settle("mentioned:1", why="Told Ana that it ships soon")
    for _ in range(2):
        await keeper.stage.go_on(days=50)
        await keeper.settle("mentioned:1", why="Told Ana that it ships soon")
    again = "last mentioned 11 Jun 2026, “Told Ana that it ships soon”, the same words as on 3 Mar 2026"
    assert near(f"“Single sign-on by spring”: {again}") in await keeper.card()
    await keeper.form("/proof acme plan", ACTIONS.SETTLE_PLAN)
    assert "Say what was said" in await keeper.refused({"what": "mentioned:1", "why": "ok"})
    assert "Single sign-on by spring" in await keeper.shown("/proof acme risk", keeper.tom)


# The account


async def test_an_account_goes_to_tech_touch_to_be_left_alone(keeper: Keeper) -> None:
    """Named on the card: the tier is by hand, who set it, when and why; the manager reads the same on Home."""
    await keeper.form("/proof acme tier")
    await keeper.ines.submit({"tier": "tech_touch", "reason": "They like it quiet"})
    named = "tech touch by hand; set by Inês Duarte on 3 Mar 2026: They like it quiet"
    assert f"Tier: {named}" in await keeper.card()
    await keeper.maya.open_home()
    assert f"Acme GmbH: {named}" in flat(keeper.maya, keeper.maya.home)
    await keeper.digest(1)
    assert f"Acme GmbH: {named}" in keeper.private_twin()


async def test_somebody_adds_an_account_of_50_million_that_is_proven(keeper: Keeper) -> None:
    """Named in the digest as joined; the headline's figure is that of the same customers and does not move."""
    await keeper.digest(1)
    await keeper.form("/proof new", who=keeper.tom)
    await keeper.tom.submit({"name": "Goliath", "arr": "50,000,000", "currency": "EUR"})
    await keeper.form("/proof goliath plan", ACTIONS.ADD_OUTCOME, who=keeper.tom)
    await keeper.tom.submit({"title": "Their board likes us", "owner_name": "Gil Giant"})
    await keeper.tom.submit({"agreed_by": "2", "agreement_link": "https://goliath.example/plan"})
    await keeper.form("/proof goliath", ACTIONS.ADD_EVIDENCE, who=keeper.tom)
    words = {"statement": "We would buy it again", "source": "customer_wrote", "attested_by": "2"}
    await keeper.tom.submit({"outcome": "2", **words, "link": "https://goliath.example/mail"})
    assert "Goliath: 100% proven" in keeper.says(keeper.tom)
    digest = await keeper.digest(2)
    assert "Nothing moved on the same customers and outcomes: 1 joined." in digest
    assert "Same customers and outcomes 0 as before" in digest
    assert "Joined: Goliath, 50 M EUR, 100% proven" in digest


async def test_an_invented_user_accepts_the_packet(keeper: Keeper) -> None:
    """Not possible for a user. An invented finance person is named, on packet and card, and counts for nothing; what
    the manager does not see withdraws it."""
    await keeper.proven()
    before = await keeper.card()
    for name, part in (("Nemo Nobody", "user"), ("Rich Invented", "finance")):
        await keeper.form("/proof acme plan", ACTIONS.ADD_PERSON)
        await keeper.ines.submit({"name": name, "parts": [part]})
    await keeper.form("/proof acme packet", ACTIONS.ACCEPT_PACKET)
    assert "Nemo Nobody" not in str(keeper.ines.modal), "a user cannot be chosen"
    await keeper.ines.submit({"by": "3"})
    assert "Nobody can check it" in keeper.says()
    card, packet = await keeper.card(), await keeper.shown("/proof acme packet", keeper.tom)
    unseen = "ecorded by Inês Duarte, nobody else can check it, so it does not count yet"
    assert f"Accepted by Rich Invented, finance, on 3 Mar 2026. R{unseen}" in packet
    assert f"Packet: accepted by Rich Invented, finance, 3 Mar, r{unseen}" in card
    assert PROVEN in card and card.split("Next:")[0] == before.split("Next:")[0]
    await keeper.form("/proof acme packet", ACTIONS.ACCEPT_PACKET)
    await keeper.ines.submit({"by": "3", "link": f"{LINK}/thanks"})
    assert "Maya Lindqvist is asked to look" in keeper.says()
    await keeper.stage.settle()
    await keeper.maya.click(ACTIONS.ACCEPTANCE_DOES_NOT_SHOW)
    await keeper.maya.submit({"note": "A thank-you for the meeting"})
    await keeper.close(keeper.maya)
    await keeper.stage.settle()
    assert "A thank-you for the meeting" in flat(keeper.ines, keeper.ines.dm()[-1])
    packet = await keeper.shown("/proof acme packet", keeper.tom)
    assert "An acceptance was withdrawn: Maya Lindqvist opened what shows it, and it does not show this" in packet
    assert "so it does not count yet" in await keeper.card()


async def test_an_owner_judges_their_own_account_on_good_vibes(keeper: Keeper) -> None:
    """Named on the card: whose verdict it is, that they own the account, their reason, and that nothing is proven."""
    await keeper.form("/proof acme judge")
    await keeper.ines.submit({"verdict": "yes", "why": "good vibes", "would_change": "If Ana leaves"})
    said = "Yes, says Inês Duarte, who owns the account"
    card = await keeper.card()
    assert f"Would they renew on value? {said}" in card and "good vibes (nothing is proven)" in card


async def test_a_risk_is_closed_or_snoozed_with_ok(keeper: Keeper) -> None:
    """Not possible: "ok" closes nothing and puts nothing off, and the form says what would."""
    alarm(keeper.stage, 1)
    await keeper.stage.go_on(minutes=1)
    risk = next(m for m in keeper.stage.sandbox.messages("cs-north") if "Acme" in m["text"])
    await keeper.ines.click(ACTIONS.CLOSE_RISK, message=risk)
    assert "“ok” closes nothing" in await keeper.refused({"how": "ok"})
    await keeper.close(keeper.ines)
    await keeper.ines.click(ACTIONS.RISK_MORE, message=risk, selected="Snooze until…")
    until = (keeper.stage.now + timedelta(days=7)).date().isoformat()
    assert "“ok” is no reason" in await keeper.refused({"until": until, "why": "ok"})


async def test_the_owner_moves_renewal_or_arr(keeper: Keeper) -> None:
    """Not possible: neither has a form, and the file that would change them is refused."""
    before = await keeper.card()
    await keeper.ines.drop("book.csv", BIGGER_AND_LATER)
    await keeper.stage.settle()
    refusal = "Only an admin of this Slack imports files, so ask Maya Lindqvist."
    assert refusal in flat(keeper.ines, keeper.ines.dm()[-1])
    assert await keeper.card() == before and "renews 1 Jun" in before and "48,000 EUR" in before


async def test_an_admin_moves_the_arr(keeper: Keeper) -> None:
    """Named in the digest: the ARR, from what to what. The figure of the same customers does not move by it."""
    await keeper.digest(1)
    await keeper.maya.drop("book.csv", BIGGER_AND_LATER)
    await keeper.stage.settle()
    await keeper.maya.click(ACTIONS.IMPORT_FILE)
    digest = await keeper.digest(2)
    assert "ARR changed: Acme GmbH, 48,000 EUR → 900,000 EUR" in digest
    assert "Same customers and outcomes 0 as before" in digest
