"""Who judged an account last, and as what."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.enums import JudgedAs, Verdict
from bot.domain.model import Account, Judgement, ProofState

OWN = (JudgedAs.OWNER, JudgedAs.DEPUTY)
"""Who judges an account of their own."""


def last_judgement(state: ProofState, now: datetime) -> Judgement | None:
    """The newest judgement by a moment; `None` when nobody has judged."""
    last: Judgement | None = None
    for judgement in state.judgements:
        if judgement.judged_at <= now and (last is None or judgement.judged_at >= last.judged_at):
            last = judgement
    return last


def doubt(state: ProofState, now: datetime) -> Judgement | None:
    """The judgement that says "no" or "not clear" today, if one does.

    It is the last one; where that is an owner's own yes, the last one of somebody else, which such a yes does not end.
    """
    last = last_judgement(state, now)
    if last is not None and last.verdict is Verdict.YES and judged_as(state.account, last) in OWN:
        others = tuple(one for one in state.judgements if judged_as(state.account, one) not in OWN)
        last = last_judgement(replace(state, judgements=others), now)
    return None if last is None or last.verdict is Verdict.YES else last


def part_of(account: Account, member_id: int) -> JudgedAs:
    """What a member is to an account today."""
    if member_id == account.owner_id:
        return JudgedAs.OWNER
    return JudgedAs.DEPUTY if member_id == account.deputy_id else JudgedAs.OTHER


def judged_as(account: Account, judgement: Judgement) -> JudgedAs:
    """What the judge was to the account then. Where that was not kept, what they are today: the conservative choice."""
    return judgement.judged_as or part_of(account, judgement.judged_by)
