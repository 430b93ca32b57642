"""App Home: published again whenever somebody opens it, so that it is never out of date."""

from __future__ import annotations

from datetime import datetime

from slack_bolt.async_app import AsyncAck, AsyncApp
from sqlalchemy.orm import Session

from bot.app import accounts
from bot.app.actor import Actor
from bot.features.accounts import add_account, card
from bot.features.home import home
from bot.features.home.ids import HomeActionId
from bot.features.home.views import Show, Sort
from bot.features.meetings import settings
from bot.features.meetings.ids import MeetingActionId
from bot.features.morning.ids import MorningActionId
from bot.features.portfolios import overview, setup
from bot.features.setup import welcome
from bot.features.setup.ids import SetupActionId, SetupCallback
from bot.slack.app import ProoflineApp
from bot.slack.edge import Edge
from bot.slack.payload import Body, clicked, number, sender_of
from bot.store import members

_SAVES = frozenset({MeetingActionId.NOTHING_CHANGED, MorningActionId.TICK_TODO, MorningActionId.MEETING_MENU})
"""The buttons of Home that save something at once."""
_MOST_AT_HOME = 1_000


def register(app: AsyncApp, edge: Edge) -> None:
    """Give `app` the listeners of App Home."""

    @app.event("app_home_opened")
    async def opened(ack: AsyncAck, body: Body) -> None:
        if body["event"].get("tab") == "home":
            view = await edge.read(body, home.home)
            await edge.publish(body, view)
            if view.setup is not None and view.setup.greet_admin:
                await edge.write(body, lambda s, actor, now: welcome.greet_admin(s, actor, _place(body), now))
        await ack()

    _menu(app, edge)
    _accounts(app, edge)
    _manager_and_executive(app, edge)
    _setup(app, edge)
    if isinstance(app, ProoflineApp):
        app.follow(_Renewal(edge).after)


class _Renewal:
    """Publishes Home again behind what somebody saved from there, so that it shows what was saved.

    A form does not say where it was opened: whoever pressed something on Home last, and nothing in a message since, has
    opened it there. Another replica may have seen that press; then Home is as it was until it is opened again.
    """

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._at_home: dict[tuple[str, str], tuple[Show, Sort]] = {}

    async def after(self, body: Body) -> None:
        """Follow a payload: note where its sender is, and renew their Home if they have saved something."""
        kind, place = body.get("type"), (body.get("view") or {}).get("type")
        if kind not in ("block_actions", "view_submission"):
            return
        sender = sender_of(body)
        person = sender.team_id, sender.user_id
        if kind == "block_actions" and place == "home":
            self._note(person, _picked(body))
        elif kind == "block_actions" and place != "modal":
            self._at_home.pop(person, None)
        saved = kind == "view_submission" or body["actions"][0].get("action_id") in _SAVES
        if saved and (chosen := self._at_home.get(person)):
            view = await self._edge.read(
                body, lambda s, actor, now: home.home(s, actor, now, show=chosen[0], sort=chosen[1])
            )
            await self._edge.publish(body, view)

    def _note(self, person: tuple[str, str], picked: dict[str, str]) -> None:
        while len(self._at_home) >= _MOST_AT_HOME:
            del self._at_home[next(iter(self._at_home))]
        show, sort = picked.get(HomeActionId.SHOW_ACCOUNTS, ""), picked.get(HomeActionId.SORT_ACCOUNTS, "")
        self._at_home[person] = _show(show), _sort(sort)


def _menu(app: AsyncApp, edge: Edge) -> None:
    """What stands under ⋯ beside the day; the settings say when somebody is away as well."""

    @app.action(HomeActionId.HOME_MENU)
    async def chosen(ack: AsyncAck, body: Body) -> None:
        if clicked(body) == "new":
            view: object = await edge.read(body, lambda s, actor, now: add_account.account_form(s, actor, "", now))
        else:
            view = await edge.read(body, settings.settings_form)
        await edge.open(body, view)
        await ack()


def _accounts(app: AsyncApp, edge: Edge) -> None:
    """The pages of my accounts, and what of them is shown in which order."""

    async def publish(body: Body, page: int, show: Show, sort: Sort) -> None:
        view = await edge.read(body, lambda s, actor, now: home.home(s, actor, now, page=page, show=show, sort=sort))
        await edge.publish(body, view)

    @app.action(HomeActionId.PREVIOUS_ACCOUNTS)
    @app.action(HomeActionId.NEXT_ACCOUNTS)
    async def turned(ack: AsyncAck, body: Body) -> None:
        page, _, chosen = clicked(body).partition(":")
        show, _, sort = chosen.partition(":")
        await publish(body, number(page), _show(show), _sort(sort))
        await ack()

    @app.action(HomeActionId.SHOW_ACCOUNTS)
    @app.action(HomeActionId.SORT_ACCOUNTS)
    async def chosen(ack: AsyncAck, body: Body) -> None:
        picked = _picked(body)
        show, sort = picked.get(HomeActionId.SHOW_ACCOUNTS, ""), picked.get(HomeActionId.SORT_ACCOUNTS, "")
        await publish(body, 0, _show(show), _sort(sort))
        await ack()


def _manager_and_executive(app: AsyncApp, edge: Edge) -> None:
    """One of my team, and the field to look up a customer."""

    @app.action(HomeActionId.OPEN_TEAM)
    async def one_of_the_team(ack: AsyncAck, body: Body) -> None:
        member_id = number(clicked(body))

        def look(session: Session, actor: Actor, now: datetime) -> object:
            person = members.by_id(session, actor.workspace_id, member_id)
            if person is None or person.slack_id is None:
                raise accounts.no_such_account()
            return overview.portfolio_view(session, actor, now, owner_slack_id=person.slack_id)

        await edge.show(body, await edge.survey(body, look), "Customers")
        await ack()

    @app.action(HomeActionId.LOOK_UP_CUSTOMER)
    async def looked_up(ack: AsyncAck, body: Body) -> None:
        typed = clicked(body)

        def look(session: Session, actor: Actor, now: datetime) -> object:
            result = accounts.find(session, actor, typed)
            if result.hit is None:
                return accounts.choices(typed, result, "card")
            return card.card(session, actor, result.hit.id, now)

        await edge.show(body, await edge.read(body, look), "Customer")
        await ack()


def _setup(app: AsyncApp, edge: Edge) -> None:
    """The steps of a fresh workspace that no other room opens."""

    @app.action(SetupActionId.FIRST_PORTFOLIO)
    async def new_portfolio(ack: AsyncAck, body: Body) -> None:
        await edge.open(body, await edge.read(body, lambda s, actor, now: setup.setup_form(s, actor, None, now)))
        await ack()

    @app.action(SetupActionId.NEW_ACCOUNT)
    async def new_account(ack: AsyncAck, body: Body) -> None:
        await edge.open(body, await edge.read(body, lambda s, actor, now: add_account.account_form(s, actor, "", now)))
        await ack()

    @app.action(SetupActionId.TELL_TEAM)
    async def review(ack: AsyncAck, body: Body) -> None:
        await edge.open(body, await edge.read(body, welcome.tell_form))
        await ack()

    @app.view(SetupCallback.TELL_TEAM)
    async def told(ack: AsyncAck, body: Body) -> None:
        place = _place(body)
        view = await edge.write_and_show(
            body, lambda s, actor, now: welcome.tell_team(s, actor, place, now), welcome.team_told
        )
        await edge.publish(body, await edge.read(body, home.home))
        await ack(response_action="update", view=edge.in_modal(view, "Your team"))

    @app.action(SetupActionId.OPEN_HOME)
    async def followed(ack: AsyncAck) -> None:
        await ack()  # the button is a link


def _place(body: Body) -> dict[str, str]:
    return {"app": str(body.get("api_app_id") or ""), "team": sender_of(body).team_id}


def _show(word: str) -> Show:
    return Show(word) if word in list(Show) else Show.ALL


def _sort(word: str) -> Sort:
    return Sort(word) if word in list(Sort) else Sort.WORST


def _picked(body: Body) -> dict[str, str]:
    """What the menus of Home say, by their ids; the one that was used just now says what was chosen."""
    values = ((body.get("view") or {}).get("state") or {}).get("values") or {}
    picked = {
        name: str((element.get("selected_option") or {}).get("value") or "")
        for elements in values.values()
        for name, element in elements.items()
    }
    return picked | {body["actions"][0]["action_id"]: clicked(body)}
