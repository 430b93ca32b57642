"""Which dangers a manager's channel hears of, and which stay with the owner."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.domain.account.escalations import escalates, is_new, is_told
from bot.domain.enums import RiskKind, Severity, Tier
from bot.domain.model import Account

TOLD = {
    RiskKind.PROOF_EXPIRED,
    RiskKind.PROOF_DISPUTED,
    RiskKind.DISPROVEN,
    RiskKind.SPONSOR_LEFT,
    RiskKind.OWNER_LEFT,
    RiskKind.RENEWAL_UNPROVEN,
    RiskKind.JUDGED,
    RiskKind.NOBODY_MEETS,
}


@pytest.mark.parametrize("kind", RiskKind)
def test_a_high_danger_of_a_high_touch_customer_is_told_by_its_kind(kind: RiskKind) -> None:
    assert escalates(kind, Severity.HIGH, Tier.HIGH_TOUCH) is (kind in TOLD)


@pytest.mark.parametrize("kind", [RiskKind.RENEWAL_UNPROVEN, RiskKind.JUDGED])
def test_a_renewal_beyond_sixty_days_and_a_judgement_of_not_clear_are_not(kind: RiskKind) -> None:
    assert not escalates(kind, Severity.MEDIUM, Tier.HIGH_TOUCH)


@pytest.mark.parametrize("tier", [Tier.LOW_TOUCH, Tier.TECH_TOUCH])
def test_silence_is_told_of_high_touch_alone(tier: Tier) -> None:
    assert not escalates(RiskKind.NOBODY_MEETS, Severity.HIGH, tier)
    assert escalates(RiskKind.PROOF_EXPIRED, Severity.MEDIUM, tier)


def test_an_account_is_new_for_fourteen_days() -> None:
    account = Account(1, 1, "acme", "Acme", created_at=datetime.fromisoformat("2026-03-02T10:00+00:00"))
    assert is_new(account, date(2026, 3, 15))
    assert not is_new(account, date(2026, 3, 16))
    assert not is_new(Account(1, 1, "old", "Old"), date(2026, 3, 2))
    assert not is_told(RiskKind.PROOF_DISPUTED, Severity.HIGH, account, date(2026, 3, 15))
    assert is_told(RiskKind.PROOF_DISPUTED, Severity.HIGH, account, date(2026, 3, 16))
    assert is_told(RiskKind.OWNER_LEFT, Severity.HIGH, account, date(2026, 3, 2)), "nobody would answer for it"
