"""The messages of an acceptance: the manager is asked to look at it, the owner hears when it does not hold."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.acceptance_lines import acceptance_line
from bot.app.assessments import rules_day
from bot.domain.enums import CheckVerdict
from bot.domain.model import Acceptance, Account, Look
from bot.features.packet import queries
from bot.features.packet.views import AcceptanceLookView, AcceptanceWithdrawnView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Destination, Moot, Op, Outgoing
from bot.store import accounts, entities, members, proof_state
from bot.store.entities import Entity
from bot.store.members import Member

LOOK, WITHDRAWN = "acceptance_look", "acceptance_withdrawn"
"""The names of the kinds of message."""


def ask(session: Session, account: Account, acceptance_id: int, who: Member | None, now: datetime) -> None:
    """Ask somebody to look at what shows an acceptance, once; nobody where there is nobody to ask."""
    if who is None or who.slack_id is None:
        return
    message = Outgoing(
        key=queries.LOOK_KEY.of(acceptance_id),
        workspace_id=account.workspace_id,
        kind=LOOK,
        channel=who.slack_id,
        destination=Destination.USER,
        args={"acceptance_id": acceptance_id, "account_id": account.id},
        due_at=now,
    )
    put(session, message, now)


def refresh(session: Session, account: Account, acceptance_id: int, now: datetime) -> None:
    """Have the question show what was said."""
    for key, _ in lookup.posts_of(session, account.workspace_id, queries.LOOK_KEY.of(acceptance_id)):
        update = Outgoing(
            key=f"{key}@{now.timestamp():.6f}",
            workspace_id=account.workspace_id,
            kind=LOOK,
            op=Op.UPDATE,
            target_key=key,
            args={"acceptance_id": acceptance_id, "account_id": account.id},
            due_at=now,
        )
        put(session, update, now)


def tell_owner(session: Session, account: Account, look_id: int, now: datetime) -> None:
    """Tell who answers for the account that an acceptance was withdrawn, and why."""
    recipient = recipients.of_member(recipients.answerable(session, account))
    if recipient is None:
        return
    message = Outgoing(
        key=queries.WITHDRAWN_KEY.of(look_id),
        workspace_id=account.workspace_id,
        kind=WITHDRAWN,
        channel=recipient.to,
        destination=recipient.destination,
        args={"look_id": look_id},
        due_at=now,
    )
    put(session, message, now)


def compose_look(session: Session, args: dict[str, Any], now: datetime) -> AcceptanceLookView | Moot:
    """The question to the manager as it is true now."""
    account = accounts.still_there(session, args["workspace_id"], args["account_id"])
    if account is None:
        return Moot("the account is not there any more")
    state = proof_state.load(session, account.workspace_id, account.id)
    acceptance = next((one for one in state.acceptances if one.id == args["acceptance_id"]), None)
    if acceptance is None:
        return Moot("the acceptance is not there any more")
    looks = [look for look in state.looks if look.acceptance_id == acceptance.id and look.member_id is not None]
    last: Look | None = looks[-1] if looks else None
    return AcceptanceLookView(
        account=account.name,
        line=acceptance_line(acceptance, state, rules_day(now)),
        recorded_by=state.names.get(acceptance.recorded_by or 0),
        verdict=last.verdict if last is not None else None,
        by=state.names.get(last.member_id or 0) if last is not None else None,
        note=last.note if last is not None else None,
        is_there=acceptance.withdrawn_on is None,
    )


def compose_withdrawn(session: Session, args: dict[str, Any], now: datetime) -> AcceptanceWithdrawnView | Moot:
    """Who opened what shows the acceptance, and what they saw instead."""
    workspace_id = args["workspace_id"]
    look = entities.row_of(session, workspace_id, Entity.LOOK, args["look_id"])
    account = accounts.still_there(session, workspace_id, look["account_id"]) if look is not None else None
    if look is None or account is None or look["verdict"] is not CheckVerdict.DOES_NOT:
        return Moot("the account is not there any more")
    row = entities.row_of(session, workspace_id, Entity.ACCEPTANCE, look["acceptance_id"])
    assert row is not None
    acceptance = Acceptance(**{field.name: row[field.name] for field in fields(Acceptance)})
    looker = members.by_id(session, workspace_id, look["member_id"])
    return AcceptanceWithdrawnView(
        account_id=account.id,
        account=account.name,
        person=queries.person_name(session, account, acceptance.person_id),
        on=acceptance.accepted_on,
        by=looker.name if looker is not None else None,
        note=look["note"] or "",
    )
