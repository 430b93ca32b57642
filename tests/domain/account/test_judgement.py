"""Verdicts: when one is asked for and of whom, what an owner's own yes is worth, and that a doubt is a danger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.account.assessment import Assessment
from bot.domain.account.judgement import Occasion, last_day_to_act, occasion, verdict_due_on
from bot.domain.enums import AccountStatus, JudgedAs, RiskKind, Severity, Tier, Verdict
from bot.domain.model import Judgement
from bot.phrases import phrase
from tests.support.domain_builders import (
    ACME,
    DANA,
    KIM,
    OWNER,
    PRIYA,
    SAM,
    TODAY,
    TOM,
    ago,
    assessed,
    at,
    onboarding,
    wrote,
)

MANAGER = PRIYA
LEFT = replace(DANA, left_on=ago(20))


def said(days_ago: int, by: int, verdict: Verdict = Verdict.YES, judged_as: JudgedAs | None = None) -> Judgement:
    return Judgement(100 - days_ago, 1, verdict, "good vibes", by, at(ago(days_ago)), "a churn", judged_as)


def due(assessment: Assessment) -> Occasion | None:
    return occasion(assessment.state, assessment.judged, assessment.on)


def renewing(days: int, *judgements: Judgement) -> Assessment:
    account = replace(ACME, renewal_date=TODAY + timedelta(days=days))
    return assessed(onboarding(), wrote(5), account=account, judgements=judgements)


def test_an_owners_own_yes_is_contradicted_by_every_fact_that_stands_however_old() -> None:
    own = assessed(onboarding(), LEFT, KIM, SAM, judgements=(said(1, OWNER),)).judged
    assert (own.own, own.judged_as) == (True, JudgedAs.OWNER)
    assert list(map(phrase, own.contradicted_by)) == [
        "Dana Fox, champion, left on 10 Feb 2026 and nobody has taken over"
    ]
    others = assessed(onboarding(), LEFT, KIM, SAM, judgements=(said(1, MANAGER),)).judged
    assert (others.own, others.contradicted_by) == (False, ())


def test_judging_ones_own_account_again_settles_nothing_but_a_managers_yes_does() -> None:
    parts = (onboarding(), LEFT, KIM, SAM)
    again = assessed(*parts, judgements=tuple(said(days, OWNER) for days in (15, 9, 3, 1))).judged
    assert again.again
    settled = assessed(*parts, judgements=(said(9, OWNER), said(1, MANAGER))).judged
    assert not settled.again


def test_who_owned_the_account_then_judged_their_own_also_after_a_hand_over() -> None:
    handed_over = replace(ACME, owner_id=TOM)
    kept = said(5, OWNER, judged_as=JudgedAs.OWNER)
    assert assessed(onboarding(), account=handed_over, judgements=(kept,)).judged.own
    other = said(5, OWNER, judged_as=JudgedAs.OTHER)
    assert not assessed(onboarding(), judgements=(other,)).judged.own
    assert assessed(onboarding(), judgements=(said(5, OWNER),)).judged.own, "from before it was kept: as it is today"


@pytest.mark.parametrize(("verdict", "severity"), [(Verdict.NO, Severity.HIGH), (Verdict.NOT_CLEAR, Severity.MEDIUM)])
def test_no_and_not_clear_are_dangers(verdict: Verdict, severity: Severity) -> None:
    found = [
        d for d in assessed(onboarding(), judgements=(said(3, MANAGER, verdict),)).dangers if d.kind is RiskKind.JUDGED
    ]
    assert [(danger.severity, danger.since) for danger in found] == [(severity, ago(3))]
    assert phrase(found[0].fact).startswith("Would they renew on value? No")
    assert phrase(found[0].fact).endswith("says Priya Nair on 27 Feb 2026: good vibes")


def test_a_yes_is_no_danger_and_a_later_yes_ends_that_of_a_no() -> None:
    judgements = (said(9, MANAGER, Verdict.NO), said(3, MANAGER))
    assert RiskKind.JUDGED not in {danger.kind for danger in assessed(onboarding(), judgements=judgements).dangers}


def test_an_owners_own_yes_does_not_end_the_doubt_of_somebody_else() -> None:
    result = assessed(onboarding(), judgements=(said(9, MANAGER, Verdict.NO), said(3, OWNER)))
    assert [danger.since for danger in result.dangers if danger.kind is RiskKind.JUDGED] == [ago(9)]
    assert list(map(phrase, result.judged.contradicted_by)) == [
        "Would they renew on value? No, says Priya Nair on 21 Feb 2026: good vibes"
    ]
    own_only = assessed(onboarding(), judgements=(said(9, OWNER, Verdict.NO), said(3, OWNER)))
    assert RiskKind.JUDGED not in {danger.kind for danger in own_only.dangers}


def test_the_last_day_to_act_is_the_notice_before_the_renewal_and_unknown_without_one() -> None:
    renewal = date(2026, 12, 31)
    assert last_day_to_act(renewal, 90) == date(2026, 10, 2)
    assert last_day_to_act(renewal, 0) == renewal
    assert last_day_to_act(renewal, None) is None
    assert last_day_to_act(None, 90) is None


def test_a_verdict_is_due_30_days_before_the_last_day_to_act_or_60_before_the_renewal() -> None:
    renewal = date(2026, 12, 31)
    assert verdict_due_on(renewal, 90) == date(2026, 9, 2)
    assert verdict_due_on(renewal, None) == date(2026, 11, 1)
    assert verdict_due_on(None, 90) is None


@given(st.dates(), st.one_of(st.none(), st.integers(0, 100_000)))
def test_no_date_that_can_be_entered_raises_and_a_verdict_is_due_before_the_last_day(
    renewal: date, notice: int | None
) -> None:
    due_on = verdict_due_on(renewal, notice)
    assert due_on is not None
    assert due_on <= (last_day_to_act(renewal, notice) or renewal)


@pytest.mark.parametrize(("days", "asked"), [(61, False), (60, True), (1, True), (0, True), (-1, False)])
def test_it_is_asked_from_60_days_before_the_renewal_until_that_day(days: int, asked: bool) -> None:
    assert (due(renewing(days)) is not None) is asked


def test_a_verdict_of_these_60_days_is_not_asked_for_again_and_an_older_one_is() -> None:
    assert due(renewing(30, said(29, MANAGER))) is None
    assert due(renewing(30, said(31, MANAGER))) == Occasion("renewal:2026-04-01", False, ())


def test_where_the_owner_judged_last_the_manager_is_asked() -> None:
    found = due(renewing(30, said(99, OWNER)))
    assert found is not None and found.of_manager
    deputy = due(renewing(30, said(99, OWNER, judged_as=JudgedAs.DEPUTY)))
    assert deputy is not None and deputy.of_manager


def test_a_renewal_in_tech_touch_is_not_asked_about_one_by_one_unless_it_was_put_there_by_hand() -> None:
    account = replace(ACME, renewal_date=TODAY + timedelta(days=30), tier=Tier.TECH_TOUCH)
    assert due(assessed(onboarding(), account=account)) is None
    by_hand = replace(account, tier_reason="They like it so")
    assert due(assessed(onboarding(), account=by_hand)) is not None


def test_a_contradiction_is_an_occasion_of_its_own_whenever_the_renewal_is() -> None:
    found = due(assessed(onboarding(), LEFT, KIM, SAM, judgements=(said(30, MANAGER),)))
    assert found is not None
    assert (found.key, found.of_manager, len(found.against)) == ("again:70", False, 1)


def test_nobody_is_asked_about_a_former_customer() -> None:
    gone = replace(ACME, status=AccountStatus.FORMER, renewal_date=TODAY + timedelta(days=10))
    assert due(assessed(onboarding(), account=gone)) is None


verdicts = st.lists(st.tuples(st.integers(0, 60), st.sampled_from([OWNER, TOM])), min_size=1, max_size=8)


@given(verdicts)
def test_no_number_of_own_yeses_closes_a_contradiction(made: list[tuple[int, int]]) -> None:
    """However often owner and deputy say yes, the sponsor who left is still there to reassess."""
    account = replace(ACME, deputy_id=TOM)
    judgements = tuple(replace(said(days, by), id=number) for number, (days, by) in enumerate(made))
    assert assessed(onboarding(), LEFT, KIM, SAM, account=account, judgements=judgements).judged.again
