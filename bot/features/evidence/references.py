"""What somebody else could open to check a piece of evidence: its link or its kept file, each for one as-of date."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account, row_of
from bot.app.actor import Actor, UserError
from bot.domain.enums import Witness
from bot.domain.model import Account, Evidence
from bot.domain.proof import reference
from bot.domain.proof.checks import checked_of
from bot.domain.proof.witness import is_at_least, is_slip, witness
from bot.domain.values.text import number
from bot.features.evidence import queries
from bot.features.evidence.refusals import EvidenceRefusal
from bot.store import proof_state
from bot.store.entities import Entity

LARGEST_FILE = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that somebody gave as evidence, with its bytes."""

    name: str
    mime: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Reference:
    """The key by which references are compared, and the kept file's id; None for what is not there."""

    key: str | None
    file_id: int | None


def must_be_a_link(link: str | None) -> None:
    """Raise `UserError` for a link that a colleague cannot follow, or that only leads on to another."""
    if link is None:
        return
    if not reference.is_openable(link):
        raise UserError(EvidenceRefusal.LINK_NOT_OPENABLE, "link")
    if reference.is_shortened(link):
        raise UserError(EvidenceRefusal.LINK_SHORTENED, "link")


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
    if file is None:
        key = None if link is None else reference.link_key(link)
        _must_be_of_one_day(session, account, key, as_of, is_file=False)
        return Reference(key, None)
    if len(file.content) > LARGEST_FILE:
        raise UserError(EvidenceRefusal.FILE_TOO_LARGE, "file", megabytes=LARGEST_FILE // 1024**2)
    if not file.content:
        raise UserError(EvidenceRefusal.FILE_EMPTY, "file")
    key = reference.file_key(file.content)
    _must_be_of_one_day(session, account, key, as_of, is_file=True)
    return Reference(key, _keep(session, account, by, file, now))


def kept_again(session: Session, account: Account, file_id: int) -> Reference:
    """The reference of a file that is kept already, for a piece that is recorded anew."""
    kept = queries.kept_file_of(session, account, file_id)
    if kept is None:
        raise no_such_account()
    return Reference(f"file:{kept.sha256}", file_id)


def opened_file(session: Session, actor: Actor, evidence_id: int) -> NewFile:
    """The kept file of a piece, for any colleague who opens it; `UserError` when there is none."""
    account, row = row_of(session, actor, Entity.EVIDENCE, evidence_id)
    kept = None if row["file_id"] is None else queries.kept_file_of(session, account, row["file_id"])
    content = None if kept is None else queries.content_of(session, account, kept.id)
    if kept is None or content is None:
        raise UserError(EvidenceRefusal.FILE_GONE)
    return NewFile(kept.name, None, content)


def _keep(session: Session, account: Account, by: int, file: NewFile, now: datetime) -> int:
    sha256 = hashlib.sha256(file.content).hexdigest()
    kept_id = queries.file_with_hash(session, account, sha256)
    if kept_id is not None:
        return kept_id
    return queries.add_file(session, account, by, queries.FileRow(file.name, file.mime, file.content, sha256), now)


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
