"""Makes what a person of the customer said count: a check on the piece, and on the one that corrects it."""

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
    """Write what was said as checks of the customer's, once; a correction confirms the piece that it added.

    The checks are as of `now`: before it was known who said it, it was nobody's word.
    """
    uncounted = {"counted_at": None, "state": said.state}
    if not ledger.change(session, by, Entity.CONFIRMATION, said.id, now, only_if=uncounted, counted_at=now):
        return
    verdicts = {said.evidence_id: _VERDICTS[said.state]}
    if said.new_evidence_id is not None:
        verdicts[said.new_evidence_id] = CheckVerdict.CONFIRMED
    for evidence_id, verdict in verdicts.items():
        row: dict[str, Any] = {
            "account_id": account.id,
            "evidence_id": evidence_id,
            "kind": CheckKind.CUSTOMER,
            "verdict": verdict,
            "person_id": identity.person_id,
            "at": now,
            "note": said.words,
            "link": said.link,
            "owner_then": account.owner_id,
            "deputy_then": account.deputy_id,
        }
        ledger.add(session, by, Entity.EVIDENCE_CHECK, now, **row)
    if said.state is ConfirmationState.DISPUTED:
        unnamed, who = {"disputed_by": None}, identity.person_id
        ledger.change(session, by, Entity.EVIDENCE, said.evidence_id, now, only_if=unnamed, disputed_by=who)
