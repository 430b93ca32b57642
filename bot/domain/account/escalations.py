"""Which dangers are a manager's: those that a portfolio's channel hears of.

Evidence that expired, is disputed or was missed; a sponsor or champion who left; a renewal within 60 days that is not
proven; a judgement of no; a high-touch customer whom nobody meets; an owner who left. Everything else (late steps,
promises and obstacles, a plan that is missing, meetings without an answer) stays with the account's owner. An account
has 14 days of grace after it was added, but for an owner who left.
"""

from __future__ import annotations

from datetime import date

from bot.domain.account.silence import NEW_FOR
from bot.domain.enums import RiskKind, Severity, Tier
from bot.domain.model import Account
from bot.domain.values.days import shift_day

ALWAYS = frozenset(
    {
        RiskKind.PROOF_EXPIRED,
        RiskKind.PROOF_DISPUTED,
        RiskKind.DISPROVEN,
        RiskKind.SPONSOR_LEFT,
        RiskKind.OWNER_LEFT,
    }
)
IF_HIGH = frozenset({RiskKind.RENEWAL_UNPROVEN, RiskKind.JUDGED})
"""A renewal is high within 60 days, and a judgement where it says no."""
IF_HIGH_TOUCH = frozenset({RiskKind.NOBODY_MEETS})


def escalates(kind: RiskKind, severity: Severity, tier: Tier) -> bool:
    """Whether a danger of this kind and severity, in an account of this tier, is told to the managers."""
    if kind in IF_HIGH:
        return severity >= Severity.HIGH
    if kind in IF_HIGH_TOUCH:
        return tier is Tier.HIGH_TOUCH
    return kind in ALWAYS


def is_told(kind: RiskKind, severity: Severity, account: Account, on: date) -> bool:
    """Whether the managers are told of such a danger of an account on a day.

    A new account has its grace for what it lacks, not for having nobody who answers for it.
    """
    spared = kind is not RiskKind.OWNER_LEFT and is_new(account, on)
    return escalates(kind, severity, account.tier) and not spared


def is_new(account: Account, on: date) -> bool:
    """Whether the account was added so lately that nobody is told what it lacks."""
    return account.created_at is not None and on < shift_day(account.created_at.date(), NEW_FOR)
