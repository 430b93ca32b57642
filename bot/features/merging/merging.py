"""`/proof acme merge`: two accounts become one, with one history; and that can be undone for a week.

Nothing is left out: all outcomes of both count, proven or not, and the ARR of both unless somebody says that it is one
contract, written twice. Who merges manages both portfolios, or is an admin. The digest names it as a step of its own,
*merged*: it is neither proof nor loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, find, no_such_account
from bot.app.actor import Actor, UserError, must_manage
from bot.app.shown import version_of_account
from bot.domain.enums import AccountStatus, CadenceKind
from bot.domain.labels import label
from bot.domain.model import Account
from bot.domain.values import days
from bot.domain.values.money import Money, money
from bot.features.handover import handover, queries
from bot.features.merging.phrases import MergingPhrase
from bot.features.merging.refusals import MergingRefusal
from bot.features.merging.views import MergedView, MergeFormView, MergePreviewView, Side
from bot.phrases import say
from bot.store import account_search, members, merges, portfolios
from bot.store.merges import Merge

UNDONE_FOR = timedelta(days=7)
_TAKEN_OVER = (
    "external_id",
    "contract_start",
    "relationship",
    "first_win_on",
    "first_win",
    "would_break",
    "would_break_by",
    "would_break_on",
    "would_break_link",
    "would_break_file_id",
    "crm_link",
    "owner_id",
)
"""What the account that stays takes over where it has nothing itself."""


@dataclass(frozen=True, slots=True)
class NewMerge:
    """Two accounts to be merged: `other_account_id` goes into `account_id`. `other_seen` is the version of the other
    that the preview showed. `one_contract` says that both were written for the same contract."""

    account_id: int
    other_account_id: int
    other_seen: int
    one_contract: bool = False


def merge_form(session: Session, actor: Actor, account_id: int, now: datetime) -> MergeFormView:
    """The form that asks which account goes into this one."""
    account = account_of(session, actor, account_id)
    must_manage(session, actor, account.portfolio_id)
    near = account_search.near(session, actor.workspace_id, account.name, but=account.id)
    return MergeFormView(account.id, account.name, tuple((hit.id, hit.name) for hit in near))


def preview(
    session: Session, actor: Actor, account_id: int, now: datetime, *, other_account_id: int | None, name: str | None
) -> MergePreviewView:
    """What merging an account, chosen or named, into this one would do."""
    stays = account_of(session, actor, account_id)
    must_manage(session, actor, stays.portfolio_id)
    goes = _other(session, actor, stays, other_account_id, name)
    _must_be_mergeable(session, actor, stays, goes)
    seen, other_seen = (version_of_account(session, actor, account.id) for account in (stays, goes))
    both, one = _arr(stays, goes, one_contract=False), _arr(stays, goes, one_contract=True)
    return MergePreviewView(
        _side(session, stays),
        _side(session, goes),
        str(both) if both else None,
        str(one) if one else None,
        tuple(label(CadenceKind(kind)) for kind in merges.ending(session, stays.id, goes.id)),
        seen,
        other_seen,
    )


def merge(session: Session, actor: Actor, new: NewMerge, now: datetime) -> int:
    """Merge two accounts as a preview showed them; returns the id of the merge."""
    stays, goes = account_of(session, actor, new.account_id), account_of(session, actor, new.other_account_id)
    _hold(session, actor, (stays.id, goes.id), now)
    stays, goes = account_of(session, actor, stays.id), account_of(session, actor, goes.id)
    _must_be_mergeable(session, actor, stays, goes)
    for account, seen in ((stays, actor.seen), (goes, new.other_seen if actor.seen is not None else None)):
        if seen is not None and version_of_account(session, actor, account.id) != seen:
            raise UserError(MergingRefusal.CHANGED_SINCE_PREVIEW)
    uncounted = _uncounted(stays, goes, one_contract=new.one_contract)
    pair = stays.id, goes.id
    merge_id = merges.merge(session, actor.author, pair, _values(stays, goes), now, uncounted=uncounted)
    handover.follow_merge(session, actor, stays.id, goes.owner_id, now, merged=goes.name)
    return merge_id


def undo(session: Session, actor: Actor, account_merge_id: int, now: datetime) -> int:
    """Make two accounts of a merged one again; returns the id of the merge."""
    done = _merge(session, actor, account_merge_id)
    stays = account_of(session, actor, done.account_id)
    must_manage(session, actor, stays.portfolio_id)
    if done.undone_at is not None:
        raise UserError(MergingRefusal.UNDONE_ALREADY)
    if now - done.at > UNDONE_FOR:
        raise UserError(MergingRefusal.TOO_OLD, days=UNDONE_FOR.days)
    if stays.id != done.account_id:
        raise UserError(MergingRefusal.MERGED_ON, account=done.moved["was"]["account"]["name"])
    _hold(session, actor, (done.account_id, done.merged_id), now)
    merges.undo(session, actor.author, done, now)
    handover.follow_merge(session, actor, done.merged_id, stays.owner_id, now, merged="")
    return done.id


def merged_view(session: Session, actor: Actor, account_merge_id: int, now: datetime) -> MergedView:
    """What came of a merge."""
    done = _merge(session, actor, account_merge_id)
    account = account_of(session, actor, done.account_id)
    must_manage(session, actor, account.portfolio_id)
    until = days.shift_moment(done.at, UNDONE_FOR).date()
    merged = done.moved["was"]["merged"]["name"]
    return MergedView(done.id, account.id, account.name, merged, done.undone_at is not None, until)


def _hold(session: Session, actor: Actor, pair: tuple[int, int], now: datetime) -> None:
    """Hold two accounts until the transaction ends, after their prompts, as everybody does."""
    queries.hold_prompts(session, actor.workspace_id, pair)
    queries.hold(session, pair, now)


def _merge(session: Session, actor: Actor, merge_id: int) -> Merge:
    done = merges.by_id(session, actor.workspace_id, merge_id)
    if done is None:
        raise no_such_account()
    return done


def _other(session: Session, actor: Actor, stays: Account, other_account_id: int | None, name: str | None) -> Account:
    if name:
        result = find(session, actor, name)
        if result.hit is None or result.guessed:
            raise UserError(MergingRefusal.OTHER_UNCLEAR, "name", typed=name)
        goes = account_of(session, actor, result.hit.id)
    elif other_account_id is not None:
        goes = account_of(session, actor, other_account_id)
    else:
        raise UserError(MergingRefusal.OTHER_MISSING, "name")
    if goes.id == stays.id:
        raise UserError(MergingRefusal.ITSELF, "name", account=stays.name)
    return goes


def _must_be_mergeable(session: Session, actor: Actor, stays: Account, goes: Account) -> None:
    for account in (stays, goes):
        must_manage(session, actor, account.portfolio_id)
    if goes.id == stays.id:
        raise UserError(MergingRefusal.ITSELF, account=stays.name)
    if stays.status is AccountStatus.FORMER and goes.status is not AccountStatus.FORMER:
        raise UserError(MergingRefusal.FORMER, account=stays.name)
    if _weighs(stays) and _weighs(goes) and stays.currency != goes.currency:
        raise UserError(
            MergingRefusal.TWO_CURRENCIES,
            account=stays.name,
            currency=stays.currency,
            other=goes.name,
            other_currency=goes.currency,
        )


def _weighs(account: Account) -> bool:
    return account.arr_minor is not None and account.currency is not None and account.status is AccountStatus.CUSTOMER


def _arr(stays: Account, goes: Account, *, one_contract: bool) -> Money | None:
    """The ARR of both. What a former customer paid is nobody's ARR any more."""
    known = [account for account in (stays, goes) if _weighs(account) or account is stays]
    amounts = [amount for account in known if (amount := money(account.arr_minor, account.currency)) is not None]
    if not amounts:
        return None
    minor = max(amount.minor for amount in amounts) if one_contract else sum(amount.minor for amount in amounts)
    return Money(minor, amounts[0].currency)


def _uncounted(stays: Account, goes: Account, *, one_contract: bool) -> tuple[int, ...]:
    """The account whose contracts count no more: a former customer's, or of one contract written twice the smaller."""
    if goes.status is AccountStatus.FORMER and stays.status is not AccountStatus.FORMER:
        return (goes.id,)
    if not one_contract or not (_weighs(stays) and _weighs(goes)):
        return ()
    return (stays.id,) if (goes.arr_minor or 0) > (stays.arr_minor or 0) else (goes.id,)


def _values(stays: Account, goes: Account) -> dict[str, Any]:
    """What the account that stays takes over from the one that goes into it; ARR and renewal follow the contracts."""
    return {
        name: getattr(goes, name)
        for name in _TAKEN_OVER
        if getattr(stays, name) is None and getattr(goes, name) is not None
    }


def _side(session: Session, account: Account) -> Side:
    owner = members.by_id(session, account.workspace_id, account.owner_id)
    home = portfolios.in_workspace(session, account.workspace_id, account.portfolio_id)
    arr = money(account.arr_minor, account.currency)
    counts = merges.counts(session, account.workspace_id, account.id)
    return Side(
        account.id,
        account.name,
        owner.name if owner else None,
        home.name if home else None,
        str(arr) if arr else None,
        account.renewal_date,
        say(
            MergingPhrase.HAS,
            outcomes=counts["outcome"],
            evidence=counts["evidence"],
            people=counts["person"],
            series=counts["cadence"],
            answers=counts["answer"],
            steps=counts["action"],
            risks=counts["risk"],
            contracts=counts["contract"],
        ),
    )
