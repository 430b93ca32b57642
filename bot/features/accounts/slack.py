"""Accounts in Slack: the card, and the forms that add an account, judge it, and set its stage and tier."""

from __future__ import annotations

import re
from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.typed import day_of
from bot.domain.enums import Stage, Tier
from bot.features.accounts import card, history, judgement, plan_asked, proposals, stages, tiers
from bot.features.accounts.ids import AccountActionId, AccountCallback
from bot.features.accounts.judgement import NewJudgement
from bot.features.accounts.new_account import NewAccount
from bot.slack.edge import Edge
from bot.slack.payload import Body, Form, clicked, number, numbers, pair
from bot.slack.shortcuts import of_verb, opens, opens_of_verb, shares, shows

ASSESS = "judge"
SHARE = "share"
"""The verbs of a card's ⋯ that are of this room; others are of the rooms above."""
BY_LEDGER = "ledger"
BY_BANDS = "bands"
_OPEN_CARD = re.compile(rf"{re.escape(AccountActionId.OPEN_CARD)}(\.\d+)?")


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the card and of the forms of accounts: adding one, judgement, stage and tier."""
    _card(app, edge)

    @app.view(AccountCallback.NEW_ACCOUNT)
    async def added(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = NewAccount(
            name=form.words("name"),
            owner_slack_id=form.text("owner"),
            portfolio_id=form.row("portfolio"),
            arr=form.text("arr") or "",
            currency=form.words("currency").upper(),
            tier=Tier(form.words("tier")),
            contract_start=form.day("contract_start"),
            renewal_date=form.day("renewal_date"),
        )

        view = await edge.write_and_show(
            body,
            lambda s, actor, now: proposals.add_or_propose(s, actor, new, now),
            lambda s, actor, account_id, now: (
                proposals.proposed(s, actor, new)
                if account_id == proposals.PROPOSED
                else card.account_added(s, actor, account_id)
            ),
        )
        await ack(response_action="update", view=edge.modal(view))

    _proposals(app, edge)
    app.action(AccountActionId.JUDGE)(opens(edge, judgement.judge_form))
    _judgement(app, edge)
    _stages_and_tiers(app, edge)


def _proposals(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the buttons of a proposed account; its message changes by the outbox."""

    @app.action(AccountActionId.ADD_PROPOSED)
    async def add(ack: AsyncAck, body: Body) -> None:
        proposal_id = number(clicked(body))
        await edge.write(body, lambda s, actor, now: proposals.add_proposed(s, actor, proposal_id, now))
        await ack()

    @app.action(AccountActionId.DECLINE_PROPOSED)
    async def decline(ack: AsyncAck, body: Body) -> None:
        proposal_id = number(clicked(body))
        await edge.write(body, lambda s, actor, now: proposals.decline_proposed(s, actor, proposal_id, now))
        await ack()


def _card(app: AsyncApp, edge: Edge) -> None:
    app.action(_OPEN_CARD)(shows(edge, card.card, "Proof card"))

    @app.action(AccountActionId.SHARE_CARD)
    async def share(ack: AsyncAck, body: Body) -> None:
        await _share(edge, body, number(clicked(body)))
        await ack()

    @app.action(AccountActionId.CARD_MORE, matchers=[of_verb(SHARE)])
    async def share_from_menu(ack: AsyncAck, body: Body) -> None:
        await _share(edge, body, pair(clicked(body))[1])
        await ack()

    app.action(AccountActionId.CARD_MORE, matchers=[of_verb(ASSESS)])(opens_of_verb(edge, judgement.judge_form))

    @app.action(AccountActionId.ASK_FOR_PLAN)
    async def ask_for_plan(ack: AsyncAck, body: Body) -> None:
        account_id = number(clicked(body))
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: plan_asked.ask(s, actor, account_id, now),
            plan_asked.asked_view,
        )
        await edge.show(body, view, "Asked")
        await ack()

    app.action(AccountActionId.SHOW_HISTORY)(
        shows(edge, lambda s, actor, account_id, now: history.history(s, actor, account_id, None, now), "History")
    )

    @app.action(AccountActionId.NEWER_HISTORY)
    @app.action(AccountActionId.OLDER_HISTORY)
    async def turn_page(ack: AsyncAck, body: Body) -> None:
        ids, _, begin = clicked(body).rpartition(":")
        account_id, skip = numbers(ids, 2)
        since = day_of(begin) if begin else None
        view = await edge.read(body, lambda s, actor, now: history.history(s, actor, account_id, since, now, skip=skip))
        await edge.replace(body, view, "History")
        await ack()


async def _share(edge: Edge, body: Body, account_id: int) -> None:
    await shares(edge, body, lambda s, actor, now: card.shared_card(s, actor, account_id, now))


def _judgement(app: AsyncApp, edge: Edge) -> None:
    @app.view(AccountCallback.JUDGE)
    async def judged(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        new = NewJudgement(number(form.metadata), form.words("verdict"), form.words("why"), form.words("would_change"))
        view = await edge.write_and_show(
            body, lambda s, a, now: judgement.judge(s, a, new, now).account_id, judgement.judgement_of
        )
        await ack(response_action="update", view=edge.in_modal(view, "On record"))


def _stages_and_tiers(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of the stage and tier forms."""

    @app.view(AccountCallback.STAGE)
    async def stage(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, chosen, reason = number(form.metadata), form.words("stage"), form.text("reason") or ""

        def decide(session: Session, actor: Actor, now: datetime) -> None:
            if chosen == BY_LEDGER:
                stages.release(session, actor, account_id, now)
            else:
                stages.overrule(session, actor, account_id, Stage(chosen), now, reason=reason)

        await edge.write(body, decide)
        await ack()

    @app.view(AccountCallback.TIER)
    async def tier(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        account_id, chosen, reason = number(form.metadata), form.words("tier"), form.text("reason") or ""

        def decide(session: Session, actor: Actor, now: datetime) -> None:
            if chosen == BY_BANDS:
                tiers.release_tier(session, actor, account_id, now)
            else:
                tiers.overrule_tier(session, actor, account_id, Tier(chosen), now, reason=reason)

        await edge.write(body, decide)
        await ack()
