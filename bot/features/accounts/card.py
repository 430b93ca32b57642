"""Makes the proof card of an account, a view of its assessment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
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
from bot.domain.account.judgement import last_day_to_act
from bot.domain.account.moved_terms import assumed, moved_since, retired_fact
from bot.domain.account.promises import forgotten, least_mentioned, put_off, settled_and_made_again
from bot.domain.account.renewals import OWN, contradicted_by, is_open, last_call
from bot.domain.account.stages import time_to_value
from bot.domain.account.worth import worth
from bot.domain.enums import AccountStatus, Verdict
from bot.domain.facts import Fact
from bot.domain.model import Account, ProofState
from bot.domain.proof.agreements import agreed_fact, agreements
from bot.domain.values import working_hours
from bot.domain.values.days import add_days
from bot.domain.values.money import money
from bot.domain.values.text import near_day
from bot.features.accounts import card_people, plan_asked, queries, stages, tiers
from bot.features.accounts.card_outcomes import outcome_lines
from bot.features.accounts.card_views import (
    CardCall,
    CardView,
    JudgementLine,
    NextStepLine,
    RetiredLine,
    RiskLine,
    SharedCardView,
)
from bot.features.accounts.judge_names import said_by, unproven_yes
from bot.features.accounts.phrases import AccountPhrase
from bot.features.accounts.views import AccountAddedView
from bot.phrases import phrase, say
from bot.store import portfolios, references, renewals


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
    account, portfolio = state.account, None
    if as_of is None:
        portfolio = portfolios.in_workspace(session, actor.workspace_id, account.portfolio_id)
    writable = as_of is None and may_write(session, actor, account, portfolio)
    renewal, today = account.renewal_date, as_of or actor.today(now)
    meets, reads_in = assessment.next_meeting_at, actor.member.tz
    return replace(
        _card(state, assessment, _elsewhere(session, actor, assessment) if as_of is None else {}, today),
        may_review=as_of is None and bool(assessment.retired) and may_review(session, actor, account, now),
        as_of=as_of,
        guessed_from=guessed_from,
        can_write=writable,
        may_ask=as_of is None and not writable and plan_asked.can_be_asked(state, actor),
        last_moved=state.last_move if as_of is None else queries.last_moved_by(session, account, assessment.now),
        unconfirmed=tuple(dict.fromkeys(said.name for said in reversed(state.uncounted))),
        days_to_renewal=None if renewal is None else (renewal - today).days,  # today is the reader's
        meets_on=None if meets is None else working_hours.local_day(meets, reads_in),
        tier=tiers.tier_line(session, account, portfolio, actor) if as_of is None else None,
        stage_by=stages.who_overruled(session, account) if as_of is None else None,
        left=_left(session, account, today) if account.leaves_on is not None else None,
    )


def _card(state: ProofState, assessment: Assessment, elsewhere: Mapping[str, int], today: date) -> CardView:
    account, on, stage = state.account, assessment.on, assessment.stage
    return CardView(
        account_id=account.id,
        account=account.name,
        former=account.status is AccountStatus.FORMER,
        today=today,
        as_of=None,
        guessed_from=None,
        judgement=_judgement(assessment, today),
        people=card_people.their_side(state, assessment, today),
        lacking=card_people.lacking(state),
        customer_owner=card_people.owners(state, on),
        unowned=card_people.unowned(state, [graded.outcome for graded in assessment.outcomes], on),
        owner=state.names.get(account.owner_id) if account.owner_id else None,
        stage=stage.stage,
        stage_reason=account.stage_reason,
        stage_by=None,
        days_in_stage=stage.days,
        time_to_value=time_to_value(account, on),
        tier=None,
        next_action=next_action(state, on),
        would_break=would_break_line(state, on),
        last_moved=None,
        next_meeting_at=assessment.next_meeting_at,
        can_write=False,
        crm_link=account.crm_link,
        **_renewal(assessment, today),
        **_proof(state, assessment, elsewhere, today),
        **_warnings(state, assessment, today),
    )


def _renewal(assessment: Assessment, today: date) -> dict[str, Any]:
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
        "call": _call(assessment, today),
        "days_to_renewal": assessment.days_to_renewal,
    }


def _proof(state: ProofState, assessment: Assessment, elsewhere: Mapping[str, int], today: date) -> dict[str, Any]:
    """Outcomes, money, and what the customer agreed to; `elsewhere` is at how many others a reference stands."""
    agreed = (one for one in agreements(state, assessment.on) if one.seen is None)
    gaps = gap_lines(state, assessment)
    seen = seen_share(assessment)
    return {
        "coverage": phrase(assessment.covered),
        "seen": seen if assessment.seen < assessment.coverage else None,
        "outcomes": assessment.counted,
        "lines": outcome_lines(state, assessment, gaps, elsewhere, today),
        "unproven": gaps,
        "money": _money(state, assessment),
        "accepted": acceptance_lines(state, assessment.on),
        "agreed": tuple(phrase(agreed_fact(one, state), today) for one in agreed),
        "unagreed": sum(not g.terms.holds or g.terms.assumed_until is not None for g in assessment.outcomes),
        "retired": tuple(
            RetiredLine(g.outcome.id, phrase(retired_fact(state, g.outcome), today)) for g in assessment.retired
        ),
    }


def _money(state: ProofState, assessment: Assessment) -> str | None:
    """What was accepted of what was promised at the sale; None where nobody has named any amount."""
    known = worth(state.outcomes, assessment.outcomes)
    named = any(piece.money_minor is not None for piece in state.evidence)
    return phrase(known.fact) if known.accepted or known.promised or named else None


def _warnings(state: ProofState, assessment: Assessment, today: date) -> dict[str, Any]:
    """Risks, activity without evidence, promises, and what was moved."""
    on, only_assumed = assessment.on, assumed(assessment)
    worst = _worst(state, assessment, today)
    return {
        "theatre": _theatre(assessment, today),
        "forgotten": tuple(phrase(promise.fact, today) for promise in forgotten(state.promises, on)),
        "promised": _promised(state, on, today),
        "promised_again": tuple(phrase(one.fact, today) for one in settled_and_made_again(state.promises, on)),
        "risks": len(assessment.dangers),
        "worst": worst,
        "moved": tuple(phrase(fact, today) for fact in _moved(state, on)),
        "assumed": phrase(only_assumed, today) if only_assumed else None,
    }


def _worst(state: ProofState, assessment: Assessment, today: date) -> RiskLine | None:
    """The worst danger, and who has the risk that follows it."""
    if not assessment.dangers:
        return None
    danger = assessment.dangers[0]
    rows = (risk for risk in state.risks if risk.kind is danger.kind and risk.subject == danger.subject)
    owner_id = next((risk.owner_id for risk in rows if risk.closed_at is None), None)
    return RiskLine(phrase(danger.fact, today), danger.severity, state.names.get(owner_id) if owner_id else None)


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
    return AccountAddedView(account.id, account.name)


def _left(session: Session, account: Account, today: date) -> str | None:
    """When and why they left or leave, and what was proven when that was recorded; None where nobody recorded it."""
    result = renewals.left(session, account.workspace_id, [account.id]).get(account.id)
    if result is None:
        return None
    amount = money(result.before_minor, result.currency)
    frozen = json.loads(result.frozen) if result.frozen else {}
    return say(
        AccountPhrase.LEFT,
        gone=account.status is AccountStatus.FORMER,
        on=near_day(add_days(account.leaves_on, -1), today) if account.leaves_on else None,  # the last day with us
        arr=str(amount) if amount else None,
        because=result.because,
        words=result.because_words or result.uses_now,
        coverage=frozen.get("coverage") if frozen.get("outcomes") else None,
    )


def _call(assessment: Assessment, today: date) -> CardCall | None:
    """The last call on the renewal that is to come."""
    call = last_call(assessment.state)
    if call is None or not is_open(assessment.account):
        return None
    by = assessment.state.names.get(call.called_by) or say(AccountPhrase.SOMEBODY)
    against = contradicted_by(assessment.state, call, assessment.dangers)
    again = tuple(phrase(fact, today) for fact in against)
    return CardCall(call.call, by, call.called_at.date(), call.why, call.called_as in OWN, again)


def _judgement(assessment: Assessment, today: date) -> JudgementLine | None:
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
        again=tuple(phrase(fact, today) for fact in judged.contradicted_by),
        unproven=last.verdict is Verdict.YES and unproven_yes(assessment),
    )


def _promised(state: ProofState, on: date, today: date) -> str | None:
    """The open promise that was spoken of least lately, with the words that were said then; None without words."""
    promise = least_mentioned(state.promises, on)
    if promise is None or not promise.last_words:
        return None
    return say(
        AccountPhrase.PROMISED,
        text=promise.text,
        on=near_day(promise.last_mentioned_on, today) if promise.last_mentioned_on else None,
        words=promise.last_words,
        before=near_day(promise.same_words_on, today) if promise.same_words_on else None,
    )


def _theatre(assessment: Assessment, today: date) -> tuple[str, ...]:
    """Activity without evidence that the lines above do not state already: a phone has no room to repeat it."""
    said = [phrase(fact, today) for fact in assessment.judged.contradicted_by[:1]]
    said += [phrase(danger.fact, today) for danger in assessment.dangers[:1]]
    findings = [phrase(finding.fact, today) for finding in assessment.theatre]
    return tuple(text for text in findings if not any(fact in text for fact in said))


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
