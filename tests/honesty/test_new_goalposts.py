"""A missed outcome, and what its keeper does to what it is judged by: each docstring says how the attempt ends.

Birch's outcome was due on Thursday, 5 March. The figure of Tuesday shows no progress at all, so it is missed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from bot.domain.enums import CheckVerdict, RiskKind, Source, Standing
from bot.features.evidence import agreement_looks
from bot.features.plan import agreement, outcome_terms
from bot.features.plan.agreement import Agreement
from bot.features.plan.outcome_terms import NewTerms
from bot.store import ledger, proof_state
from bot.store.entities import Entity
from tests.honesty.play import FIRST, FRIDAY, SECOND, TITLE, TUESDAY, Play
from tests.support.managing import day

DUE = date(2026, 3, 5)
OTHER = "A better life for the desk"
MISSED = day(FIRST, 4)
"""The morning after the due date."""


def settle(play: Play, now: datetime, **values: Any) -> None:
    """Maya says what the outcome is judged by; what she does not name stays as it is."""
    with play.team.session() as session:
        shown = outcome_terms.terms_form(session, play.team.as_(play.team.maya), play.outcome, now)
        form: dict[str, Any] = {
            "title": shown.outcome,
            "target": shown.target,
            "due_on": shown.due_on,
            "baseline": shown.baseline,
            "baseline_on": shown.baseline_on,
            "shelf_life_days": shown.shelf_life_days,
        }
        new = NewTerms(play.outcome, editing=True, **(form | values))
        outcome_terms.set_terms(session, play.team.as_(play.team.maya), new, now)


def agrees(play: Play, link: str, now: datetime) -> None:
    """Maya writes down that Kim agreed to the outcome as it is."""
    given = Agreement(play.kim, now.date(), link)
    with play.team.session() as session:
        agreement.record_agreement(session, play.team.as_(play.team.maya), play.outcome, given, now)


def standing(play: Play, now: datetime) -> tuple[Standing, bool]:
    """Where the outcome stands, and whether the miss is a danger."""
    assessed = play.assessed(now)
    (graded,) = assessed.outcomes
    return graded.standing, any(danger.kind is RiskKind.DISPROVEN for danger in assessed.dangers)


def is_due(play: Play) -> None:
    """What Kim has agreed to is due on Thursday."""
    with play.team.session() as session:
        by = play.team.as_(play.team.ada).author
        agreed: dict[str, Any] = {"baseline_agreed_by": play.kim, "agreed_on": date(2026, 2, 1)}
        agreed["agreement_link"] = "https://birch.example/plan"
        ledger.change(session, by, Entity.OUTCOME, play.outcome, FRIDAY, due_on=DUE, **agreed)


@pytest.fixture
def missed(play: Play) -> Play:
    is_due(play)
    play.digest(FIRST)
    play.record(play.team.maya, "1000", TUESDAY, source=Source.OUR_MEASUREMENT, link=None)
    assert standing(play, MISSED) == (Standing.DISPROVEN, True)
    return play


def test_the_baseline_moves_past_the_target_so_that_nothing_can_be_missed(missed: Play) -> None:
    """Figures unchanged: a baseline that is harder to beat keeps the agreement, and what was missed stays missed."""
    settle(missed, MISSED, baseline="400")
    assert standing(missed, day(MISSED, 1)) == (Standing.DISPROVEN, True)
    settle(missed, day(MISSED, 1), baseline="300")
    assert standing(missed, day(MISSED, 2)) == (Standing.DISPROVEN, True)


def test_a_shorter_shelf_life_drops_the_figure_that_showed_the_miss(missed: Play) -> None:
    """Figures unchanged: it is missed by the shelf life that was agreed."""
    settle(missed, MISSED, shelf_life_days=1)
    assert standing(missed, day(MISSED, 1)) == (Standing.DISPROVEN, True)


def test_a_shorter_shelf_life_is_set_before_the_outcome_is_due(play: Play) -> None:
    """Figures unchanged: the figure that shows no progress is held against the agreed terms."""
    is_due(play)
    play.record(play.team.maya, "1000", FIRST, source=Source.OUR_MEASUREMENT, link=None)
    settle(play, TUESDAY, shelf_life_days=1)
    assert standing(play, MISSED) == (Standing.DISPROVEN, True)


def test_a_missed_outcome_gets_other_words(missed: Play) -> None:
    """Figures unchanged: it stays missed until the customer has agreed to the new words, and the words are named."""
    settle(missed, MISSED, title=OTHER)
    assert standing(missed, day(MISSED, 1)) == (Standing.DISPROVEN, True)
    told = missed.digest(SECOND)
    assert f"“{TITLE}” → “{OTHER}”, Maya Lindqvist, 6 Mar 2026, not agreed by them" in told


def test_a_missed_outcome_gets_other_words_and_an_agreement(missed: Play) -> None:
    """Named in the digest: the words, by whom, and that nobody else has seen the agreement. Nothing is proven by it."""
    settle(missed, MISSED, title=OTHER, due_on=date(2026, 12, 1))
    agrees(missed, "https://birch.example/new-plan", day(MISSED, 1))
    told = missed.digest(SECOND)
    assert f"“{TITLE}” → “{OTHER}”, Maya Lindqvist, 6 Mar 2026, agreed by Kim Li on 7 Mar 2026" in told
    assert f"“{OTHER}”: agreed by Kim Li on 7 Mar 2026, linked by Maya Lindqvist, nobody else has looked" in told
    assert missed.assessed(SECOND).coverage == 0


def test_a_bad_figure_is_recorded_under_other_words_which_are_then_put_back(proven: Play) -> None:
    """Named on the card and in the digest: the figure, that it does not count, and who put the words back and when."""
    settle(proven, TUESDAY, title=f"{TITLE}, pilot")
    proven.record(proven.team.maya, "900", day(TUESDAY, 1), source=Source.OUR_MEASUREMENT, link=None)
    settle(proven, day(TUESDAY, 2), title=TITLE)
    named = (
        f"900 tickets as of 4 Mar 2026 does not count: it was recorded while “{TITLE}” was something else for a time"
    )
    assert f"Birch: {named}; Maya Lindqvist put it back on 5 Mar 2026" in proven.digest(SECOND)
    assert "900" in str(proven.card(SECOND).moved)


def test_words_that_are_put_back_with_nothing_recorded_are_no_news(proven: Play) -> None:
    """The other side of the one above."""
    settle(proven, TUESDAY, title=f"{TITLE}, pilot")
    settle(proven, day(TUESDAY, 2), title=TITLE)
    assert proven.digest(SECOND).startswith("Nothing changed this week.")


def test_an_agreement_that_was_found_wanting_is_shown_by_another_address(proven: Play) -> None:
    """Named in the digest, by outcome and people: nobody else has looked, and the link before did not show it."""
    team = proven.team
    settle(proven, TUESDAY, target="500")
    agrees(proven, "https://birch.example/mail", TUESDAY)
    with team.session() as session:
        (*_, terms) = proof_state.load(session, 1, proven.birch).terms
        agreement_looks.look(session, team.as_(team.tom), terms.id, CheckVerdict.DOES_NOT, TUESDAY, note="A menu")
    agrees(proven, "https://birch.example/mail?v=2", day(TUESDAY, 1))
    named = "nobody else has looked; what was linked before did not show it, said Tom Okafor on 3 Mar 2026"
    assert f"“{TITLE}”: agreed by Kim Li on 4 Mar 2026, linked by Maya Lindqvist, {named}" in proven.digest(SECOND)
