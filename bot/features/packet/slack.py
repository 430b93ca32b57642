"""The packet in Slack: sharing it, recording that the customer's side accepted it, and the manager's look at that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.app.actor import UserError
from bot.domain.enums import CheckVerdict
from bot.features.packet import acceptances, packet
from bot.features.packet.acceptances import NewAcceptance
from bot.features.packet.ids import PacketActionId, PacketCallback
from bot.features.packet.refusals import PacketRefusal
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number
from bot.slack.shortcuts import given_file, opens, shares, shows


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the packet."""
    app.action(PacketActionId.OPEN_PACKET)(shows(edge, packet.packet, "Packet"))
    app.action(PacketActionId.COPY_PACKET)(opens(edge, packet.packet_text))

    @app.action(PacketActionId.SHARE_PACKET)
    async def share(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        await shares(edge, body, lambda s, actor, now: packet.shared_packet(s, actor, account_id, now))
        await ack()

    _acceptances(app, edge)
    _looks(app, edge)


_IN_QUESTION = {
    PacketActionId.ACCEPTANCE_SHOWS: CheckVerdict.SHOWS,
    PacketActionId.ACCEPTANCE_CANNOT_OPEN: CheckVerdict.CANNOT_OPEN,
}
_IN_PACKET = {
    PacketActionId.PACKET_SHOWS: CheckVerdict.SHOWS,
    PacketActionId.PACKET_CANNOT_OPEN: CheckVerdict.CANNOT_OPEN,
}
Listener = Callable[[AsyncAck, Body], Awaitable[None]]


def _answers_question(edge: Edge, verdict: CheckVerdict) -> Listener:
    async def looked(ack: AsyncAck, body: Body) -> None:
        acceptance_id = number(clicked(body))
        await edge.write(body, lambda s, actor, now: acceptances.look(s, actor, acceptance_id, verdict, now))
        await ack()

    return looked


def _answers_in_packet(edge: Edge, verdict: CheckVerdict) -> Listener:
    async def looked(ack: AsyncAck, body: Body) -> None:
        acceptance_id = number(clicked(body))
        view = await edge.write_and_show(
            body, lambda s, actor, now: acceptances.look(s, actor, acceptance_id, verdict, now), packet.packet
        )
        await edge.replace(body, view, "Packet")
        await ack()

    return looked


def _acceptances(app: AsyncApp, edge: Edge) -> None:
    @app.action(PacketActionId.ACCEPT_PACKET)
    async def accept_form(ack: AsyncAck, body: Body) -> None:
        account_id, files = number(clicked(body)), await edge.takes_files()
        view = await edge.read(
            body, lambda s, a, now: acceptances.accept_form(s, a, account_id, now, takes_files=files)
        )
        await edge.open(body, view)
        await ack()

    @app.view(PacketCallback.ACCEPT_PACKET)
    async def accepted(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, on, by = number(form.metadata), form.required_day("on"), form.row("by")
        if by is None:
            raise UserError(PacketRefusal.PERSON_MISSING, "by")
        new = NewAcceptance(account_id, by, on, form.text("link"), await given_file(edge, form))
        view = await edge.write_and_show(
            body, lambda s, actor, now: acceptances.accept(s, actor, new, now), acceptances.accepted
        )
        await ack(response_action="update", view=edge.modal(view))


def _looks(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the buttons of the question to the manager; its message changes by the outbox."""
    app.action(PacketActionId.ACCEPTANCE_DOES_NOT_SHOW)(opens(edge, acceptances.not_shown_form))

    @app.action(PacketActionId.OPEN_ACCEPTANCE_FILE)
    async def opened(ack: AsyncAck, body: Body) -> None:
        acceptance_id = number(clicked(body))
        file = await edge.read(body, lambda s, actor, now: acceptances.opened_file(s, actor, acceptance_id))
        await ack()
        await edge.send_file(body, file.name, file.content)

    for action, verdict in _IN_QUESTION.items():
        app.action(action)(_answers_question(edge, verdict))
    for action, verdict in _IN_PACKET.items():
        app.action(action)(_answers_in_packet(edge, verdict))

    @app.view(PacketCallback.ACCEPTANCE_NOT_SHOWN)
    async def not_seen(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        acceptance_id, note, verdict = number(form.metadata), form.words("note"), CheckVerdict.DOES_NOT
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: acceptances.look(s, actor, acceptance_id, verdict, now, note=note),
            packet.packet,
        )
        await ack(response_action="update", view=edge.in_modal(view, "Packet"))
