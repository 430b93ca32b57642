"""Loops in Slack: Product and go-to-market answer an action, its owner tells the customer and closes it."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.app.actor import UserError
from bot.features.actions import actions
from bot.features.actions.ids import StepActionId, StepCallback
from bot.features.actions.refusals import ActionRefusal
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, number
from bot.slack.shortcuts import Look, opens

_FORMS = {StepActionId.ANSWER_LOOP: "answer", StepActionId.TELL_CUSTOMER: "told", StepActionId.SET_THEME: "theme"}


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of loops."""
    for action, kind in _FORMS.items():
        app.action(action)(opens(edge, _form(kind)))

    @app.view(StepCallback.ANSWER_LOOP)
    async def answered(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, words = number(form.metadata), form.words("words")
        await edge.write(body, lambda session, actor, now: actions.answer_loop(session, actor, action_id, words, now))
        await ack()

    @app.view(StepCallback.TOLD)
    async def told(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, words = number(form.metadata), form.words("words")
        await edge.write(
            body, lambda session, actor, now: actions.close_with_customer_told(session, actor, action_id, words, now)
        )
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
