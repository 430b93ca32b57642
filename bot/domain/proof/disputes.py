"""What a customer disputes: the outcome as of a day, not one row (docs/rules.md, Disputes).

A piece as of that day or earlier stays disputed, also when it is withdrawn and entered again. The dispute is over when
the one who disputed, or the economic buyer, says otherwise in a way that we cannot make up: by themselves, or in words
of theirs of that day or later which a colleague outside the account team has opened. Only their own yes to the very
piece that they disputed makes that piece count again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.enums import Part, Source, Witness
from bot.domain.model import Evidence, Person
from bot.domain.proof.in_force import is_disputed, is_withdrawn, stands
from bot.domain.proof.witness import Checked, confirmed_by, is_at_least, witness


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute of an outcome: the piece that was disputed, on which day, and whether that is over.

    When it is over the piece itself stays disputed, and all others are free.
    """

    piece: Evidence
    day: date
    over: bool


NO_DISPUTES: tuple[Dispute, ...] = ()


def disputes_of(
    pieces: Sequence[Evidence], people: Mapping[int, Person], checked: Checked, on: date
) -> tuple[Dispute, ...]:
    """The disputes of one outcome by a day, the oldest first; `pieces` are all of the outcome's, withdrawn ones too."""
    if all(piece.disputed_on is None for piece in pieces):
        return NO_DISPUTES
    named = []
    for piece in pieces:
        day = piece.disputed_on
        if day is None or day > on or piece.recorded_at.date() > on:
            continue
        if _says_yes(piece, piece, people, checked, on):
            continue
        over = any(
            other.id != piece.id and not is_withdrawn(other, on) and _says_yes(other, piece, people, checked, on)
            for other in pieces
        )
        named.append(Dispute(piece, day, over))
    return tuple(sorted(named, key=lambda dispute: (dispute.day, dispute.piece.as_of, dispute.piece.id)))


def falls_under(piece: Evidence, disputes: Iterable[Dispute]) -> bool:
    """Whether a piece counts as disputed: it was so itself, or it is as of the day of an open dispute or earlier."""
    return any(
        dispute.piece.id == piece.id or (not dispute.over and piece.as_of <= dispute.day) for dispute in disputes
    )


class PieceState(StrEnum):
    """What became of a piece of evidence."""

    STANDS = "stands"
    WITHDRAWN = "withdrawn"
    DISPUTED = "disputed"
    SUPERSEDED = "superseded"


def state_of_piece(piece: Evidence, siblings: Sequence[Evidence], on: date, disputes: Iterable[Dispute]) -> PieceState:
    """What became of a piece by a day. `siblings` hold the pieces of its outcome, `disputes` are the outcome's."""
    if is_withdrawn(piece, on):
        return PieceState.WITHDRAWN
    if falls_under(piece, disputes):
        return PieceState.DISPUTED
    return PieceState.STANDS if stands(piece, siblings, on) else PieceState.SUPERSEDED


def _says_yes(piece: Evidence, disputed: Evidence, people: Mapping[int, Person], checked: Checked, on: date) -> bool:
    """Whether, since the dispute, somebody who may end it stands for `piece` in a way that we cannot make up."""
    since = disputed.disputed_on
    assert since is not None
    person = confirmed_by(piece, checked, people, on, since=since)
    if person is not None:
        return _may_end(person, disputed)
    if piece.id == disputed.id or piece.as_of < since or piece.recorded_at.date() > on or is_disputed(piece, on):
        return False
    author = people.get(piece.attested_by) if piece.attested_by is not None else None
    wrote = author is not None and piece.source is Source.CUSTOMER_WROTE and _may_end(author, disputed)
    return wrote and is_at_least(witness(piece, checked, people, on), Witness.COUNTERSIGNED)


def _may_end(person: Person, disputed: Evidence) -> bool:
    """The one who disputed, or the economic buyer; anybody of theirs when nobody wrote down who disputed."""
    return disputed.disputed_by in (None, person.id) or person.part is Part.ECONOMIC_BUYER
