"""A spot check is answered: what who was asked saw, the form that asks what it shows instead, and the message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, no_such_account
from bot.app.actor import Actor, UserError
from bot.app.reviewers import may_review
from bot.app.shown import hold, version_of_account
from bot.domain.enums import CheckKind, CheckVerdict
from bot.domain.model import Account
from bot.domain.proof.reference import is_openable
from bot.features.evidence import countersign, queries
from bot.features.evidence.not_shown import said_by_piece
from bot.features.evidence.queries import SpotCheck
from bot.features.evidence.refusals import EvidenceRefusal
from bot.features.evidence.spot_draw import SPOT_CHECK
from bot.features.evidence.views import SpotCheckView, SpotNotShownFormView, SpotPiece
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Moot, Op, Outgoing
from bot.store import accounts, members, portfolios
from bot.store.entities import Entity, row_of


def answer(
    session: Session, actor: Actor, spot_check_id: int, verdict: CheckVerdict, now: datetime, *, note: str = ""
) -> int:
    """Record what somebody saw who was asked to look at a drawn piece; returns the account's id.

    The look is theirs who was asked, and of whoever may review the account in their place. Pressed again with the same
    answer it does nothing; another answer is refused.
    """
    account, _ = _of_actor(session, actor, spot_check_id, now)
    hold(session, account.id, now)
    account, one = _of_actor(session, actor, spot_check_id, now)
    if one.check_id is not None:
        if (one.verdict, one.member_id) == (verdict, actor.member.id):
            return account.id
        raise UserError(EvidenceRefusal.SPOT_CHECK_ANSWERED, account=account.name)
    countersign.countersign(session, actor, one.evidence_id, verdict, now, note=note, kind=CheckKind.SPOT_CHECK)
    queries.keep_answer(session, one, actor.workspace_id, actor.member.id)
    _refresh(session, actor.workspace_id, one, now)
    return account.id


def not_shown_form(session: Session, actor: Actor, spot_check_id: int, now: datetime) -> SpotNotShownFormView:
    """The form that asks what a drawn piece's reference shows instead."""
    account, one = _of_actor(session, actor, spot_check_id, now)
    if one.check_id is not None:
        raise UserError(EvidenceRefusal.SPOT_CHECK_ANSWERED, account=account.name)
    seen = version_of_account(session, actor, account.id)
    outcome, what = said_by_piece(session, actor.workspace_id, one.evidence_id)
    return SpotNotShownFormView(one.id, outcome, what, seen)


def _of_actor(session: Session, actor: Actor, spot_check_id: int, now: datetime) -> tuple[Account, SpotCheck]:
    """A spot check that this person may answer, with its account; raises `UserError` otherwise."""
    one = queries.spot_check_of(session, actor.workspace_id, spot_check_id)
    if one is None:
        raise no_such_account()
    account = account_of(session, actor, one.account_id)
    if actor.member.id != one.asked_id and not may_review(session, actor, account, now):
        asked = members.by_id(session, actor.workspace_id, one.asked_id)
        raise UserError(EvidenceRefusal.SPOT_CHECK_OF_ANOTHER, who=asked.name if asked else None, account=account.name)
    return account, one


def _refresh(session: Session, workspace_id: int, one: SpotCheck, now: datetime) -> None:
    """Have the message show what was said."""
    for key, _ in lookup.posts_of(session, workspace_id, queries.SPOT_CHECK_KEY.of(one.digest_id, one.asked_id)):
        update = Outgoing(
            key=f"{key}@{now.timestamp():.6f}:{one.id}",
            workspace_id=workspace_id,
            kind=SPOT_CHECK,
            op=Op.UPDATE,
            target_key=key,
            args={"digest_id": one.digest_id, "asked_id": one.asked_id},
            due_at=now,
        )
        put(session, update, now)


def compose_spot_check(session: Session, args: dict[str, Any], now: datetime) -> SpotCheckView | Moot:
    """The message as it is true now."""
    workspace_id = args["workspace_id"]
    asked = queries.spot_checks_asked(session, workspace_id, args["digest_id"], args["asked_id"])
    pieces = tuple(piece for one in asked if (piece := _piece(session, workspace_id, one)) is not None)
    portfolio = portfolios.in_workspace(session, workspace_id, asked[0].portfolio_id if asked else None)
    if not pieces or portfolio is None:
        return Moot("the accounts are not there any more")
    return SpotCheckView(portfolio.name, pieces)


def _piece(session: Session, workspace_id: int, one: SpotCheck) -> SpotPiece | None:
    account = accounts.still_there(session, workspace_id, one.account_id)
    row = row_of(session, workspace_id, Entity.EVIDENCE, one.evidence_id)
    if account is None or row is None:
        return None
    outcome, what = said_by_piece(session, workspace_id, one.evidence_id)
    names = members.names(session, {workspace_id}, {row["recorded_by"], one.member_id})
    link: str | None = row["link"]
    return SpotPiece(
        spot_check_id=one.id,
        evidence_id=one.evidence_id,
        account=account.name,
        outcome=outcome,
        what=what,
        as_of=row["as_of"],
        recorded_by=names.get(row["recorded_by"] or 0),
        openable=link if link and is_openable(link) else None,
        link=link,
        file_id=row["file_id"],
        verdict=one.verdict,
        by=names.get(one.member_id or 0),
        note=one.note,
        is_there=row["withdrawn_on"] is None and row["superseded_by"] is None,
    )
