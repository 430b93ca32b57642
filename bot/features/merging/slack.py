"""Merging accounts in Slack: which one, the preview, and Undo."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.merging import merging
from bot.features.merging.ids import MergingActionId, MergingCallback
from bot.features.merging.merging import NewMerge
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number, numbers


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of merging."""

    @app.view(MergingCallback.MERGE)
    async def preview(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, near, name = number(form.metadata), form.row("near"), form.text("name")
        view = await edge.read(
            body, lambda s, a, now: merging.preview(s, a, account_id, now, other_account_id=near, name=name)
        )
        await ack(response_action="update", view=edge.modal(view))

    @app.view(MergingCallback.MERGE_PREVIEW)
    async def merged(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, other_id, other_seen = numbers(form.metadata, 3)
        new = NewMerge(account_id, other_id, other_seen, form.words("arr") == "one")
        view = await edge.write_and_show(body, lambda s, a, now: merging.merge(s, a, new, now), merging.merged_view)
        await ack(response_action="update", view=edge.in_modal(view, "Merged"))

    @app.action(MergingActionId.UNDO_MERGE)
    async def undo(ack: AsyncAck, body: Body) -> None:
        merge_id = number(clicked(body))
        view = await edge.write_and_show(body, lambda s, a, now: merging.undo(s, a, merge_id, now), merging.merged_view)
        await edge.replace(body, view, "Undone")
        await ack()
