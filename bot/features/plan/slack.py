"""The success plan in Slack: the buttons that open its forms, and what the forms record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.domain.enums import Direction, ObstacleKind, Part
from bot.features.plan import (
    agreement,
    outcome_details,
    outcome_shows,
    outcome_terms,
    outcomes,
    people,
    people_list,
    plan,
    retirement,
    views,
    would_break,
)
from bot.features.plan.agreement import Agreement
from bot.features.plan.ids import PlanActionId, PlanCallback
from bot.features.plan.outcome_details import Details
from bot.features.plan.outcome_terms import NewTerms
from bot.features.plan.outcomes import NewOutcome
from bot.features.plan.refusals import PlanRefusal
from bot.features.plan.would_break import WouldBreak
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number, numbers, pair
from bot.slack.shortcuts import Listener, Look, given_file, opens, shows

STEPS: dict[str, Look] = {
    "details": outcome_terms.terms_form,
    "owner": outcome_details.owner_form,
    "shows": outcome_shows.shows_form,
}
"""Changes of the plan that a second form asks about."""
PERSON_FORMS: dict[str, Look] = {
    "edit": people_list.edit_form,
    "left": people_list.left_form,
    "back": people_list.back_form,
}
"""What the menu of a person opens."""
ASKED = 0
"""What is kept of a form that was shown again with a question, instead of the id of a row."""
OUTCOME_INPUTS = ("title", "metric", "unit", "direction", "target", "due_on", "owner", "owner_name", "risk_if_never")
FORMS: dict[PlanActionId, type[views.PlanFormView]] = {
    PlanActionId.ADD_OUTCOME: views.OutcomeFormView,
    PlanActionId.ADD_PERSON: views.PersonFormView,
    PlanActionId.ADD_OBSTACLE: views.ObstacleFormView,
    PlanActionId.ADD_PROMISE: views.PromiseFormView,
    PlanActionId.FIRST_WIN: views.FirstWinFormView,
}


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the success plan."""
    for action, form in FORMS.items():
        app.action(action)(opens(edge, _form(form)))
    app.action(PlanActionId.OPEN_PLAN)(shows(edge, plan.plan_view, "Success plan"))
    _settling(app, edge)
    _outcomes(app, edge)
    _terms(app, edge)
    _details(app, edge)
    _where_it_shows(app, edge)
    _agreements(app, edge)
    _retirements(app, edge)
    _owners(app, edge)
    _people(app, edge)
    _new_people(app, edge)
    _leaving(app, edge)
    _additions(app, edge)
    _promises_and_first_win(app, edge)
    _would_break(app, edge)


def _form(view: type[views.PlanFormView]) -> Look:
    return lambda session, actor, row_id, now: view(**plan.form_values(session, actor, row_id, now))


def _settling(app: AsyncApp, edge: Edge) -> None:
    app.action(PlanActionId.SETTLE_PLAN)(opens(edge, plan.settle_form))

    @app.view(PlanCallback.SETTLE_PLAN)
    async def settled(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, on, why = number(form.metadata), form.required_day("on"), form.text("why") or ""
        what, row_id = pair(form.words("what"))
        if what in STEPS:
            step = STEPS[what]
            view = await edge.read(body, lambda s, a, now: step(s, a, row_id, now))
            await ack(response_action="update", view=edge.modal(view))
            return
        await edge.write(
            body,
            lambda s, a, now: plan.apply_plan_change(s, a, account_id, now, what=what, row_id=row_id, on=on, why=why),
        )
        if what == "left":
            view = await edge.read(body, lambda s, a, now: people_list.saved_view(s, a, account_id, row_id, now))
            await ack(response_action="update", view=edge.modal(view))
            return
        await ack()


def _outcomes(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.OUTCOME)
    async def outcome(ack: AsyncAck, body: Body) -> None:
        await ack(response_action="update", view=edge.modal(await _add_outcome(edge, body, ask=True)))

    @app.view(PlanCallback.OUTCOME_AGAIN)
    async def outcome_again(ack: AsyncAck, body: Body) -> None:
        await ack(response_action="update", view=edge.modal(await _add_outcome(edge, body, ask=False)))


async def _ask_where_it_shows(edge: Edge, ack: AsyncAck, body: Body, outcome_id: int) -> None:
    """Ask where an outcome would show, in the modal of the form before, unless somebody has said so already."""
    view = await edge.read(body, lambda s, a, now: outcome_shows.shows_form(s, a, outcome_id, now))
    if view.shows_in is None:
        await ack(response_action="update", view=edge.modal(view))
    else:
        await ack()


async def _add_outcome(edge: Edge, body: Body, *, ask: bool) -> object:
    """Add the outcome and return the next form; or, with `ask`, the form again if one like it is there."""
    form = Form(body)
    new, typed = _new_outcome(form), {name: form.text(name) or "" for name in OUTCOME_INPUTS}

    def add(session: Session, actor: Actor, now: datetime) -> int:
        if ask and outcomes.like_new(session, actor, new) is not None:
            return ASKED
        owner = new.owner_person_id or _named(session, actor, new.account_id, form.text("owner_name"), now)
        return outcomes.add_outcome(session, actor, replace(new, owner_person_id=owner), now)

    def show(session: Session, actor: Actor, outcome_id: int, now: datetime) -> object:
        if outcome_id == ASKED:
            return plan.outcome_form_again(session, actor, new, typed, now)
        details = outcome_terms.terms_form(session, actor, outcome_id, now, editing=False)
        return details if details.is_number else outcome_details.details_form(session, actor, outcome_id, now)

    return await edge.write_and_show(body, add, show)


def _new_outcome(form: Form) -> NewOutcome:
    direction = form.text("direction")
    return NewOutcome(
        number(form.metadata),
        form.words("title"),
        metric=form.text("metric"),
        unit=form.text("unit"),
        direction=Direction(direction) if direction else None,
        target=form.text("target"),
        due_on=form.day("due_on"),
        owner_person_id=form.row("owner"),
        risk_if_never=form.text("risk_if_never"),
    )


def _terms(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.BASELINE)
    async def terms(ack: AsyncAck, body: Body) -> None:
        await ack(response_action="update", view=edge.modal(await _save_terms(edge, body, ask=True)))

    @app.view(PlanCallback.BASELINE_AGAIN)
    async def terms_again(ack: AsyncAck, body: Body) -> None:
        await ack(response_action="update", view=edge.modal(await _save_terms(edge, body, ask=False)))


async def _save_terms(edge: Edge, body: Body, *, ask: bool) -> object:
    """Save the terms and return the form that asks who agreed; or, with `ask`, the form again if that needs a yes."""
    form = Form(body)
    new = NewTerms(
        number(form.metadata),
        baseline=form.text("baseline") or "",
        baseline_on=form.day("baseline_on"),
        band_low=form.text("band_low") or "",
        band_high=form.text("band_high") or "",
        shelf_life_days=number(form.words("shelf_life_days")),
        editing="title" in form,
        title=form.text("title") or "",
        target=form.text("target") or "",
        due_on=form.day("due_on"),
    )

    def save(session: Session, actor: Actor, now: datetime) -> int:
        if ask and outcome_terms.warned_form(session, actor, new, now) is not None:
            return ASKED
        outcome_terms.set_terms(session, actor, new, now)
        return new.outcome_id

    def show(session: Session, actor: Actor, outcome_id: int, now: datetime) -> object:
        again = outcome_terms.warned_form(session, actor, new, now) if outcome_id == ASKED else None
        return again or outcome_details.details_form(session, actor, new.outcome_id, now)

    return await edge.write_and_show(body, save, show)


def _details(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.OUTCOME_DETAILS)
    async def details(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        outcome_id = number(form.metadata)

        def save(session: Session, actor: Actor, now: datetime) -> None:
            account_id = plan.account_of_outcome(session, actor, outcome_id)
            new = Details(
                outcome_id,
                agreed_by=form.row("agreed_by") or _named(session, actor, account_id, form.text("agreed_name"), now),
                agreed_on=form.day("agreed_on"),
                agreement_link=form.text("agreement_link"),
                promise_id=form.row("promise"),
                worth=form.text("worth") or "",
            )
            outcome_details.set_details(session, actor, new, now)

        await edge.write(body, save)
        await _ask_where_it_shows(edge, ack, body, outcome_id)


def _where_it_shows(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.SHOWS)
    async def shows(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        outcome_id, where, person = number(form.metadata), form.text("shows_in") or "", form.row("shown_by")
        await edge.write(
            body, lambda s, a, now: outcome_shows.set_shows(s, a, outcome_id, now, where=where, person_id=person)
        )
        await ack()


def _agreements(app: AsyncApp, edge: Edge) -> None:
    @app.action(PlanActionId.THEY_AGREED)
    async def agreement_form(ack: AsyncAck, body: Body) -> None:
        account_id, files = number(clicked(body)), await edge.takes_files()
        view = await edge.read(
            body, lambda s, a, now: agreement.agreement_form(s, a, account_id, now, takes_files=files)
        )
        await edge.open(body, view)
        await ack()

    @app.view(PlanCallback.AGREEMENT)
    async def agreed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, outcome_id = number(form.metadata), number(form.words("outcome"))
        on, link = form.required_day("agreed_on"), form.text("agreement_link")
        file = await given_file(edge, form)

        def save(session: Session, actor: Actor, now: datetime) -> None:
            by = form.row("agreed_by") or _named(session, actor, account_id, form.text("agreed_name"), now)
            agreement.record_agreement(session, actor, outcome_id, Agreement(by, on, link, file), now)

        await edge.write(body, save)
        await ack()


def _retirements(app: AsyncApp, edge: Edge) -> None:
    app.action(PlanActionId.REVIEW_RETIREMENT)(opens(edge, retirement.review_form))

    @app.action(PlanActionId.AGREE_RETIREMENT)
    @app.action(PlanActionId.KEEP_COUNTING)
    async def decided(ack: AsyncAck, body: Body) -> None:
        outcome_id = number(clicked(body))
        agrees = body["actions"][0]["action_id"] == PlanActionId.AGREE_RETIREMENT
        decide = retirement.agree if agrees else retirement.keep
        view = await edge.write_and_show(body, lambda s, a, now: decide(s, a, outcome_id, now), retirement.reviewed)
        await edge.replace(body, view, "Retired outcome")
        await ack()


def _owners(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.OUTCOME_OWNER)
    async def owned(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        outcome_id, owner = number(form.metadata), number(form.words("owner"))
        await edge.write(body, lambda s, a, now: outcome_details.set_owner(s, a, outcome_id, owner, now))
        await ack()


def _people(app: AsyncApp, edge: Edge) -> None:
    """The list of people: its pages, its menu, and *Undo*."""
    app.action(PlanActionId.PEOPLE)(opens(edge, people_list.people_view))

    @app.action(PlanActionId.PEOPLE_PAGE)
    async def page(ack: AsyncAck, body: Body) -> None:
        account_id, wanted = numbers(clicked(body), 2)
        view = await edge.read(body, lambda s, a, now: people_list.people_view(s, a, account_id, now, page=wanted))
        await edge.update(body, view)
        await ack()

    @app.action(PlanActionId.PERSON_MENU)
    async def menu(ack: AsyncAck, body: Body) -> None:
        verb, person_id = pair(clicked(body))
        if verb in PERSON_FORMS:
            form = PERSON_FORMS[verb]
            await edge.update(body, await edge.read(body, lambda s, a, now: form(s, a, person_id, now)))
        else:
            await _undo(edge, body, person_id)
        await ack()

    @app.action(PlanActionId.UNDO_LEFT)
    async def undo(ack: AsyncAck, body: Body) -> None:
        await _undo(edge, body, number(clicked(body)))
        await ack()


async def _undo(edge: Edge, body: Body, person_id: int) -> None:
    view = await edge.write_and_show(
        body,
        lambda s, a, now: people.take_back_departure(s, a, person_id, now),
        lambda s, a, account_id, now: people_list.saved_view(s, a, account_id, person_id, now),
    )
    await edge.update(body, view)


def _new_people(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.PERSON)
    async def person(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account, _, gone = form.metadata.partition(":")
        account_id, name, who = number(account), form.words("name"), form.text("who")
        title, email, parts = (
            form.text("title"),
            form.text("email"),
            tuple(map(Part, form.many("parts") or form.many("part"))),
        )  # "part": forms of older releases
        if not parts:
            raise UserError(PlanRefusal.PART_MISSING, "parts")
        typed: dict[str, Any] = {"name": name, "title": title, "email": email}
        # Nothing is claimed yet, so the form may take its own place: what is sent next is its first submission.
        if who is None:
            asks = await edge.read(
                body, lambda s, a, now: people_list.who_is_meant(s, a, account_id, now, parts=parts, **typed)
            )
            if asks is not None:
                await ack(response_action="update", view=edge.modal(asks))
                return

        def add(session: Session, actor: Actor, now: datetime) -> int:
            if who == "same":
                person_id = number(gone)
                people.person_returned(session, actor, person_id, actor.today(now), now)
                return person_id
            other = who == "other"
            return people.add_person(
                session, actor, account_id, now, part=parts[0], further=parts[1:], somebody_else=other, **typed
            )

        view = await edge.write_and_show(
            body, add, lambda s, a, person_id, now: people_list.saved_view(s, a, account_id, person_id, now)
        )
        await ack(response_action="update", view=edge.modal(view))

    @app.view(PlanCallback.EDIT_PERSON)
    async def edited(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        person_id, name, parts = number(form.metadata), form.words("name"), tuple(map(Part, form.many("parts")))
        title, email = form.text("title"), form.text("email")
        view = await edge.write_and_show(
            body,
            lambda s, a, now: people.edit_person(
                s, a, person_id, now, name=name, parts=parts, title=title, email=email
            ),
            lambda s, a, account_id, now: people_list.saved_view(s, a, account_id, person_id, now),
        )
        await ack(response_action="update", view=edge.modal(view))


def _leaving(app: AsyncApp, edge: Edge) -> None:
    """The forms that say when somebody left, and since when they are back."""
    for callback, note in (
        (PlanCallback.PERSON_LEFT, people.person_left),
        (PlanCallback.PERSON_BACK, people.person_returned),
    ):
        app.view(callback)(_dated(edge, note))


def _dated(edge: Edge, note: Callable[[Session, Actor, int, date, datetime], int]) -> Listener:
    async def noted(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        person_id, on = number(form.metadata), form.required_day("on")
        view = await edge.write_and_show(
            body,
            lambda s, a, now: note(s, a, person_id, on, now),
            lambda s, a, account_id, now: people_list.saved_view(s, a, account_id, person_id, now),
        )
        await ack(response_action="update", view=edge.modal(view))

    return noted


def _additions(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.OBSTACLE)
    async def obstacle(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, kind, text = number(form.metadata), ObstacleKind(form.words("kind")), form.words("text")
        owner, due_on = form.text("owner"), form.day("due_on")
        await edge.write(
            body,
            lambda s, a, now: plan.add_obstacle(
                s, a, account_id, now, kind=kind, text=text, owner_slack_id=owner, due_on=due_on
            ),
        )
        await ack()


def _promises_and_first_win(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.PROMISE)
    async def promise(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, text, by = number(form.metadata), form.words("text"), form.text("promised_by")
        on, due_on = form.day("promised_on"), form.day("due_on")
        await edge.write(
            body,
            lambda s, a, now: plan.add_promise(
                s, a, account_id, now, text=text, promised_on=on, due_on=due_on, promised_by=by
            ),
        )
        await ack()

    @app.view(PlanCallback.FIRST_WIN)
    async def first_win(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, on, words = number(form.metadata), form.required_day("on"), form.words("words")
        await edge.write(body, lambda s, a, now: plan.first_win(s, a, account_id, now, on=on, words=words))
        await ack()


def _would_break(app: AsyncApp, edge: Edge) -> None:
    @app.action(PlanActionId.WOULD_BREAK)
    async def ask(ack: AsyncAck, body: Body) -> None:
        account_id, files = number(clicked(body)), await edge.takes_files()
        view = await edge.read(
            body, lambda s, a, now: would_break.would_break_form(s, a, account_id, now, takes_files=files)
        )
        await edge.open(body, view)
        await ack()

    @app.action(PlanActionId.OPEN_WOULD_BREAK_FILE)
    async def opened(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        file = await edge.read(body, lambda s, actor, now: would_break.opened_file(s, actor, account_id))
        await ack()
        await edge.send_file(body, file.name, file.content)

    @app.view(PlanCallback.WOULD_BREAK)
    async def said(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = WouldBreak(
            number(form.metadata),
            form.words("words"),
            form.row("by"),
            form.required_day("on"),
            form.text("link"),
            await given_file(edge, form),
        )

        def write(session: Session, actor: Actor, now: datetime) -> int:
            would_break.set_would_break(session, actor, new, now)
            return new.account_id

        view = await edge.write_and_show(body, write, plan.plan_view)
        await ack(response_action="update", view=edge.in_modal(view, "Saved"))


def _named(session: Session, actor: Actor, account_id: int, name: str | None, now: datetime) -> int | None:
    """Somebody who is named before the account has any people becomes one of them, as the outcome's owner."""
    if not name:
        return None
    return people.add_person(session, actor, account_id, now, name=name, part=Part.OUTCOME_OWNER)
