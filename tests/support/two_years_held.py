"""What must hold after every day of `tests.support.two_years`: read from the rows, without the rules' own functions.

- Every renewal is asked about on the day, of somebody who is there: a call 30 days before the last day to act (60
  before the renewal where the notice period is unknown), how it ended on the day, a week later, then the manager.
- Every digest names the renewals that are past or within 60 days, and its bridges are exact and follow on each other.
- Nothing open is left with somebody who left, is away, or had the customer before.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.store import schema
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from bot.store.types import as_json

OF_THE_ABSENT = frozenset({"prompt", "reminder", "renewal-question", "verdict"})
"""What somebody who is away is not sent."""


@dataclass(frozen=True)
class Day:
    """A day as the rows show it; `new` are the messages since the day before, `merged` the customers that went into one
    another."""

    now: datetime
    members: dict[int, Any]
    accounts: dict[int, Any]
    merged: dict[int, int]
    manager: int
    new: list[Any]

    @property
    def on(self) -> date:
        return self.now.date()

    def is_there(self, member_id: int | None) -> bool:
        member = self.members.get(member_id or 0)
        return member is not None and not member.is_deactivated and not self.is_away(member_id, self.now)

    def is_away(self, member_id: int | None, at: datetime) -> bool:
        member = self.members.get(member_id or 0)
        return bool(member and member.away_until and member.away_from <= at < member.away_until)

    def answering(self, account: Any) -> int:
        """The owner, else the deputy, else the manager, whoever is there first."""
        turn = (account.owner_id, account.deputy_id, self.manager)
        return next(member_id for member_id in turn if self.is_there(member_id))


class Held:
    """Holds one day after the other; `asked` keeps when who was asked what, and `weeks` counts the digests."""

    def __init__(self, database: Database, people: dict[str, int]) -> None:
        self.database = database
        self.people = people
        self.asked: dict[tuple[str, date], list[tuple[date, str, str]]] = defaultdict(list)
        self.weeks = 0
        self.told = ""
        self._owners: dict[int, set[int]] = defaultdict(set)
        self._put: dict[str, str] = {}
        self._renewals: dict[int, date | None] = {}
        self._last_message = 0
        self._ends: dict[str, Fraction] = {}
        self._last_digest, self._digest_on = 0, date.min

    def hold(self, home: int, now: datetime) -> None:
        with self.database.reading() as session:
            day = _day(session, home, now, self._last_message)
            self._last_message = max((row.id for row in day.new), default=self._last_message)
            self._put |= {row.key: row.channel for row in day.new if row.kind == "renewal-question"}
            self._open_rows_are_with_who_has_the_customer(session, day)
            self._who_is_away_is_left_alone(day)
            self._renewals_are_asked_about(session, day)
            self._the_digest_is_exact_and_names_renewals(session, day, home)

    def _renewals_are_asked_about(self, session: Session, day: Day) -> None:
        called = {(row.account_id, row.renewal): row.called_at.date() for row in _all(session, schema.renewal_call)}
        new = [row for row in day.new if row.kind == "renewal-question"]
        self._no_renewal_goes_by_itself(session, day)
        for account in day.accounts.values():
            renewal = account.renewal_date
            if account.status != "customer" or account.leaves_on or account.rolling or renewal is None:
                continue
            due_on = renewal - timedelta(days=60 if account.notice_days is None else account.notice_days + 30)
            wanted = [f"result:{renewal}:{week}" for week in range((day.on - renewal).days // 7 + 1)]
            if due_on <= day.on < renewal and called.get((account.id, renewal), date.min) < due_on:
                wanted.append(f"call:{renewal}")
            for question in wanted[:9]:
                self._is_with_somebody_who_can_answer(day, account, question)
            self._note(day, account, [row for row in new if row.key.split(":")[1] == str(account.id)])

    def _no_renewal_goes_by_itself(self, session: Session, day: Day) -> None:
        """A renewal whose day has come is there until somebody says how it ended; or a system sent what follows."""
        table = schema.renewal_result
        recorded = {(row.account_id, row.renewal) for row in _all(session, table) if row.result != "still_open"}
        imported = session.execute(select(schema.contract).where(schema.contract.c.basis == "imported"))
        begun = {(row.account_id, row.starts_on) for row in imported}
        for account in day.accounts.values():
            renewal, self._renewals[account.id] = self._renewals.get(account.id), account.renewal_date
            if renewal is not None and renewal <= day.on and account.renewal_date != renewal:
                assert {(account.id, renewal)} & (recorded | begun), (day.on, account.name, renewal)

    def _is_with_somebody_who_can_answer(self, day: Day, account: Any, question: str) -> None:
        key = f"renewal-question:{account.id}:{question}"
        asked = [channel for at, channel in self._put.items() if at == key or at.startswith(f"{key}:to:")]
        people = (account.owner_id, account.deputy_id, day.manager)
        turn = {day.members[person].slack_id for person in people if day.is_there(person)}
        assert turn & set(asked), (day.on, account.name, question, asked)

    def _note(self, day: Day, account: Any, new: list[Any]) -> None:
        """Keep who was asked, who must be whoever answers for the customer, and from the second week on the manager."""
        for row in new:
            what = row.key.split(":", 2)[2]
            late = what.startswith("result:") and int(what.split(":")[2]) >= 2
            person = day.manager if late else day.answering(account)
            assert row.channel == day.members[person].slack_id, (day.on, account.name, what, row.channel)
            self.asked[account.name, account.renewal_date].append((day.on, what.split(":")[0], self._name(person)))

    def _open_rows_are_with_who_has_the_customer(self, session: Session, day: Day) -> None:
        for account in day.accounts.values():
            if account.owner_id is not None:
                self._owners[account.id].add(account.owner_id)
        for table, holder, account_id, at in _open_rows(session):
            account = day.accounts.get(account_id)
            if holder is None or account is None or account.status != "customer":
                continue
            what = (day.on, account.name, table, self._name(holder))
            has_it = holder in (account.owner_id, account.deputy_id, day.manager)
            merged = [of for of, stays in day.merged.items() if stays == account.id]
            had_it = self._owners[account.id].union(*(self._owners[of] for of in merged))
            assert has_it or holder not in had_it, f"left behind: {what}"
            gone = day.members[holder].is_deactivated
            if table == "prompt":
                assert not gone and not day.is_away(holder, at), f"nobody would answer: {what}"
            elif gone:
                assert holder == account.owner_id, f"left with somebody who left: {what}"
                assert ("owner_left", account.id) in _open_risks(session), f"nobody was told: {what}"

    def _who_is_away_is_left_alone(self, day: Day) -> None:
        by_slack = {member.slack_id: member_id for member_id, member in day.members.items()}
        for row in day.new:
            if row.kind in OF_THE_ABSENT:
                assert not day.is_away(by_slack.get(row.channel), row.due_at), (day.on, row.key, row.channel)

    def _the_digest_is_exact_and_names_renewals(self, session: Session, day: Day, home: int) -> None:
        digest = schema.digest
        of_home = select(digest).where(digest.c.portfolio_id == home).order_by(digest.c.id.desc()).limit(1)
        row = session.execute(of_home).one_or_none()
        if row is None or row.id == self._last_digest:
            assert day.on.weekday() > 0 or day.on == self._digest_on, f"no digest on {day.on}"
            return
        self._last_digest, self._digest_on, self.weeks = row.id, day.on, self.weeks + 1
        said = as_json(row.figures)["said"]
        for bridge in said["bridges"]:
            currency, start, end = bridge["currency"], Fraction(bridge["start"]), Fraction(bridge["end"])
            assert start == self._ends.get(currency, start), (day.on, currency)
            assert start + sum((Fraction(points) for _, points in bridge["steps"]), Fraction(0)) == end
            self._ends[currency] = end
        self.told = str(said["week"])
        told = _named_renewals(said["week"])
        for account in day.accounts.values():
            renewal = account.renewal_date
            is_open = account.status == "customer" and not account.leaves_on and renewal is not None
            if is_open and renewal <= day.on + timedelta(days=60):
                assert account.name in told, (day.on, account.name, told)

    def _name(self, member_id: int) -> str:
        return next(name for name, known in self.people.items() if known == member_id)


def _day(session: Session, home: int, now: datetime, last_message: int) -> Day:
    manager = session.execute(select(schema.portfolio.c.manager_id).where(schema.portfolio.c.id == home)).scalar_one()
    posts = select(outbox).where(outbox.c.op == "post", outbox.c.id > last_message)
    accounts = _all(session, schema.account)
    return Day(
        now,
        {row.id: row for row in _all(session, schema.member)},
        {row.id: row for row in accounts if row.taken_back_at is None},
        {row.id: row.merged_into for row in accounts if row.merged_into},
        manager,
        list(session.execute(posts.order_by(outbox.c.id))),
    )


def _open_rows(session: Session) -> list[tuple[str, int | None, int, datetime]]:
    """What is open: its table, who has it, its customer, and of a prompt when the meeting is."""
    never = datetime.max.replace(tzinfo=UTC)
    prompt, meeting = schema.prompt, schema.meeting
    asked = select(prompt.c.member_id, prompt.c.account_id, meeting.c.starts_at).join_from(prompt, meeting)
    found = [("prompt", *row) for row in session.execute(asked.where(prompt.c.state == "open"))]
    steps, gaps, risks, obstacles = schema.action, schema.gap, schema.risk, schema.obstacle
    statements = {
        "action": _holders(steps).where(steps.c.told_on.is_(None), steps.c.dropped_on.is_(None)),
        "gap": _holders(gaps).where(gaps.c.closed_on.is_(None)),
        "risk": _holders(risks).where(risks.c.closed_at.is_(None)),
        "obstacle": _holders(obstacles).where(obstacles.c.cleared_on.is_(None)),
    }
    for name, statement in statements.items():
        found += [(name, *row, never) for row in session.execute(statement)]
    return found


def _holders(table: Any) -> Select[Any]:
    return select(table.c.owner_id, table.c.account_id)


def _open_risks(session: Session) -> set[tuple[str, int]]:
    risk = schema.risk
    rows = session.execute(select(risk.c.kind, risk.c.account_id).where(risk.c.closed_at.is_(None)))
    return {(str(kind.value), account_id) for kind, account_id in rows}


def _all(session: Session, table: Any) -> list[Any]:
    return list(session.execute(select(table)))


def _named_renewals(week: dict[str, Any]) -> set[str]:
    """The customers under the digest's title on renewals, in the message and in its thread."""
    lines = {
        line["label"] for part in week["parts"] if part["title"].startswith("Renewals within") for line in part["lines"]
    }
    for page in week["pages"]:
        for block in page["blocks"]:
            if block["title"].startswith("Renewals within"):
                lines |= {name for line in block["lines"] for name in line["names"]}
    return lines
