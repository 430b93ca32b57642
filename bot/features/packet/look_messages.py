"""The messages of an acceptance: the manager is asked to look at it, the owner hears when it does not hold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.acceptance_lines import acceptance_line
from bot.app.assessments import rules_day
from bot.domain.enums import CheckVerdict
from bot.domain.model import Acceptance, Account, Look
from bot.features.packet import queries
from bot.features.packet.views import AcceptanceLookView, AcceptanceUnopenedView, AcceptanceWithdrawnView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Destination, MessageKey, Moot, Op, Outgoing
from bot.store import accounts, entities, members, proof_state
from bot.store.entities import Entity
from bot.store.members import Member

LOOK, WITHDRAWN, UNOPENED = "acceptance_look", "acceptance_withdrawn", "acceptance_unopened"
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
    _tell_of_look(session, recipients.answerable(session, account), (WITHDRAWN, queries.WITHDRAWN_KEY), look_id, now)


def tell_recorder(session: Session, account: Account, acceptance: Acceptance, look_id: int, now: datetime) -> None:
    """Tell who recorded an acceptance that somebody cannot open what shows it; who answers for the account, if Slack
    does not reach them."""
    recorder = recipients.reached(session, account.workspace_id, acceptance.recorded_by)
    told = recorder or recipients.answerable(session, account)
    _tell_of_look(session, told, (UNOPENED, queries.UNOPENED_KEY), look_id, now)


def _tell_of_look(
    session: Session, who: Member | None, kind: tuple[str, MessageKey], look_id: int, now: datetime
) -> None:
    recipient = recipients.of_member(who)
    if recipient is None:
        return
    name, key = kind
    message = Outgoing(
        key=key.of(look_id),
        workspace_id=recipient.workspace_id,
        kind=name,
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
    opened = [look for look in looks if look.verdict is not CheckVerdict.CANNOT_OPEN]
    last: Look | None = next(reversed(opened or looks), None)
    return AcceptanceLookView(
        account=account.name,
        line=acceptance_line(acceptance, state, rules_day(now)),
        recorded_by=state.names.get(acceptance.recorded_by or 0),
        verdict=last.verdict if last is not None else None,
        by=state.names.get(last.member_id or 0) if last is not None else None,
        note=last.note if last is not None else None,
        is_there=acceptance.withdrawn_on is None,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """A look that somebody is told of: the account, the acceptance, who is said to have accepted, who looked, and what
    they noted."""

    account: Account
    acceptance: Acceptance
    person: str | None
    by: str | None
    note: str


def compose_withdrawn(session: Session, args: dict[str, Any], now: datetime) -> AcceptanceWithdrawnView | Moot:
    """Who opened what shows the acceptance, and what they saw instead."""
    told = _told(session, args, CheckVerdict.DOES_NOT)
    if told is None:
        return Moot("the account is not there any more")
    on = told.acceptance.accepted_on
    return AcceptanceWithdrawnView(told.account.id, told.account.name, told.person, on, told.by, told.note)


def compose_unopened(session: Session, args: dict[str, Any], now: datetime) -> AcceptanceUnopenedView | Moot:
    """Who cannot open what shows the acceptance, and where it is."""
    told = _told(session, args, CheckVerdict.CANNOT_OPEN)
    if told is None:
        return Moot("the account is not there any more")
    acceptance = told.acceptance
    if acceptance.withdrawn_on is not None:
        return Moot("the acceptance was withdrawn")
    return AcceptanceUnopenedView(
        told.account.id, told.account.name, told.person, acceptance.accepted_on, told.by, acceptance.link
    )


def _told(session: Session, args: dict[str, Any], verdict: CheckVerdict) -> _Told | None:
    """The look of these arguments; None where it is another verdict, or the account is not there any more."""
    workspace_id = args["workspace_id"]
    look = entities.row_of(session, workspace_id, Entity.LOOK, args["look_id"])
    account = accounts.still_there(session, workspace_id, look["account_id"]) if look is not None else None
    if look is None or account is None or look["verdict"] is not verdict:
        return None
    row = entities.row_of(session, workspace_id, Entity.ACCEPTANCE, look["acceptance_id"])
    assert row is not None
    acceptance = Acceptance(**{field.name: row[field.name] for field in fields(Acceptance)})
    looker = members.by_id(session, workspace_id, look["member_id"])
    person = queries.person_name(session, account, acceptance.person_id)
    return _Told(account, acceptance, person, looker.name if looker is not None else None, look["note"] or "")
