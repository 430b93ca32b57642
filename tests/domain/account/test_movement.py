"""Stages, theatre, tiers and participation: is anything moving, and who is asked about it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.account.dangers import Danger
from bot.domain.account.participation import participation
from bot.domain.account.stages import UsualTime, judgeable, stalled, time_to_value, usual_times
from bot.domain.account.tiers import Bands, asked_by_trigger, loads, prompted_for_meeting, tier_now, tier_of
from bot.domain.enums import (
    AccountStatus,
    CadenceKind,
    Method,
    PromptState,
    Relationship,
    RiskKind,
    Severity,
    Stage,
    Theatre,
    Tier,
)
from bot.domain.facts import FactCode, fact
from bot.domain.model import HealthReading, StageEntry
from bot.domain.values.money import Money
from bot.phrases import phrase
from tests.domain.proof.test_acceptance import ACCEPTED, BY_THE_MANAGER
from tests.support.domain_builders import (
    ACME,
    DANA,
    KIM,
    NOW,
    SAM,
    TODAY,
    ago,
    assessed,
    at,
    legal,
    measured,
    meeting,
    onboarding,
    system,
    wrote,
)

WON = replace(ACME, first_win_on=ago(200), first_win="we used it in real life and it worked")
ISOLATED: dict[str, Any] = {"method": Method.COMPARISON_GROUP}


@pytest.mark.parametrize(
    ("parts", "account", "stage"),
    [
        ((), ACME, Stage.SETUP),
        ((onboarding(baseline_agreed_by=None), legal(owner_person_id=None)), ACME, Stage.SETUP),
        ((onboarding(),), ACME, Stage.ACTIVATION),
        ((legal(),), ACME, Stage.ACTIVATION),
        ((onboarding(),), WON, Stage.ADOPTION),
        ((onboarding(), measured(12)), WON, Stage.ADOPTION),
        ((onboarding(), measured(8)), WON, Stage.OUTCOMES),
        ((onboarding(), system(12)), WON, Stage.ADOPTION),
        ((onboarding(), system(8)), WON, Stage.EXPANSION),
        ((onboarding(), system(8, **ISOLATED)), WON, Stage.RENEWAL),
    ],
)
def test_an_account_is_in_the_first_stage_whose_exit_test_it_fails(
    parts: tuple[Any, ...], account: Any, stage: Stage
) -> None:
    assert assessed(*parts, account=account).stage.stage is stage


def test_renewal_is_left_with_coverage_of_80_percent_and_a_packet_accepted_within_a_year() -> None:
    seen: dict[str, Any] = {"account": WON, "acceptances": (ACCEPTED,), "looks": (BY_THE_MANAGER,)}
    assert assessed(onboarding(), system(5, **ISOLATED), **seen).stage.ready
    assert not assessed(onboarding(), system(7, **ISOLATED), **seen).stage.ready
    assert not assessed(onboarding(), system(5, **ISOLATED), **{**seen, "looks": ()}).stage.ready
    assert not assessed(onboarding(), system(5, **ISOLATED), account=WON).stage.ready
    old = (replace(ACCEPTED, accepted_on=ago(366)),)
    assert not assessed(onboarding(), system(5, **ISOLATED), **{**seen, "acceptances": old}).stage.ready


def test_an_account_may_move_backwards() -> None:
    state = assessed(onboarding(), system(8), account=WON).state
    assert assessed(onboarding(), system(8), account=WON).stage.stage is Stage.EXPANSION
    assert (
        assessed(*state.outcomes, *state.evidence, account=WON, on=TODAY + timedelta(days=90)).stage.stage
        is Stage.ADOPTION
    )


def test_a_human_overrules_the_stage_with_a_reason_that_stays_visible() -> None:
    by_hand = replace(WON, stage=Stage.RENEWAL, stage_reason="board approved the renewal", stage_since=ago(4))
    stage = assessed(onboarding(), account=by_hand).stage
    assert (stage.stage, stage.computed, stage.days) == (Stage.RENEWAL, Stage.ADOPTION, 4)
    assert stage.reason == "board approved the renewal"


def test_time_in_stage_comes_from_the_last_entry_and_is_unknown_without_one() -> None:
    entries = (StageEntry(1, 1, Stage.SETUP, ago(90)), StageEntry(2, 1, Stage.ACTIVATION, ago(30)))
    assert assessed(onboarding(), stages=entries).stage.days == 30
    assert assessed(onboarding(), stages=entries[:1]).stage.days is None


def test_time_to_value_runs_from_contract_start_to_the_first_win() -> None:
    assert time_to_value(WON, TODAY) == 166
    assert time_to_value(ACME, TODAY) is None
    assert time_to_value(replace(WON, contract_start=None), TODAY) is None


def test_stalled_is_over_the_portfolios_own_p90_and_untold_with_too_few() -> None:
    stays = [10, 20, 30, 40, 50, 60, 70, 80, 90, 400]
    histories = [
        [StageEntry(1, n, Stage.SETUP, ago(500)), StageEntry(2, n, Stage.ACTIVATION, ago(500 - days))]
        for n, days in enumerate(stays)
    ]
    usual = usual_times(histories)
    assert usual == {Stage.SETUP: UsualTime(median=50, p90=90, stays=10)}
    standing = assessed(account=replace(ACME, stage_since=ago(91))).stage
    assert stalled(standing, usual) is True
    assert stalled(replace(standing, since=ago(90)), usual) is False
    assert stalled(replace(standing, since=None), usual) is None
    assert stalled(standing, usual_times(histories[:4])) is None


def test_a_stay_that_ended_backwards_is_not_usual() -> None:
    back = [[StageEntry(1, n, Stage.ADOPTION, ago(50)), StageEntry(2, n, Stage.SETUP, ago(5))] for n in range(9)]
    assert usual_times(back) == {}


def test_judgeable_needs_metric_baseline_target_and_date() -> None:
    assert judgeable(onboarding())
    assert judgeable(legal())
    for hole in ({"metric": None}, {"baseline": None}, {"target": None}, {"due_on": None}):
        assert not judgeable(onboarding(**hole))


def test_theatre_three_answers_in_a_row_that_changed_no_evidence() -> None:
    three = (meeting(21), meeting(14), meeting(7))
    found = assessed(onboarding(), meetings=three).theatre
    assert [(one.kind, phrase(one.fact)) for one in found] == [
        (Theatre.MEETINGS, "The last 3 answers changed no evidence (9 Feb, 16 Feb, 23 Feb)")
    ]
    assert assessed(onboarding(), meetings=three[1:]).theatre == ()
    assert assessed(onboarding(), meetings=(*three[:2], meeting(7, moved=True))).theatre == ()
    assert assessed(onboarding(), measured(8, age=12), meetings=three).theatre == ()


def test_theatre_a_business_review_without_new_evidence() -> None:
    review = meeting(5, kind=CadenceKind.BUSINESS_REVIEW)
    found = assessed(onboarding(), meetings=(meeting(12, moved=True), review)).theatre
    assert [phrase(one.fact) for one in found] == ["The business review of 25 Feb 2026 brought no new evidence"]
    assert assessed(onboarding(), measured(8, age=9), meetings=(meeting(12, moved=True), review)).theatre == ()
    assert assessed(onboarding(), measured(8, age=20), meetings=(review,)).theatre == ()
    assert assessed(onboarding(), measured(8, age=40), meetings=(review,)).theatre != ()


def test_theatre_a_health_figure_that_rises_while_no_outcome_moved() -> None:
    readings = (
        HealthReading(1, 1, ago(60), Decimal(62), "gainsight"),
        HealthReading(2, 1, ago(5), Decimal(81), "gainsight"),
    )
    found = assessed(onboarding(), measured(9, age=80), health=readings).theatre
    assert [phrase(one.fact) for one in found] == ["Health rose from 62 to 81 since 1 Jan 2026 while no outcome moved"]
    assert assessed(onboarding(), measured(9, age=80), measured(7, age=10), health=readings).theatre == ()
    assert assessed(onboarding(), measured(9, age=80), measured(9, age=10), health=readings).theatre != ()
    falling = (replace(readings[0], score=Decimal(90)), readings[1])
    assert assessed(onboarding(), health=falling).theatre == ()
    two_tools = (readings[0], replace(readings[1], source="hubspot"))
    assert assessed(onboarding(), health=two_tools).theatre == ()


def test_theatre_a_warm_relationship_over_thin_adoption_or_a_departed_sponsor() -> None:
    warm = replace(ACME, relationship=Relationship.WARM)
    thin = assessed(onboarding(), account=warm).theatre
    assert [phrase(one.fact) for one in thin] == ["The relationship is called warm, but no value is measured"]
    assert assessed(onboarding(), measured(8), account=warm).theatre == ()
    assert assessed(onboarding(), account=replace(warm, contract_start=ago(30))).theatre == ()
    left = assessed(onboarding(), wrote(5), replace(DANA, left_on=ago(1)), KIM, SAM, account=warm).theatre
    expected = "The relationship is called warm, but Dana Fox, champion, left on 1 Mar 2026 and nobody has taken over"
    assert [phrase(one.fact) for one in left] == [expected]


BANDS = Bands("USD", 10_000_000, 1_000_000, high_load=2, low_load=40)


def test_tiers_follow_the_bands_and_an_overrule_stays() -> None:
    amounts = [10_000_000, 9_999_999, 1_000_000, 999_999]
    tiers = [tier_of(Money(amount, "USD"), BANDS) for amount in amounts]
    assert tiers == [Tier.HIGH_TOUCH, Tier.LOW_TOUCH, Tier.LOW_TOUCH, Tier.TECH_TOUCH]
    assert tier_now(replace(ACME, arr_minor=1), BANDS) is Tier.TECH_TOUCH
    assert tier_now(replace(ACME, arr_minor=1, tier_reason="a name to show"), BANDS) is Tier.HIGH_TOUCH


def test_a_tier_is_not_guessed_from_an_unknown_arr_or_another_currency() -> None:
    assert tier_of(None, BANDS) is None
    assert tier_of(Money(10_000_000, "EUR"), BANDS) is None
    assert tier_of(Money(10_000_000, "USD"), None) is None
    assert tier_now(replace(ACME, arr_minor=None, tier=Tier.LOW_TOUCH), BANDS) is Tier.LOW_TOUCH


def test_high_touch_before_every_meeting_low_monthly_and_on_triggers_tech_one_batch_a_month() -> None:
    week, month = NOW - timedelta(days=7), NOW - timedelta(days=28)
    asked = {tier: [prompted_for_meeting(tier, last, NOW) for last in (None, week, month)] for tier in Tier}
    assert asked == {
        Tier.HIGH_TOUCH: [True, True, True],
        Tier.LOW_TOUCH: [True, False, True],
        Tier.TECH_TOUCH: [False, False, False],
    }


def test_only_what_broke_is_asked_about_at_once_and_only_low_touch_once_a_month() -> None:
    month, week = NOW - timedelta(days=30), NOW - timedelta(days=7)
    left = Danger(RiskKind.SPONSOR_LEFT, "person:1", Severity.HIGH, fact(FactCode.NO_SUCCESS), None)
    assert [asked_by_trigger(tier, left, month, NOW) for tier in Tier] == [False, True, False]
    assert asked_by_trigger(Tier.LOW_TOUCH, left, None, NOW)
    assert not asked_by_trigger(Tier.LOW_TOUCH, left, week, NOW)
    assert not asked_by_trigger(Tier.LOW_TOUCH, replace(left, severity=Severity.LOW), None, NOW)
    assert not asked_by_trigger(Tier.LOW_TOUCH, replace(left, kind=RiskKind.NO_SUCCESS_WRITTEN), None, NOW)


def test_load_is_shown_per_owner_by_count_and_arr_with_what_the_band_expects() -> None:
    accounts = [
        replace(ACME, id=1),
        replace(ACME, id=2, arr_minor=None),
        replace(ACME, id=3, currency="EUR"),
        replace(ACME, id=4, owner_id=None, tier=Tier.TECH_TOUCH),
        replace(ACME, id=5, status=AccountStatus.FORMER),
    ]
    maya, nobody = loads(accounts, BANDS)
    assert (maya.owner_id, maya.accounts, maya.unknown_arr) == (7, 3, 1)
    assert maya.arr == (Money(12_000_000, "EUR"), Money(12_000_000, "USD"))
    assert (maya.by_tier[0].expected, maya.by_tier[0].over) == (2, True)
    assert (nobody.owner_id, nobody.by_tier[0].expected, nobody.by_tier[0].over) == (None, None, False)


def test_participation_counts_asked_answered_and_moved() -> None:
    silent, off = PromptState.SILENT, PromptState.OFF
    tom = replace(meeting(3, silent, moved=None), asked=8)
    meetings = [meeting(30, moved=True), meeting(20), meeting(10, silent), meeting(5, off), tom]
    (other, maya), silences = participation(meetings, NOW)
    assert [(silence.account_id, silence.asked, silence.silent) for silence in silences] == [(1, 4, 2)]
    assert (maya.member_id, maya.asked, maya.answered, maya.moved, maya.silent) == (7, 3, 2, 1, 1)
    assert phrase(maya.fact) == "answered 2 of 3, 1 answer moved evidence"
    assert (other.asked, other.answered, other.moved) == (1, 0, 0)
    assert [one.asked for one in participation(meetings, NOW, since=at(ago(12)))[0]] == [1, 1]
