"""A colleague opens what shows that the customer agreed to the terms of an outcome, and says what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.accounts import row_of
from bot.app.actor import Actor, UserError
from bot.app.assessments import rules_day
from bot.app.outside_looks import Recorded, look_values, must_be_able_to_look
from bot.app.references import NewFile, opened
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.enums import CheckKind, CheckVerdict
from bot.domain.model import Account, Terms
from bot.domain.proof.agreements import agreed_fact, agreements, recorded_at, recorder
from bot.domain.proof.reference import is_openable
from bot.domain.proof.terms import witness_of
from bot.features.evidence import queries
from bot.features.evidence.countersign import Looker
from bot.features.evidence.phrases import EvidencePhrase
from bot.features.evidence.refusals import EvidenceRefusal
from bot.features.evidence.views import AgreementLine, AgreementNotShownFormView, AgreementVoidView
from bot.outbox.queue import put
from bot.outbox.types import Moot, Outgoing
from bot.phrases import phrase, say
from bot.store import accounts, entities, ledger, members, proof_state
from bot.store.entities import Entity
from bot.store.outcome_terms import AGREEMENT

VOID = "agreement_void"
"""The name of the kind of message."""
_SHOWN = tuple(AGREEMENT.values())


def look(session: Session, actor: Actor, terms_id: int, verdict: CheckVerdict, now: datetime, *, note: str = "") -> int:
    """Record what a colleague saw who opened what shows an agreement; returns the account's id.

    "It does not" needs a note of what it shows, voids the agreement, and tells the owner.
    """
    account, _ = row_of(session, actor, Entity.TERMS, terms_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.TERMS, terms_id, _SHOWN))
    terms = _terms(session, actor, terms_id)
    key = witness_of(terms) if terms.agreed_by is not None else None
    recorded = Recorded(recorder(terms), recorded_at(terms), key)
    must_be_able_to_look(session, actor, account, recorded, (verdict, note))
    if queries.last_look_at_terms(session, terms, actor.member.id, str(key)) is verdict:
        return account.id
    values = look_values(session, actor, account, recorded, now) | {
        "terms_id": terms_id,
        "kind": CheckKind.COUNTERSIGN,
        "verdict": verdict,
        "note": note.strip() or None,
        "reference_key": key,
    }
    look_id = ledger.add(session, actor.author, Entity.LOOK, now, **values)
    if verdict is CheckVerdict.DOES_NOT:
        _void(session, actor, terms, note.strip(), now)
        _tell_owner(session, account, look_id, now)
    return account.id


def not_shown_form(session: Session, actor: Actor, terms_id: int, now: datetime) -> AgreementNotShownFormView:
    """The form that asks what it shows instead."""
    account, row = row_of(session, actor, Entity.TERMS, terms_id)
    return AgreementNotShownFormView(terms_id, row["title"], version_of_account(session, actor, account.id))


def opened_file(session: Session, actor: Actor, terms_id: int) -> NewFile:
    """The kept file of an agreement, for any colleague who opens it; `UserError` when there is none."""
    account, row = row_of(session, actor, Entity.TERMS, terms_id)
    return opened(session, account, row["agreement_file_id"])


def lines(looker: Looker, now: datetime) -> Iterator[AgreementLine]:
    """The agreements that hold, with what this reader may do about them."""
    for agreed in agreements(looker.state, rules_day(now)):
        terms, link = agreed.terms, agreed.terms.agreement_link
        yield AgreementLine(
            terms_id=terms.id,
            text=phrase(agreed_fact(agreed, looker.state)),
            link=link,
            openable=link if link and is_openable(link) else None,
            file_id=terms.agreement_file_id,
            may_look=agreed.seen is None and looker.is_outside(recorder(terms), recorded_at(terms)),
        )


def compose_void(session: Session, args: dict[str, Any], now: datetime) -> AgreementVoidView | Moot:
    """Who opened what shows the agreement, and what they saw instead."""
    workspace_id = args["workspace_id"]
    row = entities.row_of(session, workspace_id, Entity.LOOK, args["look_id"])
    account = accounts.still_there(session, workspace_id, row["account_id"]) if row is not None else None
    terms = entities.row_of(session, workspace_id, Entity.TERMS, row["terms_id"]) if row is not None else None
    if row is None or account is None or terms is None:
        return Moot("the account is not there any more")
    looker = members.by_id(session, workspace_id, row["member_id"])
    return AgreementVoidView(
        account.id, account.name, terms["title"], looker.name if looker is not None else None, row["note"] or ""
    )


def _terms(session: Session, actor: Actor, terms_id: int) -> Terms:
    _, row = row_of(session, actor, Entity.TERMS, terms_id)
    terms = Terms(**{field.name: row[field.name] for field in fields(Terms)})
    if terms.agreed_by is None:
        raise UserError(EvidenceRefusal.NOT_AGREED_ANY_MORE)
    return terms


def _void(session: Session, actor: Actor, terms: Terms, note: str, now: datetime) -> None:
    """Clear the agreement to a version; to the newest one by its outcome, which keeps it as well."""
    why = say(EvidencePhrase.NOT_AGREED, who=actor.member.name, note=note)
    state = proof_state.load(session, actor.workspace_id, terms.account_id)
    newest = max(one.version for one in state.terms if one.outcome_id == terms.outcome_id)
    if terms.version == newest:
        cleared: dict[str, Any] = dict.fromkeys(AGREEMENT)
        ledger.change(session, actor.author, Entity.OUTCOME, terms.outcome_id, now, why=why, only_if=None, **cleared)
    else:
        cleared = dict.fromkeys((*AGREEMENT.values(), "agreement_by", "agreement_at"))
        ledger.change(session, actor.author, Entity.TERMS, terms.id, now, why=why, only_if=None, **cleared)


def _tell_owner(session: Session, account: Account, look_id: int, now: datetime) -> None:
    recipient = recipients.of_member(recipients.answerable(session, account))
    if recipient is None:
        return
    message = Outgoing(
        key=queries.AGREEMENT_VOID_KEY.of(look_id),
        workspace_id=account.workspace_id,
        kind=VOID,
        channel=recipient.to,
        destination=recipient.destination,
        args={"look_id": look_id},
        due_at=now,
    )
    put(session, message, now)
