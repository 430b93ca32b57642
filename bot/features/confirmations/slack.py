"""Confirmations in Slack: asking, whose organisation it is, who somebody is, and what the customer's people press."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from sqlalchemy.orm import Session

from bot.domain.account.organisations import mail_domain
from bot.features.accounts.ids import AccountActionId
from bot.features.confirmations import answering, asking, identities, organisations, taking_back
from bot.features.confirmations.answering import Pressed
from bot.features.confirmations.asking import NewQuestion, SharedChannel, SlackPerson
from bot.features.confirmations.ids import ConfirmationActionId, ConfirmationCallback
from bot.features.confirmations.organisations import NewBinding, Team
from bot.features.evidence.ids import EvidenceActionId
from bot.slack import channels, outside
from bot.slack.edge import Edge
from bot.slack.outside import Door
from bot.slack.payload import Body, Form, clicked, number, pair, sender_of
from bot.slack.shortcuts import Look, of_verb, opens, opens_of_verb
from bot.store import confirmations
from bot.store.types import storable

_CARD_FORMS: dict[str, Look] = {"confirm": asking.ask_form, "organisation": organisations.organisation_form}
"""What the verbs of a card's menu open that are of this room."""
ASK = "ask"
"""The verb of a piece's menu that asks the customer about it."""


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of confirmations, those for people of other organisations among them."""
    _openers(app, edge)
    _asking(app, edge)
    _organisations(app, edge)
    _people(app, edge)
    door = Door(edge)
    _presses(app, edge, door)
    _forms(app, edge, door)


def _openers(app: AsyncApp, edge: Edge) -> None:
    for verb, form in _CARD_FORMS.items():
        app.action(AccountActionId.CARD_MORE, matchers=[of_verb(verb)])(opens_of_verb(edge, form))

    # The other verbs of the menu are those of the room below, whose listener comes after this one.
    @app.action(EvidenceActionId.EVIDENCE_MENU, matchers=[of_verb(ASK)])
    async def about(ack: AsyncAck, body: Body) -> None:
        _, evidence_id = pair(clicked(body))
        await edge.open(
            body, await edge.read(body, lambda s, actor, now: asking.ask_about_form(s, actor, evidence_id, now))
        )
        await ack()

    app.action(ConfirmationActionId.ASK_ABOUT_ACCEPTANCE)(opens(edge, asking.ask_about_acceptance_form))


def _asking(app: AsyncApp, edge: Edge) -> None:
    async def ask(ack: AsyncAck, body: Body, new: NewQuestion, shared: SharedChannel) -> None:
        view = await edge.write_and_show(
            body, lambda s, actor, now: asking.ask(s, actor, new, shared, now), asking.asked_view
        )
        await ack(response_action="update", view=edge.modal(view))

    @app.view(ConfirmationCallback.ASK_CONFIRMATION)
    async def chosen(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = _question(form.words("evidence"), number(form.words("person")))
        shared = await _shared(edge, body, form.words("channel"))
        who = await edge.read(body, lambda s, actor, now: asking.who_form(s, actor, new, shared, now))
        if who is not None:
            await ack(response_action="update", view=edge.modal(who))
            return
        await ask(ack, body, new, shared)

    @app.view(ConfirmationCallback.ASK_WHO)
    async def named(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        ids, _, channel = form.metadata.rpartition(":")
        about, _, person = ids.rpartition(":")
        new = _question(about, number(person), form.words("slack_user"))
        await ask(ack, body, new, await _shared(edge, body, channel))


def _organisations(app: AsyncApp, edge: Edge) -> None:
    @app.view(ConfirmationCallback.ORGANISATION)
    async def said(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, channel = number(form.metadata), form.text("channel")
        teams = await _teams(edge, body, channel) if channel else None
        ended = frozenset(number(value) for value in form.many("ended"))
        new = NewBinding(account_id, teams, form.text("domain"), ended)
        view = await edge.write_and_show(
            body, lambda s, actor, now: organisations.bind(s, actor, new, now), organisations.saved_view
        )
        await ack(response_action="update", view=edge.modal(view))


def _people(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the buttons of the question who somebody is; its message changes by the outbox."""

    @app.action(ConfirmationActionId.PERSON_IS)
    async def is_so(ack: AsyncAck, body: Body) -> None:
        identity_id = number(clicked(body))
        await edge.write(body, lambda s, actor, now: identities.confirm_person(s, actor, identity_id, now))
        await ack()

    @app.action(ConfirmationActionId.PERSON_IS_NOT)
    async def is_not(ack: AsyncAck, body: Body) -> None:
        identity_id = number(clicked(body))
        await edge.write(body, lambda s, actor, now: identities.reject_person(s, actor, identity_id, now))
        await ack()


def _presses(app: AsyncApp, edge: Edge, door: Door) -> None:
    """Give `app` the buttons of a question, for people of other organisations; its message changes by the outbox."""

    @app.action(ConfirmationActionId.CONFIRM_RIGHT)
    async def right(ack: AsyncAck, body: Body) -> None:
        pressed = Pressed(number(clicked(body)), *await _message(edge, body))
        await door.write(body, lambda s, outsider, now: answering.say_right(s, outsider, pressed, now))
        await ack()

    @app.action(ConfirmationActionId.CONFIRM_TAKE_BACK)
    async def taken_back(ack: AsyncAck, body: Body) -> None:
        pressed = Pressed(number(clicked(body)), _channel(body))
        await door.write(body, lambda s, outsider, now: taking_back.take_back(s, outsider, pressed, now))
        await ack()

    app.action(ConfirmationActionId.CONFIRM_CORRECT)(_opens(edge, door, answering.correct_form))
    app.action(ConfirmationActionId.CONFIRM_DISAGREE)(_opens(edge, door, answering.disagree_form))


def _opens(
    edge: Edge, door: Door, form: Callable[[Session, Any, Pressed, datetime], object]
) -> Callable[[AsyncAck, Body], Awaitable[None]]:
    async def listener(ack: AsyncAck, body: Body) -> None:
        pressed = Pressed(number(clicked(body)), _channel(body))
        await edge.open(body, await door.read(body, lambda s, outsider, now: form(s, outsider, pressed, now)))
        await ack()

    return listener


def _forms(app: AsyncApp, edge: Edge, door: Door) -> None:
    @app.view(ConfirmationCallback.CONFIRM_CORRECT)
    async def corrected(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        pressed, said, words = Pressed(number(form.metadata)), form.text("said") or "", form.text("words") or ""
        await door.write(
            body, lambda s, outsider, now: answering.correct(s, outsider, pressed, now, said=said, words=words)
        )
        view = await door.read(body, lambda s, outsider, now: answering.thanks(s, outsider, pressed, now))
        await ack(response_action="update", view=edge.modal(view))

    @app.view(ConfirmationCallback.CONFIRM_DISAGREE)
    async def disagreed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        pressed, why = Pressed(number(form.metadata)), form.text("why") or ""
        await door.write(body, lambda s, outsider, now: answering.disagree(s, outsider, pressed, why, now))
        view = await door.read(body, lambda s, outsider, now: answering.thanks(s, outsider, pressed, now))
        await ack(response_action="update", view=edge.modal(view))


def _question(about: str, person_id: int, slack_user: str | None = None) -> NewQuestion:
    evidence, acceptance = asking.named_by(about)
    evidence_id = None if evidence is None else number(evidence)
    acceptance_id = None if acceptance is None else number(acceptance)
    return NewQuestion(evidence_id, person_id, slack_user, acceptance_id)


def _channel(body: Body) -> str:
    """The channel in which something was pressed; "" where it was none."""
    return str((body.get("channel") or {}).get("id") or (body.get("container") or {}).get("channel_id") or "")


async def _message(edge: Edge, body: Body) -> tuple[str, str | None]:
    """The channel and the link of the message that was pressed; no link where Slack gives none."""
    channel, ts = _channel(body), str((body.get("container") or {}).get("message_ts") or "")
    try:
        answer = await edge.client.chat_getPermalink(channel=channel, message_ts=ts)
    except SlackApiError:
        return channel, None
    return channel, storable(str(answer["permalink"]))


async def _teams(edge: Edge, body: Body, channel: str) -> tuple[Team, ...]:
    """The organisations that share a channel, each with the mail domains that Slack shows of some of its people."""
    own = sender_of(body).team_id
    sharing = await channels.sharing_of(edge.client, channel, own, "channel")
    ours = await edge.read(
        body, lambda s, actor, now: confirmations.full_members(s, actor.workspace_id, sharing.members)
    )
    others = [member for member in sharing.members if member not in ours][: outside.MOST_ASKED_ABOUT]
    users = [user for user in await outside.users(edge.client, others) if user.get("team_id") in sharing.teams]
    people = [outside.outsider_of(user, 0) for user in users]
    domains = {
        team: {domain for who in people if who.team_id == team and (domain := mail_domain(who.email or ""))}
        for team in sharing.teams
    }
    names = await outside.team_names(edge.client, sharing.teams)
    return tuple(Team(team, names[team], frozenset(domains[team])) for team in sharing.teams)


async def _shared(edge: Edge, body: Body, channel: str) -> SharedChannel:
    """Which organisations share a channel, and who of theirs is in it; asked of Slack each time."""
    own = sender_of(body).team_id
    sharing = await channels.sharing_of(edge.client, channel, own, "channel")
    ours = await edge.read(
        body, lambda s, actor, now: confirmations.full_members(s, actor.workspace_id, sharing.members)
    )
    users = await outside.users(edge.client, [member for member in sharing.members if member not in ours])
    enterprise = (body.get("enterprise") or {}).get("id")
    people = [outside.outsider_of(user, 0) for user in users if not outside.is_ours(user, own, enterprise)]
    teams = list(dict.fromkeys([*sharing.teams, *(who.team_id for who in people)]))
    names = await outside.team_names(edge.client, teams)
    return SharedChannel(
        channel,
        tuple(Team(team, names[team]) for team in teams),
        tuple(SlackPerson(who.slack_id, who.team_id, who.name, who.email) for who in people if not who.is_guest),
    )
