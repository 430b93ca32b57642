"""Puts together what an account's record says about who looked at its evidence, for `witness` and `disputes`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.domain.enums import CheckKind, CheckVerdict, Source
from bot.domain.model import Check, Evidence, ProofState
from bot.domain.proof.disputes import PieceState, disputes_of, state_of_piece
from bot.domain.proof.witness import NO_CHECKS, Checked, independent_looks, is_slip

_OF_THE_CUSTOMER = frozenset(
    {Source.CUSTOMER_SYSTEM, Source.CUSTOMER_WROTE, Source.CHAMPION_PRESENTED, Source.CUSTOMER_SAID}
)


def checked_of(state: ProofState) -> Checked:
    """What an account's record says about who looked at its evidence."""
    by_piece: dict[int, list[Check]] = {}
    for check in state.checks:
        by_piece.setdefault(check.evidence_id, []).append(check)
    first_uses: dict[str, Evidence] = {}
    given: dict[int, list[Evidence]] = {}
    replaced = disputed = False
    for piece in state.evidence:
        replaced = replaced or piece.superseded_by is not None
        disputed = disputed or piece.disputed_on is not None
        if piece.reference_key is not None and not is_slip(piece):
            given.setdefault(piece.outcome_id, []).append(piece)
            first = first_uses.setdefault(piece.reference_key, piece)
            if (piece.recorded_at, piece.id) < (first.recorded_at, first.id):
                first_uses[piece.reference_key] = piece
    failed = _failed(state.evidence, by_piece) if by_piece else frozenset()
    failed_at = _failed_at(state.evidence, by_piece) if failed else {}
    if replaced and by_piece:
        _hand_on(state.evidence, by_piece)
    again = {of: times for pieces in given.values() if len(pieces) > 1 for of, times in _again(pieces, by_piece)}
    checked = Checked(by_piece, first_uses, failed, failed_at, again=again, upgraded_on=state.account.upgraded_on)
    return replace(checked, disputed=_disputed_since(state, checked)) if disputed else checked


def states_of_pieces(state: ProofState, on: date) -> dict[int, PieceState]:
    """What became of each piece of an account by a day, by its id."""
    people = {person.id: person for person in state.people}
    checked = checked_of(state)
    by_outcome: dict[int, list[Evidence]] = {}
    for piece in state.evidence:
        by_outcome.setdefault(piece.outcome_id, []).append(piece)
    states = {}
    for pieces in by_outcome.values():
        disputes = disputes_of(pieces, people, checked, on)
        states.update({piece.id: state_of_piece(piece, pieces, on, disputes) for piece in pieces})
    return states


def _failed(pieces: Sequence[Evidence], by_piece: Mapping[int, Sequence[Check]]) -> frozenset[tuple[int, str]]:
    return frozenset(
        (piece.outcome_id, piece.reference_key)
        for piece in pieces
        if piece.reference_key is not None
        for check in independent_looks(piece, by_piece.get(piece.id, NO_CHECKS), date.max)
        if check.verdict is CheckVerdict.DOES_NOT
    )


def _failed_at(pieces: Sequence[Evidence], by_piece: Mapping[int, Sequence[Check]]) -> dict[int, datetime]:
    """When somebody last found a reference of an outcome wanting, unless a colleague has found one right since.

    Another address of the same page is another reference, so it is the outcome that loses its advance.
    """
    last: dict[int, Check] = {}
    for piece in pieces:
        for check in independent_looks(piece, by_piece.get(piece.id, NO_CHECKS), date.max):
            before = last.get(piece.outcome_id)
            if before is None or (check.at, check.id) > (before.at, before.id):
                last[piece.outcome_id] = check
    return {outcome_id: check.at for outcome_id, check in last.items() if check.verdict is CheckVerdict.DOES_NOT}


def _again(pieces: Sequence[Evidence], by_piece: Mapping[int, Sequence[Check]]) -> Iterator[tuple[int, int]]:
    """The pieces of an outcome whose reference follows another at which nobody else has looked, each with how many it
    makes. Withdrawing the one before does not begin anew; a look of somebody else does."""
    keys: set[str | None] = set()
    for piece in sorted(pieces, key=lambda piece: (piece.recorded_at, piece.id)):
        if piece.source not in _OF_THE_CUSTOMER:
            continue
        checks = by_piece.get(piece.id, NO_CHECKS)
        looks = independent_looks(piece, checks, date.max) if checks else NO_CHECKS
        is_seen = any(check.verdict is CheckVerdict.SHOWS for check in looks)
        if is_seen or any(check.kind is CheckKind.CUSTOMER for check in checks):
            keys.clear()
            continue
        if piece.reference_key not in keys and keys:
            yield piece.id, len(keys) + 1
        keys.add(piece.reference_key)


def _disputed_since(state: ProofState, checked: Checked) -> dict[int, date]:
    """The first day of a dispute that nobody has taken back, by outcome."""
    people = {person.id: person for person in state.people}
    since: dict[int, date] = {}
    for outcome_id in {piece.outcome_id for piece in state.evidence if piece.disputed_on is not None}:
        pieces = [piece for piece in state.evidence if piece.outcome_id == outcome_id]
        days = [dispute.day for dispute in disputes_of(pieces, people, checked, date.max) if not dispute.over]
        if days:
            since[outcome_id] = min(days)
    return since


def _hand_on(pieces: Sequence[Evidence], by_piece: dict[int, list[Check]]) -> None:
    """Give a piece the looks at the one it replaced, where both say the same of the same reference.

    It is recorded anew when our share of it is worked out. The looks keep the id of the piece that was looked at.
    """
    by_id = {piece.id: piece for piece in pieces}
    for older in sorted(pieces, key=lambda piece: piece.id):
        newer = by_id.get(older.superseded_by) if older.superseded_by is not None else None
        if newer is None or older.id not in by_piece or _observation(older) != _observation(newer):
            continue
        looks = [
            check for check in by_piece[older.id] if check.member_id is None or check.member_id != older.recorded_by
        ]
        by_piece[newer.id] = [*looks, *by_piece.get(newer.id, ())]


def _observation(piece: Evidence) -> tuple[object, ...]:
    return piece.outcome_id, piece.as_of, piece.source, piece.value, piece.statement, piece.reference_key
