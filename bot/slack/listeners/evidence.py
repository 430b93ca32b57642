"""Evidence in Slack: the form that records it, and the menu that disputes or withdraws a piece."""

from __future__ import annotations

import re
from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.domain.words import Part, Source
from bot.services import adding, claiming, forms, recording
from bot.services.actor import Actor
from bot.services.recording import NewEvidence
from bot.slack.edge import Edge
from bot.slack.ids import Action, Callback
from bot.slack.payload import Body, Form, clicked, number, numbers, submission_id


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners that record, dispute and withdraw evidence."""

    @app.action(re.compile(f"{re.escape(Action.ADD_EVIDENCE)}|{re.escape(Action.PUSH_EVIDENCE)}"))
    async def add(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        await edge.open(body, await edge.read(body, lambda s, a, now: forms.evidence_form(s, a, account_id, now)))
        await ack()

    @app.action(Action.PROVE_GAP)
    async def prove_gap(ack: AsyncAck, body: Body) -> None:
        account_id, outcome_id = numbers(clicked(body), 2)
        view = await edge.read(
            body, lambda s, a, now: forms.evidence_form(s, a, account_id, now, outcome_id=outcome_id)
        )
        await edge.open(body, view)
        await ack()

    @app.action(Action.EVIDENCE_MENU)
    async def menu(ack: AsyncAck, body: Body) -> None:
        verb, _, evidence_id = clicked(body).partition(":")
        view = await edge.read(
            body, lambda s, a, now: forms.reason_form(s, a, number(evidence_id), dispute=verb == "dispute")
        )
        await edge.open(body, view)
        await ack()

    @app.view(Callback.EVIDENCE)
    async def recorded(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, risk_id = numbers(form.metadata, 2)

        def record(session: Session, actor: Actor, now: datetime) -> object:
            attestor = form.row("attested_by") or _new_attestor(session, actor, account_id, form, now)
            evidence_id = recording.record(session, actor, _evidence(form, account_id, attestor, body), now)
            if risk_id:
                claiming.close(session, actor, risk_id, now, evidence_id=evidence_id)
            return recording.recorded(session, evidence_id, now)

        await ack(response_action="update", view=edge.modal(await edge.work(body, record)))

    @app.view(Callback.DISPUTE)
    async def disputed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        evidence_id, by, why = number(form.metadata), form.row("disputed_by"), form.words("why")
        await edge.work(body, lambda s, a, now: recording.dispute(s, a, evidence_id, by, why, now))
        await ack()

    @app.view(Callback.WITHDRAW)
    async def withdrawn(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        evidence_id, why = number(form.metadata), form.words("why")
        await edge.work(body, lambda s, a, now: recording.withdraw(s, a, evidence_id, why, now))
        await ack()


def _new_attestor(session: Session, actor: Actor, account_id: int, form: Form, now: datetime) -> int | None:
    """Somebody who is named as attestor before the account has any people becomes one of them."""
    name = form.text("attestor_name")
    return adding.add_person(session, actor, account_id, name, Part.OTHER, None, now) if name else None


def _evidence(form: Form, account_id: int, attestor: int | None, body: Body) -> NewEvidence:
    source = Source(form.words("source"))
    return NewEvidence(
        account_id=account_id,
        outcome_id=number(form.words("outcome")),
        submission=submission_id(body),
        source=source,
        as_of=form.required_day("as_of"),
        value=form.text("value"),
        statement=form.text("statement"),
        oral=source is Source.CUSTOMER_SAID,
        link=form.text("link"),
        measured_by=form.text("measured_by"),
        attested_by=attestor,
    )
