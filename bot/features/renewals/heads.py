"""The lines that all views of a renewal share: money, days, squares, the worst fact, and the last call."""

from __future__ import annotations

from datetime import date

from bot.domain.account.assessment import Assessment
from bot.domain.account.judgement import last_day_to_act
from bot.domain.account.renewals import OWN, contradicted_by, last_call
from bot.domain.enums import AccountStatus, Standing
from bot.domain.labels import label
from bot.domain.model import Contract, Result
from bot.domain.values.money import money
from bot.features.renewals.phrases import RenewalPhrase
from bot.features.renewals.views import CallLine, RenewalHead
from bot.phrases import phrase, say

_ORDER = (Standing.PROVEN, Standing.PARTLY_PROVEN, Standing.DISPROVEN, Standing.UNPROVEN)
_MOST_SQUARES = 10


def head_of(assessment: Assessment, today: date) -> RenewalHead:
    """What is known of an account's renewal on the reader's day."""
    account = assessment.account
    renewal = account.renewal_date
    shown = assessment.outcomes if len(assessment.outcomes) <= _MOST_SQUARES else ()
    squares = (Standing.DISPROVEN if one.disputed is not None else one.standing for one in shown)
    return RenewalHead(
        account_id=account.id,
        account=account.name,
        arr=str(assessment.arr) if assessment.arr else None,
        renewal=renewal,
        days=None if renewal is None else (renewal - today).days,
        last_day=last_day_to_act(renewal, account.notice_days),
        notice_days=account.notice_days,
        squares=tuple(sorted(squares, key=_ORDER.index)),
        coverage=phrase(assessment.covered),
        outcomes=assessment.counted,
        proven=len(assessment.proven),
        fact=phrase(assessment.dangers[0].fact) if assessment.dangers else None,
        rolling=account.rolling,
        former=account.status is AccountStatus.FORMER,
        leaves_on=account.leaves_on,
    )


def call_line(assessment: Assessment) -> CallLine | None:
    """The last call on the renewal that is to come, and what contradicts it since."""
    call = last_call(assessment.state)
    if call is None:
        return None
    against = contradicted_by(assessment.state, call, assessment.dangers)
    by = assessment.state.names.get(call.called_by) or say(RenewalPhrase.SOMEBODY)
    own = call.called_as in OWN
    return CallLine(call.call, by, call.called_at.date(), call.why, own, tuple(map(phrase, against)))


def because_of(result: Result) -> str:
    """Why a customer left, in words: `moved to a competitor: their ERP's own module`."""
    reason = label(result.because) if result.because else say(RenewalPhrase.REASON_UNKNOWN)
    words = result.because_words or result.uses_now
    return f"{reason}: {words}" if words else reason


def ended_in_words(result: Result) -> str:
    """`renewed, 220,000 USD` or `left: price or budget`."""
    amount = money(result.arr_minor, result.currency)
    return say(
        RenewalPhrase.ENDED,
        result=result.result.value,
        arr=str(amount) if amount else None,
        because=because_of(result),
    )


def term_line(term: Contract, *, last_day: date | None) -> str:
    """One term in words."""
    amount = money(term.arr_minor, term.currency)
    return say(
        RenewalPhrase.TERM,
        line=term.line or term.external_id,
        arr=str(amount) if amount else None,
        starts=term.starts_on,
        ends=term.ends_on,
        rolling=term.rolling,
        notice=term.notice_days,
        last_day=last_day,
        renews=term.auto_renews,
        basis=term.basis.value,
    )
