"""Answers `/proof <account>`: the card, and the lists behind it, all views of one assessment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.domain.assessment import Assessment, assess
from bot.domain.entry import entry
from bot.domain.grading import Graded, runs_out_on
from bot.domain.loops import open_action
from bot.domain.model import Person, ProofState
from bot.domain.promises import forgotten
from bot.domain.reasons import PARTS
from bot.domain.stages import time_to_value
from bot.domain.wording import day, number, percent
from bot.domain.words import Grade, Part, RiskKind, RiskState, Standing
from bot.services.actor import Actor, Refused, may_write
from bot.services.fitting import Shown, shown
from bot.services.reading import GapLine, account_of, gap_lines, readable
from bot.store import proof

_SPONSORS = (Part.ECONOMIC_BUYER, Part.CHAMPION)


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One outcome as the card shows it; `age_days` is the age of the evidence that carries the grade."""

    outcome_id: int
    title: str
    standing: Standing
    value: str | None
    target: str | None
    progress: str | None
    reason: str
    attestor: str | None
    age_days: int | None
    due_on: date | None
    risk_if_never: str | None


@dataclass(frozen=True, slots=True)
class JudgementLine:
    """The last human judgement; `again` are the later facts that contradict it."""

    verdict: str
    by: str
    on: date
    why: str
    again: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionLine:
    action_id: int
    text: str
    owner: str | None
    due_on: date | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class PersonLine:
    name: str
    part: str
    left_on: date | None


@dataclass(frozen=True, slots=True)
class CardView:
    """The proof card of one account; `as_of` is set when it shows an earlier day.

    The lists are whole; `shown` says how much of them fits into the card.
    """

    account_id: int
    account: str
    slug: str
    former: bool
    as_of: date | None
    guessed_from: str | None
    judgement: JudgementLine | None
    coverage: str
    outcomes: int
    proven: tuple[ProofLine, ...]
    unproven: tuple[GapLine, ...]
    disproven: tuple[ProofLine, ...]
    people: tuple[PersonLine, ...]
    customer_owner: str | None
    owner: str | None
    arr: str | None
    renewal_date: date | None
    days_to_renewal: int | None
    stage: str
    stage_reason: str | None
    days_in_stage: int | None
    time_to_value: int | None
    theatre: tuple[str, ...]
    forgotten: tuple[str, ...]
    risks: int
    worst_risk: str | None
    last_change_at: datetime | None
    next_action: ActionLine | None
    next_meeting_at: datetime | None
    can_write: bool

    @property
    def shown(self) -> Shown:
        warnings = bool(self.worst_risk) + bool(self.theatre or self.forgotten)
        return shown(len(self.proven), len(self.disproven), len(self.unproven), warnings)


@dataclass(frozen=True, slots=True)
class RiskLine:
    risk_id: int | None
    fact: str
    severity: str
    state: str
    owner: str | None
    since: date | None


@dataclass(frozen=True, slots=True)
class RisksView:
    account_id: int
    account: str
    risks: tuple[RiskLine, ...]


@dataclass(frozen=True, slots=True)
class GapsView:
    account_id: int
    account: str
    coverage: str
    gaps: tuple[GapLine, ...]
    can_write: bool


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One piece of evidence; `status` is empty while it is in force by its own words.

    `grade` is what it is worth by itself; `may_rise` says that isolating our share would make it worth more.
    """

    evidence_id: int
    outcome: str
    what: str
    as_of: date
    source: str
    attestor: str | None
    link: str | None
    grade: str
    status: str
    may_rise: bool


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """All evidence of an account, the newest first."""

    account_id: int
    account: str
    coverage: str
    lines: tuple[EvidenceLine, ...]
    can_write: bool


def card(
    session: Session,
    actor: Actor,
    account_id: int,
    now: datetime,
    *,
    as_of: date | None = None,
    guessed_from: str | None = None,
) -> CardView:
    """The card of an account, now or at the end of the day `as_of`."""
    state, assessment = assessed(session, actor, account_id, now, as_of=as_of)
    writable = as_of is None and may_write(session, actor, state.account)
    return replace(_card(state, assessment), as_of=as_of, guessed_from=guessed_from, can_write=writable)


def _card(state: ProofState, assessment: Assessment) -> CardView:
    account = state.account
    facts, theatre = _said_once(assessment)
    told = {one.outcome.id for one in (*assessment.partly_proven, *assessment.disproven)}
    return CardView(
        account_id=account.id,
        account=account.name,
        slug=account.slug,
        former=account.status == "former",
        as_of=None,
        guessed_from=None,
        judgement=_judgement(assessment),
        coverage=assessment.coverage_text,
        outcomes=len(assessment.outcomes),
        proven=proof_lines([*assessment.proven, *assessment.partly_proven]),
        unproven=tuple(gap for gap in gap_lines(state, assessment) if gap.gap_id or gap.outcome_id not in told),
        disproven=proof_lines(assessment.disproven),
        people=tuple(_person(person) for part in _SPONSORS if (person := _sponsor(state, part, assessment.on))),
        customer_owner=_customer_owner(state, assessment.on),
        owner=state.names.get(account.owner_id) if account.owner_id else None,
        arr=str(assessment.arr) if assessment.arr else None,
        renewal_date=account.renewal_date,
        days_to_renewal=assessment.days_to_renewal,
        stage=assessment.stage.stage.value,
        stage_reason=account.stage_reason,
        days_in_stage=assessment.stage.days,
        time_to_value=time_to_value(account, assessment.on),
        theatre=theatre,
        forgotten=tuple(one.fact for one in forgotten(state.promises, assessment.on)),
        risks=len(facts),
        worst_risk=facts[0] if facts else None,
        last_change_at=state.last_change_at,
        next_action=next_action(state, assessment.on),
        next_meeting_at=assessment.next_meeting_at,
        can_write=False,
    )


@dataclass(frozen=True, slots=True)
class SharedCardView:
    """A card that `by` shares with a channel."""

    card: CardView
    by: str


@dataclass(frozen=True, slots=True)
class AccountAddedView:
    account_id: int
    account: str
    slug: str


def shared(session: Session, actor: Actor, account_id: int, now: datetime) -> SharedCardView:
    """The card as everybody in a channel may see it, with who shares it."""
    return SharedCardView(card(session, actor, account_id, now), actor.member.slack_id or actor.member.name)


def added(session: Session, actor: Actor, account_id: int) -> AccountAddedView:
    """A new account, and what to do with it first."""
    account = account_of(session, account_id)
    return AccountAddedView(account.id, account.name, account.slug)


def _judgement(assessment: Assessment) -> JudgementLine | None:
    judged = assessment.judged
    last = judged.judgement
    if last is None:
        return None
    verdict, by = last.verdict.replace("_", " "), judged.by or "somebody"
    return JudgementLine(verdict, by, last.judged_at.date(), last.why, judged.contradicted_by)


def _said_once(assessment: Assessment) -> tuple[list[str], tuple[str, ...]]:
    """Facts of dangers and theatre without what the lines above say already: a phone has no room for it."""
    said = assessment.judged.contradicted_by[:1]
    worth = [danger for danger in assessment.dangers if danger.kind is not RiskKind.NO_SUCCESS_WRITTEN]
    facts = [danger.fact for danger in worth if danger.fact not in said]
    told = (*said, *facts[:1])
    return facts, tuple(f.fact for f in assessment.theatre if not any(fact in f.fact for fact in told))


def assessed(
    session: Session, actor: Actor, account_id: int, now: datetime, *, as_of: date | None = None
) -> tuple[ProofState, Assessment]:
    """The state and assessment that every view of an account is made of."""
    readable(session, actor, account_id)
    if as_of is None:
        state = proof.load(session, account_id)
        return state, assess(state, now.astimezone(UTC).date(), now)
    moment = datetime.combine(as_of + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)
    if moment >= now:
        raise Refused("That day is not over yet. Leave out “as of” to see the card as it is now.")
    try:
        state = proof.load(session, account_id, as_of=moment)
    except LookupError:
        raise Refused(f"This account was not here yet on {as_of:%Y-%m-%d}. Choose a later day.") from None
    return state, assess(state, as_of, moment)


def gaps(session: Session, actor: Actor, account_id: int, now: datetime) -> GapsView:
    """What is unproven, with the risk if it stays so."""
    state, assessment = assessed(session, actor, account_id, now)
    writable = may_write(session, actor, state.account)
    lines = gap_lines(state, assessment)
    return GapsView(account_id, state.account.name, assessment.coverage_text, lines, writable)


def risks(session: Session, actor: Actor, account_id: int, now: datetime) -> RisksView:
    """The dangers that the ledger shows, with who has taken which."""
    state, assessment = assessed(session, actor, account_id, now)
    held = {(r.kind, r.subject): r for r in state.risks if r.closed_at is None}
    lines = []
    for danger in assessment.dangers:
        risk = held.get((danger.kind, danger.subject))
        owner = state.names.get(risk.owner_id) if risk and risk.owner_id else None
        status = (risk.state if risk else RiskState.OPEN).value
        lines.append(
            RiskLine(risk.id if risk else None, danger.fact, danger.severity.name.lower(), status, owner, danger.since)
        )
    return RisksView(account_id, state.account.name, tuple(lines))


def evidence(session: Session, actor: Actor, account_id: int, now: datetime) -> EvidenceView:
    """Every piece of evidence, the withdrawn and disputed ones included."""
    state, assessment = assessed(session, actor, account_id, now)
    outcomes = {outcome.id: outcome for outcome in state.outcomes}
    by_id = {person.id: person for person in state.people}
    lines = []
    for piece in sorted(state.evidence, key=lambda e: (e.as_of, e.id), reverse=True):
        outcome = outcomes[piece.outcome_id]
        what = number(piece.value, outcome.unit) if piece.value is not None else piece.statement or ""
        status = ""
        if piece.withdrawn_on:
            status = f"withdrawn: {piece.withdrawn_why}"
        elif piece.disputed_on:
            status = f"disputed: {piece.disputed_why}"
        elif piece.superseded_by:
            status = "replaced by a newer piece"
        elif runs_out_on(outcome, piece) <= assessment.on:
            status = f"expired on {day(runs_out_on(outcome, piece))}"
        attestor = by_id.get(piece.attested_by or 0)
        source = piece.source.replace("_", " ") + (", oral" if piece.oral else "")
        grade, _ = entry(outcome, piece, by_id, assessment.on)
        lines.append(
            EvidenceLine(
                evidence_id=piece.id,
                outcome=outcome.title,
                what=what,
                as_of=piece.as_of,
                source=source,
                attestor=attestor.name if attestor else None,
                link=piece.link,
                grade=grade.word,
                status=status,
                may_rise=not status and grade in (Grade.CONFIRMED, Grade.ATTRIBUTED),
            )
        )
    writable = may_write(session, actor, state.account)
    return EvidenceView(account_id, state.account.name, assessment.coverage_text, tuple(lines), writable)


def proof_lines(graded: Iterable[Graded]) -> tuple[ProofLine, ...]:
    """Outcomes as lines, in the order given."""
    return tuple(
        ProofLine(
            outcome_id=one.outcome.id,
            title=one.outcome.title,
            standing=one.standing,
            value=number(one.value, one.outcome.unit) if one.value is not None else None,
            target=number(one.outcome.target, one.outcome.unit) if one.outcome.target is not None else None,
            progress=percent(one.credit) if one.standing is Standing.PARTLY_PROVEN else None,
            reason=one.reason,
            attestor=one.attestor.name if one.attestor else None,
            age_days=one.age_days,
            due_on=one.outcome.due_on,
            risk_if_never=one.outcome.risk_if_never,
        )
        for one in graded
    )


def next_action(state: ProofState, on: date) -> ActionLine | None:
    """The open action that is due first."""
    waiting = sorted(
        (action for action in state.actions if open_action(action, on)),
        key=lambda action: (action.due_on or date.max, action.id),
    )
    if not waiting:
        return None
    first = waiting[0]
    owner = state.names.get(first.owner_id) if first.owner_id else None
    return ActionLine(first.id, first.text, owner, first.due_on, first.due_on is not None and first.due_on < on)


def _sponsor(state: ProofState, part: Part, on: date) -> Person | None:
    """Who plays the part today; where nobody does, who left it last."""
    holders = [person for person in state.people if person.part is part]
    here = [person for person in holders if person.left_on is None or person.left_on > on]
    return here[-1] if here else max(holders, key=lambda person: person.left_on or date.min, default=None)


def _person(person: Person) -> PersonLine:
    return PersonLine(person.name, PARTS[person.part], person.left_on)


def _customer_owner(state: ProofState, on: date) -> str | None:
    here = {person.id: person for person in state.people if person.left_on is None or person.left_on > on}
    named = [here[o.owner_person_id].name for o in state.outcomes if o.owner_person_id in here]
    by_part = [person.name for person in here.values() if person.part is Part.OUTCOME_OWNER]
    return ", ".join(dict.fromkeys(named or by_part)) or None
