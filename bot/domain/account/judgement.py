"""The human judgement: retained in substance or not. Software never changes it; it says when facts speak against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.domain.account.dangers import Danger
from bot.domain.enums import RiskKind, Standing, Verdict
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Judgement, ProofState
from bot.domain.proof.grading import Graded

CONTRADICTS_YES = frozenset(
    {RiskKind.PROOF_EXPIRED, RiskKind.SPONSOR_LEFT, RiskKind.PERSON_LEFT, RiskKind.PROOF_DISPUTED, RiskKind.DISPROVEN}
)


@dataclass(frozen=True, slots=True)
class Judged:
    """The last judgement, who made it, and the later facts that contradict it; empty facts mean that it stands."""

    judgement: Judgement | None
    by: str | None
    contradicted_by: tuple[Fact, ...]

    @property
    def again(self) -> bool:
        """Whether it is to be judged again."""
        return bool(self.contradicted_by)


UNJUDGED = Judged(None, None, ())


def judged(state: ProofState, outcomes: Sequence[Graded], dangers: Sequence[Danger], now: datetime) -> Judged:
    """The judgement that stands at `now`, held against the account's graded outcomes and dangers.

    A yes is contradicted by proof that expired, a sponsor who left, a dispute or a disproof since; a no by proof
    newer than it; a "not clear" by nothing. The day of the judgement itself counts as known to the judge, unless the
    risk was opened at a later hour.
    """
    last: Judgement | None = None
    for judgement in state.judgements:
        if judgement.judged_at <= now and (last is None or judgement.judged_at >= last.judged_at):
            last = judgement
    if last is None:
        return UNJUDGED
    facts: tuple[Fact, ...] = ()
    if last.verdict is Verdict.YES:
        facts = tuple(danger.fact for danger in dangers if _after(state, danger, last))
    elif last.verdict is Verdict.NO:
        facts = tuple(_newly_proven(graded) for graded in outcomes if _proved_after(graded, last))
    return Judged(last, state.names.get(last.judged_by), facts)


def _after(state: ProofState, danger: Danger, last: Judgement) -> bool:
    if danger.kind not in CONTRADICTS_YES:
        return False
    if danger.since is not None and danger.since > _day(last):
        return True
    return any(
        risk.kind is danger.kind and risk.subject == danger.subject and risk.opened_at > last.judged_at
        for risk in state.risks
    )


def _proved_after(graded: Graded, last: Judgement) -> bool:
    piece = graded.evidence
    return graded.standing is Standing.PROVEN and piece is not None and piece.recorded_at > last.judged_at


def _newly_proven(graded: Graded) -> Fact:
    assert graded.evidence is not None
    return fact(FactCode.NEWLY_PROVEN, title=graded.outcome.title, since=graded.evidence.as_of)


def _day(last: Judgement) -> date:
    return last.judged_at.astimezone(UTC).date()
