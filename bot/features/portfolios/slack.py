"""`/portfolio` and its setup."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app.actor import Actor, UserError
from bot.domain.enums import Tier
from bot.features.accounts import card
from bot.features.handover import bulk
from bot.features.portfolios import (
    coverage_trend,
    currency_bands,
    customer_list,
    default_series,
    list_file,
    overview,
    renewals,
    setup,
    stages,
)
from bot.features.portfolios.grammar import (
    GRAMMAR,
    PortfolioHandover,
    PortfolioRenewals,
    PortfolioRequest,
    PortfolioRetention,
    PortfolioSetup,
    PortfolioStages,
)
from bot.features.portfolios.ids import PortfolioActionId, PortfolioCallback
from bot.features.portfolios.list_choice import ListChoice
from bot.features.portfolios.list_views import ListExportedView
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.portfolios.setup import ChannelReaders, PortfolioForm
from bot.features.retention.overview import retention_view
from bot.slack import channels
from bot.slack.edge import Edge, as_reply
from bot.slack.grammar import Help
from bot.slack.markup.text import cut
from bot.slack.payload import Body, Form, clicked, number, numbers, pair
from bot.slack.shortcuts import opens, shows
from bot.store.account_list import Listed

Read = Callable[[Session, Actor, datetime], object]
"""Reads a view for somebody, as of a moment."""
Lists = PortfolioStages | PortfolioRetention | PortfolioRenewals | PortfolioRequest
"""The commands that are answered by reading accounts."""


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of portfolios."""
    _command(app, edge)
    _customers(app, edge)
    _customer_menus(app, edge)
    _lists(app, edge)
    _setups(app, edge)
    _renewals(app, edge)
    _submissions(app, edge)


def _command(app: AsyncApp, edge: Edge) -> None:
    @app.command(GRAMMAR.command)
    async def portfolio(ack: AsyncAck, body: Body) -> None:
        request = GRAMMAR.parse(body.get("text") or "")
        if isinstance(request, Help):
            await edge.answer(ack, GRAMMAR.help())
        elif isinstance(request, PortfolioSetup | PortfolioHandover):
            await edge.open(body, await edge.read(body, _form_of(request)))
            await ack()
        elif isinstance(request, Lists):
            await edge.answer(ack, await edge.survey(body, _list_of(request)))


def _form_of(request: PortfolioSetup | PortfolioHandover) -> Read:
    """What opens the form that the command asks for."""
    if isinstance(request, PortfolioSetup):
        return lambda session, actor, now: setup.setup_form(session, actor, request.name, now)
    return lambda session, actor, now: bulk.leaver_called(session, actor, request.name, request.owner, now)


def _list_of(request: Lists) -> Read:
    """What reads the accounts that the command asks for."""
    match request:
        case PortfolioStages(name):
            return lambda session, actor, now: stages.stages_view(session, actor, now, name=name)
        case PortfolioRetention(words):
            return lambda session, actor, now: retention_view(session, actor, now, typed=words)
        case PortfolioRenewals(name):
            return lambda session, actor, now: renewals.renewals(session, actor, now, name=name)
        case PortfolioRequest(owner, name, near):
            return lambda session, actor, now: customer_list.customers(session, actor, owner, (name, near), now)


def _customers(app: AsyncApp, edge: Edge) -> None:
    """The list of customers: each of its buttons and menus carries the list that it shows, in the same place."""

    def turns(action: str, look: Callable[[Session, Actor, ListChoice, datetime], object]) -> None:
        @app.action(action)
        async def turned(ack: AsyncAck, body: Body) -> None:
            choice = ListChoice.read(clicked(body))
            view = await edge.survey(body, lambda session, actor, now: look(session, actor, choice, now))
            await edge.replace(body, view, "Customers")
            await ack()

    for action in _SHOWS_LIST:
        turns(action, customer_list.customer_list)
    for action in _SHOWS_TABLE:
        turns(action, customer_list.as_table)

    @app.action(PortfolioActionId.LIST_EXPORT)
    async def exported(ack: AsyncAck, body: Body) -> None:
        choice = ListChoice.read(clicked(body))
        plan = await edge.survey(body, lambda session, actor, now: list_file.file_plan(session, actor, choice, now))
        await ack()
        rows = []
        for start in range(0, len(plan.listed), list_file.A_PART):
            rows += await edge.survey(body, partial(_part_of_file, plan.listed[start : start + list_file.A_PART]))
        file = list_file.written(plan, rows)
        await edge.send_file(body, file.name, file.content)
        await edge.show(body, ListExportedView(file.name, file.rows, file.is_cut), "Export")


def _part_of_file(some: tuple[Listed, ...], session: Session, actor: Actor, now: datetime) -> list[tuple[str, ...]]:
    return list_file.rows_of(session, actor, some, now)


def _customer_menus(app: AsyncApp, edge: Edge) -> None:
    """What stands beside the list of customers: its filter, the search, and the menu of other views."""

    @app.action(PortfolioActionId.LIST_MORE)
    async def more(ack: AsyncAck, body: Body) -> None:
        word, _, value = clicked(body).partition(":")
        look, title = _MORE.get(word, _MORE["overview"])
        choice = ListChoice.read(value)
        view = await edge.survey(body, lambda session, actor, now: look(session, actor, choice, now))
        await edge.show(body, view, title)
        await ack()

    @app.action(PortfolioActionId.LIST_FILTER)
    async def opened(ack: AsyncAck, body: Body) -> None:
        choice, address = ListChoice.read(clicked(body)), edge.response_url(body)
        back = str(address.address) if address else ""
        form = await edge.read(body, lambda s, actor, now: customer_list.filter_form(s, actor, choice, back, now))
        await edge.open(body, form)
        await ack()

    @app.view(PortfolioCallback.LIST_FILTER)
    async def narrowed(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        value, _, back = str(body["view"].get("private_metadata") or "").partition("\n")
        choice = _narrowed(ListChoice.read(value), form)
        owner = form.text("owner")
        # A read and no survey: a second delivery of the form is answered like the first, also beside it.
        view = await edge.read(body, lambda s, actor, now: customer_list.narrowed(s, actor, choice, owner, now))
        address = edge.response_url({"response_url": back})
        if address is None:
            await ack(response_action="update", view=edge.in_modal(view, "Customers"))
            return
        await ack()
        await edge.post_to(address, as_reply(edge.message(view)) | {"replace_original": True})

    @app.options(PortfolioActionId.FIND_CUSTOMER)
    async def suggested(ack: AsyncAck, body: Body) -> None:
        typed = str(body.get("value") or "")
        hits = await edge.read(body, lambda session, actor, now: customer_list.found(session, actor, typed))
        await ack(options=[{"text": {"type": "plain_text", "text": cut(h.name, 75)}, "value": str(h.id)} for h in hits])

    @app.action(re.compile(re.escape(PortfolioActionId.OPEN_PORTFOLIO)))
    async def named(ack: AsyncAck, body: Body) -> None:
        choice = ListChoice(str(number(clicked(body))))
        view = await edge.survey(body, lambda s, actor, now: customer_list.customer_list(s, actor, choice, now))
        await edge.replace(body, view, "Customers")
        await ack()

    app.action(PortfolioActionId.FIND_CUSTOMER)(shows(edge, card.card, "Account"))

    @app.action(PortfolioActionId.NEW_PORTFOLIO)
    async def set_up(ack: AsyncAck, body: Body) -> None:
        await edge.open(body, await edge.read(body, lambda s, actor, now: setup.setup_form(s, actor, None, now)))
        await ack()


def _narrowed(choice: ListChoice, form: Form) -> ListChoice:
    """The choice with what the form says in the place of what narrowed it down; the owner is read apart."""
    filled = (form.text(name) or "" for name in ("stage", "tier", "days", "covered", "text"))
    return ListChoice.read("|".join((choice.key, choice.show, choice.sort, "0", "", *filled)))


def _overview(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> object:
    return overview.overview_of(session, actor, choice.key, now)


def _stages(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> object:
    return stages.stages_view(session, actor, now, portfolio_id=choice.portfolio_id)


def _retention(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> object:
    return retention_view(session, actor, now, typed="")


def _renewals_of(session: Session, actor: Actor, choice: ListChoice, now: datetime) -> object:
    return renewals.renewals(session, actor, now, portfolio_id=choice.portfolio_id)


_SHOWS_LIST = (
    PortfolioActionId.LIST_SHOW,
    PortfolioActionId.LIST_SORT,
    PortfolioActionId.LIST_NEXT,
    PortfolioActionId.LIST_PREVIOUS,
    PortfolioActionId.LIST_ROWS,
    PortfolioActionId.LIST_ALL,
    PortfolioActionId.LIST_OWNER,
)
_SHOWS_TABLE = (
    PortfolioActionId.LIST_TABLE,
    PortfolioActionId.LIST_TABLE_NEXT,
    PortfolioActionId.LIST_TABLE_PREVIOUS,
)
_MORE = {
    "retention": (_retention, "Retention"),
    "owners": (customer_list.owner_list, "By owner"),
    "trend": (coverage_trend.coverage_trend, "Coverage"),
    "overview": (_overview, "Overview"),
    "stages": (_stages, "Stages"),
    "renewals": (_renewals_of, "Renewals"),
}


def _lists(app: AsyncApp, edge: Edge) -> None:
    """The buttons that show accounts: the portfolio and its stages, each with pages."""
    app.action(PortfolioActionId.SHOW_PORTFOLIO)(
        shows(
            edge,
            lambda session, actor, row, now: customer_list.customer_list(session, actor, ListChoice(str(row)), now),
            "Portfolio",
            survey=True,
        )
    )
    app.action(PortfolioActionId.SHOW_STAGES)(
        shows(
            edge,
            lambda session, actor, row, now: stages.stages_view(session, actor, now, portfolio_id=row),
            "Stages",
            survey=True,
        )
    )

    def page(action: str, of: Callable[[Session, Actor, str, int, datetime], object], title: str) -> None:
        @app.action(action)
        async def shown(ack: AsyncAck, body: Body) -> None:
            key, page_number = pair(clicked(body))
            await edge.show(body, await edge.survey(body, lambda s, a, now: of(s, a, key, page_number, now)), title)
            await ack()

    page(PortfolioActionId.STALLED_PAGE, stages.stalled_page, "Stalled")
    page(PortfolioActionId.SHOW_PORTFOLIO_PAGE, overview.portfolio_page, "Portfolio")


def _setups(app: AsyncApp, edge: Edge) -> None:
    """The buttons that set something up for a portfolio, or take it back."""
    app.action(PortfolioActionId.SETUP_PORTFOLIO)(opens(edge, setup.change_form))
    app.action(PortfolioActionId.SETUP_LOOPS)(opens(edge, setup.loops_form))
    app.action(PortfolioActionId.DEFAULT_SERIES)(opens(edge, default_series.series_form))

    @app.action(PortfolioActionId.SET_BAND)
    async def band(ack: AsyncAck, body: Body) -> None:
        currency, portfolio_id = pair(clicked(body))
        form = await edge.read(
            body, lambda s, actor, now: currency_bands.band_form(s, actor, portfolio_id, currency, now)
        )
        await edge.open(body, form)
        await ack()

    @app.action(PortfolioActionId.UNDO_SERIES)
    async def undo_series(ack: AsyncAck, body: Body) -> None:
        portfolio_id, act = numbers(clicked(body), 2)
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: default_series.take_back(s, actor, portfolio_id, act, now),
            lambda s, actor, done, now: default_series.begun(s, actor, portfolio_id, done, now),
        )
        await edge.replace(body, view, "Taken back")
        await ack()

    @app.action(PortfolioActionId.ADOPT_ACCOUNTS)
    async def adopt(ack: AsyncAck, body: Body) -> None:
        portfolio_id = number(clicked(body))
        view = await edge.write_and_show(
            body,
            lambda session, actor, now: setup.adopt_unassigned(session, actor, portfolio_id, now).adopted,
            lambda session, actor, count, now: setup.adopted_view(session, actor, portfolio_id, count),
        )
        await edge.replace(body, view, "Taken in")
        await ack()


def _renewals(app: AsyncApp, edge: Edge) -> None:
    app.action(PortfolioActionId.SHOW_RENEWALS)(
        shows(
            edge,
            lambda session, actor, row, now: renewals.renewals(session, actor, now, portfolio_id=row),
            "Renewals",
            survey=True,
        )
    )

    @app.action(PortfolioActionId.RENEWALS_WINDOW)
    async def window(ack: AsyncAck, body: Body) -> None:
        key, chosen = pair(clicked(body))
        of = None if key == stages.MINE else number(key)
        view = await edge.survey(
            body, lambda session, actor, now: renewals.renewals(session, actor, now, portfolio_id=of, days=chosen)
        )
        await edge.replace(body, view, "Renewals")
        await ack()


def _submissions(app: AsyncApp, edge: Edge) -> None:
    _setup_submission(app, edge)
    _loops_submission(app, edge)
    _series_submissions(app, edge)

    @app.view(PortfolioCallback.CURRENCY_BAND)
    async def band_set(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        currency, portfolio_id = pair(form.metadata)
        typed, loads = form.text("bands") or "", form.text("loads") or ""
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: currency_bands.set_band(
                s, actor, portfolio_id, currency, now, typed=typed, loads=loads
            ),
            lambda s, actor, row, now: currency_bands.band_saved(s, actor, row, currency, now),
        )
        await ack(response_action="update", view=edge.in_modal(view, "Band"))


def _setup_submission(app: AsyncApp, edge: Edge) -> None:
    @app.view(PortfolioCallback.PORTFOLIO_SETUP)
    async def saved(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        chosen = await channels.readers_of(edge.client, form.text("channel"), "channel")
        await edge.meet_all(body, chosen.members, "channel")
        readers = ChannelReaders(chosen.shared_outside, chosen.members, tuple(form.many("guests")))
        new = _portfolio(form, readers)
        # Nothing is claimed yet, so the form may take its own place: what is sent next is its first submission.
        asks = await edge.read(body, lambda session, actor, now: setup.guests_form(session, actor, new, now))
        if asks is not None and not {guest for guest, _ in asks.guests} <= _offered(body):
            await ack(response_action="update", view=edge.modal(asks))
            return
        view = await edge.write_and_show(
            body,
            lambda session, actor, now: setup.set_up(session, actor, new, now).portfolio_id,
            lambda session, actor, row, now: setup.saved_view(
                session, actor, row, now, created=new.portfolio_id is None
            ),
        )
        await ack(response_action="update", view=edge.in_modal(view, "Portfolio"))


def _loops_submission(app: AsyncApp, edge: Edge) -> None:
    @app.view(PortfolioCallback.LOOP_CHANNELS)
    async def loops_set(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        portfolio_id, product, market = number(form.metadata), form.text("product"), form.text("go_to_market")
        shared = [
            channel
            for channel, field in ((product, "product"), (market, "go_to_market"))
            if channel and (await channels.readers_of(edge.client, channel, field)).shared_outside
        ]
        await edge.write(
            body,
            lambda session, actor, now: setup.set_loops(
                session,
                actor,
                portfolio_id,
                now,
                product=product,
                go_to_market=market,
                shared_outside=tuple(shared),
            ),
        )
        await ack()


def _series_submissions(app: AsyncApp, edge: Edge) -> None:
    @app.view(PortfolioCallback.DEFAULT_SERIES)
    async def series_set(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        portfolio_id, begins, ends = number(form.metadata), form.words("begins"), form.words("ends")
        by_tier = {tier: form.words(tier.value) for tier in Tier}
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: default_series.set_default_series(
                s, actor, portfolio_id, now, by_tier=by_tier, begins=begins, ends=ends
            ),
            default_series.preview,
        )
        await ack(response_action="update", view=edge.modal(view))

    @app.view(PortfolioCallback.SERIES_PREVIEW)
    async def series_begun(ack: AsyncAck, body: Body) -> None:
        portfolio_id = number(Form(body).metadata)
        view = await edge.write_and_show(
            body,
            lambda s, actor, now: default_series.begin(s, actor, portfolio_id, now),
            lambda s, actor, act, now: default_series.begun(s, actor, portfolio_id, act, now),
        )
        await ack(response_action="update", view=edge.in_modal(view, "Meetings"))


def _offered(body: Body) -> set[str]:
    """The guests whom the form that was sent has asked about; Slack sends its blocks back as they were shown."""
    asked = (block["element"]["options"] for block in body["view"]["blocks"] if block.get("block_id") == "guests")
    return {str(option["value"]) for options in asked for option in options}


def _portfolio(form: Form, readers: ChannelReaders) -> PortfolioForm:
    weekday, (portfolio, _, loads) = form.words("weekday"), form.metadata.partition(":")
    if not weekday.isdecimal():
        raise UserError(PortfolioRefusal.WEEKDAY_MISSING, "weekday")
    return PortfolioForm(
        name=form.words("name"),
        channel=form.text("channel"),
        manager=form.text("manager"),
        weekday=int(weekday),
        time=form.words("time"),
        tz=form.words("tz"),
        bands=form.text("bands") or "",
        loads=form.text("loads") if "loads" in form else loads,
        portfolio_id=number(portfolio) if portfolio else None,
        readers=readers,
    )
