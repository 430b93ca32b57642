"""What a button of retention carries: whose figures, until which day, in which currency. Parsed and never trusted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.accounts import no_such_account
from bot.app.actor import Actor, UserError, must_read
from bot.domain.portfolio.cohorts import quarter_name
from bot.domain.portfolio.unit_costs import quarter_start
from bot.domain.values.days import LATEST, add_months, parse_day
from bot.features.retention import queries
from bot.features.retention.figures import Window, today_window
from bot.features.retention.phrases import RetentionPhrase
from bot.features.retention.refusals import RetentionRefusal
from bot.phrases import say
from bot.store import portfolios

_KEY = re.compile(
    r"(?P<portfolio>[0-9]{1,18})(?:\.(?P<until>[0-9]{4}-[0-9]{2}-[0-9]{2}))?(?:\.(?P<currency>[A-Z]{3}))?"
)
_QUARTER = re.compile(
    r"(?:(?P<year>[0-9]{4})[\s/-]*q(?P<quarter>[1-4])|q(?P<alone>[1-4])(?:[\s/-]+(?P<after>[0-9]{4}))?)(?:\s+(?P<name>.+))?",
    re.IGNORECASE,
)
_LOOKS_LIKE_ONE = re.compile(r"[0-9]|q[0-9]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose figures are asked for: the window, the name to show, and the currency if one was chosen."""

    window: Window
    name: str
    currency: str | None = None

    def key(self, currency: str | None = None) -> str:
        """What a button carries to ask for the same, in this currency."""
        chosen = currency or self.currency
        return f"{self.window.portfolio_id or 0}.{self.window.t1}" + (f".{chosen}" if chosen else "")


def by_key(session: Session, actor: Actor, key: str, now: datetime) -> Asked:
    """What a button asks for; `UserError` where there is no such portfolio here."""
    must_read(actor)
    match = _KEY.fullmatch(key)
    if match is None:
        raise no_such_account()
    today = actor.today(now)
    try:
        until = min(parse_day(match["until"]), today) if match["until"] else today
    except ValueError:
        raise no_such_account() from None
    portfolio_id = int(match["portfolio"]) or None
    return Asked(
        today_window(actor.workspace_id, until, portfolio_id), _name(session, actor, portfolio_id), match["currency"]
    )


def by_words(session: Session, actor: Actor, typed: str, now: datetime) -> Asked:
    """What `/portfolio retention [quarter] [name]` asks for: all customers and the year to today, unless it says more.

    A quarter means the twelve months that end with it, or with today while it runs.
    """
    must_read(actor)
    words, today, until = " ".join(typed.split()), actor.today(now), actor.today(now)
    portfolio = portfolios.by_name(session, actor.workspace_id, words) if words else None
    if portfolio is None and words:
        match = _QUARTER.fullmatch(words)
        if match is None and _LOOKS_LIKE_ONE.match(words):
            raise UserError(RetentionRefusal.QUARTER_UNREADABLE, typed=words)
        if match is not None:
            until = _end_of(match, today)
            words = match["name"] or ""
        portfolio = portfolios.by_name(session, actor.workspace_id, words) if words else None
        if words and portfolio is None:
            names = tuple(queries.portfolio_names(session, actor.workspace_id))
            raise UserError(RetentionRefusal.PORTFOLIO_UNKNOWN, name=words, nearest=names)
    portfolio_id = portfolio.id if portfolio else None
    window = today_window(actor.workspace_id, until, portfolio_id)
    return Asked(window, portfolio.name if portfolio else say(RetentionPhrase.ALL_CUSTOMERS))


def _end_of(match: re.Match[str], today: date) -> date:
    """The first day after the quarter, or today while it runs; without a year it is the last one of that number."""
    number = int(match["quarter"] or match["alone"])
    year = int(match["year"] or match["after"] or today.year)
    if not 1951 <= year < LATEST.year:
        raise UserError(RetentionRefusal.QUARTER_UNREADABLE, typed=match[0])
    began = date(year, number * 3 - 2, 1)
    if began > today and not (match["year"] or match["after"]):
        began = date(year - 1, number * 3 - 2, 1)
    if began > today:
        raise UserError(RetentionRefusal.QUARTER_TO_COME, quarter=quarter_name(began))
    return min(add_months(began, 3), today)


def _name(session: Session, actor: Actor, portfolio_id: int | None) -> str:
    if portfolio_id is None:
        return say(RetentionPhrase.ALL_CUSTOMERS)
    portfolio = portfolios.in_workspace(session, actor.workspace_id, portfolio_id)
    if portfolio is None:
        raise no_such_account()
    return portfolio.name


def last_quarters(today: date, many: int) -> list[date]:
    """The first days of the last quarters, the one that runs first."""
    return [add_months(quarter_start(today), -3 * back) for back in range(many)]
