"""What people of the customer say in the shared channel: this is right, it is something else, or I disagree.

The only use cases that take somebody of another organisation. Each one checks the organisation, the person and the
question again, whatever was pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import UserError
from bot.app.assessments import rules_day
from bot.app.outsider import Outsider
from bot.app.shown import hold
from bot.domain.account.organisations import Confirmation, SlackIdentity, org_of_team
from bot.domain.enums import ConfirmationState, Source
from bot.domain.model import Account, Evidence
from bot.domain.values.numbers import decimal_of
from bot.features.confirmations import counting, identities, posting
from bot.features.confirmations.claims import Claim, claim_of
from bot.features.confirmations.organisations import is_our_mail
from bot.features.confirmations.phrases import ConfirmationPhrase
from bot.features.confirmations.refusals import ConfirmationRefusal
from bot.features.confirmations.views import CorrectView, DisagreeView, ThanksView
from bot.phrases import say
from bot.store import accounts, confirmations, ledger, members
from bot.store.entities import Entity


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press in a message, or the form that it opened: which question, in which channel, and the message's link.

    `channel` and `link` are None for a form, which Slack sends without them.
    """

    confirmation_id: int
    channel: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class _Heard:
    """An open question, with who answers it."""

    account: Account
    confirmation: Confirmation
    claim: Claim
    identity: SlackIdentity


def say_right(session: Session, outsider: Outsider, pressed: Pressed, now: datetime) -> int:
    """The claim is right; returns the question's id."""
    heard = _hear(session, outsider, pressed, now)
    _answer(session, outsider, heard, now, state=ConfirmationState.CONFIRMED, link=pressed.link)
    return heard.confirmation.id


def correct(session: Session, outsider: Outsider, pressed: Pressed, now: datetime, *, said: str, words: str) -> int:
    """Something else is right: `said` is the figure, or the words of a statement, `words` what they add to a figure.

    A new piece takes the old one's place. Returns the question's id.
    """
    heard = _hear(session, outsider, pressed, now)
    piece = _piece_to_correct(heard.claim)
    value, statement = _correction(heard.claim, said, words)
    successor = _successor(session, outsider, heard, piece, (value, statement), now=now)
    _answer(
        session,
        outsider,
        heard,
        now,
        state=ConfirmationState.CORRECTED,
        value=value,
        words=statement,
        link=pressed.link,
        new_evidence_id=successor,
    )
    return heard.confirmation.id


def disagree(session: Session, outsider: Outsider, pressed: Pressed, why: str, now: datetime) -> int:
    """It is not so. A piece is disputed and an acceptance withdrawn at once, whoever of theirs says it.

    Returns the question's id.
    """
    heard = _hear(session, outsider, pressed, now)
    reason = why.strip()
    if not reason:
        raise UserError(ConfirmationRefusal.REASON_EMPTY, "why")
    _answer(session, outsider, heard, now, state=ConfirmationState.DISPUTED, words=reason, link=pressed.link)
    _dispute(session, outsider, heard, reason, now)
    return heard.confirmation.id


def _dispute(session: Session, outsider: Outsider, heard: _Heard, reason: str, now: datetime) -> None:
    claim, by = heard.claim, outsider.author
    if claim.piece is not None:
        who = heard.identity.person_id if heard.identity.is_known else None
        disputed: dict[str, Any] = {"disputed_on": outsider.today(now), "disputed_by": who, "disputed_why": reason}
        ledger.change(session, by, Entity.EVIDENCE, claim.piece.id, now, only_if={"disputed_on": None}, **disputed)
    if claim.acceptance is not None:
        why = say(ConfirmationPhrase.DISPUTED, who=heard.identity.name, why=reason)
        ended: dict[str, Any] = {"withdrawn_on": rules_day(now), "withdrawn_why": why}
        ledger.change(session, by, Entity.ACCEPTANCE, claim.acceptance.id, now, only_if={"withdrawn_on": None}, **ended)


def correct_form(session: Session, outsider: Outsider, pressed: Pressed, now: datetime) -> CorrectView:
    """The form in which they say what is right."""
    _, confirmation, claim = _open_question(session, outsider, pressed, now)
    _piece_to_correct(claim)
    return CorrectView(confirmation.id, claim.title, claim.what, claim.as_of, claim.is_number, claim.unit)


def disagree_form(session: Session, outsider: Outsider, pressed: Pressed, now: datetime) -> DisagreeView:
    """The form in which they say what is wrong."""
    _, confirmation, claim = _open_question(session, outsider, pressed, now)
    return DisagreeView(confirmation.id, claim.title, claim.what, claim.as_of)


def thanks(session: Session, outsider: Outsider, pressed: Pressed, now: datetime) -> ThanksView:
    """What they see after their form."""
    confirmation = confirmations.in_workspace(session, outsider.workspace_id, pressed.confirmation_id)
    asker = members.by_id(session, outsider.workspace_id, confirmation.asked_by) if confirmation else None
    return ThanksView(asker.name if asker else "")


def _open_question(
    session: Session, outsider: Outsider, pressed: Pressed, now: datetime
) -> tuple[Account, Confirmation, Claim]:
    """The question, if it is open and this organisation's to answer; `UserError` with a sentence to them otherwise."""
    confirmation = confirmations.in_workspace(session, outsider.workspace_id, pressed.confirmation_id)
    account = accounts.still_there(session, outsider.workspace_id, confirmation.account_id) if confirmation else None
    if confirmation is None or account is None or pressed.channel not in (None, confirmation.channel):
        raise UserError(ConfirmationRefusal.QUESTION_GONE)
    bound = org_of_team(confirmations.orgs_of(session, account), outsider.team_id) is not None
    if not bound or is_our_mail(session, account, outsider.email):
        raise UserError(ConfirmationRefusal.NOT_THEIR_ORG, asker=_asker(session, confirmation, outsider))
    if outsider.is_guest:
        raise UserError(ConfirmationRefusal.GUEST_OF_THEIRS)
    claim = claim_of(session, outsider.workspace_id, confirmation, now)

    def renew(again: Session, moment: datetime) -> None:
        posting.refresh_question(again, account, confirmation.id, moment)

    if confirmation.answered_at is not None:
        who = confirmations.identity(session, account, confirmation.answered_by)
        raise UserError(ConfirmationRefusal.ANSWERED_ALREADY, person=who.name if who else None).renewing(renew)
    if claim is None or not claim.stands or confirmation.state is not ConfirmationState.OPEN:
        raise UserError(ConfirmationRefusal.QUESTION_OVER).renewing(renew)
    return account, confirmation, claim


def _hear(session: Session, outsider: Outsider, pressed: Pressed, now: datetime) -> _Heard:
    """An open question and who answers it: somebody who is noted as a person of the customer, or whose address is."""
    account, _, _ = _open_question(session, outsider, pressed, now)
    hold(session, account.id, now)
    account, confirmation, claim = _open_question(session, outsider, pressed, now)  # as it is now that it is held
    noted = [
        identity
        for identity in confirmations.identities_of(session, account)
        if (identity.slack_user_id, identity.slack_team_id) == (outsider.slack_id, outsider.team_id)
    ]
    who = noted[0] if noted else identities.by_email(session, account, outsider, now)
    if who is None:
        asked = confirmations.identity(session, account, confirmation.person_slack_id)
        person = confirmations.person_names(session, account).get(asked.person_id if asked else 0)
        asker = _asker(session, confirmation, outsider)
        raise UserError(ConfirmationRefusal.ASKS_SOMEBODY_ELSE, person=person, asker=asker)
    return _Heard(account, confirmation, claim, who)


def _asker(session: Session, confirmation: Confirmation, outsider: Outsider) -> str | None:
    asker = members.by_id(session, outsider.workspace_id, confirmation.asked_by)
    return asker.name if asker else None


def _answer(session: Session, outsider: Outsider, heard: _Heard, now: datetime, **said: Any) -> None:
    """Keep what was said, once; let it count if it is known who says it; show it and tell who asked."""
    row: dict[str, Any] = {"answered_by": heard.identity.id, "answered_at": now, **said}
    still_open = {"state": ConfirmationState.OPEN}
    by, confirmation_id = outsider.author, heard.confirmation.id
    if not ledger.change(session, by, Entity.CONFIRMATION, confirmation_id, now, only_if=still_open, **row):
        raise UserError(ConfirmationRefusal.ANSWERED_ALREADY, person=None)
    answered = confirmations.in_workspace(session, outsider.workspace_id, confirmation_id)
    assert answered is not None
    if heard.identity.is_known:
        counting.count(session, by, answered, heard.identity, now, account=heard.account)
    posting.refresh_question(session, heard.account, confirmation_id, now)
    posting.tell_asker(session, heard.account, confirmation_id, now)


def _piece_to_correct(claim: Claim) -> Evidence:
    """The piece that a correction replaces; an acceptance is right or it is not."""
    if claim.piece is None:
        raise UserError(ConfirmationRefusal.NOT_TO_CORRECT)
    return claim.piece


def _correction(claim: Claim, said: str, words: str) -> tuple[Decimal | None, str | None]:
    """The figure and the words of a correction; `UserError` where there is none, or it says the same."""
    unit = claim.unit if claim.is_number else None
    if not said.strip():
        raise UserError(ConfirmationRefusal.CORRECTION_EMPTY, "said", unit=unit)
    if not claim.is_number:
        if said.strip() == (claim.words or "").strip():
            raise UserError(ConfirmationRefusal.CORRECTION_SAME, "said")
        return None, said.strip()
    value = decimal_of(said)
    if value is None:
        raise UserError(ConfirmationRefusal.CORRECTION_NO_NUMBER, "said", unit=unit)
    if claim.piece is not None and value == claim.piece.value:
        raise UserError(ConfirmationRefusal.CORRECTION_SAME, "said")
    return value, words.strip() or None


def _successor(
    session: Session,
    outsider: Outsider,
    heard: _Heard,
    old: Evidence,
    right: tuple[Decimal | None, str | None],
    *,
    now: datetime,
) -> int:
    """The piece that takes the place of the one that was corrected: as of the same day, in the customer's name."""
    value, statement = right
    row: dict[str, Any] = {
        "account_id": heard.account.id,
        "outcome_id": old.outcome_id,
        "source": Source.CUSTOMER_WROTE,
        "as_of": old.as_of,
        "recorded_at": now,
        "value": value,
        "statement": statement,
        "attested_by": heard.identity.person_id,
    }
    successor = ledger.add(session, outsider.author, Entity.EVIDENCE, now, **row)
    replaced: dict[str, Any] = {"superseded_by": successor, "superseded_on": outsider.today(now)}
    ledger.change(session, outsider.author, Entity.EVIDENCE, old.id, now, only_if={"superseded_by": None}, **replaced)
    return successor
