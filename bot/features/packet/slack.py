"""The packet in Slack: sharing it, and recording that the customer's side accepted it."""

from __future__ import annotations

from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.features.packet import packet
from bot.features.packet.ids import PacketActionId, PacketCallback
from bot.features.packet.refusals import PacketRefusal
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number
from bot.slack.shortcuts import shares


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the packet."""

    @app.action(PacketActionId.SHARE_PACKET)
    async def share(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        await shares(edge, body, lambda s, actor, now: packet.shared_packet(s, actor, account_id, now))
        await ack()

    @app.action(PacketActionId.ACCEPT_PACKET)
    async def accept_form(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        await edge.open(body, await edge.read(body, lambda s, a, now: packet.accept_form(s, a, account_id, now)))
        await ack()

    @app.view(PacketCallback.ACCEPT_PACKET)
    async def accepted(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, on, by = number(form.metadata), form.required_day("on"), form.row("by")
        if by is None:
            raise UserError(PacketRefusal.PERSON_MISSING, "by")

        def accept(session: Session, actor: Actor, now: datetime) -> int:
            packet.accept(session, actor, account_id, now, by_person=by, on=on)
            return account_id

        view = await edge.write_and_show(body, accept, packet.acceptance)
        await ack(response_action="update", view=edge.modal(view))
