"""Whether a piece of evidence stands on a day: recorded by then, not withdrawn, not superseded by one that stands.

A disputed piece stands but proves nothing (`disputes`). Shelf life is not asked here: it is the outcome's (`grading`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.domain.model import Evidence


def is_withdrawn(piece: Evidence, on: date) -> bool:
    """Whether the piece was taken back by a day."""
    return piece.withdrawn_on is not None and piece.withdrawn_on <= on


def is_disputed(piece: Evidence, on: date) -> bool:
    """Whether the customer disputes the piece by a day."""
    return piece.disputed_on is not None and piece.disputed_on <= on


def is_recorded(piece: Evidence, on: date) -> bool:
    """Whether the piece was on record by a day. An as-of date of tomorrow is today further east."""
    return piece.recorded_at.date() <= on and (piece.as_of <= on or (piece.as_of - on).days <= 1)


def stands(piece: Evidence, siblings: Sequence[Evidence], on: date) -> bool:
    """Recorded by the day, not withdrawn, not superseded."""
    if is_withdrawn(piece, on) or not is_recorded(piece, on):
        return False
    return piece.superseded_by is None or not _superseded(piece, siblings, on)


def _superseded(piece: Evidence, siblings: Sequence[Evidence], on: date) -> bool:
    """Superseded while any later piece of its chain is there: a correction of a correction corrects both."""
    if piece.superseded_on is not None and piece.superseded_on > on:
        return False
    by_id = {sibling.id: sibling for sibling in siblings}
    visited_ids: set[int] = set()
    following = piece.superseded_by
    while following is not None and following not in visited_ids:
        visited_ids.add(following)
        later = by_id.get(following)
        if later is None:
            return True
        if not is_withdrawn(later, on) and later.recorded_at.date() <= on:
            return True
        following = later.superseded_by
    return False
