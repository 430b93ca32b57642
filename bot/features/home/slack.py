"""App Home: published again whenever somebody opens it, so that it is never out of date."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.home import home
from bot.features.home.ids import HomeActionId
from bot.slack.edge import Edge
from bot.slack.payload import Body, clicked, number


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of App Home."""

    @app.event("app_home_opened")
    async def opened(ack: AsyncAck, body: Body) -> None:
        if body["event"].get("tab") == "home":
            await edge.publish(body, await edge.read(body, home.home))
        await ack()

    @app.action(HomeActionId.PREVIOUS_ACCOUNTS)
    @app.action(HomeActionId.NEXT_ACCOUNTS)
    async def turned(ack: AsyncAck, body: Body) -> None:
        page = number(clicked(body))
        view = await edge.read(body, lambda session, actor, now: home.home(session, actor, now, page=page))
        await edge.publish(body, view)
        await ack()
