"""What the forms on a gap show before somebody fills them in, and what they say once it is saved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError
from bot.app.assessments import rules_day
from bot.domain.model import Evidence, ProofState
from bot.domain.proof.checks import states_of_pieces
from bot.domain.proof.disputes import PieceState
from bot.features.gaps import target as targets
from bot.features.gaps.phrases import GapPhrase
from bot.features.gaps.refusals import GapRefusal
from bot.features.gaps.register import ACTED_ON
from bot.features.gaps.target import Target
from bot.features.gaps.views import (
    CloseGapFormView,
    GapAct,
    GapFormView,
    GapSavedView,
    HandGapFormView,
    MoveGapFormView,
)
from bot.phrases import say
from bot.store import changes, members

_PIECES_OFFERED = 20


def gap_form(
    session: Session, actor: Actor, now: datetime, *, gap_id: int | None = None, outcome_id: int | None = None
) -> GapFormView:
    """The form of a gap: its step, owner, date and risk."""
    target, seen = targets.shown(session, actor, now, gap_id=gap_id, outcome_id=outcome_id)
    owner = members.by_id(session, actor.workspace_id, target.owner_id)
    return GapFormView(
        ref=_ref(gap_id, outcome_id),
        account=target.account.name,
        title=target.title,
        of_outcome=target.of_outcome,
        next_action=target.next_action,
        owner=owner.slack_id if owner else None,
        due_on=target.due_on,
        risk_if_never=target.risk_if_never,
        moved=target.moved,
        seen=seen,
    )


def close_form(session: Session, actor: Actor, now: datetime, *, gap_id: int) -> CloseGapFormView:
    """The form that closes a question, with the evidence that may show the answer."""
    target, seen = targets.shown(session, actor, now, gap_id=gap_id)
    if target.of_outcome:
        raise UserError(GapRefusal.CLOSES_BY_EVIDENCE)
    pieces = _standing(target.state, now)
    return CloseGapFormView(_ref(gap_id, None), target.account.name, target.title, pieces, seen)


def move_form(
    session: Session, actor: Actor, now: datetime, *, gap_id: int | None = None, outcome_id: int | None = None
) -> MoveGapFormView:
    """The form that puts a gap on another day."""
    target, seen = targets.shown(session, actor, now, gap_id=gap_id, outcome_id=outcome_id)
    ref = _ref(gap_id, outcome_id)
    return MoveGapFormView(ref, target.account.name, target.title, target.due_on, target.moved, seen)


def hand_over_form(
    session: Session, actor: Actor, now: datetime, *, gap_id: int | None = None, outcome_id: int | None = None
) -> HandGapFormView:
    """The form that hands a gap to a colleague."""
    target, seen = targets.shown(session, actor, now, gap_id=gap_id, outcome_id=outcome_id)
    owner = members.by_id(session, actor.workspace_id, target.owner_id)
    name = owner.name if owner else None
    return HandGapFormView(_ref(gap_id, outcome_id), target.account.name, target.title, name, seen)


def saved(
    session: Session,
    actor: Actor,
    now: datetime,
    *,
    act: GapAct,
    first: int = 0,
    gap_id: int | None = None,
    outcome_id: int | None = None,
) -> GapSavedView:
    """How a gap stands after an act, with what takes the act back; `first` is the first line that it wrote."""
    if first:
        gap_id = gap_id or _row_written(session, actor, now, outcome_id)
    elif gap_id is None:
        return _nothing(session, actor, now, outcome_id)
    target = targets.of_row(session, actor, now, gap_id=gap_id, outcome_id=outcome_id)
    last = _last_line(session, actor, target, first) if first else 0
    undo = f"{gap_id}:{first}:{last}" if last else None
    return _saved(session, actor, target, "unchanged" if act != "undone" and not first else act, undo)


def _saved(session: Session, actor: Actor, target: Target, act: GapAct, undo: str | None) -> GapSavedView:
    gap = target.gap
    owner = members.by_id(session, actor.workspace_id, target.owner_id)
    piece = next((p for p in target.state.evidence if gap is not None and p.id == gap.closed_evidence_id), None)
    return GapSavedView(
        account_id=target.account.id,
        account=target.account.name,
        act=act,
        title=target.title,
        next_action=target.next_action,
        owner=owner.name if owner else None,
        due_on=target.due_on,
        risk_if_never=target.risk_if_never,
        moved=target.moved,
        closed_how=gap.closed_how if gap else None,
        closed_link=gap.closed_link if gap else None,
        closed_with=_piece(target.state, piece) if piece else None,
        undo=undo,
    )


def _nothing(session: Session, actor: Actor, now: datetime, outcome_id: int | None) -> GapSavedView:
    target, _ = targets.shown(session, actor, now, outcome_id=outcome_id)
    return _saved(session, actor, target, "unchanged", None)


def _row_written(session: Session, actor: Actor, now: datetime, outcome_id: int | None) -> int:
    """The row of the gap that an act on an outcome wrote or changed."""
    target, _ = targets.shown(session, actor, now, outcome_id=outcome_id)
    if target.gap is None:
        raise no_such_account()
    return target.gap.id


def _last_line(session: Session, actor: Actor, target: Target, first: int) -> int:
    """The last line of the act that began with line `first`; 0 if there is no such line of the actor's."""
    lines = changes.of_account_since(session, actor.workspace_id, target.account.id, max(first - 1, 0), ACTED_ON)
    begin = next((line for line in lines if line.id == first), None)
    if begin is None:
        return 0
    return max(line.id for line in lines if line.member_id == begin.member_id and line.at == begin.at)


def _standing(state: ProofState, now: datetime) -> tuple[tuple[int, str], ...]:
    """The pieces of evidence that stand, the newest first, as a choice shows them."""
    states = states_of_pieces(state, rules_day(now))
    pieces = [piece for piece in state.evidence if states[piece.id] is PieceState.STANDS]
    pieces.sort(key=lambda piece: (piece.as_of, piece.id), reverse=True)
    return tuple((piece.id, _piece(state, piece)) for piece in pieces[:_PIECES_OFFERED])


def _piece(state: ProofState, piece: Evidence) -> str:
    outcome = next((outcome for outcome in state.outcomes if outcome.id == piece.outcome_id), None)
    return say(
        GapPhrase.PIECE,
        as_of=piece.as_of,
        title=outcome.title if outcome else "",
        value=piece.value,
        unit=outcome.unit if outcome else None,
        words=piece.statement,
    )


def _ref(gap_id: int | None, outcome_id: int | None) -> str:
    return f"gap:{gap_id}" if gap_id is not None else f"outcome:{outcome_id}"
