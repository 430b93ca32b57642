"""The human judgement: retained in substance or not. Software never changes it; it says when facts speak against it,
and when a verdict is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.domain.account.dangers import Danger
from bot.domain.account.verdicts import OWN, judged_as, last_judgement
from bot.domain.enums import AccountStatus, JudgedAs, RiskKind, Standing, Tier, Verdict
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Judgement, ProofState
from bot.domain.proof.grading import Graded
from bot.domain.values.days import add_days, shift_day

CONTRADICTS_YES = frozenset(
    {RiskKind.PROOF_EXPIRED, RiskKind.SPONSOR_LEFT, RiskKind.PERSON_LEFT, RiskKind.PROOF_DISPUTED, RiskKind.DISPROVEN}
)
BEFORE_LAST_DAY = timedelta(days=30)
"""A verdict is asked for so long before the last day to act."""
BEFORE_RENEWAL = timedelta(days=60)
"""The same before the renewal, where nobody knows the notice period."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The last judgement, who made it and as what, and the facts that contradict it; no facts mean that it stands."""

    judgement: Judgement | None
    by: str | None
    contradicted_by: tuple[Fact, ...]
    judged_as: JudgedAs = JudgedAs.OTHER

    @property
    def again(self) -> bool:
        """Whether it is to be judged again."""
        return bool(self.contradicted_by)

    @property
    def own(self) -> bool:
        """Whether somebody judged an account of their own."""
        return self.judgement is not None and self.judged_as in OWN


UNJUDGED = Judged(None, None, ())


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a verdict is due: facts contradict the judgement `against`, or the renewal comes.

    `key` is the same for as long as it is the same occasion. `of_manager` says that the owner judged last, so that
    somebody else is asked.
    """

    key: str
    of_manager: bool
    against: tuple[Fact, ...]


def judged(state: ProofState, outcomes: Sequence[Graded], dangers: Sequence[Danger], now: datetime) -> Judged:
    """The judgement that stands at `now`, held against the account's graded outcomes and dangers.

    A yes is contradicted by proof that expired, a sponsor who left, a dispute or a disproof since; a no by proof
    newer than it; a "not clear" by nothing. The day of the judgement itself counts as known to the judge, unless the
    risk was opened at a later hour. An owner's or deputy's own yes is contradicted by all of these, however old, and by
    the last doubt of somebody else: it is not for them to say that it does not matter.
    """
    last = last_judgement(state, now)
    if last is None:
        return UNJUDGED
    acting_as = judged_as(state.account, last)
    facts: tuple[Fact, ...] = ()
    if last.verdict is Verdict.YES:
        own = acting_as in OWN
        kinds = CONTRADICTS_YES | {RiskKind.JUDGED} if own else CONTRADICTS_YES
        against = (danger for danger in dangers if danger.kind in kinds)
        facts = tuple(danger.fact for danger in against if own or arose_after(state, danger, last.judged_at))
    elif last.verdict is Verdict.NO:
        facts = tuple(_newly_proven(graded) for graded in outcomes if _proved_after(graded, last))
    return Judged(last, state.names.get(last.judged_by), facts, acting_as)


def last_day_to_act(renewal: date | None, notice_days: int | None) -> date | None:
    """The last day on which the customer can still give notice; `None` where renewal or notice period is unknown."""
    if renewal is None or notice_days is None:
        return None
    return add_days(renewal, -notice_days)


def verdict_due_on(renewal: date | None, notice_days: int | None) -> date | None:
    """The day from which a verdict is asked for: 30 days before the last day to act, or 60 before the renewal where the
    notice period is unknown; `None` without a renewal date."""
    if renewal is None:
        return None
    last_day = last_day_to_act(renewal, notice_days)
    return shift_day(renewal, -BEFORE_RENEWAL) if last_day is None else shift_day(last_day, -BEFORE_LAST_DAY)


def occasion(state: ProofState, standing: Judged, on: date) -> Occasion | None:
    """Why a verdict is due on a day, if it is.

    Nobody is asked about a former customer or a renewal that has passed; in tech touch only where somebody put the
    account there by hand, or a fact contradicts the verdict.
    """
    if state.account.status is AccountStatus.FORMER:
        return None
    last, renewal = standing.judgement, state.account.renewal_date
    if last is not None and standing.again:
        return Occasion(f"again:{last.id}", standing.own, standing.contradicted_by)
    due_on = verdict_due_on(renewal, state.account.notice_days)
    if state.account.tier is Tier.TECH_TOUCH and not state.account.tier_reason:
        return None
    if renewal is None or due_on is None or not due_on <= on <= renewal:
        return None
    if last is not None and _day(last) >= due_on:
        return None
    return Occasion(f"renewal:{renewal.isoformat()}", standing.own, ())


def arose_after(state: ProofState, danger: Danger, moment: datetime) -> bool:
    """Whether a danger began on a later day than `moment`, or its risk was opened after it."""
    if danger.since is not None and danger.since > moment.astimezone(UTC).date():
        return True
    return any(
        risk.kind is danger.kind and risk.subject == danger.subject and risk.opened_at > moment for risk in state.risks
    )


def _proved_after(graded: Graded, last: Judgement) -> bool:
    piece = graded.evidence
    return graded.standing is Standing.PROVEN and piece is not None and piece.recorded_at > last.judged_at


def _newly_proven(graded: Graded) -> Fact:
    assert graded.evidence is not None
    return fact(FactCode.NEWLY_PROVEN, title=graded.outcome.title, since=graded.evidence.as_of)


def _day(last: Judgement) -> date:
    return last.judged_at.astimezone(UTC).date()
