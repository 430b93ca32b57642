"""Records how a renewal ended: renewed, left, or still open. What was proven that day is kept with it.

A renewal writes the new term and a loss ends what runs, in the transaction that records it. Who records a result of an
account of their own is named with it; where no document or system speaks for a renewal, their manager is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import writable
from bot.app.actor import Actor, UserError
from bot.app.assessments import assess_now
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.app.typed import money_of, must_be_money
from bot.domain.account.assessment import Assessment
from bot.domain.enums import (
    AccountStatus,
    ContractKind,
    LeftBecause,
    RenewalResult,
    Tier,
    ValueMoved,
)
from bot.domain.model import Account
from bot.domain.proof.reference import is_openable, is_shortened
from bot.domain.values.days import add_days, add_months, shift_day
from bot.domain.values.money import Money, money
from bot.features.renewals import confirming, frozen, losses, questions, terms
from bot.features.renewals.calls import caller_part
from bot.features.renewals.refusals import RenewalRefusal
from bot.features.renewals.terms import NewTerm
from bot.features.renewals.views import LeftFormView, RenewedFormView
from bot.phrases import phrase
from bot.store import ledger, proof_state
from bot.store.entities import Entity

EARLY = timedelta(days=180)
"""So long before the renewal it can be recorded."""
_BACK, _AHEAD = timedelta(days=365), timedelta(days=730)
_LONGEST_TERM = timedelta(days=3660)
_LONGEST_NOTICE = 3650
_KINDS = {
    RenewalResult.RENEWED: ContractKind.RENEWAL,
    RenewalResult.EXPANDED: ContractKind.EXPANSION,
    RenewalResult.CONTRACTED: ContractKind.CONTRACTION,
}
_ROWS = (ShownRow(Entity.RENEWAL_RESULT), ShownRow(Entity.CONTRACT))


@dataclass(frozen=True, slots=True)
class Renewed:
    """A renewal as typed. `link` leads to the order that shows it. Who pays by the month from now on (`monthly`) has no
    next renewal."""

    account_id: int
    arr: str
    currency: str
    moved: str
    next_renewal: date | None
    notice_days: str = ""
    decided: str = ""
    link: str | None = None
    monthly: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """A loss as typed; `last_day` is the last day as a customer."""

    account_id: int
    last_day: date | None
    because: str
    because_words: str = ""
    uses_now: str = ""
    decided: str = ""


def renewed_form(session: Session, actor: Actor, account_id: int, now: datetime) -> RenewedFormView:
    """The form for a renewal, filled in with the terms so far."""
    account = writable(session, actor, account_id)
    seen = version_of_account(session, actor, account_id)
    assessment = assess_now(proof_state.load(session, actor.workspace_id, account_id), now)
    amount = money(account.arr_minor, account.currency)
    return RenewedFormView(
        account_id=account_id,
        account=account.name,
        coverage=phrase(assessment.covered),
        outcomes=assessment.counted,
        proven=len(assessment.proven),
        arr=f"{amount.major:f}" if amount else None,
        was=str(amount) if amount else None,
        currency=account.currency or "USD",
        next_renewal=_a_year_after(_starts_on(account, actor.today(now))),
        notice_days=account.notice_days,
        back=account.status is AccountStatus.FORMER,
        seen=seen,
    )


def left_form(session: Session, actor: Actor, account_id: int, now: datetime) -> LeftFormView:
    """The form for a loss."""
    account = writable(session, actor, account_id)
    seen = version_of_account(session, actor, account_id)
    assessment = assess_now(proof_state.load(session, actor.workspace_id, account_id), now)
    today = actor.today(now)
    renewal = account.renewal_date
    last_day = add_days(renewal, -1) if renewal is not None and renewal <= today else today
    return LeftFormView(
        account_id=account_id,
        account=account.name,
        coverage=phrase(assessment.covered),
        outcomes=assessment.counted,
        proven=len(assessment.proven),
        last_day=last_day,
        because=None,
        seen=seen,
    )


def record_renewed(session: Session, actor: Actor, new: Renewed, now: datetime) -> int:
    """Record a renewal, or that a former customer is back; returns the account's id."""
    account = writable(session, actor, new.account_id)
    must_be_as_shown(session, actor, account.id, now, *_ROWS)
    today = actor.today(now)
    start, back = _starts_on(account, today), account.status is AccountStatus.FORMER
    if not back and start > shift_day(today, EARLY):
        raise UserError(RenewalRefusal.TOO_EARLY, account=account.name, on=start, days=EARLY.days)
    arr, before = _value(new), money(account.arr_minor, account.currency)
    result = _result(before, arr)
    values: dict[str, Any] = {"moved": _moved(new.moved, before, arr), "arr_minor": arr.minor, "on_date": start}
    term = NewTerm(
        start,
        add_months(start, 1) if new.monthly else _until(new.next_renewal, start),
        arr,
        _notice(new.notice_days),
        ContractKind.REACTIVATION if back else _KINDS[result],
        _link(new.link),
        new.monthly,
    )
    values |= {"currency": arr.currency, "decided": new.decided.strip() or None, "link": term.link}
    result_id = _add(session, actor, account, result, now, **values)
    stayed = not back and account.leaves_on is None
    if back or account.leaves_on is not None:
        stays: dict[str, Any] = {"status": AccountStatus.CUSTOMER, "leaves_on": None}
        ledger.change(session, actor.author, Entity.ACCOUNT, account.id, now, **stays)
    terms.write(session, actor.author, account.id, result_id, now, until=start, new=term, stayed=stayed)
    confirming.ask_manager(session, account, result_id, actor, now)
    questions.show_answered(session, account, f"result{result_id}", now)
    return account.id


def record_left(session: Session, actor: Actor, new: Left, now: datetime) -> int:
    """Record that a customer left or is going to; returns the account's id."""
    account = writable(session, actor, new.account_id)
    must_be_as_shown(session, actor, account.id, now, *_ROWS)
    if account.status is AccountStatus.FORMER and account.leaves_on is not None:
        raise UserError(RenewalRefusal.HAS_LEFT, account=account.name)
    gone_on = add_days(_last_day(new.last_day, account, actor.today(now)), 1)
    values = {"on_date": gone_on, **_reason(new), "decided": new.decided.strip() or None}
    values |= {"arr_minor": 0 if account.arr_minor is not None else None, "currency": account.currency}
    result_id = _add(session, actor, account, RenewalResult.LEFT, now, **values)
    ledger.change(session, actor.author, Entity.ACCOUNT, account.id, now, leaves_on=gone_on)
    terms.write(session, actor.author, account.id, result_id, now, until=gone_on, stayed=account.leaves_on is None)
    if account.tier is Tier.HIGH_TOUCH:
        losses.tell(session, account, result_id, now)
    questions.show_answered(session, account, f"result{result_id}", now)
    return account.id


def record_still_open(session: Session, actor: Actor, account_id: int, now: datetime) -> int:
    """Record that a renewal which is past has no outcome yet; returns the account's id."""
    account = writable(session, actor, account_id)
    must_be_as_shown(session, actor, account.id, now)
    renewal = account.renewal_date
    if account.status is AccountStatus.FORMER or account.leaves_on is not None:
        raise UserError(RenewalRefusal.HAS_LEFT, account=account.name)
    if renewal is None:
        raise UserError(RenewalRefusal.NO_RENEWAL, account=account.name)
    if renewal > actor.today(now):
        raise UserError(RenewalRefusal.NOT_DUE, account=account.name, on=renewal)
    result_id = _add(session, actor, account, RenewalResult.STILL_OPEN, now)
    questions.show_answered(session, account, f"result{result_id}", now)
    return account.id


def _add(session: Session, actor: Actor, account: Account, result: RenewalResult, now: datetime, **values: Any) -> int:
    assessment: Assessment = assess_now(proof_state.load(session, actor.workspace_id, account.id), now)
    row: dict[str, Any] = {"account_id": account.id, "result": result, "renewal": account.renewal_date}
    row |= {"before_minor": account.arr_minor, "currency": account.currency, "frozen": frozen.freeze(assessment)}
    row |= {"recorded_by": actor.member.id, "recorded_at": now}
    row["recorded_as"] = caller_part(session, account, actor, now)
    return ledger.add(session, actor.author, Entity.RENEWAL_RESULT, now, **{**row, **values})


def _starts_on(account: Account, today: date) -> date:
    """The first day of a term that is recorded today: the renewal, or today where there is none."""
    renewal = account.renewal_date
    runs_on = account.status is AccountStatus.CUSTOMER and account.leaves_on is None
    return renewal if runs_on and renewal is not None else today


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February, or the last year there is
        return shift_day(day, timedelta(days=365))


def _value(new: Renewed) -> Money:
    amount = money_of(new.arr, new.currency, "arr") if new.arr.strip() else None
    if amount is None or amount.minor < 0:
        raise UserError(RenewalRefusal.VALUE_NO_NUMBER, "arr")
    if amount.minor == 0:
        raise UserError(RenewalRefusal.VALUE_NOTHING, "arr")
    must_be_money(amount.minor, amount.currency, "arr")
    return amount


def _moved(typed: str, before: Money | None, now: Money) -> ValueMoved:
    """What moved the value; "same" is refused where the value is not."""
    if typed not in tuple(ValueMoved):
        raise UserError(RenewalRefusal.MOVED_MISSING, "moved")
    moved = ValueMoved(typed)
    if moved is ValueMoved.SAME and before is not None and before != now:
        raise UserError(RenewalRefusal.VALUE_MOVED, "moved", before=str(before), now=str(now))
    return moved


def _until(typed: date | None, start: date) -> date:
    if typed is None or typed <= start:
        raise UserError(RenewalRefusal.NEXT_BEFORE_START, "next_renewal", start=start)
    if typed > shift_day(start, _LONGEST_TERM):
        raise UserError(RenewalRefusal.NEXT_TOO_FAR, "next_renewal", years=_LONGEST_TERM.days // 365)
    return typed


def _last_day(typed: date | None, account: Account, today: date) -> date:
    earliest = max(shift_day(today, -_BACK), account.contract_start or date.min)
    latest = shift_day(today, _AHEAD)
    if typed is None or not earliest <= typed <= latest:
        raise UserError(RenewalRefusal.LAST_DAY_OUT_OF_RANGE, "last_day", start=earliest, until=latest)
    return typed


def _reason(new: Left) -> dict[str, Any]:
    """Why they left, as columns."""
    if new.because not in tuple(LeftBecause):
        raise UserError(RenewalRefusal.BECAUSE_MISSING, "because")
    because, words = LeftBecause(new.because), new.because_words.strip() or None
    if because is LeftBecause.OTHER and words is None:
        raise UserError(RenewalRefusal.WORDS_MISSING, "because_words")
    return {"because": because, "because_words": words, "uses_now": new.uses_now.strip() or None}


def _result(before: Money | None, now: Money) -> RenewalResult:
    if before is None or before.currency != now.currency or before.minor == now.minor:
        return RenewalResult.RENEWED
    return RenewalResult.EXPANDED if now.minor > before.minor else RenewalResult.CONTRACTED


def _notice(typed: str) -> int | None:
    text = typed.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 5 or int(text) > _LONGEST_NOTICE:
        raise UserError(RenewalRefusal.NOTICE_NO_NUMBER, "notice_days")
    return int(text)


def _link(typed: str | None) -> str | None:
    link = (typed or "").strip() or None
    if link is not None and (not is_openable(link) or is_shortened(link)):
        raise UserError(RenewalRefusal.NO_LINK, "link")
    return link
