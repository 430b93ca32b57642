"""Makes the proof card of an account, a view of its assessment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app.acceptance_lines import acceptance_lines
from bot.app.accounts import account_of
from bot.app.actor import Actor, may_write
from bot.app.assessments import assessed, seen_share
from bot.app.gap_lines import gap_lines
from bot.app.reviewers import may_review
from bot.app.would_break import would_break_line
from bot.domain.account.actions import open_action
from bot.domain.account.assessment import Assessment
from bot.domain.account.dated_back import dated_back
from bot.domain.account.departures import SPONSORS, Unheard, unheard
from bot.domain.account.judgement import last_day_to_act
from bot.domain.account.moved_terms import assumed, moved_since, retired_fact
from bot.domain.account.promises import forgotten, least_mentioned, put_off, settled_and_made_again
from bot.domain.account.renewals import OWN, contradicted_by, is_open, last_call
from bot.domain.account.stages import time_to_value
from bot.domain.account.worth import worth
from bot.domain.enums import AccountStatus, Part, RiskKind, Standing, Verdict
from bot.domain.facts import Fact
from bot.domain.labels import labels
from bot.domain.model import Account, Person, ProofState
from bot.domain.proof.agreements import agreed_fact, agreements
from bot.domain.proof.explanation import reason
from bot.domain.proof.grading import Graded
from bot.domain.proof.witness import witnessed
from bot.domain.values.money import money
from bot.domain.values.text import number, percent
from bot.features.accounts import queries, stages, tiers
from bot.features.accounts.judge_names import said_by, unproven_yes
from bot.features.accounts.phrases import AccountPhrase
from bot.features.accounts.views import (
    AccountAddedView,
    CardCall,
    CardPersonLine,
    CardView,
    JudgementLine,
    NextStepLine,
    ProofLine,
    RetiredLine,
    SharedCardView,
)
from bot.phrases import phrase, say
from bot.store import portfolios, references, renewals

NAMED_FOR = timedelta(days=90)
"""For how long a card names a departure that was taken back."""


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
    portfolio = None
    if as_of is None:
        portfolio = portfolios.in_workspace(session, actor.workspace_id, state.account.portfolio_id)
    writable = as_of is None and may_write(session, actor, state.account, portfolio)
    renewal, today = state.account.renewal_date, as_of or actor.today(now)
    return replace(
        _card(state, assessment, _elsewhere(session, actor, assessment) if as_of is None else {}),
        may_review=as_of is None and bool(assessment.retired) and may_review(session, actor, state.account, now),
        as_of=as_of,
        guessed_from=guessed_from,
        can_write=writable,
        last_moved=state.last_move if as_of is None else queries.last_moved_by(session, state.account, assessment.now),
        unconfirmed=tuple(dict.fromkeys(said.name for said in reversed(state.uncounted))),
        days_to_renewal=None if renewal is None else (renewal - today).days,  # today is the reader's
        tier=tiers.tier_line(session, state.account, portfolio, actor) if as_of is None else None,
        stage_by=stages.who_overruled(session, state.account) if as_of is None else None,
        left=_left(session, state.account) if state.account.leaves_on is not None else None,
    )


def _card(state: ProofState, assessment: Assessment, elsewhere: Mapping[str, int]) -> CardView:
    account, on = state.account, assessment.on
    return CardView(
        account_id=account.id,
        account=account.name,
        slug=account.slug,
        former=account.status is AccountStatus.FORMER,
        as_of=None,
        guessed_from=None,
        judgement=_judgement(assessment),
        people=_their_side(state, assessment),
        customer_owner=_customer_owner(state, on),
        owner=state.names.get(account.owner_id) if account.owner_id else None,
        stage=assessment.stage.stage,
        stage_reason=account.stage_reason,
        stage_by=None,
        days_in_stage=assessment.stage.days,
        time_to_value=time_to_value(account, on),
        tier=None,
        last_change_at=state.last_change_at,
        next_action=next_action(state, on),
        would_break=would_break_line(state, on),
        last_moved=None,
        next_meeting_at=assessment.next_meeting_at,
        can_write=False,
        crm_link=account.crm_link,
        **_renewal(assessment),
        **_proof(state, assessment, elsewhere),
        **_warnings(state, assessment),
    )


def _renewal(assessment: Assessment) -> dict[str, Any]:
    """ARR, renewal and what somebody expects of it."""
    account = assessment.account
    return {
        "arr": str(assessment.arr) if assessment.arr else None,
        "renewal_date": account.renewal_date,
        "last_day": last_day_to_act(account.renewal_date, account.notice_days),
        "rolling": account.rolling,
        "leaves_on": account.leaves_on,
        "unconfirmed_on": account.unconfirmed_on,
        "left": None,
        "call": _call(assessment),
        "days_to_renewal": assessment.days_to_renewal,
    }


def _proof(state: ProofState, assessment: Assessment, elsewhere: Mapping[str, int]) -> dict[str, Any]:
    """Outcomes, money, and what the customer agreed to; `elsewhere` is at how many others a reference stands."""
    in_lines = {graded.outcome.id for graded in (*assessment.partly_proven, *assessment.disproven)}
    agreed = (one for one in agreements(state, assessment.on) if one.seen is None)
    return {
        "coverage": phrase(assessment.covered),
        "seen": seen_share(assessment),
        "outcomes": assessment.counted,
        "proven": proof_lines(state, [*assessment.proven, *assessment.partly_proven], elsewhere),
        "unproven": tuple(g for g in gap_lines(state, assessment) if g.gap_id or g.outcome_id not in in_lines),
        "disproven": proof_lines(state, assessment.disproven, elsewhere),
        "money": phrase(worth(state.outcomes, assessment.outcomes).fact),
        "accepted": acceptance_lines(state, assessment.on),
        "agreed": tuple(phrase(agreed_fact(one, state)) for one in agreed),
        "unagreed": sum(not g.terms.holds or g.terms.assumed_until is not None for g in assessment.outcomes),
        "retired": tuple(RetiredLine(g.outcome.id, phrase(retired_fact(state, g.outcome))) for g in assessment.retired),
    }


def _warnings(state: ProofState, assessment: Assessment) -> dict[str, Any]:
    """Risks, activity without evidence, promises, and what was moved."""
    facts, theatre = _said_once(assessment)
    on = assessment.on
    return {
        "theatre": theatre,
        "forgotten": tuple(phrase(promise.fact) for promise in forgotten(state.promises, on)),
        "promised": _promised(state, on),
        "promised_again": tuple(phrase(one.fact) for one in settled_and_made_again(state.promises, on)),
        "risks": len(facts),
        "worst_risk": facts[0] if facts else None,
        "moved": tuple(map(phrase, _moved(state, on))),
        "assumed": phrase(only_assumed) if (only_assumed := assumed(assessment)) else None,
    }


def _elsewhere(session: Session, actor: Actor, assessment: Assessment) -> dict[str, int]:
    """At how many other customers the reference of each proven or partly proven outcome stands, by its key."""
    carried = (graded.evidence for graded in (*assessment.proven, *assessment.partly_proven))
    keys = {piece.reference_key for piece in carried if piece is not None and piece.reference_key is not None}
    places = references.where_they_stand(session, actor.workspace_id, keys)
    here = assessment.account.id
    return {key: sum(account_id != here for account_id, _ in found) for key, found in places.items()}


def _moved(state: ProofState, on: date) -> tuple[Fact, ...]:
    """What was moved: terms, figures that were dated back, and dates of promises."""
    return *moved_since(state, on), *dated_back(state, on), *put_off(state.promises, on)


def shared_card(session: Session, actor: Actor, account_id: int, now: datetime) -> SharedCardView:
    """The card as everybody in a channel may see it, with who shares it."""
    return SharedCardView(card(session, actor, account_id, now), actor.member.slack_id or actor.member.name)


def account_added(session: Session, actor: Actor, account_id: int) -> AccountAddedView:
    """A new account, and what to do with it first."""
    account = account_of(session, actor, account_id)
    return AccountAddedView(account.id, account.name, account.slug)


def _left(session: Session, account: Account) -> str | None:
    """Why they left or leave, and what was proven when that was recorded; None where nobody has recorded it."""
    result = renewals.left(session, account.workspace_id, [account.id]).get(account.id)
    if result is None:
        return None
    amount = money(result.before_minor, result.currency)
    return say(
        AccountPhrase.LEFT,
        arr=str(amount) if amount else None,
        because=result.because,
        words=result.because_words or result.uses_now,
    )


def _call(assessment: Assessment) -> CardCall | None:
    """The last call on the renewal that is to come."""
    call = last_call(assessment.state)
    if call is None or not is_open(assessment.account):
        return None
    by = assessment.state.names.get(call.called_by) or say(AccountPhrase.SOMEBODY)
    against = contradicted_by(assessment.state, call, assessment.dangers)
    return CardCall(call.call, by, call.called_at.date(), call.why, call.called_as in OWN, tuple(map(phrase, against)))


def _judgement(assessment: Assessment) -> JudgementLine | None:
    judged = assessment.judged
    last = judged.judgement
    if last is None:
        return None
    return JudgementLine(
        verdict=last.verdict,
        by=said_by(assessment),
        on=last.judged_at.date(),
        why=last.why,
        would_change=last.would_change,
        again=tuple(map(phrase, judged.contradicted_by)),
        unproven=last.verdict is Verdict.YES and unproven_yes(assessment),
    )


def _promised(state: ProofState, on: date) -> str | None:
    """The open promise that was spoken of least lately, with the words that were said then; None without words."""
    promise = least_mentioned(state.promises, on)
    if promise is None or not promise.last_words:
        return None
    return say(
        AccountPhrase.PROMISED,
        text=promise.text,
        on=promise.last_mentioned_on,
        words=promise.last_words,
        before=promise.same_words_on,
    )


def _said_once(assessment: Assessment) -> tuple[list[str], tuple[str, ...]]:
    """Facts of dangers and theatre that the lines above do not state already: a phone has no room to repeat them."""
    contradictions = tuple(map(phrase, assessment.judged.contradicted_by[:1]))
    worth = [danger for danger in assessment.dangers if danger.kind is not RiskKind.NO_SUCCESS_WRITTEN]
    facts = [text for danger in worth if (text := phrase(danger.fact)) not in contradictions]
    already_shown = (*contradictions, *facts[:1])
    theatre = [phrase(finding.fact) for finding in assessment.theatre]
    return facts, tuple(text for text in theatre if not any(fact in text for fact in already_shown))


def proof_lines(state: ProofState, outcomes: Iterable[Graded], elsewhere: Mapping[str, int]) -> tuple[ProofLine, ...]:
    """Outcomes as lines, in the order given; `elsewhere` is at how many other customers a reference stands."""
    return tuple(
        ProofLine(
            outcome_id=graded.outcome.id,
            title=graded.outcome.title,
            standing=graded.standing,
            value=number(graded.value, graded.outcome.unit) if graded.value is not None else None,
            target=number(graded.outcome.target, graded.outcome.unit) if graded.outcome.target is not None else None,
            progress=percent(graded.credit) if graded.standing is Standing.PARTLY_PROVEN else None,
            reason=phrase(reason(graded)),
            attestor=graded.attestor.name if graded.attestor else None,
            witness=_witness(state, graded),
            elsewhere=elsewhere.get(graded.evidence.reference_key or "", 0) if graded.evidence else 0,
            is_file=graded.evidence is not None and graded.evidence.file_id is not None,
            age_days=graded.age_days,
            due_on=graded.missed_on if graded.standing is Standing.DISPROVEN else graded.outcome.due_on,
            risk_if_never=graded.outcome.risk_if_never,
        )
        for graded in outcomes
    )


def _witness(state: ProofState, graded: Graded) -> str | None:
    """Who recorded the evidence that carries the grade, and who could check it."""
    if graded.evidence is None:
        return None
    return phrase(witnessed(graded.evidence, graded.checked, graded.people, state.names, graded.on))


def next_action(state: ProofState, on: date) -> NextStepLine | None:
    """The open action that is due first."""
    waiting = sorted(
        (action for action in state.actions if open_action(action, on)),
        key=lambda action: (action.due_on or date.max, action.id),
    )
    if not waiting:
        return None
    first = waiting[0]
    owner = state.names.get(first.owner_id) if first.owner_id else None
    return NextStepLine(first.text, owner, first.due_on, first.due_on is not None and first.due_on < on)


def _sponsor(state: ProofState, part: Part, on: date) -> Person | None:
    """Who plays the part today; where nobody does, who left it last."""
    holders = [person for person in state.people if person.plays(part)]
    here = [person for person in holders if person.is_there(on)]
    return here[-1] if here else max(holders, key=lambda person: person.left_on or date.min, default=None)


def _their_side(state: ProofState, assessment: Assessment) -> tuple[CardPersonLine, ...]:
    """Who has the sponsors' parts, one line a person; after them whoever's departure was taken back of late."""
    on = assessment.on
    waiting = unheard(state.people, assessment.outcomes, on)
    parts: dict[int, list[Part]] = {}
    by_id = {person.id: person for person in state.people}
    for part in SPONSORS:
        if (person := _sponsor(state, part, on)) is not None:
            parts.setdefault(person.id, []).append(part)
    for person in state.people:
        if _taken_back_of_late(person, on):
            parts.setdefault(person.id, list(person.parts))
    return tuple(
        _person(state, by_id[person_id], theirs, waiting.get(person_id), on) for person_id, theirs in parts.items()
    )


def _person(
    state: ProofState, person: Person, parts: Sequence[Part], waiting: Unheard | None, on: date
) -> CardPersonLine:
    undone = person.undone_on if _taken_back_of_late(person, on) else None
    note = None
    if waiting is not None or undone is not None:
        namesake = waiting.namesake if waiting is not None else None
        note = say(
            AccountPhrase.PERSON_NOTE,
            back=waiting.since if waiting is not None and namesake is None else None,
            namesake=namesake.name if namesake is not None else None,
            left=namesake.left_on if namesake is not None else None,
            undone_on=undone,
            undone_by=state.names.get(person.undone_by or 0),
        )
    left_on = None if person.is_there(on) else person.left_on
    return CardPersonLine(person.name, labels(parts), left_on, note)


def _taken_back_of_late(person: Person, on: date) -> bool:
    return person.undone_on is not None and on - person.undone_on <= NAMED_FOR


def _customer_owner(state: ProofState, on: date) -> str | None:
    here = {person.id: person for person in state.people if person.is_there(on)}
    named = [here[o.owner_person_id].name for o in state.outcomes if o.owner_person_id in here]
    by_part = [person.name for person in here.values() if person.plays(Part.OUTCOME_OWNER)]
    return ", ".join(dict.fromkeys(named or by_part)) or None
