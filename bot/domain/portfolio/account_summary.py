"""One assessed account as a digest sees it: a value small enough to be kept until time or the ledger changes it.

Working out a portfolio of ten thousand accounts from its evidence takes seconds, reading that many stored
summaries takes a fraction of one. It decides nothing: it stores what `summarize_account` makes of the assessment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from bot.domain.account.assessment import Assessment, worst_first
from bot.domain.account.dangers import Danger
from bot.domain.account.moved_terms import moved_since, retired_fact
from bot.domain.account.promises import forgotten
from bot.domain.enums import CreditCause, PromptState, RiskKind, Severity, Standing, Verdict
from bot.domain.facts import Fact, fact_from_json
from bot.domain.model import Account
from bot.domain.portfolio.book import OutcomeState
from bot.domain.proof.coverage import covered
from bot.domain.proof.explanation import where_it_stands
from bot.domain.proof.fate import Fate, fates
from bot.domain.proof.grading import Graded
from bot.domain.proof.progress import ONE, ZERO
from bot.domain.proof.terms import runs_out
from bot.domain.proof.witness import witnessed


class Credit(NamedTuple):
    """The credit of an outcome, the evidence that gives it, and the first day on which that is past its shelf life, as
    an ordinal."""

    share: Decimal
    proof: int
    runs_out: int


class JudgedNo(NamedTuple):
    """The judgement that stands, if it is a no: its day, the member who judged, and why."""

    on: date
    by: int
    why: str


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """An account with what its assessment comes to: `dangers`, the worst first; facts of theatre and of promises that
    nobody has mentioned for long; `moved_terms` with the day of each.

    `seen` is the share of success whose proof somebody outside the account team has seen. `outcome_ids` are in rising
    order, those included that were retired unproven and still count, and `states` has a character of `OutcomeState` for
    each of them; `credits` holds only outcomes with credit, by id: the credit, the evidence that gives it, and the day
    on which that runs out.
    """

    account: Account
    coverage: Decimal
    seen: Decimal
    outcome_ids: tuple[int, ...]
    states: str
    credits: Mapping[int, Credit]
    dangers: tuple[Danger, ...]
    theatre: tuple[Fact, ...]
    forgotten: tuple[Fact, ...]
    judged_no: JudgedNo | None = None
    moved_terms: tuple[tuple[date, Fact], ...] = ()

    @property
    def outcomes(self) -> int:
        """How many outcomes the account has."""
        return len(self.outcome_ids)

    @property
    def proven(self) -> int:
        """How many outcomes have full credit."""
        return self.states.count(OutcomeState.PROVEN)

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
            "outcomes": self.outcome_ids,
            "states": self.states,
            "credits": [
                (outcome_id, str(credit.share), credit.proof, credit.runs_out)
                for outcome_id, credit in self.credits.items()
            ],
            "dangers": [
                (d.kind.value, d.subject, d.severity.value, d.fact.as_json(), d.since and d.since.isoformat())
                for d in self.dangers
            ],
            "theatre": [fact.as_json() for fact in self.theatre],
            "forgotten": [fact.as_json() for fact in self.forgotten],
        }
        if self.judged_no:
            figures["no"] = (self.judged_no.on.isoformat(), self.judged_no.by, self.judged_no.why)
        if self.moved_terms:
            figures["moved"] = [(on.isoformat(), fact.as_json()) for on, fact in self.moved_terms]
        return _json(figures)

    @classmethod
    def from_json(cls, account: Account, stored: str) -> AccountSummary:
        """The summary that `as_json` was stored from, with the account it belongs to."""
        figures = json.loads(stored)
        return cls(
            account,
            _ratio(figures["coverage"]),
            _ratio(figures["seen"]),
            tuple(figures["outcomes"]),
            figures["states"],
            {outcome_id: Credit(_ratio(share), proof, day) for outcome_id, share, proof, day in figures["credits"]},
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
            _judged_no(figures.get("no")),
            tuple((date.fromisoformat(on), fact_from_json(fact)) for on, fact in figures.get("moved", ())),
        )


def summarize_account(assessment: Assessment) -> AccountSummary:
    """What a digest needs to know of an assessed account."""
    retired_ids = {graded.outcome.id for graded in assessment.retired}
    outcomes = sorted((*assessment.outcomes, *assessment.retired), key=lambda graded: graded.outcome.id)
    return AccountSummary(
        assessment.account,
        assessment.coverage,
        assessment.seen,
        tuple(graded.outcome.id for graded in outcomes),
        "".join(OutcomeState.RETIRED if graded.outcome.id in retired_ids else _state(graded) for graded in outcomes),
        {
            graded.outcome.id: Credit(
                graded.credit, graded.proof.id, runs_out(graded.outcome, graded.proof, graded.terms)
            )
            for graded in assessment.outcomes
            if graded.credit is not ZERO and graded.proof is not None
        },
        assessment.dangers,
        tuple(finding.fact for finding in assessment.theatre),
        tuple(promise.fact for promise in forgotten(assessment.state.promises, assessment.on)),
        _last_no(assessment),
        _moved_terms(assessment),
    )


def _moved_terms(assessment: Assessment) -> tuple[tuple[date, Fact], ...]:
    """What moved in the terms of outcomes within 90 days, each with the day on which it was last changed."""
    state = assessment.state
    if len(state.terms) <= len(state.outcomes):
        return ()
    moves = moved_since(state, assessment.on)
    return tuple((on, move) for move in moves if isinstance(on := dict(move.values)["on"], date))


def _last_no(assessment: Assessment) -> JudgedNo | None:
    judgements = [judged for judged in assessment.state.judgements if judged.judged_at <= assessment.now]
    last = max(judgements, key=lambda judged: (judged.judged_at, judged.id), default=None)
    if last is None or last.verdict is not Verdict.NO:
        return None
    return JudgedNo(last.judged_at.date(), last.judged_by, last.why)


def _state(graded: Graded) -> OutcomeState:
    match graded.standing:
        case Standing.PROVEN:
            return OutcomeState.PROVEN
        case Standing.PARTLY_PROVEN:
            return OutcomeState.PARTLY_PROVEN
        case Standing.DISPROVEN:
            return OutcomeState.MISSED
        case Standing.UNPROVEN if graded.disputed is not None:
            return OutcomeState.DISPUTED
        case _:
            return OutcomeState.EXPIRED if graded.expired else OutcomeState.OPEN


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """What a digest may have to tell of an outcome: where it stands and why, who attests what carries its grade and who
    could check its proof, and what became of evidence that could have given it credit.

    `terms_on` is the day on which its terms were last set, `proof_on` the one on which its proof was recorded.
    """

    title: str
    stands: Fact
    attestor: str | None = None
    witness: Fact | None = None
    fates: Mapping[int, Fate] = field(default_factory=dict)
    terms_on: date | None = None
    proof_on: date | None = None


def standings_as_json(assessment: Assessment) -> str:
    """What a digest may have to tell of each outcome, retired ones included; kept as JSON, because a digest tells only
    of the few that changed."""
    told = [_told(graded, assessment.state.names) for graded in assessment.outcomes]
    for outcome in assessment.state.outcomes:
        if outcome.retired_on is not None and outcome.retired_on <= assessment.on:
            retired = retired_fact(assessment.state, outcome).as_json()
            told.append((outcome.id, outcome.title, retired, None, None, [], None, None))
    return _json(told)


def _told(graded: Graded, names: Mapping[int, str]) -> tuple[Any, ...]:
    proof, terms = graded.proof, graded.terms.current
    seen = witnessed(proof, graded.checked, graded.people, names, graded.on).as_json() if proof is not None else None
    return (
        graded.outcome.id,
        graded.outcome.title,
        where_it_stands(graded, names).as_json(),
        graded.attestor.name if graded.attestor else None,
        seen,
        [(piece_id, *_plain(fate)) for piece_id, fate in fates(graded).items()],
        _isoformat(terms.set_at.date() if terms is not None else None),
        _isoformat(proof.recorded_at.date() if proof is not None else None),
    )


def standings_from_json(stored: str) -> Mapping[int, OutcomeTold]:
    """What `standings_as_json` was made of, by outcome id; an outcome is read when it is asked for."""
    return _Standings({row[0]: row for row in json.loads(stored)})


class _Standings(Mapping[int, OutcomeTold]):
    """The outcomes of one account as they are stored: a digest asks for the few that changed."""

    def __init__(self, rows: Mapping[int, Sequence[Any]]) -> None:
        self._rows = rows

    def __getitem__(self, outcome_id: int) -> OutcomeTold:
        _, title, stands, attestor, seen, stored_fates, terms_on, proof_on = self._rows[outcome_id]
        return OutcomeTold(
            title,
            fact_from_json(stands),
            attestor,
            fact_from_json(seen) if seen else None,
            dict(map(_fate, stored_fates)),
            _day(terms_on),
            _day(proof_on),
        )

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _plain(fate: Fate) -> tuple[str, str | None, str | None]:
    return fate.cause.value, _isoformat(fate.as_of), _isoformat(fate.recorded_on)


def _fate(stored: Sequence[Any]) -> tuple[int, Fate]:
    piece_id, cause, as_of, recorded_on = stored
    return piece_id, Fate(CreditCause(cause), _day(as_of), _day(recorded_on))


def _isoformat(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _judged_no(stored: Sequence[Any] | None) -> JudgedNo | None:
    return JudgedNo(date.fromisoformat(stored[0]), stored[1], stored[2]) if stored else None


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
