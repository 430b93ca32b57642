"""The register of gaps in Slack: the buttons of each gap, the forms that they open, and Undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.features.gaps import forms
from bot.features.gaps import list as gap_list
from bot.features.gaps import register as gap_register
from bot.features.gaps.ids import GapActionId, GapCallback
from bot.features.gaps.register import Closing, GapEdit
from bot.features.gaps.views import GapAct, GapSavedView, GapsView
from bot.features.plan import outcome_shows
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number, numbers, pair

_FORMS: dict[str, Callable[..., object]] = {
    "edit": forms.gap_form,
    "close": forms.close_form,
    "move": forms.move_form,
    "hand": forms.hand_over_form,
    "shows": lambda session, actor, now, outcome_id=0: outcome_shows.shows_form(session, actor, outcome_id, now),
}


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the register."""
    _openers(app, edge)
    _list(app, edge)
    _undo(app, edge)
    _edits(app, edge)
    _closing(app, edge)


def _openers(app: AsyncApp, edge: Edge) -> None:
    async def open_form(ack: AsyncAck, body: Body, word: str, ref: str) -> None:
        about = _about(ref)
        await edge.open(body, await edge.read(body, lambda s, a, now: _FORMS[word](s, a, now, **about)))
        await ack()

    @app.action(GapActionId.EDIT_GAP)
    async def edit(ack: AsyncAck, body: Body) -> None:
        await open_form(ack, body, "edit", clicked(body))

    @app.action(GapActionId.CLOSE_GAP)
    async def close(ack: AsyncAck, body: Body) -> None:
        await open_form(ack, body, "close", clicked(body))

    @app.action(GapActionId.GAP_MENU)
    async def menu(ack: AsyncAck, body: Body) -> None:
        word, _, ref = clicked(body).partition(":")
        await open_form(ack, body, word if word in _FORMS else "edit", ref)


def _list(app: AsyncApp, edge: Edge) -> None:
    @app.action(GapActionId.SHOW_GAPS)
    async def show(ack: AsyncAck, body: Body) -> None:
        account_id, page = numbers(clicked(body), 2)

        def look(session: Session, actor: Actor, now: datetime) -> GapsView:
            return gap_list.gaps(session, actor, account_id, now, page=page)

        view = await edge.read(body, look)
        if page or (body.get("view") or {}).get("type") == "modal":
            await edge.replace(body, view, "Gaps")
        else:
            await edge.show(body, view, "Gaps")
        await ack()


def _undo(app: AsyncApp, edge: Edge) -> None:
    @app.action(GapActionId.UNDO_GAP)
    async def undo(ack: AsyncAck, body: Body) -> None:
        gap_id, first, last = numbers(clicked(body), 3)
        view = await edge.write_and_show(
            body,
            lambda s, a, now: gap_register.undo(s, a, gap_id, now, first=first, last=last),
            lambda s, a, row, now: forms.saved(s, a, now, act="undone", gap_id=row),
        )
        await edge.update(body, view)
        await ack()


def _edits(app: AsyncApp, edge: Edge) -> None:
    @app.view(GapCallback.EDIT_GAP)
    async def edited(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        about = _about(form.metadata)
        new = GapEdit(
            **about,
            title=form.words("title") if "title" in form else None,
            next_action=form.text("next_action"),
            to_slack_id=form.text("owner"),
            due_on=form.day("due_on"),
            risk_if_never=form.text("risk_if_never"),
        )
        view = await edge.write_and_show(
            body, lambda s, a, now: gap_register.save(s, a, new, now), _show("saved", about)
        )
        await ack(response_action="update", view=edge.modal(view))

    @app.view(GapCallback.MOVE_GAP)
    async def moved(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        about, due_on = _about(form.metadata), form.required_day("due_on")
        view = await edge.write_and_show(
            body, lambda s, a, now: gap_register.move(s, a, now, due_on=due_on, **about), _show("moved", about)
        )
        await ack(response_action="update", view=edge.modal(view))

    @app.view(GapCallback.HAND_GAP)
    async def handed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        about, to = _about(form.metadata), form.words("colleague")
        view = await edge.write_and_show(
            body, lambda s, a, now: gap_register.hand_over(s, a, now, to_slack_id=to, **about), _show("handed", about)
        )
        await ack(response_action="update", view=edge.modal(view))


def _closing(app: AsyncApp, edge: Edge) -> None:
    @app.view(GapCallback.CLOSE_GAP)
    async def closed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        about = _about(form.metadata)
        new = Closing(about.get("gap_id", 0), form.text("how") or "", form.text("link"), form.row("evidence"))
        view = await edge.write_and_show(
            body, lambda s, a, now: gap_register.close(s, a, new, now), _show("closed", about)
        )
        await ack(response_action="update", view=edge.modal(view))


def _show(act: GapAct, about: dict[str, Any]) -> Callable[[Session, Actor, int, datetime], GapSavedView]:
    return lambda session, actor, first, now: forms.saved(session, actor, now, act=act, first=first, **about)


def _about(ref: str) -> dict[str, Any]:
    """The gap or the outcome that a button or a form names, as `gap_id` or `outcome_id`."""
    word, row_id = pair(ref)
    return {"outcome_id" if word == "outcome" else "gap_id": number(row_id)}
