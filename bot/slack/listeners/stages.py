"""Stage and tier in Slack: what their forms decide, by hand or by ledger and bands."""

from __future__ import annotations

from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.domain.words import Stage, Tier
from bot.services import staging, touching
from bot.services.actor import Actor
from bot.slack.edge import Edge
from bot.slack.ids import Callback
from bot.slack.payload import Body, Form, number

BY_LEDGER = "ledger"
BY_BANDS = "bands"


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the stage and tier forms."""

    @app.view(Callback.STAGE)
    async def stage(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, chosen, reason = number(form.metadata), form.words("stage"), form.text("reason") or ""

        def decide(session: Session, actor: Actor, now: datetime) -> None:
            if chosen == BY_LEDGER:
                staging.release(session, actor, account_id, now)
            else:
                staging.overrule(session, actor, account_id, Stage(chosen), reason, now)

        await edge.work(body, decide)
        await ack()

    @app.view(Callback.TIER)
    async def tier(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, chosen, reason = number(form.metadata), form.words("tier"), form.text("reason") or ""

        def decide(session: Session, actor: Actor, now: datetime) -> None:
            if chosen == BY_BANDS:
                touching.release_tier(session, actor, account_id, now)
            else:
                touching.overrule_tier(session, actor, account_id, Tier(chosen), reason, now)

        await edge.work(body, decide)
        await ack()
