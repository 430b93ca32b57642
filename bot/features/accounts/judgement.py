"""Records a person's judgement: is this account retained in substance?

A judgement is a dated statement by a named person. Software never changes it; a later fact that contradicts it marks
it "Reassess" (`bot.domain.account.judgement`). Who judges an account of their own is named as such.
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
from bot.domain.account.assessment import Assessment
from bot.domain.account.verdicts import OWN, part_of
from bot.domain.enums import JudgedAs, Verdict
from bot.domain.model import Account
from bot.features.accounts import verdicts
from bot.features.accounts.judge_names import said_by
from bot.features.accounts.refusals import AccountRefusal
from bot.features.accounts.views import JudgementView, JudgeView
from bot.phrases import phrase
from bot.store import ledger, proof_state
from bot.store.entities import Entity


@dataclass(frozen=True, slots=True)
class NewJudgement:
    """A judgement as typed; `would_change` is what would change the judge's mind."""

    account_id: int
    verdict: str
    why: str
    would_change: str


def judge_form(session: Session, actor: Actor, account_id: int, now: datetime) -> JudgeView:
    """What the form shows; `UserError` for those who may not judge this account."""
    account = account_of(session, actor, account_id)
    account_id = account.id
    must_judge(session, actor, account)
    seen = version_of_account(session, actor, account_id)
    assessment = assess_now(proof_state.load(session, actor.workspace_id, account_id), now)
    return JudgeView(
        account_id=account_id,
        account=account.name,
        coverage=phrase(assessment.covered),
        outcomes=assessment.counted,
        dangers=tuple(phrase(danger.fact) for danger in assessment.dangers),
        theatre=tuple(phrase(finding.fact) for finding in assessment.theatre),
        last=_view(assessment),
        own=_part(session, actor, account, now) in OWN,
        seen=seen,
    )


def judge(session: Session, actor: Actor, new: NewJudgement, now: datetime) -> JudgementView:
    """Record a judgement; earlier ones stay on record."""
    account = account_of(session, actor, new.account_id)
    must_judge(session, actor, account)
    if new.verdict not in tuple(Verdict):
        raise UserError(AccountRefusal.VERDICT_MISSING, "verdict")
    if not new.why.strip():
        raise UserError(AccountRefusal.VERDICT_WITHOUT_REASON, "why")
    if not new.would_change.strip():
        raise UserError(AccountRefusal.FACT_TO_CHANGE_MIND_MISSING, "would_change")
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.JUDGEMENT))
    texts = {"why": new.why.strip(), "would_change": new.would_change.strip()}
    row: dict[str, Any] = {"account_id": account.id, "verdict": Verdict(new.verdict), **texts}
    row |= {"judged_by": actor.member.id, "judged_at": now, "judged_as": _part(session, actor, account, now)}
    (judgement_id,) = ledger.add_many(session, actor.author, Entity.JUDGEMENT, now, [row])
    verdicts.show_answered(session, account, judgement_id, now)
    view = judgement_of(session, actor, account.id, now)
    assert view is not None
    return view


def judgement_of(session: Session, actor: Actor, account_id: int, now: datetime) -> JudgementView | None:
    """The last judgement of an account, compared with what the ledger shows now; None when nobody has judged."""
    account = account_of(session, actor, account_id)
    return _view(assess_now(proof_state.load(session, actor.workspace_id, account.id), now))


def _part(session: Session, actor: Actor, account: Account, now: datetime) -> JudgedAs:
    """What the judge is to the account; who handed it on lately still judges their own work."""
    part = part_of(account, actor.member.id)
    handed_on = part not in OWN and had_it_lately(session, account, actor.member.id, now)
    return JudgedAs.OWNER if handed_on else part


def _view(assessment: Assessment) -> JudgementView | None:
    judged = assessment.judged
    if judged.judgement is None:
        return None
    return JudgementView(
        account_id=assessment.account.id,
        account=assessment.account.name,
        verdict=judged.judgement.verdict,
        why=judged.judgement.why,
        would_change=judged.judgement.would_change,
        by=said_by(assessment),
        at=judged.judgement.judged_at,
        again=tuple(map(phrase, judged.contradicted_by)),
        coverage=phrase(assessment.covered),
    )
