"""Lets a year pass for a portfolio: the clock's jobs run as in life, people act, and what they read is kept as text."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.message_kinds import composers
from bot.domain.enums import Change, CheckVerdict, Method, Part, Source
from bot.domain.model import ProofState
from bot.features.actions import steps
from bot.features.evidence import attribution, countersign, record
from bot.features.evidence.attribution import Isolation
from bot.features.evidence.record import NewEvidence
from bot.features.meetings import answers
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.new_answer import NewAnswer
from bot.features.plan import people
from bot.outbox.types import Moot
from bot.rooms import JOBS, MESSAGE_KINDS
from bot.scheduler.jobs import Job
from bot.store import members, proof_state
from bot.store.engine import Database
from bot.store.members import SlackUser
from bot.store.schema.outbox import outbox
from tests.support.reading_aloud import Aloud

T = TypeVar("T")
TICK = time(13, 5)
_CAN_BE_SEEN = (Source.CUSTOMER_SYSTEM, Source.CUSTOMER_WROTE, Source.CHAMPION_PRESENTED)
"""What can be looked at."""
OSLO = ZoneInfo("Europe/Oslo")
WRITE = os.environ.get("SNAPSHOTS") == "write"


class Story:
    """One workspace from a morning on; `actors` are its members by first name."""

    def __init__(self, database: Database, began: date, users: dict[str, SlackUser], snapshots: Path) -> None:
        self.database = database
        self.now = datetime.combine(began, time(9), UTC)
        self.account_id = 0
        self.kept: dict[str, str] = {}
        self._snapshots = snapshots
        self._numbers = count(1)
        self._people: dict[str, int] = {}
        with database.begin() as session:
            self.actors = {name: Actor(members.remember(session, 1, user), "test") for name, user in users.items()}
        self._names = {user.slack_id: user.name for user in users.values()}

    def go_to(self, day: date, hour: int = 9) -> None:
        """Let the days pass until this hour of a day; once a working day the clock does what is due."""
        until = datetime.combine(day, time(hour), UTC)
        assert until >= self.now, "a story does not go back"
        working = (on for on in _days(self.now.date(), day) if on.weekday() < 5)
        ticks = (datetime.combine(on, TICK, UTC) for on in working)
        for moment in ticks:
            if self.now < moment <= until:
                self.now = moment
                self.tick()
        self.now = until

    def tick(self) -> None:
        for job in JOBS:
            while self._one(job):
                pass

    def _one(self, job: Job) -> bool:
        return self.do(lambda session: job.do_one(session, self.now))

    def do(self, work: Callable[[Session], T]) -> T:
        """One unit of work, committed."""
        with self.database.begin() as session:
            return work(session)

    def act(self, who: str, use_case: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Carry out a use case as this person: `use_case(session, actor, *arguments, now, **options)`."""
        return self.do(lambda session: use_case(session, self.actors[who], *arguments, self.now, **options))

    def state(self) -> ProofState:
        return self.do(lambda session: proof_state.load(session, 1, self.account_id))

    def person(self, name: str, part: Part, title: str) -> int:
        self._people[name] = self.act("maya", people.add_person, self.account_id, name=name, part=part, title=title)
        return self._people[name]

    def prove(self, outcome: int, source: Source, value: str | None, by: str | None, **more: Any) -> int:
        """Maya records evidence of today with a link, and Tom opens it; `by` at the customer attests it."""
        number = next(self._numbers)
        new = NewEvidence(
            self.account_id,
            outcome,
            f"evidence {number}",
            source,
            self.now.date(),
            value=value,
            attested_by=self._people[by] if by else None,
            oral=source is Source.CUSTOMER_SAID,
            link=f"https://halden.example/evidence/{number}" if source in _CAN_BE_SEEN else None,
        )
        piece = self.act("maya", record.record, replace(new, **more))
        if source in _CAN_BE_SEEN:
            self.look("tom", piece)
        return piece

    def look(self, who: str, piece: int) -> None:
        """A colleague opens what shows a piece, and finds it right."""
        self.act(who, countersign.countersign, piece, CheckVerdict.SHOWS)

    def isolate(self, piece: int, method: Method, note: str, money: str = "", by: str | None = None) -> int:
        """Our share of a piece, and who accepted the money, which Priya sees; returns the piece in its place."""
        accepted_by = self._people[by] if by else None
        new = Isolation(piece, f"share {next(self._numbers)}", method, note, money, accepted_by)
        piece = self.act("maya", attribution.attribute, new).evidence_id
        if accepted_by is not None:
            self.look("priya", piece)
        return piece

    def answer(self, change: Change, changed: str | None, action: str | None, due: date | None = None) -> None:
        """Maya answers the prompt that waits for her."""
        prompt = self.do(lambda session: meeting_queries.open_of_account(session, 1, self.account_id))
        assert prompt is not None, f"nobody was asked by {self.now}"
        new = NewAnswer(
            self.account_id,
            f"answer {next(self._numbers)}",
            change,
            prompt.meeting_id,
            changed,
            next_action=action,
            next_due=due,
        )
        self.act("maya", answers.answer, new)

    def told(self, words: str) -> None:
        """Maya told the customer how every open action ended."""
        for action in self.state().actions:
            if action.told_on is None and action.dropped_on is None:
                self.act("maya", steps.done, action.id, words=words)

    def keep(self, name: str, view: object, *, modal: bool = False) -> str:
        """Keep what somebody reads, as a snapshot of this name; returns the text."""
        aloud = Aloud(self._names, self.now.astimezone(OSLO))
        self.kept[name] = aloud.modal(view) if modal else aloud.message(view)
        return self.kept[name]

    def message(self, kind: str, key: str = "") -> object:
        """The newest message of a kind whose key begins with `key`, as it reads now that it was updated in place."""

        def newest(session: Session) -> object:
            posted = (outbox.c.kind == kind) & outbox.c.key.startswith(key) & (outbox.c.op == "post")
            rows = select(outbox.c.args).where(posted).order_by(outbox.c.id.desc()).limit(1)
            args = session.execute(rows).scalar_one()
            shown = args | {"workspace_id": 1} | ({"first": False} if "first" in args else {})
            return composers(MESSAGE_KINDS)[kind](session, [shown], self.now)[0]

        view = self.do(newest)
        assert not isinstance(view, Moot), view
        return view

    def check(self, told_in: Path) -> None:
        """Hold what was kept against the files and the document that shows it; `SNAPSHOTS=write` writes both."""
        document = told_in.read_text("utf-8")
        if WRITE:
            self._snapshots.mkdir(exist_ok=True)
            for stale in self._snapshots.glob("*.txt"):
                stale.unlink()
            for name, text in self.kept.items():
                (self._snapshots / f"{name}.txt").write_text(f"{text}\n", "utf-8")
            told_in.write_text(_SHOWN.sub(lambda found: self._shown(found["name"]), document), "utf-8")
            document = told_in.read_text("utf-8")
        assert [found["name"] for found in _SHOWN.finditer(document)] == sorted(self.kept), (
            "the document shows all, in order"
        )
        assert document == _SHOWN.sub(lambda found: self._shown(found["name"]), document)
        files = {path.stem: path.read_text("utf-8").rstrip("\n") for path in self._snapshots.glob("*.txt")}
        assert self.kept == files, "read the difference; SNAPSHOTS=write keeps what is right"

    def _shown(self, name: str) -> str:
        return f"<!-- snapshot: {name} -->\n```text\n{self.kept[name]}\n```\n"


_SHOWN = re.compile(r"<!-- snapshot: (?P<name>[\w-]+) -->\n(?:```text\n.*?\n```\n)?", re.DOTALL)
"""A place in the document that shows a snapshot, and what stands there."""


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
