"""The buttons of retention; the command is read by the room of portfolios."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.typed import day_of
from bot.features.retention import costs
from bot.features.retention.cohort_view import cohorts_view
from bot.features.retention.ids import RetentionActionId, RetentionCallback
from bot.features.retention.lost import lost_view
from bot.features.retention.overview import retention_view
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked

_Look = Callable[[Session, Actor, str, datetime], object]


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of retention."""
    for action, look, title in (
        (RetentionActionId.SHOW_RETENTION, _retention, "Retention"),
        (RetentionActionId.RETENTION_CURRENCY, _retention, "Retention"),
        (RetentionActionId.SHOW_COHORTS, cohorts_view, "Cohorts"),
        (RetentionActionId.SHOW_LOST, lost_view, "Who left"),
    ):
        _shows(app, edge, action, look, title)
    _costs(app, edge)


def _retention(session: Session, actor: Actor, key: str, now: datetime) -> object:
    return retention_view(session, actor, now, key=key)


def _shows(app: AsyncApp, edge: Edge, action: str, look: _Look, title: str) -> None:
    @app.action(action)
    async def listener(ack: AsyncAck, body: Body) -> None:
        key = clicked(body)
        await edge.show(body, await edge.survey(body, lambda s, actor, now: look(s, actor, key, now)), title)
        await ack()


def _costs(app: AsyncApp, edge: Edge) -> None:
    @app.action(RetentionActionId.SHOW_COSTS)
    async def shown(ack: AsyncAck, body: Body) -> None:
        await edge.show(body, await edge.read(body, costs.costs_view), "Costs")
        await ack()

    @app.action(RetentionActionId.ENTER_COSTS)
    async def form(ack: AsyncAck, body: Body) -> None:
        value = clicked(body)
        await edge.open(body, await edge.read(body, lambda s, actor, now: costs.costs_form(s, actor, value, now)))
        await ack()

    @app.view(RetentionCallback.QUARTER_COSTS)
    async def entered(ack: AsyncAck, body: Body) -> None:
        sent = Form(body)
        quarter = day_of(sent.metadata)
        typed = {name: sent.text(name) or "" for name in ("currency", "margin", "retention", "acquisition")}
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: costs.enter_costs(s, actor, quarter, now, **typed),
            lambda s, actor, row, now: costs.costs_view(s, actor, now),
        )
        await ack(response_action="update", view=edge.in_modal(view, "Costs"))
