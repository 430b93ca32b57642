"""What somebody else could open to check a piece of evidence: its link or its kept file, each for one as-of date."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.accounts import row_of
from bot.app.actor import Actor, UserError
from bot.app.references import NewFile, Reference, keep, key_of, opened
from bot.domain.enums import Witness
from bot.domain.model import Account, Evidence
from bot.domain.proof.checks import checked_of
from bot.domain.proof.witness import is_at_least, is_slip, witness
from bot.domain.values.text import number
from bot.features.evidence import queries
from bot.features.evidence.refusals import EvidenceRefusal
from bot.store import proof_state
from bot.store.entities import Entity


def refer(
    session: Session,
    account: Account,
    by: int,
    now: datetime,
    *,
    link: str | None,
    file: NewFile | None,
    as_of: date,
) -> Reference:
    """Keep what shows a piece as of a day; `by` is the id of who gave it.

    A file stands for the link beside it, which may be a page that changes.

    `UserError` when it has served another day: as long as nobody outside the account team has seen it there, it may as
    well be the old figure once more.
    """
    key = key_of(link, file)
    _must_be_of_one_day(session, account, key, as_of, is_file=file is not None)
    return Reference(key, None if file is None else keep(session, account, by, file, now))


def opened_file(session: Session, actor: Actor, evidence_id: int) -> NewFile:
    """The kept file of a piece, for any colleague who opens it; `UserError` when there is none."""
    account, row = row_of(session, actor, Entity.EVIDENCE, evidence_id)
    return opened(session, account, row["file_id"])


def _must_be_of_one_day(session: Session, account: Account, key: str | None, as_of: date, *, is_file: bool) -> None:
    if key is None or not queries.is_used_elsewhere(session, account, key, as_of):
        return
    state = proof_state.load(session, account.workspace_id, account.id)
    other_days = [
        piece for piece in state.evidence if piece.reference_key == key and piece.as_of != as_of and not is_slip(piece)
    ]
    if not other_days:
        return
    last = max(other_days, key=lambda piece: (piece.recorded_at, piece.id))
    people = {person.id: person for person in state.people}
    if is_at_least(witness(last, checked_of(state), people, date.max), Witness.COUNTERSIGNED):
        return
    outcome = next(outcome for outcome in state.outcomes if outcome.id == last.outcome_id)
    raise UserError(
        EvidenceRefusal.REFERENCE_USED,
        "file" if is_file else "link",
        is_file=is_file,
        what=_what(last, outcome.unit),
        since=last.as_of,
        outcome=outcome.title,
    )


def _what(piece: Evidence, unit: str | None) -> str:
    return number(piece.value, unit) if piece.value is not None else piece.statement or ""
