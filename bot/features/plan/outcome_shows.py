"""Where in the customer's own system an outcome would show, and who there could show it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.accounts import outcome_of, stranger, writable_row
from bot.app.actor import Actor, UserError
from bot.app.assessments import has_begun
from bot.app.refusals import AppRefusal
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.features.plan.views import ShowsFormView
from bot.store import ledger, proof_state
from bot.store.entities import Entity

_COLUMNS = ("shows_in", "shown_by", "retired_on")
_FIELDS = {"retired_on": "shows_in"}


def shows_form(session: Session, actor: Actor, outcome_id: int, now: datetime) -> ShowsFormView:
    """The form, with what is known; who is named stays a choice after they left."""
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    seen = version_of_account(session, actor, account.id)
    outcome = outcome_of(session, account, outcome_id)
    people = tuple(
        (person.id, person.name)
        for person in proof_state.load(session, actor.workspace_id, account.id).people
        if person.is_there(has_begun(now)) or person.id == outcome.shown_by
    )
    return ShowsFormView(outcome_id, outcome.title, outcome.shows_in, outcome.shown_by, people, seen)


def set_shows(
    session: Session, actor: Actor, outcome_id: int, now: datetime, *, where: str, person_id: int | None
) -> None:
    """Write down where an outcome would show and who could show it; what is left empty is unknown."""
    account, _ = writable_row(session, actor, Entity.OUTCOME, outcome_id)
    must_be_as_shown(session, actor, account.id, now, ShownRow(Entity.OUTCOME, outcome_id, _COLUMNS, _FIELDS))
    people = proof_state.load(session, actor.workspace_id, account.id).people
    if person_id is not None and person_id not in {person.id for person in people}:
        refusal = UserError(AppRefusal.PERSON_OF_ANOTHER_ACCOUNT, "shown_by", account=account.name)
        raise stranger(session, account, Entity.PERSON, person_id, refusal)
    shows_in = where.strip() or None
    ledger.change(session, actor.author, Entity.OUTCOME, outcome_id, now, shows_in=shows_in, shown_by=person_id)
