"""Somebody of the customer takes back what they said in the shared channel, as long as nothing was built on it.

Their answer is the lines of history that it wrote about the question and about what it is on, and those by which it
began to count, which may have come later. Afterwards the question is open again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import undo
from bot.app.actor import UserError
from bot.app.assessments import rules_day
from bot.app.outsider import Outsider
from bot.app.shown import hold
from bot.domain.account.organisations import Confirmation, SlackIdentity, org_of_team
from bot.domain.enums import CheckKind
from bot.domain.model import Account
from bot.features.confirmations import posting
from bot.features.confirmations.answering import Pressed
from bot.features.confirmations.phrases import ConfirmationPhrase
from bot.features.confirmations.refusals import ConfirmationRefusal
from bot.phrases import say
from bot.store import accounts, changes, confirmations, members
from bot.store.changes import Changed
from bot.store.entities import Entity

_ENTITIES = (
    *(Entity.CONFIRMATION, Entity.EVIDENCE, Entity.EVIDENCE_CHECK, Entity.ACCEPTANCE, Entity.LOOK),
    Entity.GAP,
)


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer, and who gave it."""

    account: Account
    confirmation: Confirmation
    identity: SlackIdentity


def take_back(session: Session, outsider: Outsider, pressed: Pressed, now: datetime) -> int:
    """Take back what this person said; returns the question's id. `UserError` with a sentence to them otherwise."""
    said = _said(session, outsider, pressed)
    hold(session, said.account.id, now)
    said = _said(session, outsider, pressed)  # as it is now that it is held
    account, confirmation = said.account, said.confirmation
    lines = changes.of_account_since(session, account.workspace_id, account.id, 0, _ENTITIES)
    act = [line for line in lines if _is_of(line, confirmation)]
    if not act or _built_on(lines, act, confirmation):
        asker = members.by_id(session, account.workspace_id, confirmation.asked_by)
        raise UserError(ConfirmationRefusal.BUILT_ON, asker=asker.name if asker else None)
    ended: dict[Entity, dict[str, Any]] = {
        Entity.EVIDENCE_CHECK: {"taken_back_at": now},
        Entity.LOOK: {"taken_back_at": now},
        Entity.EVIDENCE: {
            "withdrawn_on": rules_day(now),
            "withdrawn_why": say(ConfirmationPhrase.TAKEN_BACK, who=said.identity.name),
        },
    }
    undo.reverse(session, outsider.author, act, now, ends=ended)
    posting.refresh_question(session, account, confirmation.id, now)
    posting.tell_asker(session, account, confirmation.id, now, news="back")
    return confirmation.id


def _said(session: Session, outsider: Outsider, pressed: Pressed) -> _Said:
    """The answer to a question, if this person gave it."""
    confirmation = confirmations.in_workspace(session, outsider.workspace_id, pressed.confirmation_id)
    account = accounts.still_there(session, outsider.workspace_id, confirmation.account_id) if confirmation else None
    if confirmation is None or account is None or pressed.channel not in (None, confirmation.channel):
        raise UserError(ConfirmationRefusal.QUESTION_GONE)
    if org_of_team(confirmations.orgs_of(session, account), outsider.team_id) is None:
        asker = members.by_id(session, outsider.workspace_id, confirmation.asked_by)
        raise UserError(ConfirmationRefusal.NOT_THEIR_ORG, asker=asker.name if asker else None)
    if outsider.is_guest:
        raise UserError(ConfirmationRefusal.GUEST_OF_THEIRS)
    if confirmation.answered_at is None:

        def renew(again: Session, moment: datetime) -> None:
            posting.refresh_question(again, account, confirmation.id, moment)

        raise UserError(ConfirmationRefusal.NOTHING_SAID).renewing(renew)
    identity = confirmations.identity(session, account, confirmation.answered_by)
    me = (outsider.slack_id, outsider.team_id)
    if identity is None or (identity.slack_user_id, identity.slack_team_id) != me:
        raise UserError(ConfirmationRefusal.SAID_BY_ANOTHER, person=identity.name if identity else None)
    return _Said(account, confirmation, identity)


def _is_of(line: Changed, said: Confirmation) -> bool:
    """Whether a line of history was written by an answer: by giving it, or by its beginning to count."""
    if line.at not in (said.answered_at, said.counted_at):
        return False
    changed = line.before is not None
    match Entity(line.entity):
        case Entity.CONFIRMATION:
            return changed and line.entity_id == said.id
        case Entity.ACCEPTANCE:
            return changed and line.entity_id == said.acceptance_id
        case Entity.EVIDENCE:
            return line.entity_id == (said.evidence_id if changed else said.new_evidence_id)
        case Entity.EVIDENCE_CHECK:
            return _is_theirs(line) and line.after.get("evidence_id") in (said.evidence_id, said.new_evidence_id)
        case Entity.LOOK:
            return _is_theirs(line) and line.after.get("acceptance_id") == said.acceptance_id
        case _:
            return False


def _is_theirs(line: Changed) -> bool:
    return line.before is None and line.after.get("kind") == CheckKind.CUSTOMER.value


def _built_on(lines: Sequence[Changed], act: Sequence[Changed], said: Confirmation) -> bool:
    """Whether somebody went on from an answer: changed what it changed, or closed a gap with it."""
    mine, first = {line.id for line in act}, min(line.id for line in act)
    later = [line for line in lines if line.id > first and line.id not in mine]
    return any(_goes_on(line, said) for line in later)


def _goes_on(line: Changed, said: Confirmation) -> bool:
    pieces = set(_pieces(said))
    match Entity(line.entity):
        case Entity.CONFIRMATION:
            return line.entity_id == said.id
        case Entity.EVIDENCE:
            return line.entity_id in pieces
        case Entity.ACCEPTANCE:
            return line.entity_id == said.acceptance_id
        case Entity.GAP:
            return line.after.get("closed_evidence_id") in pieces
        case _:
            return False


def _pieces(said: Confirmation) -> Iterator[int]:
    for piece_id in (said.evidence_id, said.new_evidence_id):
        if piece_id is not None:
            yield piece_id
