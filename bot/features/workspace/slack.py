"""The question who an owner of an import is, for admins. Its message changes by the outbox."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.workspace import imported_owners
from bot.features.workspace.ids import WorkspaceActionId, WorkspaceCallback
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number
from bot.slack.shortcuts import opens


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the question."""
    app.action(WorkspaceActionId.CHOOSE_OWNER)(opens(edge, imported_owners.choose_form))

    @app.action(WorkspaceActionId.NO_SUCH_OWNER)
    async def nobody(ack: AsyncAck, body: Body) -> None:
        member_id = number(clicked(body))
        await edge.write(
            body, lambda session, actor, now: imported_owners.nobody_in_slack(session, actor, member_id, now)
        )
        await ack()

    @app.view(WorkspaceCallback.CHOOSE_OWNER)
    async def chosen(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        member_id, slack_id = number(form.metadata), form.words("colleague")
        await edge.write(
            body, lambda session, actor, now: imported_owners.confirm_owner(session, actor, member_id, slack_id, now)
        )
        await ack()
