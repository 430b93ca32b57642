"""The morning message in Slack, and the settings that say when it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.app.actor import UserError
from bot.features.accounts import card
from bot.features.actions import actions
from bot.features.meetings import agenda, answers, away_status, forms, settings
from bot.features.meetings.away_status import Status
from bot.features.meetings.ids import MeetingActionId, MeetingCallback
from bot.features.morning import morning, sending, todos
from bot.features.morning.ids import MorningActionId
from bot.features.risks import ownership
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number, pair, sender_of
from bot.slack.people import user_now
from bot.slack.refusals import SlackRefusal


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the morning message and of the settings."""
    _message(app, edge)
    _todos(app, edge)
    _rows(app, edge)
    _settings(app, edge)


def _message(app: AsyncApp, edge: Edge) -> None:
    @app.action(MorningActionId.MORNING_MENU)
    async def menu(ack: AsyncAck, body: Body) -> None:
        what, _, day = clicked(body).partition(":")
        if what == "later":
            on = _day(day)
            await edge.write(body, lambda s, actor, now: sending.remind_later(s, actor, on, now))
        else:
            await edge.open(body, await edge.read(body, settings.settings_form))
        await ack()

    @app.action(MorningActionId.ALL_MEETINGS)
    async def others(ack: AsyncAck, body: Body) -> None:
        day, _, page = clicked(body).partition(":")
        on, at = _day(day), number(page)
        view = await edge.read(body, lambda s, actor, now: morning.page_view(s, actor, on, at, now))
        await edge.show(body, view, "Meetings")
        await ack()

    @app.action(MorningActionId.TICK_TODO)
    async def ticked(ack: AsyncAck, body: Body) -> None:
        action = body["actions"][0]
        done = frozenset(number(option["value"]) for option in action.get("selected_options") or [])
        boxes = _boxes(body, str(action.get("block_id")))
        offered, shown_done = _values(boxes, "options"), _values(boxes, "initial_options")
        ask = await edge.write(
            body, lambda s, actor, now: todos.tick(s, actor, done | offered, done, now, shown_done=shown_done)
        )
        if ask:
            form = await edge.read(body, lambda s, a, now: actions.action_form(s, a, ask, "told", now))
            await edge.open(body, form)
        await ack()


def _todos(app: AsyncApp, edge: Edge) -> None:
    @app.action(MorningActionId.MOVE_TODOS)
    async def listed(ack: AsyncAck, body: Body) -> None:
        await edge.show(body, await edge.read(body, morning.todo_list), "To do")
        await ack()


def _rows(app: AsyncApp, edge: Edge) -> None:
    @app.action(MorningActionId.MEETING_MENU)
    async def meeting(ack: AsyncAck, body: Body) -> None:
        what, row_id = pair(clicked(body))
        if what == "card":
            await edge.show(body, await edge.read(body, lambda s, a, now: card.card(s, a, row_id, now)), "Proof card")
        elif what == "agenda":
            view = await edge.read(body, lambda s, a, now: agenda.agenda_view(s, a, row_id, now))
            await edge.show(body, view, "Four lines")
        elif what == "hand":
            await edge.open(body, await edge.read(body, lambda s, a, now: forms.hand_over_form(s, a, row_id, now)))
        elif what == "off":
            await edge.write(body, lambda s, a, now: answers.meeting_off(s, a, row_id, now))
        else:
            raise UserError(SlackRefusal.STALE)
        await ack()

    @app.action(MorningActionId.HELD_RISK_MENU)
    async def risk(ack: AsyncAck, body: Body) -> None:
        what, row_id = pair(clicked(body))
        if what == "card":
            await edge.show(body, await edge.read(body, lambda s, a, now: card.card(s, a, row_id, now)), "Proof card")
        elif what == "snooze":
            await edge.open(body, await edge.read(body, lambda s, a, now: ownership.snooze_form(s, a, row_id, now)))
        else:
            await edge.open(body, await edge.read(body, lambda s, a, now: ownership.close_form(s, a, row_id, now)))
        await ack()


def _settings(app: AsyncApp, edge: Edge) -> None:
    @app.action(MeetingActionId.OPEN_SETTINGS)
    async def opened(ack: AsyncAck, body: Body) -> None:
        await edge.open(body, await edge.read(body, settings.settings_form))
        await ack()

    @app.action(MeetingActionId.FOLLOW_STATUS)
    async def followed(ack: AsyncAck, body: Body) -> None:
        follows = clicked(body) == "on"
        status = await _status(edge, body) if follows else None
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: away_status.follow_status(s, actor, follows, status, now),
            lambda s, actor, _, now: away_status.follow_view(s, actor, now),
        )
        await edge.respond(body, view, replace=True)
        await ack()

    @app.view(MeetingCallback.SETTINGS)
    async def saved(ack: AsyncAck, body: Body) -> None:
        new = _new_settings(Form(body))
        if new.follows:
            new = replace(new, status=await _status(edge, body))
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: settings.save_settings(s, actor, new, now),
            lambda s, actor, _, now: settings.saved_view(s, actor, now),
        )
        await ack(response_action="update", view=edge.in_modal(view, "Your settings"))


async def _status(edge: Edge, body: Body) -> Status | None:
    """The status that the sender has now; None where Slack does not say."""
    user = await user_now(edge.client, sender_of(body).user_id)
    return away_status.status_of(user) if user else None


def _new_settings(form: Form) -> settings.NewSettings:
    country = form.words("country")
    return settings.NewSettings(
        begins=form.words("begins"),
        ends=form.words("ends"),
        workdays=tuple(form.many("workdays")),
        morning=form.words("morning"),
        one_each=form.words("one_each") == "each",
        country="" if country == "zone" else country,
        away_until=form.day("away_until"),
        follows="on" in form.many("follows"),
    )


def _day(text: str) -> date:
    """The day of a morning message that a button carries."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise UserError(SlackRefusal.STALE) from None


def _boxes(body: Body, block_id: str) -> list[dict[str, Any]]:
    """The check boxes of the block that was clicked in, in a message or on Home."""
    shown = body.get("message") or body.get("view") or {}
    blocks = (block for block in shown.get("blocks") or [] if block.get("block_id") == block_id)
    return [element for block in blocks for element in block.get("elements") or []]


def _values(boxes: list[dict[str, Any]], which: str) -> frozenset[int]:
    """The steps of the boxes: all that are offered, or those that stood there ticked."""
    return frozenset(number(option["value"]) for box in boxes for option in box.get(which) or [])
