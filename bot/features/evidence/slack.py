"""Evidence in Slack: the form that records it, and the menu that disputes or withdraws a piece."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.app.references import NewFile
from bot.domain.enums import CheckVerdict, Method, Part, Source
from bot.features.evidence import (
    agreement_looks,
    attribution,
    countersign,
    forms,
    not_shown,
    references,
    spot_checks,
    views,
)
from bot.features.evidence import list as evidence_list
from bot.features.evidence import record as evidence_record
from bot.features.evidence.attribution import Isolation
from bot.features.evidence.ids import EvidenceActionId, EvidenceCallback
from bot.features.evidence.record import NewEvidence
from bot.features.plan import people
from bot.features.risks import ownership
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number, numbers, pair, submission_id
from bot.slack.shortcuts import given_file, opens, shows

NEW_PERSON = "new"
"""What is chosen instead of a person, to name somebody new."""
_ADD = re.compile(f"{re.escape(EvidenceActionId.ADD_EVIDENCE)}|{re.escape(EvidenceActionId.PUSH_EVIDENCE)}")


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners that record, dispute and withdraw evidence, and isolate our share of it."""
    _openers(app, edge)
    _isolation(app, edge)
    _looks(app, edge)
    _agreements(app, edge)
    _spot_checks(app, edge)
    _submissions(app, edge)


def _openers(app: AsyncApp, edge: Edge) -> None:
    @app.action(_ADD)
    async def add(ack: AsyncAck, body: Body) -> None:
        account_id, files = number(clicked(body)), await edge.takes_files()
        view = await edge.read(body, lambda s, a, now: forms.evidence_form(s, a, account_id, now, takes_files=files))
        await edge.open(body, view)
        await ack()

    @app.action(EvidenceActionId.PROVE_GAP)
    async def prove_gap(ack: AsyncAck, body: Body) -> None:
        account_id, outcome_id = numbers(clicked(body), 2)
        known: dict[str, Any] = {"outcome_id": outcome_id, "takes_files": await edge.takes_files()}
        view = await edge.read(body, lambda s, a, now: forms.evidence_form(s, a, account_id, now, **known))
        await edge.open(body, view)
        await ack()

    @app.action(EvidenceActionId.ATTESTOR)
    async def somebody_new(ack: AsyncAck, body: Body) -> None:
        if clicked(body) == NEW_PERSON:
            form, files = Form(body), await edge.takes_files()
            account_id, risk_id = numbers(form.metadata, 2)
            known: dict[str, Any] = {"closes_risk": risk_id or None, "takes_files": files}
            view = await edge.read(body, lambda s, a, now: forms.evidence_form(s, a, account_id, now, **known))
            await edge.update(body, _as_typed(view, form, body))
        await ack()

    @app.action(EvidenceActionId.EVIDENCE_MENU)
    async def menu(ack: AsyncAck, body: Body) -> None:
        verb, evidence_id = pair(clicked(body))

        def form(session: Session, actor: Actor, now: datetime) -> object:
            if verb == "isolate":
                return attribution.attribution_form(session, actor, evidence_id, now)
            return forms.reason_form(session, actor, evidence_id, dispute=verb == "dispute")

        await edge.open(body, await edge.read(body, form))
        await ack()


def _isolation(app: AsyncApp, edge: Edge) -> None:
    @app.action(EvidenceActionId.ISOLATE_SHARE)
    async def isolate_form(ack: AsyncAck, body: Body) -> None:
        evidence_id = number(clicked(body))
        await edge.open(
            body, await edge.read(body, lambda s, a, now: attribution.attribution_form(s, a, evidence_id, now))
        )
        await ack()

    @app.view(EvidenceCallback.ISOLATE_SHARE)
    async def isolated(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = Isolation(
            evidence_id=number(form.metadata),
            submission=submission_id(body),
            method=Method(form.words("method")),
            note=form.words("note"),
            money=form.text("money") or "",
            accepted_by=form.row("accepted_by"),
            accepter_name=form.text("accepter_name"),
            accepted_on=form.day("accepted_on"),
        )
        view = await edge.write_and_show(
            body, lambda s, actor, now: attribution.attribute(s, actor, new, now).evidence_id, _recorded
        )
        await ack(response_action="update", view=edge.modal(view))


def _looks(app: AsyncApp, edge: Edge) -> None:
    app.action(EvidenceActionId.OPEN_LIST)(shows(edge, evidence_list.evidence, "Evidence"))
    app.action(EvidenceActionId.DOES_NOT_SHOW)(opens(edge, not_shown.not_shown_form))

    @app.action(EvidenceActionId.OPEN_LINK)
    async def opened(ack: AsyncAck) -> None:
        await ack()  # Slack opens the link by itself and tells us of it

    @app.action(EvidenceActionId.OPEN_FILE)
    async def opened_file(ack: AsyncAck, body: Body) -> None:
        evidence_id = number(clicked(body))
        file = await edge.read(body, lambda s, actor, now: references.opened_file(s, actor, evidence_id))
        await ack()
        await edge.send_file(body, file.name, file.content)

    @app.action(EvidenceActionId.SHOWS)
    async def seen(ack: AsyncAck, body: Body) -> None:
        evidence_id = number(clicked(body))
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: countersign.countersign(s, actor, evidence_id, CheckVerdict.SHOWS, now),
            evidence_list.evidence,
        )
        await edge.replace(body, view, "Evidence")
        await ack()

    @app.view(EvidenceCallback.NOT_SHOWN)
    async def not_seen(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        evidence_id, note = number(form.metadata), form.words("note")
        verdict = CheckVerdict.DOES_NOT
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: countersign.countersign(s, actor, evidence_id, verdict, now, note=note),
            evidence_list.evidence,
        )
        await ack(response_action="update", view=edge.in_modal(view, "Evidence"))


def _agreements(app: AsyncApp, edge: Edge) -> None:
    app.action(EvidenceActionId.AGREEMENT_DOES_NOT_SHOW)(opens(edge, agreement_looks.not_shown_form))

    @app.action(EvidenceActionId.OPEN_AGREEMENT_FILE)
    async def opened_file(ack: AsyncAck, body: Body) -> None:
        terms_id = number(clicked(body))
        file = await edge.read(body, lambda s, actor, now: agreement_looks.opened_file(s, actor, terms_id))
        await ack()
        await edge.send_file(body, file.name, file.content)

    @app.action(EvidenceActionId.AGREEMENT_SHOWS)
    async def seen(ack: AsyncAck, body: Body) -> None:
        terms_id, verdict = number(clicked(body)), CheckVerdict.SHOWS
        view = await edge.write_and_show(
            body, lambda s, a, now: agreement_looks.look(s, a, terms_id, verdict, now), evidence_list.evidence
        )
        await edge.replace(body, view, "Evidence")
        await ack()

    @app.view(EvidenceCallback.AGREEMENT_NOT_SHOWN)
    async def not_seen(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        terms_id, note, verdict = number(form.metadata), form.words("note"), CheckVerdict.DOES_NOT
        view = await edge.write_and_show(
            body,
            lambda s, a, now: agreement_looks.look(s, a, terms_id, verdict, now, note=note),
            evidence_list.evidence,
        )
        await ack(response_action="update", view=edge.in_modal(view, "Evidence"))


def _spot_checks(app: AsyncApp, edge: Edge) -> None:
    app.action(EvidenceActionId.SPOT_DOES_NOT_SHOW)(opens(edge, spot_checks.not_shown_form))

    async def answer(ack: AsyncAck, body: Body, verdict: CheckVerdict) -> None:
        spot_check_id = number(clicked(body))
        await edge.write(body, lambda s, actor, now: spot_checks.answer(s, actor, spot_check_id, verdict, now))
        await ack()

    @app.action(EvidenceActionId.SPOT_SHOWS)
    async def shows_this(ack: AsyncAck, body: Body) -> None:
        await answer(ack, body, CheckVerdict.SHOWS)

    @app.action(EvidenceActionId.SPOT_CANNOT_OPEN)
    async def cannot_open(ack: AsyncAck, body: Body) -> None:
        await answer(ack, body, CheckVerdict.CANNOT_OPEN)

    @app.view(EvidenceCallback.SPOT_NOT_SHOWN)
    async def shows_something_else(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        spot_check_id, note = number(form.metadata), form.words("note")
        verdict = CheckVerdict.DOES_NOT
        await edge.write(
            body, lambda s, actor, now: spot_checks.answer(s, actor, spot_check_id, verdict, now, note=note)
        )
        await ack()


def _submissions(app: AsyncApp, edge: Edge) -> None:
    @app.view(EvidenceCallback.EVIDENCE)
    async def recorded(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, risk_id = numbers(form.metadata, 2)
        file = await given_file(edge, form)

        def record(session: Session, actor: Actor, now: datetime) -> int:
            attestor = _chosen_attestor(form) or _new_attestor(session, actor, account_id, form, now)
            evidence_id = evidence_record.record(session, actor, _evidence(form, account_id, attestor, body, file), now)
            if risk_id:
                ownership.close(session, actor, risk_id, now, evidence_id=evidence_id)
            return evidence_id

        await ack(response_action="update", view=edge.modal(await edge.write_and_show(body, record, _recorded)))

    @app.view(EvidenceCallback.DISPUTE)
    async def disputed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        evidence_id, by, why = number(form.metadata), form.row("disputed_by"), form.words("why")
        await edge.write(body, lambda s, a, now: evidence_record.dispute(s, a, evidence_id, now, by_person=by, why=why))
        await ack()

    @app.view(EvidenceCallback.WITHDRAW)
    async def withdrawn(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        evidence_id, why = number(form.metadata), form.words("why")
        await edge.write(body, lambda s, a, now: evidence_record.withdraw(s, a, evidence_id, why, now))
        await ack()


def _recorded(session: Session, actor: Actor, evidence_id: int, now: datetime) -> views.EvidenceRecordedView:
    return evidence_record.recorded_view(session, actor, evidence_id, now)


def _as_typed(view: views.EvidenceFormView, form: Form, body: Body) -> views.EvidenceFormView:
    """The form with what was typed so far, in which somebody new is named; it shows nothing newer than before."""
    _, _, seen = str(body["view"].get("private_metadata") or "").partition("@")
    return replace(
        view,
        seen=number(seen),
        outcome_id=form.row("outcome"),
        names_somebody=True,
        value=form.text("value"),
        statement=form.text("statement"),
        source=form.text("source"),
        as_of=form.day("as_of"),
        link=form.text("link"),
    )


def _chosen_attestor(form: Form) -> int | None:
    return None if form.text("attested_by") == NEW_PERSON else form.row("attested_by")


def _new_attestor(session: Session, actor: Actor, account_id: int, form: Form, now: datetime) -> int | None:
    """Somebody whose name was typed becomes one of the account's people, if they are not yet."""
    name = form.text("attestor_name")
    if not name:
        return None
    try:
        return people.add_person(session, actor, account_id, now, name=name, part=Part.OTHER)
    except UserError as refused:
        refused.field = "attestor_name"
        raise


def _evidence(form: Form, account_id: int, attestor: int | None, body: Body, file: NewFile | None) -> NewEvidence:
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
        file=file,
    )
