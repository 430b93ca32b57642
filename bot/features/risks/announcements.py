"""Opens risks and decides which of them a desk hears of at once, so that news stays news.

A desk is a portfolio's channel, or whoever stands in for it. What it hears:
- One message a risk, ever; it is updated in place. A LOW risk has none: the card and the digest show it.
- At most 5 new messages an hour and 10 a local day. Of what one look finds, each account's worst danger comes before
  any account's second; among those the more severe, then the larger ARR.
- What is over that (say, an import of 240 accounts without an outcome) is named in one message a day, which is updated
  in place. Those risks get no message of their own later, unless they become more severe or somebody is given them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.actor import bot_author
from bot.app.recipients import Recipient
from bot.domain.account.dangers import Danger
from bot.domain.enums import Severity
from bot.domain.labels import label
from bot.domain.model import Account, Risk
from bot.domain.values import working_hours
from bot.domain.values.money import listed_money, money, total
from bot.features.risks import queries, risk_message
from bot.features.risks.views import MoreLine, RisksMoreView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Moot, Op, Outgoing
from bot.store import accounts, ledger, portfolios
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio

AN_HOUR = 5
A_DAY = 10
_NAMED = 5

log = structlog.get_logger("risks")


@dataclass(frozen=True, slots=True)
class News:
    """A danger that nobody has been told of: of a risk that is to be opened, or of `risk_id`, which became worse.

    `place` is 0 for the worst of its account in this look.
    """

    account: Account
    danger: Danger
    place: int
    risk_id: int | None = None

    @property
    def weight(self) -> tuple[int, int, float, int]:
        """Sorts the worst first."""
        arr = money(self.account.arr_minor, self.account.currency)
        return self.place, -self.danger.severity, -float(arr.major) if arr else 0.0, self.account.id


def open_risks(session: Session, news: Sequence[News], portfolio: Portfolio | None, now: datetime) -> None:
    """Insert a risk for each danger that is new, and tell the desks; all news is of this portfolio, or of none."""
    if not news:
        return
    told, summed = _choose(session, news, portfolio, now)
    remind_at = risk_message.manager_reminded_at(session, portfolio, now)
    opened = [one for one in news if one.risk_id is None]
    rows = [_row(one, now, remind_at if id(one) in told else None) for one in opened]
    author = bot_author(news[0].account.workspace_id)
    ids = ledger.add_many(session, author, Entity.RISK, now, rows)
    risk_ids = {id(one): risk_id for one, risk_id in zip(opened, ids, strict=True)}
    for one in sorted(news, key=lambda one: one.weight):
        if id(one) in told:
            risk_message.tell(session, one.risk_id or risk_ids[id(one)], told[id(one)], now)
    for desk, owner_id in summed.items():
        _sum_up(session, desk, portfolio, owner_id, now)


def _row(one: News, now: datetime, remind_at: datetime | None) -> dict[str, Any]:
    danger = one.danger
    return {
        "account_id": one.account.id,
        "kind": danger.kind,
        "subject": danger.subject,
        "severity": danger.severity,
        "fact": danger.fact,
        "opened_at": now,
        "remind_manager_at": remind_at,
    }


def _choose(
    session: Session, news: Sequence[News], portfolio: Portfolio | None, now: datetime
) -> tuple[dict[int, Recipient], dict[Recipient, int | None]]:
    """Which news (by Python's id) gets a message at which desk; which desks have more, and for which owner."""
    worth = sorted((one for one in news if one.danger.severity >= Severity.MEDIUM), key=lambda one: one.weight)
    if portfolio and worth:
        portfolios.lock(session, [portfolio.id])
    shared = recipients.of_portfolio(session, portfolio) is not None
    desks: dict[tuple[int | None, ...], Recipient | None] = {}
    room: dict[Recipient, int] = {}
    told: dict[int, Recipient] = {}
    summed: dict[Recipient, int | None] = {}
    for one in worth:
        owner_id = None if shared else one.account.owner_id
        people = () if shared else (owner_id, one.account.deputy_id)
        if people not in desks:
            desks[people] = recipients.of_account(session, one.account, portfolio)
        desk = desks[people]
        if desk is None:
            log.warning("risks.nobody_to_tell", account=one.account.id, danger=one.danger.kind)
            continue
        if desk not in room:
            room[desk] = _room(session, portfolio, owner_id, desk, now)
        if room[desk] > 0:
            told[id(one)] = desk
            room[desk] -= 1
        elif one.risk_id is None:
            summed[desk] = owner_id
    return told, summed


def _room(session: Session, portfolio: Portfolio | None, owner_id: int | None, desk: Recipient, now: datetime) -> int:
    """How many more messages the desk takes now."""
    zone = portfolio.tz if portfolio else "UTC"
    begins, ends = _day(working_hours.local_day(now, zone), zone)
    place = desk.workspace_id, _portfolio_id(portfolio)
    today = queries.opened_between(session, *place, begins, ends, owner_id=owner_id)
    told = lookup.told(session, desk.workspace_id, queries.RISK_KEY, [risk.id for risk in today])
    lately = sum(risk.id in told and now - risk.opened_at < timedelta(hours=1) for risk in today)
    return max(0, min(AN_HOUR - lately, A_DAY - len(told)))


def _sum_up(
    session: Session, desk: Recipient, portfolio: Portfolio | None, owner_id: int | None, now: datetime
) -> None:
    zone = portfolio.tz if portfolio else "UTC"
    args = {
        "workspace_id": desk.workspace_id,
        "portfolio_id": _portfolio_id(portfolio),
        "owner_id": owner_id,
        "day": working_hours.local_day(now, zone).isoformat(),
        "tz": zone,
    }
    put_daily_summary(session, desk, args, now)


def put_daily_summary(session: Session, desk: Recipient, args: dict[str, Any], now: datetime) -> None:
    """Put the day's message on everything else at this desk, or have the one that is there show what came."""
    key = queries.DAILY_SUMMARY_KEY.of(desk.to, args["day"])
    common: dict[str, Any] = {"workspace_id": desk.workspace_id, "kind": "risks-more", "args": args, "due_at": now}
    first = Outgoing(key=key, channel=desk.to, destination=desk.destination, **common)
    if not put(session, first, now):
        again = Outgoing(key=f"{key}@{now.timestamp():.6f}", op=Op.UPDATE, target_key=key, **common)
        put(session, again, now)


def compose_more(session: Session, args: dict[str, Any], now: datetime) -> RisksMoreView | Moot:
    """What of a day's risks has no message of its own and is still open."""
    begins, ends = _day(date.fromisoformat(args["day"]), args["tz"])
    place = args["workspace_id"], args["portfolio_id"]
    opened = queries.opened_between(session, *place, begins, ends, owner_id=args["owner_id"])
    worth = [risk for risk in opened if risk.severity >= Severity.MEDIUM and risk.closed_at is None]
    held = accounts.by_ids(session, args["workspace_id"], {risk.account_id for risk in worth})
    told = lookup.told(session, args["workspace_id"], queries.RISK_KEY, [risk.id for risk in worth]) if worth else set()
    rest = [risk for risk in worth if risk.id not in told]
    if not rest:
        return Moot("all of them are closed")
    return _more(args["portfolio_id"], rest, held)


def _more(portfolio_id: int | None, rest: Sequence[Risk], held: dict[int, Account]) -> RisksMoreView:
    touched = {risk.account_id: held[risk.account_id] for risk in rest}
    sums = total(arr for account in touched.values() if (arr := money(account.arr_minor, account.currency)))
    kinds = Counter(risk.kind for risk in rest).most_common()
    worst: dict[int, MoreLine] = {}
    for risk in rest:
        line = MoreLine(risk.account_id, held[risk.account_id].name, label(risk.kind), risk.severity)
        worst.setdefault(risk.account_id, line)
    return RisksMoreView(
        portfolio_id=portfolio_id,
        count=len(rest),
        accounts=len(touched),
        arr=listed_money(sums),
        kinds=tuple((count, label(kind)) for kind, count in kinds),
        worst=tuple(worst.values())[:_NAMED],
    )


def _portfolio_id(portfolio: Portfolio | None) -> int | None:
    return portfolio.id if portfolio else None


def _day(day: date, zone: str) -> tuple[datetime, datetime]:
    """The first moment of a local day and of the next, in UTC."""
    begins = datetime.combine(day, time(), ZoneInfo(zone))
    ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return begins.astimezone(UTC), ends.astimezone(UTC)
