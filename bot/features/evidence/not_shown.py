"""The message to an account's owner: somebody opened a reference, and it does not show what the piece says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import row_of
from bot.app.actor import Actor
from bot.app.shown import version_of_account
from bot.domain.values.text import number
from bot.features.evidence.views import EvidenceNotShownView, NotShownFormView
from bot.outbox.types import Moot
from bot.store import accounts, entities, members
from bot.store.entities import Entity


def not_shown_form(session: Session, actor: Actor, evidence_id: int, now: datetime) -> NotShownFormView:
    """The form that asks what the reference shows instead."""
    account, _ = row_of(session, actor, Entity.EVIDENCE, evidence_id)
    seen = version_of_account(session, actor, account.id)
    outcome, what = said_by_piece(session, actor.workspace_id, evidence_id)
    return NotShownFormView(evidence_id, outcome, what, seen)


def compose_not_shown(session: Session, args: dict[str, Any], now: datetime) -> EvidenceNotShownView | Moot:
    """Who opened what, and what they saw instead."""
    workspace_id = args["workspace_id"]
    check = entities.row_of(session, workspace_id, Entity.EVIDENCE_CHECK, args["check_id"])
    account = accounts.still_there(session, workspace_id, check["account_id"]) if check is not None else None
    if check is None or account is None:
        return Moot("the account is not there any more")
    piece = entities.row_of(session, workspace_id, Entity.EVIDENCE, check["evidence_id"])
    assert piece is not None
    outcome, what = said_by_piece(session, workspace_id, check["evidence_id"])
    looker = members.by_id(session, workspace_id, check["member_id"])
    return EvidenceNotShownView(
        account.id,
        account.name,
        outcome,
        what,
        piece["as_of"],
        looker.name if looker is not None else "",
        check["note"] or "",
    )


def said_by_piece(session: Session, workspace_id: int, evidence_id: int) -> tuple[str, str]:
    """The title of a piece's outcome, and what the piece says."""
    piece = entities.row_of(session, workspace_id, Entity.EVIDENCE, evidence_id)
    assert piece is not None
    outcome = entities.row_of(session, workspace_id, Entity.OUTCOME, piece["outcome_id"])
    title, unit = (outcome["title"], outcome["unit"]) if outcome is not None else ("", None)
    return title, number(piece["value"], unit) if piece["value"] is not None else piece["statement"] or ""
