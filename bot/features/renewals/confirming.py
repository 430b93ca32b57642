"""Asks a manager whether a renewal is so which its own team recorded, and takes back what is not so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, recipients
from bot.app.accounts import no_such_account, row_of
from bot.app.actor import Actor, UserError, must_write
from bot.app.recipients import Recipient
from bot.app.reviewers import may_review, reviewer
from bot.app.shown import hold
from bot.domain.account.renewals import SIGNED, awaits_manager
from bot.domain.enums import AccountStatus, RenewalResult
from bot.domain.model import Account, Contract, Result
from bot.domain.values import working_hours
from bot.domain.values.money import money
from bot.features.renewals import frozen, heads, queries, questions, terms
from bot.features.renewals.phrases import RenewalPhrase
from bot.features.renewals.refusals import RenewalRefusal
from bot.features.renewals.views import RenewalReviewView, ResultLine
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Claimed, Destination, Moot, Op, Outgoing
from bot.phrases import say
from bot.store import account_terms, accounts, ledger, members, renewals
from bot.store.entities import Entity


def ask_manager(session: Session, account: Account, result_id: int, by: Actor, now: datetime) -> None:
    """Ask who oversees the account whether a recorded renewal is so, where only its own team says it."""
    result = renewals.result(session, account.workspace_id, result_id)
    assert result is not None
    if not awaits_manager(result, terms.counted(session, account.workspace_id, account.id)):
        return
    manager = reviewer(session, account, but=(by.member.id,))
    if manager is None or manager.slack_id is None:
        return
    message = Outgoing(
        key=queries.REVIEW_KEY.of(result_id),
        workspace_id=account.workspace_id,
        kind="renewal-review",
        channel=manager.slack_id,
        destination=Destination.USER,
        args={"result_id": result_id},
        due_at=working_hours.in_work(now, hours.week_of(manager)),
    )
    put(session, message, now)


def confirm(session: Session, actor: Actor, result_id: int, now: datetime) -> int:
    """Agree, as somebody outside the account's team, that a renewal is so; returns the account's id."""
    account, result = _standing(session, actor, result_id, now)
    if not may_review(session, actor, account, now):
        raise UserError(RenewalRefusal.NOT_YOURS_TO_CONFIRM, account=account.name)
    if result.confirmed_by is None:
        values: dict[str, Any] = {"confirmed_by": actor.member.id, "confirmed_at": now}
        ledger.change(session, actor.author, Entity.RENEWAL_RESULT, result_id, now, **values)
        account_terms.follow(session, actor.author, [account.id], now)
    _show(session, actor.workspace_id, result_id, f"yes{actor.member.id}", now)
    return account.id


def refuse(session: Session, actor: Actor, result_id: int, now: datetime) -> int:
    """Take back a result: its terms and, of a loss, that they leave; returns the account's id.

    Who may review the account may, and who recorded it, as long as nobody confirmed it. A later result must go first.
    """
    account, result = _standing(session, actor, result_id, now)
    if not may_take_back(session, account, result, actor, now):
        raise UserError(RenewalRefusal.NOT_YOURS_TO_CONFIRM, account=account.name)
    results = renewals.results_of(session, actor.workspace_id, account.id)
    if any(one.id > result_id and one.refused_at is None for one in results):
        raise UserError(RenewalRefusal.BUILT_ON, account=account.name)
    values: dict[str, Any] = {"refused_by": actor.member.id, "refused_at": now}
    ledger.change(session, actor.author, Entity.RENEWAL_RESULT, result_id, now, **values)
    if result.result is RenewalResult.LEFT:
        stays: dict[str, Any] = {"status": AccountStatus.CUSTOMER, "leaves_on": None}
        ledger.change(session, actor.author, Entity.ACCOUNT, account.id, now, **stays)
    terms.take_back(session, actor.author, account.id, result_id, now)
    _show(session, actor.workspace_id, result_id, f"no{actor.member.id}", now)
    questions.show_answered(session, account, f"back{result_id}", now)
    return account.id


def may_take_back(session: Session, account: Account, result: Result, actor: Actor, now: datetime) -> bool:
    """Whether the actor may say that a result is not so."""
    if result.refused_by is not None or result.result is RenewalResult.STILL_OPEN:
        return False
    if may_review(session, actor, account, now):
        return True
    return result.recorded_by == actor.member.id and result.confirmed_by is None


def result_line(
    session: Session, account: Account, result: Result, counted: list[Contract], names: dict[int, str]
) -> ResultLine:
    """A recorded result as views show it; what a reader may do with it is left to them."""
    before, arr = money(result.before_minor, result.currency), money(result.arr_minor, result.currency)
    somebody = say(RenewalPhrase.SOMEBODY)
    return ResultLine(
        result_id=result.id,
        result=result.result,
        on=result.on_date,
        before=str(before) if before else None,
        arr=str(arr) if arr and result.result in SIGNED else None,
        because=heads.because_of(result) if result.result is RenewalResult.LEFT else None,
        decided=result.decided,
        by=names.get(result.recorded_by, somebody),
        own=result.recorded_as.value != "other",
        recorded_on=result.recorded_at.date(),
        link=result.link,
        unconfirmed=awaits_manager(result, counted),
        confirmed_by=names.get(result.confirmed_by, somebody) if result.confirmed_by is not None else None,
        frozen=frozen.read(result.frozen),
        monthly=any(
            term.result_id == result.id and term.starts_on == result.on_date and term.rolling for term in counted
        ),
    )


def names_of(session: Session, workspace_id: int, results: list[Result]) -> dict[int, str]:
    """The names of who recorded and confirmed these results."""
    ids = {one for result in results for one in (result.recorded_by, result.confirmed_by) if one is not None}
    return {member.id: member.name for member in members.by_ids(session, [workspace_id], ids).values()}


def compose_review(session: Session, args: dict[str, Any], now: datetime) -> RenewalReviewView | Moot:
    """The question to the manager as things stand now."""
    workspace_id = args["workspace_id"]
    result = renewals.result(session, workspace_id, args["result_id"])
    account = accounts.still_there(session, workspace_id, result.account_id) if result else None
    if result is None or account is None:
        return Moot("the account is gone")
    names = names_of(session, workspace_id, [result])
    line = result_line(session, account, result, terms.counted(session, workspace_id, account.id), names)
    if not line.unconfirmed and args.get("first", True):
        return Moot("it is confirmed, shown by a document, or taken back")
    return RenewalReviewView(account.id, account.name, line, result.refused_by is not None)


def instead(session: Session, row: Claimed) -> Recipient | None:
    """Who is asked when Slack refuses the one who was: an admin."""
    return recipients.of_admin(session, row.workspace_id)


def _standing(session: Session, actor: Actor, result_id: int, now: datetime) -> tuple[Account, Result]:
    """A result that nobody has taken back, and its account, which is held."""
    account, _ = row_of(session, actor, Entity.RENEWAL_RESULT, result_id)
    if not may_review(session, actor, account, now):
        must_write(session, actor, account)
    hold(session, account.id, now)
    result = renewals.result(session, actor.workspace_id, result_id)
    if result is None:
        raise no_such_account()
    if result.refused_by is not None:
        raise UserError(RenewalRefusal.RESULT_GONE)
    return account, result


def _show(session: Session, workspace_id: int, result_id: int, what: str, now: datetime) -> None:
    """Have the question show what was said."""
    for key, _ in lookup.posts_of(session, workspace_id, queries.REVIEW_KEY.of(result_id)):
        args = {"result_id": result_id, "first": False}
        common: dict[str, Any] = {"workspace_id": workspace_id, "kind": "renewal-review", "args": args, "due_at": now}
        put(session, Outgoing(key=f"{key}@{what}", op=Op.UPDATE, target_key=key, **common), now)
