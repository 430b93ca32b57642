"""Editing accounts and handing them over in Slack: the forms, and what they record."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.accounts.ids import AccountActionId
from bot.features.handover import bulk, edit, handover
from bot.features.handover.bulk import Bulk
from bot.features.handover.edit import AccountEdit
from bot.features.handover.ids import HandoverActionId, HandoverCallback
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number, numbers
from bot.slack.shortcuts import of_verb, opens, opens_of_verb


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the edit form and of hand-overs."""
    app.action(HandoverActionId.EDIT_ACCOUNT)(opens(edge, edit.edit_form))
    app.action(AccountActionId.CARD_MORE, matchers=[of_verb("edit")])(opens_of_verb(edge, edit.edit_form))
    app.action(HandoverActionId.GIVE_ACCOUNT)(opens(edge, handover.owner_form))
    _edit(app, edge)
    _owner(app, edge)
    _leaver(app, edge)


def _edit(app: AsyncApp, edge: Edge) -> None:
    @app.view(HandoverCallback.EDIT_ACCOUNT)
    async def edited(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = AccountEdit(
            account_id=number(form.metadata),
            name=form.words("name"),
            owner_slack_id=form.text("owner"),
            deputy_slack_id=form.text("deputy"),
            no_deputy=bool(form.many("no_deputy")),
            portfolio_id=form.row("portfolio"),
            external_id=(form.text("external_id") or "") if "external_id" in form else None,
            domain=(form.text("domain") or "") if "domain" in form else None,
            crm_link=(form.text("crm_link") or "") if "crm_link" in form else None,
        )
        view = await edge.write_and_show(body, lambda s, a, now: edit.edit_account(s, a, new, now), edit.given_view)
        await ack(response_action="update", view=edge.in_modal(view, "Saved"))


def _owner(app: AsyncApp, edge: Edge) -> None:
    @app.view(HandoverCallback.GIVE_ACCOUNT)
    async def chosen(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, to = number(form.metadata), form.words("owner")
        view = await edge.write_and_show(
            body, lambda s, a, now: handover.choose_owner(s, a, account_id, to, now), edit.saved_view
        )
        await ack(response_action="update", view=edge.in_modal(view, "Handed over"))

    @app.action(HandoverActionId.TAKE_ACCOUNT_BACK)
    async def taken_back(ack: AsyncAck, body: Body) -> None:
        account_id, line_id = numbers(clicked(body), 2)
        view = await edge.write_and_show(
            body, lambda s, a, now: handover.take_back(s, a, account_id, line_id, now), edit.saved_view
        )
        await edge.replace(body, view, "Taken back")
        await ack()


def _leaver(app: AsyncApp, edge: Edge) -> None:
    @app.view(HandoverCallback.LEAVER)
    async def preview(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        ids = frozenset(number(value) for value in form.many("accounts"))
        chosen = Bulk(number(form.metadata), ids, form.words("to"))
        view = await edge.read(body, lambda s, a, now: bulk.leaver_preview(s, a, chosen, now))
        await ack(response_action="update", view=edge.modal(view))

    @app.view(HandoverCallback.LEAVER_PREVIEW)
    async def handed_over(ack: AsyncAck, body: Body) -> None:
        member, to, shown, listed = (*Form(body).metadata.split(":"), "", "", "", "")[:4]
        ids = frozenset(number(account_id) for account_id in listed.split(",") if account_id)
        chosen = Bulk(number(member), ids, to)
        view = await edge.write(body, lambda s, a, now: bulk.hand_over_many(s, a, chosen, now, shown=number(shown)))
        if view is None:  # a second delivery: the first one has shown it
            await ack()
        else:
            await ack(response_action="update", view=edge.in_modal(view, "Handed over"))
