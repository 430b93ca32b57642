"""The Value Proof Packet: what is proven, outcome by outcome, as a story that a champion can defend in five minutes.

It is a view of the ledger and stores only its acceptance: who at the customer accepted it, and when. Only money
that finance or the economic buyer accepted is summed; what is not proven is listed as plainly as what is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, stranger, writable
from bot.app.actor import Actor, UserError, may_write
from bot.app.assessments import assessed
from bot.app.refusals import AppRefusal
from bot.app.sensible_days import must_follow_contract_start
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.account.assessment import Assessment
from bot.domain.account.stages import PACKET_GOOD_FOR
from bot.domain.account.worth import worth
from bot.domain.enums import Direction, OutcomeKind, Part, Standing
from bot.domain.labels import label, labels
from bot.domain.model import Person, ProofState
from bot.domain.proof.explanation import reason
from bot.domain.proof.grading import Graded
from bot.domain.proof.witness import witnessed
from bot.domain.values.days import shift_day
from bot.domain.values.text import band, number, percent
from bot.features.packet import queries
from bot.features.packet.refusals import PacketRefusal
from bot.features.packet.views import (
    AcceptPacketView,
    PacketAcceptedView,
    PacketView,
    SharedPacketView,
    StoryLine,
    UnprovenLine,
)
from bot.phrases import phrase
from bot.store import ledger, proof_state
from bot.store.entities import Entity

_SHOWN = ("packet_accepted_on", "packet_accepted_by")
_FIELDS = {"packet_accepted_on": "on", "packet_accepted_by": "by"}
_FIRST_TO_ACCEPT = (Part.ECONOMIC_BUYER, Part.FINANCE, Part.CHAMPION, Part.OUTCOME_OWNER)


def packet(session: Session, actor: Actor, account_id: int, now: datetime) -> PacketView:
    """The packet as the ledger has it now."""
    state, assessment = assessed(session, actor, account_id, now)
    recorded = None
    if state.account.packet_accepted_on is not None:
        recorded = queries.acceptance_recorded_by(session, state.account)
    return replace(_packet(state, assessment, may_write(session, actor, state.account)), **_said_by(state, recorded))


def _said_by(state: ProofState, recorded: tuple[int, str] | None) -> dict[str, Any]:
    if recorded is None:
        return {}
    member_id, name = recorded
    return {"said_by": name, "said_by_owner": member_id in (state.account.owner_id, state.account.deputy_id)}


def shared_packet(session: Session, actor: Actor, account_id: int, now: datetime) -> SharedPacketView:
    """The packet as everybody in a channel may see it, with who shares it."""
    return SharedPacketView(packet(session, actor, account_id, now), actor.member.slack_id or actor.member.name)


def accept_form(session: Session, actor: Actor, account_id: int, now: datetime) -> AcceptPacketView:
    """What the acceptance form shows; `UserError` while nothing is proven or nobody is named who could accept."""
    writable(session, actor, account_id)
    seen = version_of_account(session, actor, account_id)
    state, assessment = assessed(session, actor, account_id, now)
    _must_have_a_story(assessment)
    here = [person for person in state.people if person.is_there(assessment.on)]
    if not here:
        raise UserError(PacketRefusal.NOBODY_NAMED, account=state.account.name, slug=state.account.slug)
    here.sort(key=_deciders_first)
    people = tuple((person.id, person.name, labels(person.parts)) for person in here)
    return AcceptPacketView(account_id, state.account.name, phrase(assessment.covered), people, actor.today(now), seen)


def accept(
    session: Session, actor: Actor, account_id: int, now: datetime, *, by_person: int, on: date
) -> PacketAcceptedView:
    """Record who at the customer accepted the packet, and on which day. A later acceptance replaces an earlier one.

    One that was recorded since the form was opened is never replaced unseen.
    """
    account = writable(session, actor, account_id)
    must_be_as_shown(session, actor, account_id, now, ShownRow(Entity.ACCOUNT, account_id, _SHOWN, _FIELDS))
    state = proof_state.load(session, actor.workspace_id, account_id)
    person = next((person for person in state.people if person.id == by_person), None)
    if person is None:
        refusal = UserError(AppRefusal.PERSON_OF_ANOTHER_ACCOUNT, "by", account=account.name)
        raise stranger(session, account, Entity.PERSON, by_person, refusal)
    if not person.is_there(on):
        raise UserError(PacketRefusal.PERSON_HAD_LEFT, "by", person=person.name)
    if on > actor.today(now):
        raise UserError(PacketRefusal.ACCEPTED_IN_FUTURE, "on")
    must_follow_contract_start(account, on, "on")
    _must_have_a_story(assessed(session, actor, account_id, now)[1])
    values: dict[str, Any] = {"packet_accepted_on": on, "packet_accepted_by": by_person}
    ledger.change(session, actor.author, Entity.ACCOUNT, account_id, now, **values)
    return acceptance(session, actor, account_id, now)


def acceptance(session: Session, actor: Actor, account_id: int, now: datetime) -> PacketAcceptedView:
    """Who accepted the packet last, and on which day; `UserError` when nobody has."""
    account = account_of(session, actor, account_id)
    on = account.packet_accepted_on
    people = proof_state.load(session, actor.workspace_id, account_id).people
    person = next((person for person in people if person.id == account.packet_accepted_by), None)
    if person is None or on is None:
        raise UserError(PacketRefusal.NOT_ACCEPTED_YET, account=account.name)
    return PacketAcceptedView(account.name, person.name, on, shift_day(on, PACKET_GOOD_FOR))


def _packet(state: ProofState, assessment: Assessment, can_write: bool) -> PacketView:
    account, on = state.account, assessment.on
    story = [graded for graded in assessment.outcomes if graded.credit > 0]
    story.sort(key=lambda graded: (-(graded.grade or 0), graded.outcome.id))
    accepted_on = account.packet_accepted_on
    accepter = next((person for person in state.people if person.id == account.packet_accepted_by), None)
    return PacketView(
        account_id=account.id,
        account=account.name,
        coverage=phrase(assessment.covered),
        outcomes=len(assessment.outcomes),
        story=tuple(_story(state, graded) for graded in story),
        unproven=tuple(_unproven(graded) for graded in assessment.outcomes if graded.credit == 0),
        money=phrase(worth(state.outcomes, assessment.outcomes).fact),
        champion=_champion(state, on),
        accepted_on=accepted_on,
        accepted_by=f"{accepter.name}, {labels(accepter.parts)}" if accepter else None,
        renew=accepted_on is not None and on > shift_day(accepted_on, PACKET_GOOD_FOR),
        can_write=can_write,
    )


def _story(state: ProofState, graded: Graded) -> StoryLine:
    outcome, piece = graded.outcome, graded.evidence
    assert piece is not None
    return StoryLine(
        title=outcome.title,
        moved=_moved(graded),
        target=_target(graded),
        words=piece.statement,
        progress=None if graded.standing is Standing.PROVEN else percent(graded.credit),
        reason=phrase(reason(graded)),
        attestor=graded.attestor.name if graded.attestor else None,
        as_of=piece.as_of,
        link=piece.link,
        witness=phrase(witnessed(piece, graded.checked, graded.people, state.names, graded.on)),
        method_note=piece.method_note if piece.method is not None else None,
    )


def _moved(graded: Graded) -> str:
    outcome, piece = graded.outcome, graded.evidence
    if outcome.kind is OutcomeKind.STATEMENT or piece is None or piece.value is None or outcome.baseline is None:
        return ""
    return f"{number(outcome.baseline)} → {number(piece.value, outcome.unit)}"


def _target(graded: Graded) -> str | None:
    outcome = graded.outcome
    if outcome.direction is Direction.HOLD:
        return band(outcome.band_low, outcome.band_high, outcome.unit) or None
    return number(outcome.target, outcome.unit) if outcome.target is not None else None


def _unproven(graded: Graded) -> UnprovenLine:
    why = None if graded.standing is Standing.DISPROVEN else phrase(reason(graded))
    return UnprovenLine(graded.outcome.title, why, graded.outcome.due_on)


def _champion(state: ProofState, on: date) -> str | None:
    for part in (Part.CHAMPION, Part.ECONOMIC_BUYER):
        for person in state.people:
            if person.plays(part) and person.is_there(on):
                return f"{person.name}, {label(part)}"
    return None


def _deciders_first(person: Person) -> tuple[int, int]:
    places = (place for place, part in enumerate(_FIRST_TO_ACCEPT) if person.plays(part))
    return next(places, len(_FIRST_TO_ACCEPT)), person.id


def _must_have_a_story(assessment: Assessment) -> None:
    if not any(graded.credit > 0 for graded in assessment.outcomes):
        raise UserError(PacketRefusal.NOTHING_PROVEN)
