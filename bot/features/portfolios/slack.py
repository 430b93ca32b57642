"""`/portfolio` and its setup."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.app.actor import UserError
from bot.features.portfolios import overview, setup
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.portfolios.setup import PortfolioForm
from bot.slack import grammar
from bot.slack.edge import Edge
from bot.slack.grammar import Help, PortfolioRequest, PortfolioSetup
from bot.slack.ids import ActionId, Callback, Command
from bot.slack.payload import Body, Form, clicked, number, pair
from bot.slack.shortcuts import opens, shows


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of portfolios."""
    _command(app, edge)
    _buttons(app, edge)
    _submissions(app, edge)


def _command(app: AsyncApp, edge: Edge) -> None:
    @app.command(Command.PORTFOLIO)
    async def portfolio(ack: AsyncAck, body: Body) -> None:
        request = grammar.parse(body["command"], body.get("text") or "")
        if isinstance(request, Help):
            await edge.answer(ack, grammar.help_of(request.command))
        elif isinstance(request, PortfolioSetup):
            name = request.name
            await edge.open(body, await edge.read(body, lambda s, a, now: setup.setup_form(s, a, name, now)))
            await ack()
        elif isinstance(request, PortfolioRequest):
            owner, named = request.owner, request.name
            view = await edge.read(
                body, lambda s, a, now: overview.portfolio_view(s, a, now, owner_slack_id=owner, name=named)
            )
            await edge.answer(ack, view)


def _buttons(app: AsyncApp, edge: Edge) -> None:
    app.action(ActionId.SHOW_PORTFOLIO)(
        shows(edge, lambda s, a, row, now: overview.portfolio_view(s, a, now, portfolio_id=row), "Portfolio")
    )

    app.action(ActionId.SETUP_PORTFOLIO)(opens(edge, setup.change_form))
    app.action(ActionId.SETUP_LOOPS)(opens(edge, setup.loops_form))

    @app.action(ActionId.SHOW_PORTFOLIO_PAGE)
    async def page(ack: AsyncAck, body: Body) -> None:
        key, wanted = pair(clicked(body))
        view = await edge.read(body, lambda s, a, now: overview.portfolio_page(s, a, key, wanted, now))
        await edge.show(body, view, "Portfolio")
        await ack()

    @app.action(ActionId.ADOPT_ACCOUNTS)
    async def adopt(ack: AsyncAck, body: Body) -> None:
        portfolio_id = number(clicked(body))
        view = await edge.write_and_show(
            body,
            lambda s, a, now: setup.adopt_unassigned(s, a, portfolio_id, now).adopted,
            lambda s, a, adopted, now: setup.adopted(s, a, portfolio_id, adopted),
        )
        await edge.replace(body, view, "Taken in")
        await ack()


def _submissions(app: AsyncApp, edge: Edge) -> None:
    @app.view(Callback.PORTFOLIO_SETUP)
    async def saved(ack: AsyncAck, body: Body) -> None:
        new = _portfolio(Form(body))

        view = await edge.write_and_show(
            body,
            lambda s, a, now: setup.set_up(s, a, new, now).portfolio_id,
            lambda s, a, row, now: setup.saved(s, a, row, now, created=new.portfolio_id is None),
        )
        await ack(response_action="update", view=edge.in_modal(view, "Portfolio"))

    @app.view(Callback.LOOP_CHANNELS)
    async def loops_set(ack: AsyncAck, body: Body) -> None:
        form = Form(body)
        portfolio_id, product, market = number(form.metadata), form.text("product"), form.text("go_to_market")
        await edge.write(body, lambda s, a, now: setup.set_loops(s, a, portfolio_id, product, market, now))
        await ack()


def _portfolio(form: Form) -> PortfolioForm:
    weekday = form.words("weekday")
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
        loads=form.text("loads") or "",
        portfolio_id=number(form.metadata) if form.metadata else None,
    )
