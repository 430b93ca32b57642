"""What people write to the bot, in its direct messages and by a mention: read, answered once, never taken for a command
that changes anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.features.hello import hello
from bot.features.hello.ids import HelloActionId
from bot.features.proof_command.grammar import Show, Topic
from bot.features.proof_command.slack import FORMS, command_view, in_place, message_of
from bot.slack import conversation
from bot.slack.edge import Edge
from bot.slack.payload import Body, clicked


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of direct messages and mentions; a dropped file has its own, which comes before."""

    @app.event("message")
    @app.event("app_mention")
    async def written(body: Body, context: AsyncBoltContext) -> None:
        if not conversation.is_to_us(body):
            return
        typed = conversation.words_of(body, context.bot_user_id)

        def look(session: Session, actor: Actor, request: Show, now: datetime) -> object:
            return in_place(command_view(session, actor, _shown(request), now), body)

        view = await edge.write(body, lambda session, actor, now: hello.answer(session, actor, typed, now, look))
        if view is not None:
            await conversation.say(edge, body, message_of(edge, view))

    @app.action(HelloActionId.WHAT_I_CAN_DO)
    async def helped(ack: AsyncAck, body: Body) -> None:
        only = clicked(body)
        view = await edge.read(body, lambda session, actor, now: hello.what_i_can_do(session, actor, now, only=only))
        await edge.show(body, view, "What I can do")
        await ack()


def _shown(request: Show) -> Show:
    """A form needs a press to open, so what was written asks for the card."""
    return replace(request, topic=Topic.CARD) if request.topic in FORMS else request
