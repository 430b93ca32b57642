"""Risks in Slack: take, assign, snooze, close with evidence, reopen, remind. Their messages change by the outbox."""

from __future__ import annotations

from functools import partial

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.accounts import card
from bot.features.risks import asking, ownership
from bot.features.risks import list as risk_list
from bot.features.risks.ids import RiskActionId, RiskCallback
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number, pair
from bot.slack.shortcuts import Look, opens

FORMS: dict[RiskActionId, Look] = {
    RiskActionId.ASSIGN_RISK: ownership.assign_form,
    RiskActionId.SNOOZE_RISK: ownership.snooze_form,
    RiskActionId.CLOSE_RISK: ownership.close_form,
}
_MENU_FORMS: dict[str, Look] = {
    "day": partial(ownership.snooze_form, ahead=1),
    "week": partial(ownership.snooze_form, ahead=7),
    "pick": partial(ownership.snooze_form, ahead=14),
    "assign": ownership.assign_form,
    "close": ownership.close_form,
}
"""What the menu of a risk opens, by the word in front of its id."""


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of risks."""
    for action, form in FORMS.items():
        app.action(action)(opens(edge, form))
    _buttons(app, edge)
    _menu(app, edge)
    _submissions(app, edge)


def _buttons(app: AsyncApp, edge: Edge) -> None:
    @app.action(RiskActionId.CLAIM_RISK)
    async def claim(ack: AsyncAck, body: Body) -> None:
        risk_id = number(clicked(body))
        view = await edge.write(body, lambda session, actor, now: ownership.claim(session, actor, risk_id, now))
        if view is not None and (body.get("container") or {}).get("is_ephemeral"):
            account_id = view.account_id
            shown = await edge.read(body, lambda s, actor, now: risk_list.risks(s, actor, account_id, now))
            await edge.replace(body, shown, "Risks")
        await ack()

    @app.action(RiskActionId.REOPEN_RISK)
    async def reopen(ack: AsyncAck, body: Body) -> None:
        await _reopen(edge, body, number(clicked(body)))
        await ack()

    @app.action(RiskActionId.REMIND_OWNER)
    async def remind(ack: AsyncAck, body: Body) -> None:
        risk_id = number(clicked(body))
        await edge.write(body, lambda session, actor, now: asking.ask_owner(session, actor, risk_id, now))
        await ack()


def _menu(app: AsyncApp, edge: Edge) -> None:
    @app.action(RiskActionId.RISK_MORE)
    async def more(ack: AsyncAck, body: Body) -> None:
        word, row_id = pair(clicked(body))
        if word == "wake":
            await edge.write(body, lambda session, actor, now: ownership.wake(session, actor, row_id, now))
        elif word == "reopen":
            await _reopen(edge, body, row_id)
        elif word in _MENU_FORMS:
            form = _MENU_FORMS[word]
            await edge.open(body, await edge.read(body, lambda s, actor, now: form(s, actor, row_id, now)))
        else:
            await edge.show(body, await edge.read(body, lambda s, actor, now: card.card(s, actor, row_id, now)), "Card")
        await ack()


async def _reopen(edge: Edge, body: Body, risk_id: int) -> None:
    await edge.write(body, lambda session, actor, now: ownership.reopen(session, actor, risk_id, "it is not over", now))


def _submissions(app: AsyncApp, edge: Edge) -> None:
    @app.view(RiskCallback.ASSIGN_RISK)
    async def assigned(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        risk_id, to = number(form.metadata), form.words("assignee")
        await edge.write(body, lambda session, actor, now: ownership.assign(session, actor, risk_id, to, now))
        await ack()

    @app.view(RiskCallback.SNOOZE_RISK)
    async def snoozed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        risk_id, until, why = number(form.metadata), form.required_day("until"), form.words("why")
        await edge.write(
            body, lambda session, actor, now: ownership.snooze(session, actor, risk_id, now, until=until, why=why)
        )
        await ack()

    @app.view(RiskCallback.CLOSE_RISK)
    async def closed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        risk_id, piece, how = number(form.metadata), form.row("evidence"), form.text("how") or ""
        await edge.write(
            body, lambda session, actor, now: ownership.close(session, actor, risk_id, now, evidence_id=piece, how=how)
        )
        await ack()
