"""Accounts in Slack: adding one, and setting its customer meetings."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.words import CadenceKind, Tier
from bot.services import adding, looking_up, scheduling
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

        view = await edge.record(
            body,
            lambda s, actor, now: adding.add_account(s, actor, new, now),
            lambda s, actor, account_id, now: looking_up.added(s, actor, account_id),
        )
        await ack(response_action="update", view=edge.modal(view))

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
