"""The packet in Slack: sharing it, and recording that the customer's side accepted it."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.services import packing
from bot.services.actor import Refused
from bot.slack.edge import Edge
from bot.slack.ids import Action, Callback
from bot.slack.payload import Body, Form, clicked, number


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the packet."""

    @app.action(Action.SHARE_PACKET)
    async def share(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        view = await edge.read(body, lambda s, actor, now: packing.shared(s, actor, account_id, now))
        await edge.respond(body, view, in_channel=True)
        await ack()

    @app.action(Action.ACCEPT_PACKET)
    async def accept_form(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        await edge.open(body, await edge.read(body, lambda s, a, now: packing.accept_form(s, a, account_id, now)))
        await ack()

    @app.view(Callback.ACCEPT_PACKET)
    async def accepted(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, on, by = number(form.metadata), form.required_day("on"), form.row("by")
        if by is None:
            raise Refused("Choose who accepted it.", "by")
        view = await edge.work(body, lambda s, a, now: packing.accept(s, a, account_id, by, on, now))
        await ack(response_action="update", view=edge.modal(view))
