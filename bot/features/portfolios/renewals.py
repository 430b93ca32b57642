"""`/portfolio renewals`: what is to be renewed, by call, what is past and open, and the rest by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.app.actor import Actor, must_read
from bot.app.assessments import assess_now
from bot.domain.account.assessment import Assessment
from bot.domain.account.renewals import last_call
from bot.domain.enums import RenewalCall
from bot.domain.labels import label
from bot.domain.model import Account, Call
from bot.domain.values.days import shift_day
from bot.domain.values.money import listed_money, money, total
from bot.domain.values.text import near_day
from bot.features.portfolios import queries, stages
from bot.features.portfolios.list_choice import ListChoice
from bot.features.portfolios.phrases import ListPhrase
from bot.features.portfolios.views import CallSum, RenewalRow, RenewalsView
from bot.features.renewals import heads
from bot.features.renewals.phrases import RenewalPhrase
from bot.features.renewals.views import RenewalHead
from bot.phrases import say
from bot.store import proof_state
from bot.store import renewals as store_renewals
from bot.store.account_list import Narrowed, Show, Sort

WINDOWS = (30, 90, 180, 365)
USUAL = 90
SHOWN, _COUNTED = 15, 2000
_SOON = 30


def renewals(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    name: str | None = None,
    portfolio_id: int | None = None,
    days: int = USUAL,
) -> RenewalsView:
    """The renewals of a portfolio by name or id, or of what belongs to the actor, as `/portfolio stages` chooses it."""
    must_read(actor)
    key, title, scope = stages.scope_of(session, actor, name, portfolio_id)
    within = days if days in WINDOWS else USUAL
    today = actor.today(now)
    due = queries.renewing(session, scope, shift_day(today, timedelta(days=within)))
    calls = store_renewals.calls_of(session, actor.workspace_id, [account.id for account in due[:_COUNTED]])
    shown = proof_state.load_many(session, [actor.workspace_id], [account.id for account in due[:SHOWN]])
    past = [account for account in due if _is_past(account, today)]
    to_come = [account for account in due if not _is_past(account, today)]
    return RenewalsView(
        key=key,
        portfolio=title,
        days=within,
        windows=WINDOWS,
        sums=tuple(_sums(to_come, calls)),
        past=_sum("", past) if past else None,
        rows=tuple(_row(assess_now(state, now), today) for state in shown),
        more=max(0, len(due) - SHOWN),
        losses=queries.losses_on_record(session, scope),
        listed=ListChoice(key, Show.ALL, Sort.RENEWAL, narrowed=Narrowed(days=within)).value,
    )


def _is_past(account: Account, today: date) -> bool:
    return account.renewal_date is not None and account.renewal_date <= today


def _sums(accounts: Sequence[Account], calls: Mapping[int, Sequence[Call]]) -> Iterable[CallSum]:
    """The sum of each call, and of those without one on this renewal."""
    by_call: dict[RenewalCall | None, list[Account]] = {}
    for account in accounts:
        about = [call for call in calls.get(account.id, ()) if call.renewal == account.renewal_date]
        by_call.setdefault(about[-1].call if about else None, []).append(account)
    for wanted in (*RenewalCall, None):
        if wanted in by_call:
            title = label(wanted).capitalize() if wanted is not None else say(RenewalPhrase.NO_CALL)
            yield _sum(title, by_call[wanted])


def _sum(title: str, accounts: Sequence[Account]) -> CallSum:
    amounts = [money(account.arr_minor, account.currency) for account in accounts]
    known = total(amount for amount in amounts if amount is not None)
    return CallSum(title, listed_money(known), len(accounts), sum(amount is None for amount in amounts))


def _row(assessment: Assessment, today: date) -> RenewalRow:
    past = _is_past(assessment.account, today)
    call = last_call(assessment.state)
    risky = call is not None and call.call is RenewalCall.AT_RISK
    sign = "high" if past else "medium" if risky else ""
    head, line = heads.head_of(assessment, today), heads.call_line(assessment)
    due = near_day(head.renewal, today) if head.renewal else ""
    return RenewalRow(head, line, past, sign, due, _notice(head, today), near_day(line.on, today) if line else "")


def _notice(head: RenewalHead, today: date) -> str:
    """`notice ends 16 Dec`, `in 21 days, notice ended 22 Nov`, `notice unknown`."""
    last = head.last_day
    ended, soon = last is not None and last < today, head.days is not None and head.days <= _SOON
    shown = near_day(last, today) if last else None
    return say(ListPhrase.NOTICE, day=shown, ended=ended, days=head.days if soon or ended else None)
