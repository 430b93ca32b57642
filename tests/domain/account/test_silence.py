"""Nobody meets them: no meeting ahead, and nothing heard for 60 days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.account.assessment import Assessment
from bot.domain.account.dangers import Danger
from bot.domain.enums import AccountStatus, CheckKind, CheckVerdict, PromptState, RiskKind, Severity, Source, Tier
from bot.domain.model import Account, Check
from bot.phrases import phrase
from tests.support.domain_builders import ACME, NOW, TODAY, ago, assessed, at, meeting, onboarding, piece, wrote

BY_ARR = replace(ACME, tier=Tier.TECH_TOUCH)
BY_HAND = replace(BY_ARR, tier_reason="They want no calls")


def silence(*parts: Any, account: Account = ACME, **more: Any) -> Danger | None:
    return of(assessed(onboarding(), *parts, account=account, **more))


def of(assessment: Assessment) -> Danger | None:
    return next((danger for danger in assessment.dangers if danger.kind is RiskKind.NOBODY_MEETS), None)


def test_an_account_without_a_series_and_without_evidence_for_60_days_is_a_danger() -> None:
    silent = silence(wrote(9, age=60))
    assert silent is not None
    assert phrase(silent.fact) == "Nobody meets them: no meeting series, and nothing was heard since 1 Jan 2026"
    assert (silent.severity, silent.since) == (Severity.MEDIUM, TODAY)
    assert silence(wrote(9, age=59)) is None
    never = silence()
    assert never is not None
    assert phrase(never.fact) == "Nobody meets them: no meeting series, and no evidence on record"


def test_it_weighs_more_near_the_renewal() -> None:
    near = silence(account=replace(ACME, renewal_date=TODAY + timedelta(days=120)))
    assert near is not None and near.severity is Severity.HIGH


@pytest.mark.parametrize("source", [Source.OUR_WORD, Source.OUR_TELEMETRY])
def test_our_own_word_and_telemetry_are_no_sign_of_them(source: Source) -> None:
    assert silence(piece(source, 9, age=3, changed_standing=False)) is not None


def test_what_was_withdrawn_refuted_or_cannot_be_checked_is_none_either() -> None:
    shown = wrote(9, age=3, changed_standing=False)
    look = Check(1, 1, shown.id, CheckKind.COUNTERSIGN, CheckVerdict.DOES_NOT, at(ago(1)), member_id=8)
    assert silence(shown) is None
    assert silence(shown, checks=(look,)) is not None
    assert silence(replace(shown, withdrawn_on=ago(1))) is not None
    assert silence(replace(shown, reference_key=None)) is not None


@pytest.mark.parametrize("prompt", list(PromptState))
def test_a_meeting_that_somebody_spoke_of_is_a_sign_and_one_that_was_off_or_silent_is_not(prompt: PromptState) -> None:
    is_sign = prompt in (PromptState.ANSWERED, PromptState.OPEN)
    assert (silence(meetings=(meeting(20, prompt),)) is None) is is_sign


def test_a_series_is_met_unless_its_next_meeting_is_too_far_away() -> None:
    assert silence(next_meeting_at=NOW + timedelta(days=100)) is None
    far = silence(next_meeting_at=at(date(2199, 1, 3)))
    assert far is not None and "the next meeting is as late as 3 Jan 2199" in phrase(far.fact)


@pytest.mark.parametrize(
    ("account", "is_silent"),
    [
        (BY_ARR, False),
        (BY_HAND, True),
        (replace(ACME, tier=Tier.LOW_TOUCH), True),
        (replace(ACME, status=AccountStatus.FORMER), False),
        (replace(ACME, created_at=at(ago(13))), False),
        (replace(ACME, created_at=at(ago(14))), True),
        (replace(ACME, contract_start=ago(59)), False),
        (replace(ACME, contract_start=None, created_at=at(ago(59))), False),
        (replace(ACME, contract_start=None, created_at=at(ago(60))), True),
        (replace(ACME, contract_start=None), False),
    ],
)
def test_whom_it_is_said_of(account: Account, is_silent: bool) -> None:
    assert (silence(account=account) is not None) is is_silent


def test_nobody_is_asked_in_tech_touch_so_a_series_there_says_nothing() -> None:
    hidden = silence(account=BY_HAND, next_meeting_at=NOW + timedelta(days=3))
    assert hidden is not None and "in tech touch by hand" in phrase(hidden.fact)


def test_time_alone_begins_and_ends_it_on_the_day_that_is_foretold() -> None:
    heard = assessed(onboarding(), wrote(9, age=50))
    assert of(heard) is None
    assert heard.next_change_on is not None and heard.next_change_on <= TODAY + timedelta(days=10)
    far_away = at(TODAY + timedelta(days=105))
    then = assessed(onboarding(), next_meeting_at=far_away)
    assert of(then) is not None
    assert then.next_change_on is not None and then.next_change_on <= TODAY + timedelta(days=5)
    assert of(assessed(onboarding(), next_meeting_at=far_away, on=TODAY + timedelta(days=5))) is None
