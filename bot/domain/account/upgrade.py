"""What the rule of witness changes by itself in an account that was there before it: no risk opens by that alone.

For 90 days after the upgrade a danger is held against what the account would show if its older evidence had been seen.
Whatever would be there anyway is a risk as always.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.domain.account.assessment import Assessment, graded_outcomes
from bot.domain.account.dangers import Danger
from bot.domain.enums import CheckKind, CheckVerdict, RiskKind
from bot.domain.model import Check, Evidence, ProofState
from bot.domain.proof.coverage import RENEWABLE, coverage
from bot.domain.values.days import shift_day

LENIENT_FOR = timedelta(days=90)
_OF_THE_DISPUTE_OR_THE_DATE = frozenset({RiskKind.PROOF_DISPUTED, RiskKind.DISPROVEN})
_NOBODY = 0


def opened_by_upgrade(assessment: Assessment, danger: Danger) -> bool:
    """Whether the account has this danger only because the rules became stricter.

    Coverage is worked out again with all older evidence seen. A dispute or a missed date from before the upgrade would
    have been a risk already if the rules of then had found it.
    """
    upgraded_on, on = assessment.account.upgraded_on, assessment.on
    if upgraded_on is None or shift_day(upgraded_on, LENIENT_FOR) < on:
        return False
    if danger.kind is RiskKind.RENEWAL_UNPROVEN:
        return coverage(graded_outcomes(as_if_seen(assessment.state, upgraded_on), on)) >= RENEWABLE
    if danger.kind in _OF_THE_DISPUTE_OR_THE_DATE:
        return danger.since is not None and danger.since <= upgraded_on
    return False


def as_if_seen(state: ProofState, upgraded_on: date) -> ProofState:
    """The state with every piece of evidence from before the upgrade seen, also by the manager."""
    old = {piece.id for piece in state.evidence if piece.recorded_at.date() <= upgraded_on}
    evidence = tuple(_with_reference(piece) if piece.id in old else piece for piece in state.evidence)
    looks = tuple(_look(piece) for piece in evidence if piece.id in old)
    return replace(state, evidence=evidence, checks=(*looks, *state.checks))


def _with_reference(piece: Evidence) -> Evidence:
    return piece if piece.reference_key is not None else replace(piece, reference_key=f"upgrade:{piece.id}")


def _look(piece: Evidence) -> Check:
    return Check(
        _NOBODY,
        piece.account_id,
        piece.id,
        CheckKind.COUNTERSIGN,
        CheckVerdict.SHOWS,
        piece.recorded_at,
        member_id=_NOBODY,
        as_manager=True,
    )
