"""Opens risks and decides which of them a recipient is told of at once, so that messages stay few.

A recipient is a portfolio's channel, or the person who replaces it. The rules:
- Only what is a manager's is told (`bot.domain.account.escalations`), and only in working hours. The card, the digest
  and the owner's own messages show the rest.
- One message a risk, ever; it is updated in place. A second fact about the same account within a day is a line in the
  message of the first, as long as nobody has taken that.
- At most 5 new messages an hour and 10 a local day, the more severe first, then the larger ARR.
- Whatever exceeds that is listed in one message a day, which is updated in place. Those risks get no message of their
  own later, unless they are assigned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import hours, recipients
from bot.app.actor import bot_author
from bot.app.assessments import rules_day
from bot.app.recipients import Recipient
from bot.domain.account.dangers import Danger
from bot.domain.account.escalations import is_told
from bot.domain.enums import RiskState
from bot.domain.labels import label
from bot.domain.model import Account, Risk
from bot.domain.values import days, working_hours
from bot.domain.values.money import listed_money, money, total
from bot.features.risks import queries, risk_message
from bot.features.risks.risk_view import STANDS_ALONE, WITHIN, week_of
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
    """A danger that nobody has been told of. It needs a new risk, or is the risk `risk_id` and became a manager's.

    `place` is 0 for the worst of its account in this review.
    """

    account: Account
    danger: Danger
    place: int
    risk_id: int | None = None

    def is_told(self, on: date) -> bool:
        """Whether the managers are told of it on a day."""
        return is_told(self.danger.kind, self.danger.severity, self.account, on)

    @property
    def weight(self) -> tuple[int, float, int, int]:
        """Sorts the worst first."""
        arr = money(self.account.arr_minor, self.account.currency)
        return -self.danger.severity, -float(arr.major) if arr else 0.0, self.account.id, self.place


@dataclass(slots=True)
class _Plan:
    """What becomes of news that is told: a card for some, cards that get a line more, and who has more than that.

    Items are named by Python's id; `announced` are those that a card, a line or a summary tells.
    """

    cards: dict[int, Recipient] = field(default_factory=dict)
    renewed: set[int] = field(default_factory=set)
    summaries: dict[Recipient, int | None] = field(default_factory=dict)
    announced: set[int] = field(default_factory=set)


def open_risks(session: Session, news: Sequence[News], portfolio: Portfolio | None, now: datetime) -> None:
    """Insert a risk for each danger that is new, and tell the recipients; all news is of this portfolio, or of none."""
    if not news:
        return
    workspace_id = news[0].account.workspace_id
    plan = _plan(session, workspace_id, news, portfolio, now)
    remind_at = risk_message.manager_reminded_at(session, portfolio, now)
    new = [item for item in news if item.risk_id is None]
    rows = [_row(item, now, remind_at if id(item) in plan.announced else None) for item in new]
    author = bot_author(workspace_id)
    ids = ledger.add_many(session, author, Entity.RISK, now, rows)
    risk_ids = {id(item): risk_id for item, risk_id in zip(new, ids, strict=True)}
    week = week_of(session, portfolio)
    for item in sorted(news, key=lambda item: item.weight):
        if item.risk_id is not None and id(item) in plan.announced and remind_at is not None:
            held_until = working_hours.in_work(days.shift_moment(now, risk_message.HELD_FOR), week)
            for state, at in ((RiskState.OPEN, remind_at), (RiskState.CLAIMED, held_until)):
                still = {"state": state}
                ledger.change(session, author, Entity.RISK, item.risk_id, now, only_if=still, remind_manager_at=at)
        if id(item) in plan.cards:
            risk_message.tell(session, item.risk_id or risk_ids[id(item)], plan.cards[id(item)], now, week=week)
    for card_id in sorted(plan.renewed):
        risk_message.renew_message(session, workspace_id, card_id, now)
    for recipient, owner_id in plan.summaries.items():
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


def _plan(
    session: Session, workspace_id: int, news: Sequence[News], portfolio: Portfolio | None, now: datetime
) -> _Plan:
    """Decide what is told how, the worst first."""
    plan, on = _Plan(), rules_day(now)
    candidates = sorted((item for item in news if item.is_told(on)), key=lambda item: item.weight)
    if not candidates:
        return plan
    if portfolio:
        portfolios.lock(session, [portfolio.id])
    card_of = _cards_of_today(session, workspace_id, {item.account.id for item in candidates}, now)
    places = _Places(session, portfolio, now)
    summed_up: set[int] = set()
    for item in candidates:
        account_id, is_line = item.account.id, item.risk_id is None and item.danger.kind not in STANDS_ALONE
        if is_line and account_id in card_of:
            plan.renewed |= card_of[account_id]
            plan.announced.add(id(item))
            continue
        recipient, owner_id = places.of(item)
        if recipient is None:
            log.warning("risks.nobody_to_tell", account=account_id, danger=item.danger.kind)
        elif account_id not in summed_up and places.take(recipient, owner_id):
            plan.cards[id(item)] = recipient
            plan.announced.add(id(item))
            if is_line:
                card_of[account_id] = set()
        else:
            plan.announced.add(id(item))  # one that was open before is told by the manager's own message
            if item.risk_id is None:
                summed_up.add(account_id)
                plan.summaries[recipient] = owner_id
    return plan


def _cards_of_today(
    session: Session, workspace_id: int, account_ids: Collection[int], now: datetime
) -> dict[int, set[int]]:
    """The risk of each of these accounts that has a message since a day ago and that nobody has taken."""
    opened = queries.opened_in_accounts(session, workspace_id, account_ids, days.shift_moment(now, -WITHIN), now)
    carrying = (risk for risk in opened if risk.state is RiskState.OPEN and risk.kind not in STANDS_ALONE)
    waiting = {risk.id: risk.account_id for risk in carrying}
    told = lookup.told(session, workspace_id, queries.RISK_KEY, waiting) if waiting else set()
    return {waiting[risk_id]: {risk_id} for risk_id in sorted(told, reverse=True)}


class _Places:
    """How many more messages each recipient may get now."""

    def __init__(self, session: Session, portfolio: Portfolio | None, now: datetime) -> None:
        self._session, self._portfolio, self._now = session, portfolio, now
        self._shared = recipients.of_portfolio(session, portfolio) is not None
        self._recipients: dict[tuple[int | None, ...], Recipient | None] = {}
        self._room: dict[Recipient, int] = {}

    def of(self, item: News) -> tuple[Recipient | None, int | None]:
        """Who is told of an item, and for which owner where it is not the portfolio's."""
        owner_id = None if self._shared else item.account.owner_id
        people = () if self._shared else (owner_id, item.account.deputy_id)
        if people not in self._recipients:
            self._recipients[people] = recipients.of_account(self._session, item.account, self._portfolio)
        return self._recipients[people], owner_id

    def take(self, recipient: Recipient, owner_id: int | None) -> bool:
        """Take one of the recipient's places; False if none is left."""
        if recipient not in self._room:
            self._room[recipient] = _room(self._session, self._portfolio, owner_id, recipient, self._now)
        self._room[recipient] -= 1
        return self._room[recipient] >= 0


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
    due_at = working_hours.in_work(now, hours.of_zone(args["tz"]))
    common: dict[str, Any] = {
        "workspace_id": recipient.workspace_id,
        "kind": "risks-more",
        "args": args,
        "due_at": due_at,
    }
    first = Outgoing(key=key, channel=recipient.to, destination=recipient.destination, **common)
    if not put(session, first, now):
        update = Outgoing(key=f"{key}@{now.timestamp():.6f}", op=Op.UPDATE, target_key=key, **common)
        put(session, update, now)


def compose_more(session: Session, args: dict[str, Any], now: datetime) -> RisksMoreView | Moot:
    """The day's risks that are still open and have no message of their own."""
    begins, ends = _day(date.fromisoformat(args["day"]), args["tz"])
    place = args["workspace_id"], args["portfolio_id"]
    opened = queries.opened_between(session, *place, begins, ends, owner_id=args["owner_id"])
    account_by_id = accounts.by_ids(session, args["workspace_id"], {risk.account_id for risk in opened})
    waiting = [risk for risk in opened if risk.closed_at is None]
    on = rules_day(now)
    candidates = [risk for risk in waiting if is_told(risk.kind, risk.severity, account_by_id[risk.account_id], on)]
    ids = [risk.id for risk in candidates]
    announced = lookup.told(session, args["workspace_id"], queries.RISK_KEY, ids) if ids else set()
    with_card = {risk.account_id for risk in candidates if risk.id in announced}
    rest = [risk for risk in candidates if risk.id not in announced and risk.account_id not in with_card]
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
