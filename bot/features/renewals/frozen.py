"""How an account stood on the day on which its renewal was decided, kept word for word with the result."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.account.assessment import Assessment
from bot.domain.labels import label
from bot.domain.proof.explanation import reason
from bot.domain.values.days import shift_moment
from bot.phrases import phrase

NAMED_WITHIN = timedelta(days=365)
"""Dangers that were named so long before are kept with a result."""
_MOST = 40


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """One outcome as it stood: `standing` and `why` are in words."""

    title: str
    standing: str
    why: str


@dataclass(frozen=True, slots=True)
class FrozenDanger:
    """A danger that had been named, on which day, and on which day that risk was closed."""

    fact: str
    named_on: str
    closed_on: str | None


@dataclass(frozen=True, slots=True)
class Frozen:
    """The account as it stood: `coverage` in words, so many outcomes of which so many proven, and each of them."""

    coverage: str
    outcomes: int
    proven: int
    lines: tuple[FrozenLine, ...] = ()
    dangers: tuple[FrozenDanger, ...] = ()

    @property
    def in_words(self) -> str:
        """`33% proven, 1 of 3 outcomes`, or that nothing was."""
        return f"{self.coverage} proven, {self.proven} of {self.outcomes} outcomes" if self.outcomes else self.coverage


def freeze(assessment: Assessment) -> str:
    """An account as it stands now, as JSON text."""
    since = shift_moment(assessment.now, -NAMED_WITHIN)
    risks = [risk for risk in assessment.state.risks if risk.opened_at >= since]
    risks.sort(key=lambda risk: (risk.closed_at is not None, -risk.severity, risk.opened_at))
    named = [(risk.fact, risk.opened_at.date(), risk.closed_at.date() if risk.closed_at else None) for risk in risks]
    on_record = {fact for fact, _, _ in named}
    unnamed = [phrase(danger.fact) for danger in assessment.dangers]
    named += [(fact, assessment.on, None) for fact in unnamed if fact not in on_record]
    kept = {
        "coverage": phrase(assessment.covered),
        "outcomes": assessment.counted,
        "proven": len(assessment.proven),
        "lines": [
            {
                "title": graded.outcome.title,
                "standing": label(graded.standing),
                "why": phrase(reason(graded)),
            }
            for graded in assessment.outcomes[:_MOST]
        ],
        "dangers": [
            {"fact": fact, "named_on": opened.isoformat(), "closed_on": closed.isoformat() if closed else None}
            for fact, opened, closed in named[:_MOST]
        ],
    }
    return json.dumps(kept, ensure_ascii=False)


def read(frozen: str | None) -> Frozen | None:
    """What `freeze` kept; None where nothing was."""
    if not frozen:
        return None
    kept = json.loads(frozen)
    return Frozen(
        kept["coverage"],
        kept["outcomes"],
        kept["proven"],
        tuple(FrozenLine(**line) for line in kept["lines"]),
        tuple(FrozenDanger(**danger) for danger in kept["dangers"]),
    )
