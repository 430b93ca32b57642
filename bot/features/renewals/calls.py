"""Records what somebody expects of a renewal: by one tap, or by a form together with a verdict.

A call is a dated statement by a named person, and stands beside what is proven. Each is a row of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of
from bot.app.actor import Actor, UserError
from bot.app.assessments import assess_now
from bot.app.hand_overs import had_it_lately
from bot.app.reviewers import must_judge
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.account.renewals import OWN, last_call
from bot.domain.account.verdicts import part_of
from bot.domain.enums import AccountStatus, JudgedAs, RenewalCall
from bot.domain.model import Account
from bot.features.accounts import judgement
from bot.features.accounts.judgement import NewJudgement
from bot.features.renewals import heads, questions
from bot.features.renewals.refusals import RenewalRefusal
from bot.features.renewals.views import CallFormView
from bot.phrases import phrase
from bot.store import ledger, proof_state
from bot.store.entities import Entity

_NEEDS_REASON = (RenewalCall.AT_RISK,)


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call as typed; the verdict is optional, and `would_change` goes with it."""

    account_id: int
    call: str
    why: str = ""
    verdict: str = ""
    would_change: str = ""


def call_form(
    session: Session, actor: Actor, account_id: int, now: datetime, *, chosen: RenewalCall | None = None
) -> CallFormView:
    """The form, with the last call; `chosen` is what was pressed to open it."""
    account = account_of(session, actor, account_id)
    must_judge(session, actor, account)
    _must_renew(account)
    seen = version_of_account(session, actor, account_id)
    assessment = assess_now(proof_state.load(session, actor.workspace_id, account_id), now)
    last = last_call(assessment.state)
    return CallFormView(
        account_id=account_id,
        account=account.name,
        coverage=phrase(assessment.covered),
        outcomes=assessment.counted,
        chosen=chosen or (last.call if last else None),
        why=last.why if last is not None and chosen in (None, last.call) else None,
        last=heads.call_line(assessment),
        own=caller_part(session, account, actor, now) in OWN,
        seen=seen,
    )


def record_call(session: Session, actor: Actor, new: NewCall, now: datetime) -> int:
    """Record what somebody expects, and their verdict if they give one; returns the account's id."""
    account = account_of(session, actor, new.account_id)
    must_judge(session, actor, account)
    _must_renew(account)
    if new.call not in tuple(RenewalCall):
        raise UserError(RenewalRefusal.CALL_MISSING, "call")
    chosen, why = RenewalCall(new.call), new.why.strip()
    if not why and (chosen in _NEEDS_REASON or new.verdict):
        raise UserError(RenewalRefusal.REASON_MISSING, "why")
    if new.verdict and not new.would_change.strip():
        raise UserError(RenewalRefusal.FACT_TO_CHANGE_MIND_MISSING, "would_change")
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.RENEWAL_CALL))
    if new.verdict:
        judgement.judge(session, actor, NewJudgement(account.id, new.verdict, why, new.would_change), now)
    row: dict[str, Any] = {"account_id": account.id, "call": chosen, "renewal": account.renewal_date}
    row |= {"why": why or None, "called_by": actor.member.id, "called_at": now}
    row["called_as"] = caller_part(session, account, actor, now)
    (call_id,) = ledger.add_many(session, actor.author, Entity.RENEWAL_CALL, now, [row])
    questions.show_answered(session, account, f"call{call_id}", now)
    return account.id


def caller_part(session: Session, account: Account, actor: Actor, now: datetime) -> JudgedAs:
    """What the actor is to the account; who handed it on lately still speaks of their own work."""
    part = part_of(account, actor.member.id)
    handed_on = part not in OWN and had_it_lately(session, account, actor.member.id, now)
    return JudgedAs.OWNER if handed_on else part


def _must_renew(account: Account) -> None:
    if account.rolling:
        raise UserError(RenewalRefusal.ROLLING, account=account.name)
    if account.status is AccountStatus.FORMER or account.leaves_on is not None:
        raise UserError(RenewalRefusal.HAS_LEFT, account=account.name)
    if account.renewal_date is None:
        raise UserError(RenewalRefusal.NO_RENEWAL, account=account.name)
