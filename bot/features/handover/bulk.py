"""`/portfolio handover @from`: the accounts of somebody who leaves, or of a reorganisation, with a preview.

Managers hand over what is in their portfolios, admins everything.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, no_such_account
from bot.app.actor import Actor, UserError, may_manage, must_manage, must_read
from bot.app.refusals import AppRefusal
from bot.app.typed import colleague_of
from bot.domain.model import Account
from bot.domain.values.money import Money
from bot.features.handover import handover, queries
from bot.features.handover.refusals import HandoverRefusal
from bot.features.handover.views import LeaverDoneView, LeaverPreviewView, LeaverView
from bot.store import members, portfolios
from bot.store.members import Member

OFFERED = 100
"""Slack offers no more options."""
AT_ONCE = 200
"""More would take longer than Slack waits; the rest is handed over by the same command again."""
_NAMES = 20


@dataclass(frozen=True, slots=True)
class Bulk:
    """Which accounts go from whom to whom; without `account_ids` it is all that the actor may hand over."""

    from_member_id: int
    account_ids: frozenset[int]
    to_slack_id: str


def leaver_called(session: Session, actor: Actor, name: str | None, slack_id: str | None, now: datetime) -> LeaverView:
    """The form for the colleague who is meant by a mention or a name, whether still there or not."""
    must_read(actor)
    member = members.by_slack_id(session, actor.workspace_id, slack_id) if slack_id else None
    called = [member] if member else queries.members_called(session, actor.workspace_id, " ".join((name or "").split()))
    if len(called) != 1:
        raise UserError(HandoverRefusal.NOBODY_CALLED, name=name or slack_id or "")
    return leaver_form(session, actor, called[0].id, now)


def leaver_form(session: Session, actor: Actor, from_member_id: int, now: datetime) -> LeaverView:
    """Which accounts of a colleague the actor may hand over, and to whom."""
    member = _member(session, actor, from_member_id)
    theirs, others = _manageable(session, actor, member)
    offered = tuple((account.id, account.name) for account in theirs[:OFFERED])
    return LeaverView(member.id, member.name, offered, len(theirs), len(others))


def leaver_preview(session: Session, actor: Actor, bulk: Bulk, now: datetime) -> LeaverPreviewView:
    """What would go from one owner to the other."""
    member = _member(session, actor, bulk.from_member_id)
    chosen = _chosen(session, actor, member, bulk.account_ids)
    to = _to(session, actor, bulk)
    arr: Counter[str] = Counter()
    for account in chosen:
        if account.arr_minor is not None and account.currency is not None:
            arr[account.currency] += account.arr_minor
    return LeaverPreviewView(
        member_id=member.id,
        to=bulk.to_slack_id,
        from_name=member.name,
        to_name=to.name,
        account_ids=tuple(sorted(bulk.account_ids)),
        many=len(chosen),
        names=tuple(account.name for account in chosen[:_NAMES]),
        arr=tuple(str(Money(minor, currency)) for currency, minor in sorted(arr.items())),
        carried=handover.in_words(handover.what_goes(session, chosen, member)),
        shown=_fingerprint(chosen),
    )


def hand_over_many(session: Session, actor: Actor, bulk: Bulk, now: datetime, *, shown: int) -> LeaverDoneView:
    """Hand the accounts of a preview over, if they are still those that it has `shown`."""
    member = _member(session, actor, bulk.from_member_id)
    chosen = _chosen(session, actor, member, bulk.account_ids)
    to = _to(session, actor, bulk)
    queries.hold_prompts(session, actor.workspace_id, [account.id for account in chosen])
    queries.hold(session, [account.id for account in chosen], now)
    chosen = _chosen(session, actor, member, bulk.account_ids)
    if _fingerprint(chosen) != shown:
        raise UserError(HandoverRefusal.CHANGED_SINCE_PREVIEW, name=member.name)
    going = handover.give(session, actor, chosen, to, now)
    return LeaverDoneView(member.name, to.name, len(chosen), handover.in_words(going))


def _member(session: Session, actor: Actor, member_id: int) -> Member:
    must_read(actor)
    member = members.by_id(session, actor.workspace_id, member_id)
    if member is None:
        raise no_such_account()
    return member


def _to(session: Session, actor: Actor, bulk: Bulk) -> Member:
    to = colleague_of(session, actor, bulk.to_slack_id)
    if to is None:
        raise UserError(HandoverRefusal.OWNER_NOT_A_MEMBER, "to")
    if to.id == bulk.from_member_id:
        raise UserError(HandoverRefusal.TO_THEMSELVES, "to", name=to.name)
    return to


def _manageable(session: Session, actor: Actor, member: Member) -> tuple[list[Account], list[Account]]:
    """The customers of a member that the actor may hand over, and those that they may not; by name."""
    if not actor.member.is_admin and not portfolios.of_manager(session, actor.workspace_id, actor.member.id):
        raise UserError(AppRefusal.NOT_YOUR_PORTFOLIO)
    owned = queries.owned_by(session, actor.workspace_id, member.id)
    may = {home: may_manage(session, actor, home) for home in {account.portfolio_id for account in owned}}
    theirs = [account for account in owned if may[account.portfolio_id]]
    if not theirs:
        raise UserError(HandoverRefusal.OWNS_NOTHING, name=member.name)
    return theirs, [account for account in owned if not may[account.portfolio_id]]


def _chosen(session: Session, actor: Actor, member: Member, account_ids: Collection[int]) -> Sequence[Account]:
    for account_id in sorted(account_ids):
        must_manage(session, actor, account_of(session, actor, account_id).portfolio_id)
    theirs, _ = _manageable(session, actor, member)
    chosen = [account for account in theirs if not account_ids or account.id in account_ids]
    if not chosen:
        raise UserError(HandoverRefusal.CHANGED_SINCE_PREVIEW, name=member.name)
    return chosen[:AT_ONCE]


def _fingerprint(chosen: Sequence[Account]) -> int:
    """A number that stands for exactly these accounts."""
    return zlib.crc32(",".join(str(account.id) for account in chosen).encode())
