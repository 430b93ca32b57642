"""Makes what a person of the customer said count: of a piece, of the one that corrects it, or of an acceptance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.account.organisations import Confirmation, SlackIdentity
from bot.domain.enums import CheckKind, CheckVerdict, ConfirmationState
from bot.domain.model import Account
from bot.store import ledger
from bot.store.entities import Entity
from bot.store.ledger import Author

_VERDICTS = {
    ConfirmationState.CONFIRMED: CheckVerdict.CONFIRMED,
    ConfirmationState.CORRECTED: CheckVerdict.CORRECTED,
    ConfirmationState.DISPUTED: CheckVerdict.DISPUTED,
}


def count(
    session: Session, by: Author, said: Confirmation, identity: SlackIdentity, now: datetime, *, account: Account
) -> None:
    """Write what was said as looks of the customer's, once; a correction confirms the piece that it added.

    They are as of `now`: before it was known who said it, it was nobody's word.
    """
    uncounted = {"counted_at": None, "state": said.state}
    if not ledger.change(session, by, Entity.CONFIRMATION, said.id, now, only_if=uncounted, counted_at=now):
        return
    for evidence_id, verdict in _verdicts(said).items():
        check = _row(said, identity, now, account) | {"evidence_id": evidence_id, "verdict": verdict}
        ledger.add(session, by, Entity.EVIDENCE_CHECK, now, **check)
    if said.acceptance_id is not None:
        look: dict[str, Any] = {"acceptance_id": said.acceptance_id, "verdict": _VERDICTS[said.state]}
        ledger.add(session, by, Entity.LOOK, now, **_row(said, identity, now, account), **look)
    if said.state is ConfirmationState.DISPUTED and said.evidence_id is not None:
        unnamed, who = {"disputed_by": None}, identity.person_id
        ledger.change(session, by, Entity.EVIDENCE, said.evidence_id, now, only_if=unnamed, disputed_by=who)


def _verdicts(said: Confirmation) -> dict[int, CheckVerdict]:
    """What was said of which piece."""
    verdicts: dict[int, CheckVerdict] = {}
    if said.evidence_id is not None:
        verdicts[said.evidence_id] = _VERDICTS[said.state]
    if said.new_evidence_id is not None:
        verdicts[said.new_evidence_id] = CheckVerdict.CONFIRMED
    return verdicts


def _row(said: Confirmation, identity: SlackIdentity, now: datetime, account: Account) -> dict[str, Any]:
    return {
        "account_id": account.id,
        "kind": CheckKind.CUSTOMER,
        "person_id": identity.person_id,
        "at": now,
        "note": said.words,
        "link": said.link,
        "owner_then": account.owner_id,
        "deputy_then": account.deputy_id,
    }
