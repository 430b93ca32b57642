"""What the stricter rules change by themselves in an older account opens no risk (docs/rules.md, Witness)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.account.assessment import Assessment
from bot.domain.account.upgrade import opened_by_upgrade
from bot.domain.enums import RiskKind
from bot.domain.model import Evidence
from tests.support.domain_builders import ACME, NOW, TODAY, ago, assessed, measured, onboarding, wrote

NEAR = replace(ACME, renewal_date=TODAY + timedelta(days=60), upgraded_on=ago(2))


def caused(assessment: Assessment) -> dict[RiskKind, bool]:
    return {danger.kind: opened_by_upgrade(assessment, danger) for danger in assessment.dangers}


def unseen(piece: Evidence) -> Evidence:
    return replace(piece, reference_key=None)


def test_a_renewal_that_only_lacks_witnesses_is_no_risk_of_its_own() -> None:
    old = unseen(wrote(5, age=30))
    after = assessed(onboarding(), old, account=NEAR, checks=(), next_meeting_at=NOW)
    assert after.coverage == 0
    assert caused(after) == {RiskKind.RENEWAL_UNPROVEN: True}


def test_what_would_be_there_anyway_is_a_risk() -> None:
    half = assessed(onboarding(), unseen(wrote(9, age=30)), account=NEAR, checks=())
    new = assessed(onboarding(), unseen(wrote(5, age=1)), account=NEAR, checks=())
    never = assessed(onboarding(), unseen(wrote(5, age=30)), account=replace(NEAR, upgraded_on=None), checks=())
    long_ago = assessed(onboarding(), unseen(wrote(5, age=30)), account=replace(NEAR, upgraded_on=ago(91)), checks=())
    for assessment in (half, new, never, long_ago):
        assert not caused(assessment)[RiskKind.RENEWAL_UNPROVEN]


def test_a_missed_date_of_before_the_upgrade_that_only_we_measured_opens_nothing() -> None:
    account = replace(NEAR, renewal_date=None)
    before = assessed(onboarding(due_on=ago(10)), measured(12, age=20), account=account, checks=())
    after = assessed(onboarding(due_on=ago(1)), measured(12, age=20), account=account, checks=())
    assert caused(before)[RiskKind.DISPROVEN] and not caused(after)[RiskKind.DISPROVEN]
