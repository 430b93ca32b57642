"""The question about a renewal that a prompt's message asks after *Nothing changed*.

It is asked of who has the account, where the renewal or the last day to act comes within 30 days and nobody has made a
call on it. After that the message shows the call.
"""

from __future__ import annotations

from datetime import timedelta

from bot.domain.account import renewals as rules
from bot.domain.account.assessment import Assessment
from bot.domain.account.judgement import last_day_to_act
from bot.domain.enums import Change
from bot.features.meetings.rows import Answer, Prompt
from bot.features.meetings.views import RenewalAsked
from bot.features.renewals import heads

SOON = timedelta(days=30)


def asked(assessment: Assessment, prompt: Prompt, answer: Answer | None) -> RenewalAsked | None:
    """The question as things stand on the assessment's day, or the call that answered it; None where there is none."""
    account = assessment.account
    renewal = account.renewal_date
    if answer is None or answer.change is not Change.NOTHING or renewal is None or not rules.is_open(account):
        return None
    last_day = last_day_to_act(renewal, account.notice_days)
    days = [day - assessment.on for day in (renewal, last_day) if day is not None]
    has_it = prompt.member_id is not None and prompt.member_id in (account.owner_id, account.deputy_id)
    if not has_it or not any(timedelta() <= left <= SOON for left in days):
        return None
    call = rules.last_call(assessment.state)
    if call is not None and call.called_at < answer.answered_at:
        return None
    return RenewalAsked(renewal, last_day, heads.call_line(assessment))
