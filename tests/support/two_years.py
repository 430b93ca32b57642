"""Two years of a portfolio: the clock runs on the days that matter, and after each of them everything is held.

The days that matter are Mondays, the days on which something is due about a renewal, and those on which people act.
What must hold is in `tests.support.two_years_held`; what happens is told in `tests.support.two_years_told`.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.domain.enums import CadenceKind, Change
from bot.features.accounts import add_account
from bot.features.accounts.new_account import NewAccount
from bot.features.exports import ledger_export
from bot.features.handover import bulk, edit
from bot.features.handover.bulk import Bulk
from bot.features.handover.edit import AccountEdit
from bot.features.imports.row_reader import Options
from bot.features.imports.run import File, ImportRun, import_contracts
from bot.features.meetings import answers, cadences
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.cadences import NewCadence
from bot.features.meetings.new_answer import NewAnswer
from bot.features.renewals import calls, confirming, results
from bot.features.renewals.calls import NewCall
from bot.features.renewals.results import Left, Renewed
from bot.features.undelivered import reroute
from bot.store import members, renewals, schema
from bot.store.engine import Database
from bot.store.schema.outbox import outbox
from tests.support import factory
from tests.support.cast import ADA, INES, KENJI, KIM, MAYA, PRIYA, TOM
from tests.support.story import TICK, Story
from tests.support.two_years_held import Held

LONDON = "Europe/London"
USERS = {who.handle: who.user(tz=LONDON) for who in (ADA, PRIYA, MAYA, TOM, INES, KENJI)}
ORDER = "https://docs.example.com/orders/{}"
TERMS = "Account,Plan,Start,End,ARR,Currency,Notice Days,Auto Renew\n"


class TwoYears(Story):
    """A portfolio from Monday, 5 January 2026 on. Accounts go by name and people by first name."""

    home: int

    def __init__(self, database: Database) -> None:
        super().__init__(database, date(2026, 1, 5), USERS, Path())
        self.accounts: dict[str, int] = {}
        self.outcomes: dict[str, int] = {}
        self.held = Held(database, {name: actor.member.id for name, actor in self.actors.items()})

    def until(self, year: int, month: int, day: int) -> None:
        """Let the days pass until this one, which the clock has seen as well when it returns."""
        goal = date(year, month, day)
        while self.now.date() < goal:
            self.now = datetime.combine(min(goal, *self._days_that_matter()), TICK, UTC)
            self.tick()
        assert self.now.date() == goal, "a story does not go back"

    def tick(self) -> None:
        super().tick()
        self.held.hold(self.home, self.now)

    def _days_that_matter(self) -> Iterator[date]:
        today = self.now.date()
        yield today + timedelta(days=7 - today.weekday())
        with self.database.reading() as session:
            rows = list(session.execute(select(schema.account).where(schema.account.c.taken_back_at.is_(None))))
        days = [row.leaves_on for row in rows if row.leaves_on] + [when for row in rows for when in _of_renewal(row)]
        yield from (when for when in days if when > today)

    def add(self, name: str, owner: str, arr: str, began: date, renews: date | None, currency: str = "EUR") -> None:
        """Somebody adds a customer of their own."""
        new = NewAccount(name, USERS[owner].slack_id, self.home, arr, currency)
        new = replace(new, contract_start=began, renewal_date=renews)
        self.accounts[name] = self.act(owner, add_account.add_account, new)

    def contracts(self, name: str, *lines: str) -> None:
        """A billing system sends terms of a customer."""
        text = TERMS + "".join(f"{name},{line}\n" for line in lines)
        report = import_contracts(ImportRun(self.database, 1, self.now), File("terms.csv", text.encode()), Options())
        assert report.bad == [], report.bad

    def bills(self, name: str, first: tuple[int, int], months: int) -> None:
        """The billing system sends the next months of somebody who pays by the month."""
        firsts = [
            date(first[0] + (first[1] - 1 + at) // 12, (first[1] - 1 + at) % 12 + 1, 1) for at in range(months + 1)
        ]
        self.contracts(name, *(f"Pro,{begins},{ends},12000,EUR,,yes" for begins, ends in pairwise(firsts)))

    def meets(self, name: str, who: str, first: date, repeat: str = "fortnightly") -> None:
        series = NewCadence(self.accounts[name], CadenceKind.WEEKLY_SYNC, first, "10:00", repeat, LONDON)
        self.act(who, cadences.set_cadence, series)

    def deputy(self, name: str, by: str, who: str) -> None:
        self.act(by, edit.edit_account, AccountEdit(self.accounts[name], name, deputy_slack_id=USERS[who].slack_id))

    def proven(self, name: str, value: str) -> None:
        """Their own system says how many tickets a month they have: from 1,000 down to 400 is proven."""
        account_id = self.accounts[name]

        def record(session: Any) -> None:
            if name not in self.outcomes:
                owner = factory.person(session, account_id, KIM, self.now)
                due = self.now.date() + timedelta(days=900)
                self.outcomes[name] = factory.tickets(session, account_id, owner, self.now, due_on=due)
            factory.evidence(session, account_id, self.outcomes[name], value, self.now)

        self.do(record)

    def answers(self, name: str, who: str, unproven: str, step: str) -> None:
        """Somebody answers what they were asked before a meeting: a question stays open, and a step comes next."""
        prompt = self.do(lambda session: meeting_queries.open_of_account(session, 1, self.accounts[name]))
        assert prompt is not None, f"nobody was asked about {name} by {self.now}"
        assert prompt.member_id == self.actors[who].member.id, "somebody else was asked"
        said = NewAnswer(
            prompt.account_id, f"{name} {self.now}", Change.BEHAVIOUR, prompt.meeting_id, "They use it daily"
        )
        said = replace(said, unproven=unproven, next_action=step, next_due=self.now.date() + timedelta(days=10))
        self.act(who, answers.answer, said)

    def calls(self, name: str, who: str, word: str, why: str = "") -> None:
        self.act(who, calls.record_call, NewCall(self.accounts[name], word, why))

    def renews(self, name: str, who: str, arr: str, until: date | None, notice: str = "", **more: Any) -> None:
        """Somebody records a renewal, with the order that shows it unless `link` says otherwise."""
        currency = self.do(lambda s: s.execute(select(schema.account.c.currency).where(self._is(name))).scalar_one())
        form = {"moved": "same", "link": ORDER.format(name.lower()), "notice_days": notice, **more}
        self.act(who, results.record_renewed, Renewed(self.accounts[name], arr, currency, next_renewal=until, **form))

    def leaves(self, name: str, who: str, last_day: date, because: str, **more: str) -> None:
        self.act(who, results.record_left, Left(self.accounts[name], last_day, because, **more))

    def confirms(self, name: str, who: str) -> None:
        """A manager agrees to the last result."""
        last = self.do(lambda session: renewals.results_of(session, 1, self.accounts[name])[-1])
        self.act(who, confirming.confirm, last.id)

    def left_us(self, who: str) -> None:
        """Slack says that a colleague's account is deactivated, which the bot hears as in `bot.features.workspace`."""

        def hear(session: Any) -> None:
            member = members.remember(session, 1, replace(USERS[who], is_deactivated=True))
            reroute.reassign_prompts_of_leaver(session, member, self.now)

        self.do(hear)

    def hands_over(self, by: str, from_: str, to: str, *names: str) -> str:
        """A manager hands over some of a colleague's customers, or all, as a preview shows them; returns what goes."""
        chosen = frozenset(self.accounts[name] for name in names)
        plan = Bulk(self.actors[from_].member.id, chosen, USERS[to].slack_id)
        preview = self.act(by, bulk.leaver_preview, plan)
        done = self.act(by, bulk.hand_over_many, plan, shown=preview.shown)
        assert done.carried == preview.carried
        return done.carried

    def export(self) -> str:
        """The whole ledger, as anybody can have it."""
        out = io.BytesIO()
        ledger_export.export(self.database, out, self.now)
        return out.getvalue().decode()

    def posts(self, kind: str) -> dict[str, list[str]]:
        """Whom the bot has written messages of a kind, and their keys."""
        table = outbox
        rows = select(table.c.channel, table.c.key).where(table.c.kind == kind, table.c.op == "post")
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.do(lambda session: list(session.execute(rows.order_by(table.c.id)))):
            found[row.channel].append(row.key)
        return found

    def _is(self, name: str) -> Any:
        return schema.account.c.id == self.accounts[name]


def _of_renewal(row: Any) -> list[date]:
    """When something is due about a renewal: the call, how it ended, that again, and the manager."""
    if row.renewal_date is None:
        return []
    before = 60 if row.notice_days is None else row.notice_days + 30
    return [row.renewal_date + timedelta(days=days) for days in (-before, 0, 7, 14)]
