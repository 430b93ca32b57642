"""What happens in two years of a portfolio, chapter by chapter, as calls of use cases."""

from __future__ import annotations

from datetime import date

from bot.features.meetings import absence
from bot.features.merging import merging
from bot.features.merging.merging import NewMerge
from bot.features.portfolios import setup
from bot.features.portfolios.setup import PortfolioForm
from bot.features.renewals import results
from bot.features.risks import ownership
from tests.support.two_years import TwoYears


def book(story: TwoYears) -> None:
    """5 January 2026: ten customers of three CSMs. Two of them came from the billing system, one pays by the month."""
    bands = PortfolioForm("North", "C0NORTH", "U0PRIYA", 0, "09:00", "Europe/London", "100,000 / 20,000 EUR", "25 / 80")
    story.home = story.act("ada", setup.set_up, bands).portfolio_id
    for name, owner, arr, began, renews in (
        ("Aster", "maya", "200,000", date(2024, 3, 16), date(2026, 3, 16)),
        ("Birch", "maya", "80,000", date(2025, 6, 15), date(2026, 6, 15)),
        ("Grove", "maya", "70,000", date(2024, 12, 28), date(2026, 12, 28)),
        ("Cedar", "tom", "150,000", date(2024, 5, 4), date(2026, 5, 4)),
        ("Dune", "tom", "50,000", date(2025, 9, 7), date(2026, 9, 7)),
        ("Linden", "tom", "30,000", date(2025, 3, 1), date(2027, 3, 1)),
        ("Fjord", "ines", "90,000", date(2025, 9, 6), None),
        ("Juno", "ines", "110,000", date(2025, 8, 2), date(2027, 8, 2)),
        ("Kestrel", "ines", "12,000", date(2025, 2, 1), None),
    ):
        story.add(name, owner, arr, began, renews)
    story.add("Elm", "ines", "120,000", date(2024, 11, 16), date(2026, 11, 16), "USD")
    story.contracts("Fjord", "Pro,2025-09-06,2026-09-06,90000,EUR,90,")
    story.bills("Kestrel", (2025, 2), 16)
    story.deputy("Aster", "maya", "ines")
    story.deputy("Cedar", "tom", "ines")
    story.meets("Aster", "maya", date(2026, 1, 13))
    story.meets("Cedar", "tom", date(2026, 1, 20))
    story.meets("Juno", "ines", date(2026, 1, 20))
    story.meets("Grove", "maya", date(2026, 1, 13), "monthly")
    for name, value in (("Aster", "400"), ("Birch", "700"), ("Cedar", "950"), ("Juno", "400")):
        story.proven(name, value)


def first_quarter(story: TwoYears) -> None:
    """Aster expands at its renewal; nobody of ours believes in Cedar."""
    story.until(2026, 1, 19)
    story.calls("Aster", "maya", "commit")
    story.until(2026, 3, 9)
    story.calls("Cedar", "tom", "at_risk", "Their new CFO has never heard of us")
    story.until(2026, 3, 17)
    story.renews("Aster", "maya", "240,000", date(2027, 3, 16), "60", moved="more_use")


def second_quarter(story: TwoYears) -> None:
    """Heron is new, Cedar leaves, and Birch is forgotten until its manager is asked: it pays less."""
    story.until(2026, 4, 13)
    story.bills("Kestrel", (2026, 6), 4)
    story.add("Heron", "ines", "45,000", date(2026, 4, 13), date(2027, 4, 13))
    story.until(2026, 4, 20)
    story.proven("Aster", "400")
    story.until(2026, 5, 5)
    story.leaves("Cedar", "tom", date(2026, 5, 4), "competitor", uses_now="Their ERP's own module")
    story.until(2026, 5, 11)
    assert "Cedar, 150,000 EUR, moved to a competitor: Their ERP's own module" in story.held.told
    story.until(2026, 6, 5)
    story.calls("Fjord", "ines", "commit")
    story.until(2026, 6, 30)
    story.renews("Birch", "maya", "60,000", date(2027, 6, 15), "30", moved="less_use", link=None)
    story.until(2026, 7, 1)
    story.confirms("Birch", "priya")


def third_quarter(story: TwoYears) -> None:
    """Dune goes without having seen value. Fjord's next term comes from the billing system."""
    story.until(2026, 7, 13)
    story.bills("Kestrel", (2026, 9), 4)
    story.calls("Dune", "tom", "likely")
    story.until(2026, 8, 24)
    story.contracts("Fjord", "Pro,2026-09-06,2027-09-06,95000,EUR,90,")
    story.leaves("Dune", "tom", date(2026, 9, 6), "value_not_proven", decided="Nobody uses it any more")
    story.until(2026, 9, 7)
    assert "Dune, 50,000 EUR, value not proven" in story.held.told
    story.until(2026, 9, 21)
    story.calls("Elm", "ines", "likely")


def maya_leaves(story: TwoYears) -> None:
    """2 November 2026: Maya has left, with a prompt, a step, a question, a risk and a call that nobody has made."""
    story.until(2026, 10, 5)
    story.bills("Kestrel", (2026, 12), 4)
    story.add("Iris", "tom", "30,000", date(2026, 10, 5), date(2027, 10, 5))
    story.until(2026, 10, 19)
    story.answers("Aster", "maya", "Who signs next time?", "Ask their CFO for a date")
    story.act("maya", ownership.claim, _a_risk_of(story, "Grove"))
    story.until(2026, 11, 2)
    story.left_us("maya")
    story.until(2026, 11, 16)
    carried = story.hands_over("priya", "maya", "tom")
    assert carried == "1 open prompt, 1 open step, 1 open question and 1 risk", carried
    brief, line = story.posts("handover-brief"), story.posts("handover-line")
    assert (len(brief["U0TOM"]), line) == (1, {}), "who left reads nothing"
    story.until(2026, 11, 17)
    story.renews("Elm", "ines", "120,000", date(2027, 11, 16), "30")
    story.until(2026, 11, 23)
    story.calls("Grove", "tom", "likely")
    story.until(2026, 12, 21)
    story.calls("Aster", "tom", "commit")
    story.until(2026, 12, 30)
    story.renews("Grove", "tom", "70,000", date(2027, 12, 28))


def tom_is_away(story: TwoYears) -> None:
    """22 February to 19 March 2027: what is due of Tom's goes to his deputy, or to Priya. Dune has come back before."""
    story.until(2027, 1, 4)
    story.bills("Kestrel", (2027, 3), 4)
    story.calls("Linden", "tom", "unknown")
    story.until(2027, 1, 11)
    story.add("Juno Ltd", "tom", "20,000", date(2027, 1, 11), date(2028, 1, 11))
    story.deputy("Linden", "tom", "ines")
    story.deputy("Aster", "tom", "kenji")
    story.meets("Juno Ltd", "tom", date(2027, 2, 11), "monthly")
    story.until(2027, 2, 8)
    story.renews("Dune", "tom", "40,000", date(2028, 2, 8), moved="price")
    story.until(2027, 2, 15)
    story.calls("Heron", "ines", "commit")
    story.until(2027, 2, 22)
    story.act("tom", absence.go_away, date(2027, 3, 19))
    story.until(2027, 3, 2)
    story.renews("Linden", "ines", "28,000", None, moved="discount", monthly=True)
    story.until(2027, 3, 8)
    assert "Lost commitment: yearly became monthly" in story.held.told
    story.until(2027, 3, 24)
    assert len(story.posts("away-back")["U0TOM"]) == 1
    story.renews("Aster", "tom", "240,000", date(2028, 3, 16), "60")
    story.until(2027, 3, 29)
    story.proven("Aster", "380")


def merged(story: TwoYears) -> None:
    """10 May 2027: Juno Ltd is Juno. That was too early, so it is undone, and done again a week later."""
    story.until(2027, 4, 14)
    story.bills("Kestrel", (2027, 6), 4)
    story.renews("Heron", "ines", "65,000", date(2028, 4, 13), moved="more_use")
    story.until(2027, 4, 20)
    story.calls("Birch", "tom", "likely")
    story.until(2027, 5, 10)
    _open_ends(story)
    pair = NewMerge(story.accounts["Juno"], story.accounts["Juno Ltd"], 0)
    first = story.act("priya", merging.merge, pair)
    story.until(2027, 5, 12)
    story.act("priya", merging.undo, first)
    assert len(story.posts("handover-line")["U0INES"]) == 1, "it is Tom's again"
    story.until(2027, 5, 17)
    story.act("priya", merging.merge, pair)
    assert len(story.posts("handover-line")["U0TOM"]) == 2, "he is told both times"


def reorganised(story: TwoYears) -> None:
    """7 June 2027: Kenji takes Juno and Elm over from Inês, who has not said yet whether Juno renews."""
    story.until(2027, 6, 7)
    story.hands_over("priya", "ines", "kenji", "Juno", "Elm")
    assert (len(story.posts("handover-brief")["U0KENJI"]), len(story.posts("handover-line")["U0INES"])) == (1, 2)
    story.until(2027, 6, 16)
    story.renews("Birch", "tom", "60,000", date(2028, 6, 15), "30")
    story.until(2027, 6, 21)
    story.calls("Juno", "kenji", "commit")
    story.calls("Fjord", "ines", "likely")


def last_half(story: TwoYears) -> None:
    """Juno renews as one contract. Fjord's renewal stays open for weeks. Elm pays less, Grove and Iris stay."""
    story.until(2027, 8, 4)
    story.bills("Kestrel", (2027, 9), 4)
    story.renews("Juno", "kenji", "130,000", date(2028, 8, 2), "30")
    story.until(2027, 8, 9)
    story.calls("Iris", "tom", "commit")
    story.until(2027, 9, 7)
    story.act("ines", results.record_still_open, story.accounts["Fjord"])
    story.until(2027, 9, 22)
    story.renews("Fjord", "ines", "95,000", date(2028, 9, 6), "90")
    story.calls("Elm", "kenji", "at_risk", "They hire a team of their own")


def year_end(story: TwoYears) -> None:
    """To New Year 2028."""
    story.until(2027, 10, 6)
    story.bills("Kestrel", (2027, 12), 4)
    story.renews("Iris", "tom", "30,000", date(2028, 10, 5))
    story.until(2027, 11, 1)
    story.calls("Grove", "tom", "likely")
    story.until(2027, 11, 17)
    story.renews("Elm", "kenji", "100,000", date(2028, 11, 16), moved="less_use")
    story.until(2027, 12, 29)
    story.renews("Grove", "tom", "70,000", date(2028, 12, 28))


def _a_risk_of(story: TwoYears, name: str) -> int:
    story.account_id = story.accounts[name]
    return next(risk.id for risk in story.state().risks if risk.closed_at is None and risk.owner_id is None)


def _open_ends(story: TwoYears) -> None:
    """Juno Ltd has something open of every kind when it is merged."""
    story.answers("Juno Ltd", "tom", "Is it one customer or two?", "Ask both for their signatures")
    story.act("tom", ownership.claim, _a_risk_of(story, "Juno Ltd"))
