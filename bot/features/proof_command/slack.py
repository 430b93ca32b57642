"""`/proof`: the card of an account and the lists behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app import accounts
from bot.app.actor import Actor
from bot.features.accounts import add_account, card, history, judgement, stages, tiers
from bot.features.accounts.card_views import CardView
from bot.features.actions import actions
from bot.features.contracts import list as contract_list
from bot.features.evidence import list as evidence_list
from bot.features.gaps import list as gap_list
from bot.features.handover import edit
from bot.features.meetings import agenda, cadences, forms
from bot.features.merging import merging
from bot.features.packet import packet
from bot.features.plan import plan
from bot.features.proof_command.grammar import GRAMMAR, NewAccountRequest, Show, Topic, Which
from bot.features.proof_command.ids import ProofActionId
from bot.features.proof_command.views import NearTopicView, WhichAccountView
from bot.features.renewals import renewal
from bot.features.risks import list as risk_list
from bot.features.signals import list as signal_list
from bot.slack.conversation import stands_in_a_thread
from bot.slack.edge import Edge, as_reply
from bot.slack.grammar import Help
from bot.slack.markup import Message
from bot.slack.markup.text import cut
from bot.slack.past_days import been
from bot.slack.payload import Body, clicked, number
from bot.slack.shortcuts import Look, opens, shares

LOOKS: dict[Topic, Look] = {
    Topic.CARD: card.card,
    Topic.EVIDENCE: evidence_list.evidence,
    Topic.PLAN: plan.plan_view,
    Topic.AGENDA: agenda.agenda_view,
    Topic.ACTIONS: actions.actions_view,
    Topic.PACKET: packet.packet,
    Topic.CONTRACTS: contract_list.contracts_view,
    Topic.SIGNALS: signal_list.signals_view,
    Topic.RENEWAL: renewal.renewal,
    Topic.GAP: gap_list.gaps,
    Topic.RISK: risk_list.risks,
    Topic.HISTORY: lambda session, actor, account_id, now: history.history(session, actor, account_id, None, now),
}
FORMS: dict[Topic, Look] = {
    Topic.CADENCE: cadences.form,
    Topic.JUDGE: judgement.judge_form,
    Topic.STAGE: stages.stage_view,
    Topic.TIER: tiers.tier_view,
    Topic.EDIT: edit.edit_form,
    Topic.MERGE: merging.merge_form,
}
"""The topics that are answered by a modal."""

FORM_BY_WORD: dict[str, Look] = {
    **{topic.value: look for topic, look in FORMS.items()},
    "answer": lambda session, actor, account_id, now: forms.answer_form(session, actor, now, account_id=account_id),
}
"""What a choice of accounts may open: the words that `/proof` and `/answer` put into the buttons."""


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of `/proof` and of the choice between accounts."""
    _command(app, edge)
    _buttons(app, edge)
    _agenda(app, edge)


def _command(app: AsyncApp, edge: Edge) -> None:
    @app.command(GRAMMAR.command)
    async def proof(ack: AsyncAck, body: Body) -> None:
        request = GRAMMAR.parse(body.get("text") or "")
        if isinstance(request, Help):
            await edge.answer(ack, GRAMMAR.help())
        elif isinstance(request, NewAccountRequest):
            await edge.open(
                body, await edge.read(body, lambda s, actor, now: add_account.account_form(s, actor, "", now))
            )
            await ack()
        elif isinstance(request, Which):
            await edge.answer(ack, WhichAccountView(request.topic))
        elif isinstance(request, Show):
            view = await edge.read(body, lambda s, actor, now: command_view(s, actor, request, now))
            await _give(ack, body, view, request.topic)

    async def _give(ack: AsyncAck, body: Body, view: object, topic: Topic) -> None:
        if isinstance(view, WithNear):
            await ack(as_reply(message_of(edge, view)))
        elif topic in FORMS and not isinstance(view, accounts.ChoicesView | CardView):
            await edge.open(body, view)
            await ack()
        else:
            await edge.answer(ack, view)


def _buttons(app: AsyncApp, edge: Edge) -> None:
    @app.action(re.compile(re.escape(ProofActionId.CHOOSE_ACCOUNT)))
    async def choose(ack: AsyncAck, body: Body) -> None:
        account_id, _, word = clicked(body).partition(":")
        form = FORM_BY_WORD.get(word)
        look = form or LOOKS.get(_topic(word), card.card)
        view = await edge.read(body, lambda s, actor, now: look(s, actor, number(account_id), now))
        if form is not None:
            await edge.open(body, view)
        else:
            await edge.respond(body, in_place(view, body), replace=True)
        await ack()

    @app.options(re.compile(re.escape(f"{ProofActionId.CHOOSE_ACCOUNT}.find")))
    async def suggested(ack: AsyncAck, body: Body) -> None:
        typed, word = str(body.get("value") or ""), str(body.get("action_id") or "").rpartition(":")[2]
        result = await edge.read(body, lambda session, actor, now: accounts.find(session, actor, typed))
        hits = (result.hit,) if result.hit else result.choices or result.nearest
        options = [(cut(hit.name, 75), f"{hit.id}:{word}") for hit in hits]
        await ack(options=[{"text": {"type": "plain_text", "text": name}, "value": value} for name, value in options])

    @app.action(ProofActionId.ADD_NAMED)
    async def add(ack: AsyncAck, body: Body) -> None:
        name = clicked(body)
        await edge.open(
            body, await edge.read(body, lambda s, actor, now: add_account.account_form(s, actor, name, now))
        )
        await ack()


@dataclass(frozen=True, slots=True)
class WithNear:
    """A card, and above it what was typed and what is near."""

    near: NearTopicView
    card: CardView


def message_of(edge: Edge, view: object) -> Message:
    """The message that shows what a command asked for."""
    if not isinstance(view, WithNear):
        return edge.message(view)
    upper, lower = edge.message(view.near), edge.message(view.card)
    return Message(lower.text, [*upper.blocks, *lower.blocks])


def _agenda(app: AsyncApp, edge: Edge) -> None:
    app.action(ProofActionId.COPY_AGENDA)(opens(edge, agenda.agenda_text))
    app.action(ProofActionId.SET_MEETINGS)(opens(edge, cadences.form))

    @app.action(ProofActionId.SHARE_AGENDA)
    async def share(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        await shares(edge, body, lambda s, actor, now: agenda.shared_agenda(s, actor, account_id, now))
        await ack()


def in_place(view: object, body: Body) -> object:
    """A view as it is shown where somebody asked for it: a card that was asked for in a thread is shared there."""
    if not stands_in_a_thread(body):
        return view
    if isinstance(view, WithNear):
        return replace(view, card=replace(view.card, in_thread=True))
    return replace(view, in_thread=True) if isinstance(view, CardView) else view


def _topic(word: str) -> Topic:
    return Topic(word) if word in list(Topic) else Topic.CARD


def command_view(session: Session, actor: Actor, request: Show, now: datetime) -> object:
    """The view that `/proof <account> [topic]` asks for, or what to choose from."""
    if request.whole:
        of_whole = accounts.find(session, actor, request.whole)
        if of_whole.hit is not None and not of_whole.guessed:
            return card.card(session, actor, of_whole.hit.id, now)
    result = accounts.find(session, actor, request.account)
    if request.unknown and request.whole and (result.hit is None or result.guessed):
        # Neither the whole nor its beginning is the name of an account.
        result, request = accounts.find(session, actor, request.whole), Show(request.whole)
    if result.hit is None:
        return accounts.choices(request.account, result, request.topic)
    account_id = result.hit.id
    if request.unknown:
        near = NearTopicView(account_id, request.unknown, request.near)
        return WithNear(near, card.card(session, actor, account_id, now))
    if request.topic is Topic.CARD:
        guessed_from = request.account if result.guessed else None
        as_of = _day(request.as_of, actor, now)
        return card.card(session, actor, account_id, now, as_of=as_of, guessed_from=guessed_from)
    if request.topic is Topic.HISTORY:
        return history.history(session, actor, account_id, _day(request.since, actor, now), now)
    look = FORMS.get(request.topic) or LOOKS[request.topic]
    return look(session, actor, account_id, now)


def _day(given: date | str | None, actor: Actor, now: datetime) -> date | None:
    """A day that may be in words: they mean a day where the reader is."""
    return been(given, actor.today(now)) if isinstance(given, str) else given
