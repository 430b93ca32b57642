"""Risks in Slack: I have it, Assign, Snooze, Close with evidence, Reopen. Their message changes by the outbox."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.features.risks import ownership
from bot.features.risks.ids import RiskActionId, RiskCallback
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number
from bot.slack.shortcuts import Look, opens

FORMS: dict[RiskActionId, Look] = {
    RiskActionId.ASSIGN_RISK: ownership.assign_form,
    RiskActionId.SNOOZE_RISK: ownership.snooze_form,
    RiskActionId.CLOSE_RISK: ownership.close_form,
}


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of risks."""
    for action, form in FORMS.items():
        app.action(action)(opens(edge, form))
    _buttons(app, edge)
    _submissions(app, edge)


def _buttons(app: AsyncApp, edge: Edge) -> None:
    @app.action(RiskActionId.CLAIM_RISK)
    async def claim(ack: AsyncAck, body: Body) -> None:
        risk_id = number(clicked(body))
        await edge.write(body, lambda session, actor, now: ownership.claim(session, actor, risk_id, now))
        await ack()

    @app.action(RiskActionId.REOPEN_RISK)
    async def reopen(ack: AsyncAck, body: Body) -> None:
        risk_id = number(clicked(body))
        await edge.write(
            body, lambda session, actor, now: ownership.reopen(session, actor, risk_id, "it is not over", now)
        )
        await ack()


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
