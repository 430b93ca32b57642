"""Next steps in Slack: done, dropped, put on another day, handed over, undone; and their loops.

Product and go-to-market answer a step, its owner tells the customer and closes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.features.actions import actions, step_forms, steps
from bot.features.actions.ids import StepActionId, StepCallback
from bot.features.actions.refusals import ActionRefusal
from bot.features.actions.views import StepAct, StepForm, StepSavedView
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number, numbers, pair
from bot.slack.shortcuts import Look, opens

_FORMS = {StepActionId.ANSWER_LOOP: "answer", StepActionId.TELL_CUSTOMER: "told", StepActionId.SET_THEME: "theme"}
_MENU: dict[str, StepForm] = {"drop": "drop", "move": "move", "hand": "hand"}


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of steps and loops."""
    for action, kind in _FORMS.items():
        app.action(action)(opens(edge, _form(kind)))
    _list(app, edge)
    _steps(app, edge)
    _step_forms(app, edge)
    _loops(app, edge)


def _steps(app: AsyncApp, edge: Edge) -> None:
    @app.action(StepActionId.STEP_DONE)
    async def done(ack: AsyncAck, body: Body) -> None:
        action_id = number(clicked(body))
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: steps.done(s, actor, action_id, now),
            lambda s, actor, first, now: step_forms.list_after(s, actor, action_id, now, act="done", first=first),
        )
        await edge.replace(body, view, "Next steps")
        await ack()

    @app.action(StepActionId.STEP_MENU)
    async def menu(ack: AsyncAck, body: Body) -> None:
        word, action_id = pair(clicked(body))
        kind = _MENU.get(word, "move")
        await edge.open(
            body, await edge.read(body, lambda s, a, now: step_forms.step_form(s, a, action_id, now, kind=kind))
        )
        await ack()

    @app.action(StepActionId.UNDO_STEP)
    async def undo(ack: AsyncAck, body: Body) -> None:
        action_id, first, last = numbers(clicked(body), 3)
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: steps.undo(s, actor, action_id, now, first=first, last=last),
            lambda s, actor, row_id, now: step_forms.list_after(s, actor, row_id, now, act="undone"),
        )
        await edge.replace(body, view, "Next steps")
        await ack()


def _list(app: AsyncApp, edge: Edge) -> None:
    @app.action(StepActionId.SHOW_STEPS)
    async def show(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        view = await edge.read(body, lambda s, actor, now: actions.actions_view(s, actor, account_id, now))
        if (body.get("view") or {}).get("type") == "modal":
            await edge.replace(body, view, "Next steps")
        else:
            await edge.show(body, view, "Next steps")
        await ack()


def _step_forms(app: AsyncApp, edge: Edge) -> None:
    @app.view(StepCallback.DROP_STEP)
    async def dropped(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, why = number(form.metadata), form.words("why")
        view = await edge.write_and_show(
            body, lambda s, a, now: steps.drop(s, a, action_id, why, now), _saved(action_id, "dropped")
        )
        await ack(response_action="update", view=edge.modal(view))

    @app.view(StepCallback.MOVE_STEP)
    async def moved(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, due_on = number(form.metadata), form.required_day("due_on")
        view = await edge.write_and_show(
            body, lambda s, a, now: steps.move(s, a, action_id, due_on, now), _saved(action_id, "moved")
        )
        await ack(response_action="update", view=edge.modal(view))

    @app.view(StepCallback.HAND_STEP)
    async def handed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, to = number(form.metadata), form.words("colleague")
        view = await edge.write_and_show(
            body, lambda s, a, now: steps.hand_over(s, a, action_id, to, now), _saved(action_id, "handed")
        )
        await ack(response_action="update", view=edge.modal(view))

    @app.view(StepCallback.TOLD)
    async def told(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, words = number(form.metadata), form.words("words")
        view = await edge.write_and_show(
            body, lambda s, a, now: steps.done(s, a, action_id, now, words=words), _saved(action_id, "done")
        )
        await ack(response_action="update", view=edge.modal(view))


def _loops(app: AsyncApp, edge: Edge) -> None:
    @app.view(StepCallback.ANSWER_LOOP)
    async def answered(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, words = number(form.metadata), form.words("words")
        await edge.write(body, lambda session, actor, now: actions.answer_loop(session, actor, action_id, words, now))
        await ack()

    @app.view(StepCallback.THEME)
    async def theme(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, name = number(form.metadata), form.text("words") or form.text("known")
        if name is None:
            raise UserError(ActionRefusal.THEME_NOT_CHOSEN, "words")
        await edge.write(body, lambda session, actor, now: actions.set_theme(session, actor, action_id, name, now))
        await ack()


def _form(kind: str) -> Look:
    return lambda session, actor, action_id, now: actions.action_form(session, actor, action_id, kind, now)


def _saved(action_id: int, act: StepAct) -> Callable[[Session, Actor, int, datetime], StepSavedView]:
    return lambda session, actor, first, now: step_forms.saved(session, actor, action_id, now, act=act, first=first)
