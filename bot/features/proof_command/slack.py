"""`/proof`: the card of an account and the lists behind it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

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
from bot.features.proof_command.grammar import GRAMMAR, NewAccountRequest, Show, Topic
from bot.features.proof_command.ids import ProofActionId
from bot.features.renewals import renewal
from bot.features.risks import list as risk_list
from bot.features.signals import list as signal_list
from bot.slack.conversation import stands_in_a_thread
from bot.slack.edge import Edge
from bot.slack.grammar import Help
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
        elif isinstance(request, Show):
            view = await edge.read(body, lambda s, actor, now: command_view(s, actor, request, now))
            await _give(ack, body, view, request.topic)

    async def _give(ack: AsyncAck, body: Body, view: object, topic: Topic) -> None:
        if topic in FORMS and not isinstance(view, accounts.ChoicesView):
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
    return replace(view, in_thread=True) if isinstance(view, CardView) and stands_in_a_thread(body) else view


def _topic(word: str) -> Topic:
    return Topic(word) if word in list(Topic) else Topic.CARD


def command_view(session: Session, actor: Actor, request: Show, now: datetime) -> object:
    """The view that `/proof <account> [topic]` asks for, or what to choose from."""
    result = accounts.find(session, actor, request.account)
    if result.hit is None:
        return accounts.choices(request.account, result, request.topic, request.meant)
    account_id = result.hit.id
    if request.topic is Topic.CARD:
        guessed_from = request.account if result.guessed else None
        return card.card(session, actor, account_id, now, as_of=request.as_of, guessed_from=guessed_from)
    if request.topic is Topic.HISTORY:
        return history.history(session, actor, account_id, request.since, now)
    look = FORMS.get(request.topic) or LOOKS[request.topic]
    return look(session, actor, account_id, now)
