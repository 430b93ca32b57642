"""Renewals in Slack: calls by one tap, the forms for a call and for a result, and what a manager says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.enums import RenewalCall
from bot.features.renewals import calls, confirming, renewal, results
from bot.features.renewals.calls import NewCall
from bot.features.renewals.ids import RenewalActionId, RenewalCallback
from bot.features.renewals.results import Left, Renewed
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number
from bot.slack.shortcuts import opens, shows

_TAPS = {
    RenewalActionId.CALL_COMMIT: RenewalCall.COMMIT,
    RenewalActionId.CALL_LIKELY: RenewalCall.LIKELY,
    RenewalActionId.CALL_UNKNOWN: RenewalCall.UNKNOWN,
}


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of renewals."""
    app.action(RenewalActionId.SHOW_RENEWAL)(shows(edge, renewal.renewal, "Renewal"))
    app.action(RenewalActionId.CHANGE_CALL)(opens(edge, calls.call_form))
    app.action(RenewalActionId.CALL_AT_RISK)(
        opens(edge, lambda s, actor, row, now: calls.call_form(s, actor, row, now, chosen=RenewalCall.AT_RISK))
    )
    app.action(RenewalActionId.RENEWED)(opens(edge, results.renewed_form))
    app.action(RenewalActionId.LEFT)(opens(edge, results.left_form))
    for action, call in _TAPS.items():
        _tap(app, edge, action, _calling(call))
    _tap(app, edge, RenewalActionId.STILL_OPEN, results.record_still_open)
    _tap(app, edge, RenewalActionId.CONFIRM_RENEWED, confirming.confirm)
    _tap(app, edge, RenewalActionId.REFUSE_RENEWED, confirming.refuse)
    _call_form(app, edge)
    _result_forms(app, edge)


def _calling(call: RenewalCall) -> Callable[[Session, Actor, int, datetime], int]:
    """Records this call on an account."""
    return lambda session, actor, account_id, now: calls.record_call(session, actor, NewCall(account_id, call), now)


def _tap(app: AsyncApp, edge: Edge, action: str, do: Callable[[Session, Actor, int, datetime], int]) -> None:
    """Give `app` a button that records something about one row and shows the renewal as it is after that."""

    @app.action(action)
    async def pressed(ack: AsyncAck, body: Body) -> None:
        row = number(clicked(body))
        view = await edge.write_and_show(body, lambda s, actor, now: do(s, actor, row, now), renewal.renewal)
        await edge.show(body, view, "Renewal")
        await ack()


async def _done(edge: Edge, ack: AsyncAck, body: Body, do: Callable[[Session, Actor, datetime], int]) -> None:
    """Save a form and show the renewal as it is after that, in its place."""
    view = await edge.write_and_show(body, do, renewal.renewal)
    await ack(response_action="update", view=edge.in_modal(view, "Saved"))


def _call_form(app: AsyncApp, edge: Edge) -> None:
    @app.view(RenewalCallback.CALL)
    async def called(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = NewCall(
            number(form.metadata),
            form.text("call") or "",
            form.text("why") or "",
            form.text("verdict") or "",
            form.text("would_change") or "",
        )
        await _done(edge, ack, body, lambda s, actor, now: calls.record_call(s, actor, new, now))


def _result_forms(app: AsyncApp, edge: Edge) -> None:
    @app.view(RenewalCallback.RENEWED)
    async def renewed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, _, currency = form.metadata.partition(":")
        new = Renewed(
            number(account_id),
            arr=form.text("arr") or "",
            currency=currency,
            moved=form.text("moved") or "",
            next_renewal=form.day("next_renewal"),
            notice_days=form.text("notice_days") or "",
            decided=form.text("decided") or "",
            link=form.text("link"),
            monthly=bool(form.many("monthly")),
        )
        await _done(edge, ack, body, lambda s, actor, now: results.record_renewed(s, actor, new, now))

    @app.view(RenewalCallback.LEFT)
    async def left(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = Left(
            number(form.metadata),
            last_day=form.day("last_day"),
            because=form.text("because") or "",
            because_words=form.text("because_words") or "",
            uses_now=form.text("uses_now") or "",
            decided=form.text("decided") or "",
        )
        await _done(edge, ack, body, lambda s, actor, now: results.record_left(s, actor, new, now))
