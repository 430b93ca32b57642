"""The customer's agreement to what an outcome is judged by: who said yes, on which day, and what shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import outcome_of, stranger, writable, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import assessed, has_begun
from bot.app.references import NewFile, keep, key_of
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.model import Outcome, ProofState, Terms
from bot.domain.proof import reference
from bot.domain.proof.agreements import found_wanting
from bot.domain.proof.terms import JUDGED, by_outcome, easier_in, shown_by, standing_of, witness_of
from bot.features.plan.phrases import PlanPhrase
from bot.features.plan.refusals import PlanRefusal
from bot.features.plan.views import AgreementFormView
from bot.phrases import say
from bot.store import ledger, proof_state
from bot.store.entities import Entity

_FIELDS = {"baseline_agreed_by": "agreed_by", "agreed_on": "agreed_on", "agreement_link": "agreement_link"}


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as typed: who at the customer, on which day, and a link or file that shows it."""

    agreed_by: int | None = None
    on: date | None = None
    link: str | None = None
    file: NewFile | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of the outcome that keep it."""
        return {"baseline_agreed_by": self.agreed_by, "agreed_on": self.on, "agreement_link": self.link}


NOBODY = Agreement()


def agreement_form(
    session: Session, actor: Actor, account_id: int, now: datetime, *, takes_files: bool = False
) -> AgreementFormView:
    """What the form asks: to which outcome the customer said yes. Those that wait for it, or all if none does."""
    account = writable(session, actor, account_id)
    account_id = account.id
    seen = version_of_account(session, actor, account_id)
    state, assessment = assessed(session, actor, account_id, now)
    if not assessment.outcomes:
        raise UserError(PlanRefusal.PLAN_EMPTY)
    waiting = [g for g in assessment.outcomes if not g.terms.holds or g.terms.assumed_until is not None]
    return AgreementFormView(
        account_id=account_id,
        account=account.name,
        outcomes=tuple((g.outcome.id, g.outcome.title) for g in waiting or assessment.outcomes),
        people=tuple((person.id, person.name) for person in state.people if person.is_there(has_begun(now))),
        today=actor.today(now),
        takes_files=takes_files,
        seen=seen,
    )


def record_agreement(session: Session, actor: Actor, outcome_id: int, given: Agreement, now: datetime) -> None:
    """Record that the customer agreed to an outcome as it is now judged; `UserError` names the field at fault."""
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    shown = ShownRow(Entity.OUTCOME, outcome_id, (*JUDGED, *_FIELDS), {**dict.fromkeys(JUDGED, "outcome"), **_FIELDS})
    must_be_as_shown(session, actor, account.id, now, shown)
    state, outcome = (
        proof_state.load(session, account.workspace_id, account.id),
        outcome_of(session, account, outcome_id),
    )
    if given.agreed_by is None:
        raise UserError(PlanRefusal.AGREED_BY_NOBODY, "agreed_by")
    if not (given.link or "").strip() and given.file is None:
        raise UserError(PlanRefusal.AGREEMENT_NOT_SHOWN, "agreement_link")
    key_of(None, given.file)
    kept = None if given.file is None else keep(session, account, actor.member.id, given.file, now)
    terms = replace(prospective(state, outcome, {}, actor, now), agreement_file_id=kept)
    checked = checked_agreement(state, terms, given, session=session, today=actor.today(now))
    values = checked.columns | {"agreement_file_id": kept}
    ledger.change(session, actor.author, Entity.OUTCOME, outcome_id, now, **values)


def checked_agreement(state: ProofState, terms: Terms, given: Agreement, *, session: Session, today: date) -> Agreement:
    """The agreement to `terms` as it is kept; `UserError` when it cannot be one.

    A file that is given is kept already, and `terms` name it.
    """
    link = (given.link or "").strip() or None
    if link is not None and not reference.is_openable(link):
        raise UserError(PlanRefusal.AGREEMENT_LINK_UNREADABLE, "agreement_link")
    if link is not None and reference.is_shortened(link):
        raise UserError(PlanRefusal.AGREEMENT_LINK_SHORT, "agreement_link")
    if given.agreed_by is None and link is None and given.file is None:
        return NOBODY
    on = given.on or today
    if on > today:
        raise UserError(PlanRefusal.AGREED_IN_FUTURE, "agreed_on")
    if given.agreed_by is not None:
        _must_have_been_there(session, state, given.agreed_by, on)
    if link is not None or given.file is not None:
        kept = terms.agreement_file_id if given.file is not None else None
        _must_show_these_terms(state, replace(terms, agreement_link=link, agreement_file_id=kept))
    return Agreement(given.agreed_by, on, link)


def prospective(state: ProofState, outcome: Outcome, values: Mapping[str, Any], actor: Actor, now: datetime) -> Terms:
    """The terms that an outcome has once these values of it are saved; the newest version if nothing of it changes."""
    versions = by_outcome(state.terms).get(outcome.id, [])
    judged = {name: values.get(name, getattr(outcome, name)) for name in JUDGED}
    if versions and all(getattr(versions[-1], name) == value for name, value in judged.items()):
        return versions[-1]
    number = versions[-1].version + 1 if versions else 1
    return Terms(0, outcome.account_id, outcome.id, number, now, **judged, set_by=actor.member.id)


def warning(state: ProofState, new: Terms, today: date) -> str | None:
    """What to say before terms are saved that are easier than the agreed ones; None if they need nobody's yes."""
    versions = by_outcome(state.terms).get(new.outcome_id, [])
    agreed = standing_of(versions, today).agreed
    easier = () if agreed is None or new in versions else easier_in(agreed, new)
    if agreed is None or not easier:
        return None
    people = {person.id: person.name for person in state.people}
    return say(
        PlanPhrase.EASIER,
        fields=easier,
        who=people.get(agreed.agreed_by) if agreed.agreed_by is not None else None,
        on=agreed.agreed_on,
    )


def _must_have_been_there(session: Session, state: ProofState, person_id: int, on: date) -> None:
    person = next((person for person in state.people if person.id == person_id), None)
    if person is None:
        refusal = UserError(PlanRefusal.AGREED_BY_A_STRANGER, "agreed_by", account=state.account.name)
        raise stranger(session, state.account, Entity.PERSON, person_id, refusal)
    if not person.is_there(on):
        raise UserError(PlanRefusal.AGREED_AFTER_LEAVING, "agreed_on", who=person.name, left=person.left_on)


def _must_show_these_terms(state: ProofState, terms: Terms) -> None:
    versions: Sequence[Terms] = by_outcome(state.terms).get(terms.outcome_id, ())
    witness = witness_of(terms)
    if witness is not None and found_wanting(state, terms.outcome_id, witness):
        raise UserError(PlanRefusal.AGREEMENT_FOUND_WANTING, "agreement_link")
    earlier = None if witness is None else shown_by(witness, terms, versions)
    if earlier is None:
        return
    people = {person.id: person.name for person in state.people}
    who = people.get(earlier.agreed_by) if earlier.agreed_by is not None else None
    raise UserError(PlanRefusal.AGREEMENT_LINK_USED, "agreement_link", who=who, on=earlier.agreed_on)
