"""One assessed account as a digest sees it: a value small enough to be kept until time or the ledger changes it.

Working out a portfolio of ten thousand accounts from its evidence takes seconds, reading that many stored
summaries takes a fraction of one. It decides nothing: it stores what `summarize_account` makes of the assessment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from bot.domain.account.assessment import Assessment, worst_first
from bot.domain.account.dangers import Danger
from bot.domain.account.promises import forgotten
from bot.domain.enums import PromptState, RiskKind, Severity
from bot.domain.facts import Fact, fact_from_json
from bot.domain.model import Account
from bot.domain.proof.coverage import covered
from bot.domain.proof.explanation import where_it_stands
from bot.domain.proof.progress import ONE, ZERO


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """An account with what its assessment comes to: `dangers`, the worst first; facts of theatre and of promises that
    nobody has mentioned for long.

    `seen` is the share of success whose proof somebody outside the account team has seen. `credits` holds only outcomes
    with credit, by outcome id.
    """

    account: Account
    coverage: Decimal
    seen: Decimal
    outcomes: int
    credits: Mapping[int, Decimal]
    dangers: tuple[Danger, ...]
    theatre: tuple[Fact, ...]
    forgotten: tuple[Fact, ...]

    @property
    def proven(self) -> int:
        """How many outcomes have full credit."""
        return sum(credit is ONE for credit in self.credits.values())

    @property
    def covered(self) -> Fact:
        """`40%`, or that nobody has written down what success means."""
        return covered(self.coverage, self.outcomes)

    @property
    def worst_first(self) -> tuple[int, int, int, Decimal, int, str]:
        """The key that sorts accounts worst first, as that of the assessment."""
        return worst_first(self.account, self.coverage, self.dangers)

    def as_json(self) -> str:
        """The figures and facts as JSON, without the account; ratios travel as text so that they stay exact."""
        figures = {
            "coverage": str(self.coverage),
            "seen": str(self.seen),
            "outcomes": self.outcomes,
            "credits": [(outcome_id, str(credit)) for outcome_id, credit in self.credits.items()],
            "dangers": [
                (d.kind.value, d.subject, d.severity.value, d.fact.as_json(), d.since and d.since.isoformat())
                for d in self.dangers
            ],
            "theatre": [fact.as_json() for fact in self.theatre],
            "forgotten": [fact.as_json() for fact in self.forgotten],
        }
        return _json(figures)

    @classmethod
    def from_json(cls, account: Account, stored: str) -> AccountSummary:
        """The summary that `as_json` was stored from, with the account it belongs to."""
        figures = json.loads(stored)
        return cls(
            account,
            _ratio(figures["coverage"]),
            _ratio(figures["seen"]),
            figures["outcomes"],
            {outcome_id: _ratio(credit) for outcome_id, credit in figures["credits"]},
            tuple(
                Danger(
                    RiskKind(kind),
                    subject,
                    Severity(severity),
                    fact_from_json(fact),
                    date.fromisoformat(since) if since else None,
                )
                for kind, subject, severity, fact, since in figures["dangers"]
            ),
            tuple(fact_from_json(fact) for fact in figures["theatre"]),
            tuple(fact_from_json(fact) for fact in figures["forgotten"]),
        )


def summarize_account(assessment: Assessment) -> AccountSummary:
    """What a digest needs to know of an assessed account."""
    return AccountSummary(
        assessment.account,
        assessment.coverage,
        assessment.seen,
        assessment.counted,
        {graded.outcome.id: graded.credit for graded in assessment.outcomes if graded.credit is not ZERO},
        assessment.dangers,
        tuple(finding.fact for finding in assessment.theatre),
        tuple(promise.fact for promise in forgotten(assessment.state.promises, assessment.on)),
    )


def standings_as_json(assessment: Assessment) -> str:
    """Where each outcome stands and why, in the order of the ledger; kept as JSON, because a digest tells only of the
    few that changed."""
    names = assessment.state.names
    return _json([(graded.outcome.id, where_it_stands(graded, names).as_json()) for graded in assessment.outcomes])


def standings_from_json(stored: str) -> dict[int, Fact]:
    """What `standings_as_json` was made of, by outcome id."""
    return {outcome_id: fact_from_json(fact) for outcome_id, fact in json.loads(stored)}


def good_until(assessment: Assessment) -> datetime | None:
    """The first moment at which the passing of time changes the summary; `None` when only the ledger can change it."""
    day = assessment.next_change_on
    if day is None:
        return None
    if day > assessment.on:
        return datetime.combine(day, time(), UTC)
    # Only a meeting that comes later today, and may pass in silence, is a change of this very day.
    open_meetings = (meeting for meeting in assessment.state.meetings if meeting.prompt is PromptState.OPEN)
    later_starts = (meeting.starts_at for meeting in open_meetings if meeting.starts_at > assessment.now)
    return min(later_starts, default=assessment.now)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _ratio(text: str) -> Decimal:
    """The ratio as a decimal; none and all are the constants, because the rules compare them by identity."""
    return ZERO if text == "0" else ONE if text == "1" else Decimal(text)
