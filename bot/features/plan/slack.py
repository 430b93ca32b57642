"""The success plan in Slack: the buttons that open its forms, and what the forms record."""

from __future__ import annotations

from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.enums import Direction, ObstacleKind, Part
from bot.features.plan import outcome_details, outcome_shows, outcomes, people, plan, views, would_break
from bot.features.plan.ids import PlanActionId, PlanCallback
from bot.features.plan.outcome_details import Details
from bot.features.plan.outcomes import NewOutcome
from bot.features.plan.would_break import WouldBreak
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, number, pair
from bot.slack.shortcuts import Look, opens

STEPS: dict[str, Look] = {
    "details": outcome_details.details_form,
    "owner": outcome_details.owner_form,
    "shows": outcome_shows.shows_form,
}
"""Changes of the plan that a second form asks about."""
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
    _settling(app, edge)
    _outcomes(app, edge)
    _details(app, edge)
    _where_it_shows(app, edge)
    _owners(app, edge)
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
        await ack()


def _outcomes(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.OUTCOME)
    async def outcome(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id = number(form.metadata)

        def add(session: Session, actor: Actor, now: datetime) -> int:
            owner = form.row("owner") or _named(session, actor, account_id, form.text("owner_name"), now)
            direction = form.text("direction")
            new = NewOutcome(
                account_id,
                form.words("title"),
                metric=form.text("metric"),
                unit=form.text("unit"),
                direction=Direction(direction) if direction else None,
                target=form.text("target"),
                due_on=form.day("due_on"),
                owner_person_id=owner,
                risk_if_never=form.text("risk_if_never"),
            )
            return outcomes.add_outcome(session, actor, new, now)

        details = await edge.write_and_show(body, add, outcome_details.details_form)
        if details.is_number:
            await ack(response_action="update", view=edge.modal(details))
        else:
            await _ask_where_it_shows(edge, ack, body, details.outcome_id)


async def _ask_where_it_shows(edge: Edge, ack: AsyncAck, body: Body, outcome_id: int) -> None:
    """Ask where an outcome would show, in the modal of the form before, unless somebody has said so already."""
    view = await edge.read(body, lambda s, a, now: outcome_shows.shows_form(s, a, outcome_id, now))
    if view.shows_in is None:
        await ack(response_action="update", view=edge.modal(view))
    else:
        await ack()


def _details(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.BASELINE)
    async def agreed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        outcome_id, shelf_life_days = number(form.metadata), number(form.words("shelf_life_days"))

        def agree(session: Session, actor: Actor, now: datetime) -> None:
            account_id = plan.account_of_outcome(session, actor, outcome_id)
            details = Details(
                outcome_id,
                baseline=form.text("baseline") or "",
                baseline_on=form.day("baseline_on"),
                agreed_by=form.row("agreed_by") or _named(session, actor, account_id, form.text("agreed_name"), now),
                band_low=form.text("band_low") or "",
                band_high=form.text("band_high") or "",
                shelf_life_days=shelf_life_days,
                promise_id=form.row("promise"),
                worth=form.text("worth") or "",
            )
            outcome_details.set_details(session, actor, details, now)

        await edge.write(body, agree)
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


def _owners(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.OUTCOME_OWNER)
    async def owned(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        outcome_id, owner = number(form.metadata), number(form.words("owner"))
        await edge.write(body, lambda s, a, now: outcome_details.set_owner(s, a, outcome_id, owner, now))
        await ack()


def _additions(app: AsyncApp, edge: Edge) -> None:
    @app.view(PlanCallback.PERSON)
    async def person(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, name, part = number(form.metadata), form.words("name"), Part(form.words("part"))
        title = form.text("title")
        await edge.write(
            body, lambda s, a, now: people.add_person(s, a, account_id, now, name=name, part=part, title=title)
        )
        await ack()

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
    app.action(PlanActionId.WOULD_BREAK)(opens(edge, would_break.would_break_form))

    @app.view(PlanCallback.WOULD_BREAK)
    async def said(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = WouldBreak(
            number(form.metadata),
            form.words("words"),
            form.row("by"),
            form.required_day("on"),
            form.text("link"),
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
