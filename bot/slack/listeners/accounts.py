"""Accounts in Slack: adding one, and setting its customer meetings."""

from __future__ import annotations

from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.domain.words import CadenceKind, Tier
from bot.services import adding, looking_up, scheduling
from bot.services.actor import Actor
from bot.services.adding import NewAccount
from bot.services.scheduling import NewCadence
from bot.slack.edge import Edge
from bot.slack.ids import Callback
from bot.slack.payload import Body, Form, number


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the account and cadence forms."""

    @app.view(Callback.NEW_ACCOUNT)
    async def added(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = NewAccount(
            name=form.words("name"),
            owner_slack_id=form.text("owner"),
            portfolio_id=form.row("portfolio"),
            arr=form.text("arr") or "",
            currency=form.words("currency").upper(),
            tier=Tier(form.words("tier")),
            contract_start=form.day("contract_start"),
            renewal_date=form.day("renewal_date"),
        )

        def add(session: Session, actor: Actor, now: datetime) -> object:
            return looking_up.added(session, actor, adding.add_account(session, actor, new, now))

        await ack(response_action="update", view=edge.modal(await edge.work(body, add)))

    @app.view(Callback.CADENCE)
    async def cadence(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = NewCadence(
            account_id=number(form.metadata),
            kind=CadenceKind(form.words("kind")),
            first_day=form.required_day("first_day"),
            at=form.words("at"),
            repeat=form.words("repeat"),
            tz=form.words("tz"),
            lead_hours=number(form.words("lead_hours")),
        )
        await edge.work(body, lambda s, actor, now: scheduling.set_cadence(s, actor, new, now))
        await ack()
