"""Loops in Slack: Product and go-to-market answer an action, its owner tells the customer and closes it."""

from __future__ import annotations

from collections.abc import Callable

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.services import looping
from bot.services.actor import Refused
from bot.slack.edge import Edge
from bot.slack.ids import Action, Callback
from bot.slack.payload import Body, Form, clicked, number

_FORMS = {Action.ANSWER_LOOP: "answer", Action.TELL_CUSTOMER: "told", Action.SET_THEME: "theme"}


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of loops."""
    for action, kind in _FORMS.items():
        app.action(action)(_opener(edge, kind))

    @app.view(Callback.ANSWER_LOOP)
    async def answered(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, words = number(form.metadata), form.words("words")
        await edge.work(body, lambda s, actor, now: looping.answer_loop(s, actor, action_id, words, now))
        await ack()

    @app.view(Callback.TOLD)
    async def told(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, words = number(form.metadata), form.words("words")
        await edge.work(body, lambda s, actor, now: looping.told(s, actor, action_id, words, now))
        await ack()

    @app.view(Callback.THEME)
    async def theme(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        action_id, named = number(form.metadata), form.text("words") or form.text("known")
        if named is None:
            raise Refused("Choose a theme, or name a new one.", "words")
        await edge.work(body, lambda s, actor, now: looping.set_theme(s, actor, action_id, named, now))
        await ack()


def _opener(edge: Edge, kind: str) -> Callable[..., object]:
    async def open_form(ack: AsyncAck, body: Body) -> None:
        action_id = number(clicked(body))
        await edge.open(body, await edge.read(body, lambda s, a, now: looping.action_form(s, a, action_id, kind, now)))
        await ack()

    return open_form
