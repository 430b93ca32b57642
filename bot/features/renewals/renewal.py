"""`/proof acme renewal`: the terms, the last day to act, the call, and what was recorded of earlier renewals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor, may_write
from bot.app.assessments import assessed
from bot.app.reviewers import may_review
from bot.domain.account.contracts import in_force
from bot.domain.account.judgement import last_day_to_act
from bot.domain.account.renewals import is_open
from bot.domain.labels import label
from bot.features.accounts.judge_names import said_by
from bot.features.renewals import confirming, heads, terms
from bot.features.renewals.views import RenewalView
from bot.store import renewals

_TERMS, _RESULTS = 6, 3


def renewal(session: Session, actor: Actor, account_id: int, now: datetime) -> RenewalView:
    """What there is to know and to do about the renewal of an account."""
    state, assessment = assessed(session, actor, account_id, now)
    account, today = state.account, actor.today(now)
    counted = terms.counted(session, actor.workspace_id, account_id)
    shown = [*in_force(counted, today), *(term for term in counted if term.starts_on > today)][:_TERMS]
    results = renewals.results_of(session, actor.workspace_id, account_id)
    standing = [one for one in results if one.refused_by is None]
    newest = standing[: -_RESULTS - 1 : -1]
    names = confirming.names_of(session, actor.workspace_id, newest)
    reviews = bool(newest) and may_review(session, actor, account, now)
    lines = [confirming.result_line(session, account, one, counted, names) for one in newest]
    last = assessment.judged.judgement
    return RenewalView(
        head=heads.head_of(assessment, today),
        terms=tuple(
            heads.term_line(
                term, last_day=last_day_to_act(term.ends_on, term.notice_days) if not term.rolling else None
            )
            for term in shown
        ),
        call=heads.call_line(assessment),
        judged=f"{label(last.verdict)}, says {said_by(assessment)}" if last else None,
        results=tuple(
            replace(
                line,
                may_confirm=line.unconfirmed and reviews,
                can_take_back=place == 0 and confirming.may_take_back(session, account, one, actor, now),
            )
            for place, (line, one) in enumerate(zip(lines, newest, strict=True))
        ),
        can_write=may_write(session, actor, account),
        past=is_open(account) and account.renewal_date is not None and account.renewal_date <= today,
    )
