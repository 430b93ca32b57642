"""Records that somebody at the customer accepted the packet, and what the manager sees who looks at what shows it.

An acceptance stands as it was recorded. It counts once the customer has confirmed it, or the manager has seen what
shows it (`bot.domain.proof.acceptance`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import row_of, stranger, writable
from bot.app.actor import Actor, UserError
from bot.app.assessments import assessed, rules_day
from bot.app.outside_looks import (
    Recorded,
    asked_to_look,
    counts_as_manager,
    look_values,
    must_be_able_to_look,
    must_be_outside,
)
from bot.app.references import NewFile, keep, key_of, must_be_a_link, opened
from bot.app.refusals import AppRefusal
from bot.app.sensible_days import must_follow_contract_start
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.account.assessment import Assessment
from bot.domain.enums import CheckKind, CheckVerdict
from bot.domain.labels import labels
from bot.domain.model import Acceptance, Account, Person, ProofState
from bot.domain.proof.acceptance import ACCEPTERS, PACKET_GOOD_FOR, newest
from bot.domain.values.days import shift_day
from bot.features.packet import look_messages, queries
from bot.features.packet.phrases import PacketPhrase
from bot.features.packet.refusals import PacketRefusal
from bot.features.packet.views import AcceptanceNotShownFormView, AcceptPacketView, PacketAcceptedView
from bot.phrases import phrase, say
from bot.store import ledger, proof_state
from bot.store.entities import Entity


@dataclass(frozen=True, slots=True)
class NewAcceptance:
    """An acceptance as typed: who at the customer, on which day, and what shows it."""

    account_id: int
    by_person: int
    on: date
    link: str | None = None
    file: NewFile | None = None


def accept_form(
    session: Session, actor: Actor, account_id: int, now: datetime, *, takes_files: bool = False
) -> AcceptPacketView:
    """What the acceptance form shows; `UserError` while nothing is proven or nobody is named who could accept."""
    writable(session, actor, account_id)
    seen = version_of_account(session, actor, account_id)
    state, assessment = assessed(session, actor, account_id, now)
    able = [person for person in state.people if person.is_there(assessment.on) and person.plays(*ACCEPTERS)]
    if not able:
        raise UserError(PacketRefusal.NOBODY_WHO_COULD, account=state.account.name, slug=state.account.slug)
    _must_have_a_story(assessment)
    able.sort(key=_deciders_first)
    people = tuple((person.id, person.name, labels(person.parts)) for person in able)
    covered = phrase(assessment.covered)
    return AcceptPacketView(account_id, state.account.name, covered, people, actor.today(now), takes_files, seen)


def accept(session: Session, actor: Actor, new: NewAcceptance, now: datetime) -> int:
    """Record who at the customer accepted the packet, and on which day; returns the acceptance's id.

    One that was recorded since the form was opened is never followed by another one unseen. The manager is asked to
    look at what shows it, if there is anything to open.
    """
    account = writable(session, actor, new.account_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.ACCEPTANCE, None, (), {"": "by"}))
    state, assessment = assessed(session, actor, account.id, now)
    person = _who_accepts(session, state, new)
    if new.on > actor.today(now):
        raise UserError(PacketRefusal.ACCEPTED_IN_FUTURE, "on")
    must_follow_contract_start(account, new.on, "on")
    _must_have_a_story(assessment)
    link = (new.link or "").strip() or None
    must_be_a_link(link)
    key = key_of(link, new.file)
    _must_be_of_this_day(session, account, key, new)
    acceptance_id = ledger.add(
        session,
        actor.author,
        Entity.ACCEPTANCE,
        now,
        account_id=account.id,
        version=max((one.version for one in state.acceptances), default=0) + 1,
        person_id=person.id,
        accepted_on=new.on,
        recorded_at=now,
        recorded_by=actor.member.id,
        link=link,
        file_id=None if new.file is None else keep(session, account, actor.member.id, new.file, now),
        reference_key=key,
    )
    if key is not None:
        look_messages.ask(
            session, account, acceptance_id, asked_to_look(session, account, Recorded(actor.member.id, now, key)), now
        )
    return acceptance_id


def accepted(session: Session, actor: Actor, acceptance_id: int, now: datetime) -> PacketAcceptedView:
    """What was recorded, and what has to happen before it counts."""
    account, row = row_of(session, actor, Entity.ACCEPTANCE, acceptance_id)
    people = proof_state.load(session, account.workspace_id, account.id).people
    person = next((person for person in people if person.id == row["person_id"]), None)
    has_reference = row["reference_key"] is not None
    asked = (
        asked_to_look(session, account, Recorded(row["recorded_by"], row["recorded_at"], row["reference_key"]))
        if has_reference
        else None
    )
    return PacketAcceptedView(
        acceptance_id=acceptance_id,
        account=account.name,
        by=person.name if person else None,
        on=row["accepted_on"],
        until=shift_day(row["accepted_on"], PACKET_GOOD_FOR),
        has_reference=has_reference,
        asked=asked.name if asked is not None else None,
    )


def look(
    session: Session, actor: Actor, acceptance_id: int, verdict: CheckVerdict, now: datetime, *, note: str = ""
) -> int:
    """Record what the manager saw who opened what shows an acceptance; returns the account's id.

    "It does not" needs a note of what it shows, withdraws the acceptance with that as its reason, and tells the owner.
    "I cannot open it" changes nothing and has who recorded the acceptance share it; another look may follow.
    """
    account, _ = row_of(session, actor, Entity.ACCEPTANCE, acceptance_id)
    shown = ShownRow(Entity.ACCEPTANCE, acceptance_id, ("withdrawn_on",))
    must_be_as_shown(session, actor, account.id, now, shown)
    acceptance = _acceptance(session, actor, acceptance_id)
    recorded = _recorded(acceptance)
    if not counts_as_manager(session, actor, account, recorded):
        asked = asked_to_look(session, account, recorded)
        raise UserError(PacketRefusal.ONLY_THE_MANAGER, who=asked.name if asked is not None else None)
    must_be_able_to_look(session, actor, account, recorded, (verdict, note))
    if acceptance.withdrawn_on is not None:
        raise UserError(PacketRefusal.ACCEPTANCE_WITHDRAWN)
    if queries.last_verdict(session, acceptance, actor.member.id) is verdict:
        return account.id
    values = look_values(session, actor, account, recorded, now) | {
        "acceptance_id": acceptance_id,
        "kind": CheckKind.COUNTERSIGN,
        "verdict": verdict,
        "note": note.strip() or None,
        "reference_key": acceptance.reference_key,
    }
    look_id = ledger.add(session, actor.author, Entity.LOOK, now, **values)
    if verdict is CheckVerdict.DOES_NOT:
        _withdraw(session, actor, acceptance_id, note.strip(), now)
        look_messages.tell_owner(session, account, look_id, now)
    if verdict is CheckVerdict.CANNOT_OPEN:
        look_messages.tell_recorder(session, account, acceptance, look_id, now)
    look_messages.refresh(session, account, acceptance_id, now)
    return account.id


def _withdraw(session: Session, actor: Actor, acceptance_id: int, note: str, now: datetime) -> None:
    why = say(PacketPhrase.NOT_SHOWN, who=actor.member.name, note=note)
    ended: dict[str, Any] = {"withdrawn_on": rules_day(now), "withdrawn_why": why}
    ledger.change(session, actor.author, Entity.ACCEPTANCE, acceptance_id, now, only_if={"withdrawn_on": None}, **ended)


def not_shown_form(session: Session, actor: Actor, acceptance_id: int, now: datetime) -> AcceptanceNotShownFormView:
    """The form that asks what it shows instead."""
    account, row = row_of(session, actor, Entity.ACCEPTANCE, acceptance_id)
    seen = version_of_account(session, actor, account.id)
    person = queries.person_name(session, account, row["person_id"])
    return AcceptanceNotShownFormView(acceptance_id, account.name, person, row["accepted_on"], seen)


def opened_file(session: Session, actor: Actor, acceptance_id: int) -> NewFile:
    """The kept file of an acceptance, for any colleague who opens it; `UserError` when there is none."""
    account, row = row_of(session, actor, Entity.ACCEPTANCE, acceptance_id)
    return opened(session, account, row["file_id"])


def may_look(state: ProofState, session: Session, actor: Actor, now: datetime) -> bool:
    """Whether this reader's look at the newest acceptance would count, and they have not said yet what they see."""
    acceptance, account = newest(state, rules_day(now)), state.account
    if acceptance is None or acceptance.reference_key is None:
        return False
    if any(verdict is not CheckVerdict.CANNOT_OPEN for verdict in _said_by(state, actor, acceptance)):
        return False
    if not counts_as_manager(session, actor, account, _recorded(acceptance)):
        return False
    try:
        must_be_outside(session, actor, account, _recorded(acceptance))
    except UserError:
        return False
    return True


def could_not_open(state: ProofState, actor: Actor, now: datetime) -> bool:
    """Whether this reader said last of the newest acceptance that they cannot open what shows it."""
    acceptance = newest(state, rules_day(now))
    said = _said_by(state, actor, acceptance) if acceptance is not None else []
    return said[-1:] == [CheckVerdict.CANNOT_OPEN]


def _said_by(state: ProofState, actor: Actor, acceptance: Acceptance) -> list[CheckVerdict]:
    """What a colleague said of an acceptance, one look after the other."""
    looks = (look for look in state.looks if look.acceptance_id == acceptance.id)
    return [look.verdict for look in looks if look.member_id == actor.member.id]


def _who_accepts(session: Session, state: ProofState, new: NewAcceptance) -> Person:
    """Who is said to accept; `UserError` where it is nobody of theirs, had left, or could not accept that day."""
    account = state.account
    person = next((person for person in state.people if person.id == new.by_person), None)
    if person is None:
        refusal = UserError(AppRefusal.PERSON_OF_ANOTHER_ACCOUNT, "by", account=account.name)
        raise stranger(session, account, Entity.PERSON, new.by_person, refusal)
    if not person.is_there(new.on):
        raise UserError(PacketRefusal.PERSON_HAD_LEFT, "by", person=person.name)
    if not person.played(new.on, *ACCEPTERS):
        raise UserError(PacketRefusal.COULD_NOT_ACCEPT, "by", person=person.name, parts=labels(person.parts))
    return person


def _must_be_of_this_day(session: Session, account: Account, key: str | None, new: NewAcceptance) -> None:
    """Raise `UserError` for a link or file that has shown something of another day, or was found wanting."""
    if key is None:
        return
    field = "link" if new.file is None else "file"
    used_on = queries.other_day_of(session, account, key, new.on)
    if used_on is not None:
        raise UserError(PacketRefusal.REFERENCE_USED, field, is_file=new.file is not None, since=used_on)
    if queries.was_found_wanting(session, account, key):
        raise UserError(PacketRefusal.REFERENCE_FAILED, field, is_file=new.file is not None)


def _acceptance(session: Session, actor: Actor, acceptance_id: int) -> Acceptance:
    _, row = row_of(session, actor, Entity.ACCEPTANCE, acceptance_id)
    return Acceptance(**{field.name: row[field.name] for field in fields(Acceptance)})


def _recorded(acceptance: Acceptance) -> Recorded:
    return Recorded(acceptance.recorded_by, acceptance.recorded_at, acceptance.reference_key)


def _deciders_first(person: Person) -> tuple[int, int]:
    places = (place for place, part in enumerate(ACCEPTERS) if person.plays(part))
    return next(places, len(ACCEPTERS)), person.id


def _must_have_a_story(assessment: Assessment) -> None:
    if not any(graded.credit > 0 for graded in assessment.outcomes):
        raise UserError(PacketRefusal.NOTHING_PROVEN)
