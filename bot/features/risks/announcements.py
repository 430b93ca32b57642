"""Opens risks and decides which of them a recipient is told of at once, so that messages stay few.

A recipient is a portfolio's channel, or the person who replaces it. The rules:
- One message a risk, ever; it is updated in place. A LOW risk has none: the card and the digest show it.
- At most 5 new messages an hour and 10 a local day. Of what one review finds, each account's worst danger comes before
  any account's second; among those the more severe, then the larger ARR.
- Whatever exceeds that (say, an import of 240 accounts without an outcome) is listed in one message a day, which is
  updated in place. Those risks get no message of their own later, unless they become more severe or are assigned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.actor import bot_author
from bot.app.recipients import Recipient
from bot.domain.account.dangers import Danger
from bot.domain.enums import Severity
from bot.domain.labels import label
from bot.domain.model import Account, Risk
from bot.domain.values import days, working_hours
from bot.domain.values.money import listed_money, money, total
from bot.features.risks import queries, risk_message
from bot.features.risks.views import MoreLine, RisksMoreView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Moot, Op, Outgoing
from bot.phrases import phrase
from bot.store import accounts, ledger, portfolios
from bot.store.entities import Entity
from bot.store.portfolios import Portfolio

AN_HOUR = 5
A_DAY = 10
_NAMED = 5

log = structlog.get_logger("risks")


@dataclass(frozen=True, slots=True)
class News:
    """A danger that nobody has been told of. It needs a new risk, or made the risk `risk_id` worse.

    `place` is 0 for the worst of its account in this review.
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
    """Insert a risk for each danger that is new, and tell the recipients; all news is of this portfolio, or of none."""
    if not news:
        return
    recipient_by_news, owner_by_recipient = _choose(session, news, portfolio, now)
    remind_at = risk_message.manager_reminded_at(session, portfolio, now)
    new = [item for item in news if item.risk_id is None]
    rows = [_row(item, now, remind_at if id(item) in recipient_by_news else None) for item in new]
    author = bot_author(news[0].account.workspace_id)
    ids = ledger.add_many(session, author, Entity.RISK, now, rows)
    risk_ids = {id(item): risk_id for item, risk_id in zip(new, ids, strict=True)}
    for item in sorted(news, key=lambda item: item.weight):
        if id(item) in recipient_by_news:
            risk_message.tell(session, item.risk_id or risk_ids[id(item)], recipient_by_news[id(item)], now)
    for recipient, owner_id in owner_by_recipient.items():
        _put_summary(session, recipient, portfolio, owner_id, now)


def _row(item: News, now: datetime, remind_at: datetime | None) -> dict[str, Any]:
    danger = item.danger
    return {
        "account_id": item.account.id,
        "kind": danger.kind,
        "subject": danger.subject,
        "severity": danger.severity,
        "fact": phrase(danger.fact),
        "opened_at": now,
        "remind_manager_at": remind_at,
    }


def _choose(
    session: Session, news: Sequence[News], portfolio: Portfolio | None, now: datetime
) -> tuple[dict[int, Recipient], dict[Recipient, int | None]]:
    """Which news (by Python's id) goes to which recipient; which recipients have more, and for which owner."""
    candidates = sorted(
        (item for item in news if item.danger.severity >= Severity.MEDIUM), key=lambda item: item.weight
    )
    if portfolio and candidates:
        portfolios.lock(session, [portfolio.id])
    shared = recipients.of_portfolio(session, portfolio) is not None
    recipient_by_people: dict[tuple[int | None, ...], Recipient | None] = {}
    room: dict[Recipient, int] = {}
    recipient_by_news: dict[int, Recipient] = {}
    owner_by_recipient: dict[Recipient, int | None] = {}
    for item in candidates:
        owner_id = None if shared else item.account.owner_id
        people = () if shared else (owner_id, item.account.deputy_id)
        if people not in recipient_by_people:
            recipient_by_people[people] = recipients.of_account(session, item.account, portfolio)
        recipient = recipient_by_people[people]
        if recipient is None:
            log.warning("risks.nobody_to_tell", account=item.account.id, danger=item.danger.kind)
            continue
        if recipient not in room:
            room[recipient] = _room(session, portfolio, owner_id, recipient, now)
        if room[recipient] > 0:
            recipient_by_news[id(item)] = recipient
            room[recipient] -= 1
        elif item.risk_id is None:
            owner_by_recipient[recipient] = owner_id
    return recipient_by_news, owner_by_recipient


def _room(
    session: Session, portfolio: Portfolio | None, owner_id: int | None, recipient: Recipient, now: datetime
) -> int:
    """How many more messages the recipient may get now."""
    zone = portfolio.tz if portfolio else "UTC"
    begins, ends = _day(working_hours.local_day(now, zone), zone)
    place = recipient.workspace_id, _portfolio_id(portfolio)
    today = queries.opened_between(session, *place, begins, ends, owner_id=owner_id)
    announced = lookup.told(session, recipient.workspace_id, queries.RISK_KEY, [risk.id for risk in today])
    in_last_hour = sum(risk.id in announced and now - risk.opened_at < timedelta(hours=1) for risk in today)
    return max(0, min(AN_HOUR - in_last_hour, A_DAY - len(announced)))


def _put_summary(
    session: Session, recipient: Recipient, portfolio: Portfolio | None, owner_id: int | None, now: datetime
) -> None:
    zone = portfolio.tz if portfolio else "UTC"
    args = {
        "workspace_id": recipient.workspace_id,
        "portfolio_id": _portfolio_id(portfolio),
        "owner_id": owner_id,
        "day": working_hours.local_day(now, zone).isoformat(),
        "tz": zone,
    }
    put_daily_summary(session, recipient, args, now)


def put_daily_summary(session: Session, recipient: Recipient, args: dict[str, Any], now: datetime) -> None:
    """Put the day's summary for this recipient, or update the one that is there."""
    key = queries.DAILY_SUMMARY_KEY.of(recipient.to, args["day"])
    common: dict[str, Any] = {"workspace_id": recipient.workspace_id, "kind": "risks-more", "args": args, "due_at": now}
    first = Outgoing(key=key, channel=recipient.to, destination=recipient.destination, **common)
    if not put(session, first, now):
        update = Outgoing(key=f"{key}@{now.timestamp():.6f}", op=Op.UPDATE, target_key=key, **common)
        put(session, update, now)


def compose_more(session: Session, args: dict[str, Any], now: datetime) -> RisksMoreView | Moot:
    """The day's risks that are still open and have no message of their own."""
    begins, ends = _day(date.fromisoformat(args["day"]), args["tz"])
    place = args["workspace_id"], args["portfolio_id"]
    opened = queries.opened_between(session, *place, begins, ends, owner_id=args["owner_id"])
    candidates = [risk for risk in opened if risk.severity >= Severity.MEDIUM and risk.closed_at is None]
    account_by_id = accounts.by_ids(session, args["workspace_id"], {risk.account_id for risk in candidates})
    announced = (
        lookup.told(session, args["workspace_id"], queries.RISK_KEY, [risk.id for risk in candidates])
        if candidates
        else set()
    )
    rest = [risk for risk in candidates if risk.id not in announced]
    if not rest:
        return Moot("all of them are closed")
    return _more(args["portfolio_id"], rest, account_by_id)


def _more(portfolio_id: int | None, rest: Sequence[Risk], account_by_id: dict[int, Account]) -> RisksMoreView:
    affected = {risk.account_id: account_by_id[risk.account_id] for risk in rest}
    arr_total = total(arr for account in affected.values() if (arr := money(account.arr_minor, account.currency)))
    kinds = Counter(risk.kind for risk in rest).most_common()
    worst: dict[int, MoreLine] = {}
    for risk in rest:
        line = MoreLine(risk.account_id, account_by_id[risk.account_id].name, label(risk.kind), risk.severity)
        worst.setdefault(risk.account_id, line)
    return RisksMoreView(
        portfolio_id=portfolio_id,
        count=len(rest),
        accounts=len(affected),
        arr=listed_money(arr_total),
        kinds=tuple((count, label(kind)) for kind, count in kinds),
        worst=tuple(worst.values())[:_NAMED],
    )


def _portfolio_id(portfolio: Portfolio | None) -> int | None:
    return portfolio.id if portfolio else None


def _day(day: date, zone: str) -> tuple[datetime, datetime]:
    """The first moment of a local day and of the next, in UTC."""
    return days.at(day, time(), zone), days.at(days.add_days(day, 1), time(), zone)
