"""Plays the past of the demo's book through the features, day by day, so that history, risks and digests are real.

The book (book.yml) says what happened, counted back from the demo's first day; nothing here depends on anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from dateutil.relativedelta import relativedelta
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.demo import renewals
from bot.domain.enums import (
    CadenceKind,
    Change,
    CheckVerdict,
    Direction,
    Loop,
    Method,
    ObstacleKind,
    Part,
    Relationship,
    RiskKind,
    Source,
    Tier,
)
from bot.domain.values.money import parse as parse_money
from bot.features.accounts import add_account, judgement
from bot.features.accounts.new_account import NewAccount
from bot.features.actions import actions
from bot.features.evidence import countersign, record
from bot.features.meetings import answers as meeting_answers
from bot.features.meetings import cadences, prompts
from bot.features.meetings import queries as meeting_queries
from bot.features.meetings.new_answer import NewAnswer
from bot.features.packet import acceptances
from bot.features.packet.acceptances import NewAcceptance
from bot.features.plan import outcomes as plan_outcomes
from bot.features.plan import people as plan_people
from bot.features.plan import plan
from bot.features.portfolios import digest, setup
from bot.features.renewals import calls as renewal_calls
from bot.features.renewals.calls import NewCall
from bot.features.review import daily_review
from bot.features.risks import ownership
from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing, State
from bot.rooms import DIGEST_PROVIDERS
from bot.scheduler.jobs import DoOne
from bot.store import accounts, ledger, members, portfolios, proof_state, workspaces
from bot.store.entities import Entity
from bot.store.members import SlackUser
from bot.store.schema.outbox import outbox

HERE = Path(__file__).parent
WORKSPACE = HERE / "workspace.yml"
BOOK = HERE / "book.yml"
FIRST_HOUR = time(8, tzinfo=UTC)
Entry = Mapping[str, Any]

_PERIODS = {
    "weekly": relativedelta(weeks=1),
    "fortnightly": relativedelta(weeks=2),
    "monthly": relativedelta(months=1),
    "quarterly": relativedelta(months=3),
}
_AGREEMENT = "https://docs.harborline.example/success-plans"
"""What shows in the demo that a customer agreed to its outcomes."""
# Old messages are dropped as read; those to Product stay, so that the demo shows an open loop.
_STAYS_VISIBLE = ("loop",)


def first_moment(today: date) -> datetime:
    """When the demo begins: eight o'clock UTC on the next Tuesday after `today`."""
    return datetime.combine(today + timedelta(days=(1 - today.weekday() - 1) % 7 + 1), FIRST_HOUR)


@dataclass
class _WrittenAccount:
    """The ids of what was written of one account, by its name in the book."""

    account_id: int
    owner: Actor
    people: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)
    evidence: dict[str, int] = field(default_factory=dict)


class Past:
    """Writes the book into an empty, migrated database, in the caller's transaction."""

    def __init__(self, session: Session, start: datetime) -> None:
        self._session = session
        self._start = start
        self._actors: dict[str, Actor] = {}
        self._accounts: dict[str, _WrittenAccount] = {}
        self._events: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._workspace_id = 0
        self._portfolio_id = 0

    def play(self) -> int:
        """Play all events in order; returns the workspace's id."""
        book = yaml.safe_load(BOOK.read_text("utf-8"))
        self._people_of_ours(yaml.safe_load(WORKSPACE.read_text("utf-8")))
        self._portfolio(book["portfolio"])
        for entry in book["accounts"]:
            self._plan(entry)
        for entry in book["handled"]:
            self._at(entry["ago"], partial(self._handle, entry), hour=14)
        self._plan_mondays()
        self._at(0, self._welcome, hour=7)
        for moment, _, happen in sorted(self._events, key=lambda event: event[:2]):
            happen(moment)
        self._forget_old_messages()
        return self._workspace_id

    # What happens when

    def _at(self, ago: float, happen: Callable[[datetime], object], hour: int = 13) -> None:
        day = (self._start - timedelta(days=ago)).date()
        self._on(datetime.combine(day, time(hour, tzinfo=UTC)), happen)

    def _on(self, moment: datetime, happen: Callable[[datetime], object]) -> None:
        self._events.append((moment, len(self._events), happen))

    def _plan(self, entry: Entry) -> None:
        name = entry["name"]
        self._at(entry["signed"], partial(self._sign, entry), hour=8)
        for deed in entry["did"]:
            self._at(deed["ago"], partial(self._do, name, deed))
        if meetings := entry.get("meetings"):
            self._plan_meetings(name, meetings, entry["answers"])

    def _plan_meetings(self, name: str, meetings: Entry, answers: list[Entry | None]) -> None:
        zone = ZoneInfo(meetings["tz"])
        hour = time.fromisoformat(meetings["at"])
        coming = self._start.date() + timedelta(days=meetings["in"])
        days = [coming - _PERIODS[meetings["repeat"]] * periods for periods in range(len(answers), 0, -1)]
        first = days[0] if days else coming
        begins = datetime.combine(first, hour, zone).astimezone(UTC) if days else self._start
        self._on(begins - timedelta(days=3), partial(self._meet, name, meetings, first))
        for day, answer in zip(days, answers, strict=True):
            starts_at = datetime.combine(day, hour, zone).astimezone(UTC)
            self._on(starts_at - timedelta(hours=3), partial(self._answer, name, answer))
            self._on(starts_at + timedelta(minutes=30), partial(self._all, prompts.close_silent))

    def _plan_mondays(self) -> None:
        """Review the accounts and open the digest on the last two Mondays."""
        for ago in (8, 1):
            self._at(ago, self._monday, hour=9)
        self._at(6, partial(self._all, daily_review.remind_unclaimed))

    # What happens

    def _people_of_ours(self, workspace: Entry) -> None:
        team = workspace["team"]
        long_ago = self._start - timedelta(days=340)
        self._workspace_id = workspaces.remember(self._session, team["id"], team["name"], long_ago)
        for user in (user for user in workspace["users"] if "organisation" not in user):
            person = SlackUser(
                slack_id=user["id"],
                name=user["name"],
                email=f"{user['handle']}@example.com",
                tz=user["tz"],
                is_admin=user.get("admin", False),
                is_guest=user.get("guest", False),
            )
            member = members.remember(self._session, self._workspace_id, person)
            members.save_settings(self._session, self._workspace_id, member.id, one_each=True)
            self._actors[user["handle"]] = Actor(member, "modal")

    def _portfolio(self, entry: Entry) -> None:
        manager = self._actors[entry["manager"]]
        form = setup.PortfolioForm(
            name=entry["name"],
            channel=entry["channel"],
            manager=manager.member.slack_id,
            weekday=entry["weekday"],
            time=entry["time"],
            tz=entry["tz"],
            bands=entry["bands"],
        )
        now = self._start - timedelta(days=330)
        self._portfolio_id = setup.set_up(self._session, manager, form, now).portfolio_id
        # The first digest is that of eight days ago; nobody looks up older ones.
        values = {
            "product_channel": entry["product"],
            "go_to_market_channel": entry["gtm"],
            "next_digest_at": self._start - timedelta(days=8),
        }
        ledger.change(self._session, manager.author, Entity.PORTFOLIO, self._portfolio_id, now, **values)

    def _sign(self, entry: Entry, now: datetime) -> None:
        owner = self._actors[entry["owner"]]
        arr, _, currency = entry["arr"].rpartition(" ")
        new = NewAccount(
            name=entry["name"],
            owner_slack_id=owner.member.slack_id,
            portfolio_id=self._portfolio_id,
            arr=arr,
            currency=currency,
            tier=Tier(entry.get("tier", Tier.HIGH_TOUCH)),
            contract_start=self._day(entry.get("since", entry["signed"])),
            renewal_date=self._start.date() + timedelta(days=entry["renewal"]),
        )
        account = _WrittenAccount(add_account.add_account(self._session, owner, new, now), owner)
        self._accounts[entry["name"]] = account
        self._describe(entry, account, now)
        for key, person in entry["people"].items():
            account.people[key] = plan_people.add_person(
                self._session,
                owner,
                account.account_id,
                now,
                name=person["name"],
                part=Part(person["part"]),
                title=person["title"],
            )
        for key, outcome in entry["outcomes"].items():
            account.outcomes[key] = self._outcome(account, outcome, now)

    def _describe(self, entry: Entry, account: _WrittenAccount, now: datetime) -> None:
        """What the forms for a new account do not ask for."""
        values: dict[str, Any] = {"tier_reason": entry.get("tier_why")}
        if deputy := entry.get("deputy"):
            values["deputy_id"] = self._actors[deputy].member.id
        if warmth := entry.get("relationship"):
            values["relationship"] = Relationship(warmth)
        ledger.change(self._session, account.owner.author, Entity.ACCOUNT, account.account_id, now, **values)
        if alias := entry.get("alias"):
            accounts.index_words(self._session, self._workspace_id, account.account_id, entry["name"], (alias,))

    def _outcome(self, account: _WrittenAccount, entry: Entry, now: datetime) -> int:
        agreed = account.people.get(entry.get("agreed", ""))
        new = plan_outcomes.NewOutcome(
            account_id=account.account_id,
            title=entry["title"],
            metric=entry.get("metric"),
            unit=entry.get("unit"),
            direction=Direction(entry["direction"]) if "direction" in entry else None,
            baseline=_text(entry.get("baseline")),
            baseline_on=now.date() if agreed and "baseline" in entry else None,
            baseline_agreed_by=agreed,
            agreed_on=now.date() if agreed else None,
            agreement_link=_AGREEMENT if agreed else None,
            target=_text(entry.get("target")),
            due_on=self._day(-entry["due"]),
            owner_person_id=account.people.get(entry.get("owner", "")),
            risk_if_never=entry["risk"],
        )
        return plan_outcomes.add_outcome(self._session, account.owner, new, now)

    def _meet(self, name: str, entry: Entry, first: date, now: datetime) -> None:
        account = self._accounts[name]
        kind = CadenceKind(entry["kind"])
        new = cadences.NewCadence(account.account_id, kind, first, entry["at"], entry["repeat"], entry["tz"])
        cadences.set_cadence(self._session, account.owner, new, now)

    def _answer(self, name: str, answer: Entry | None, now: datetime) -> None:
        self._all(prompts.open_due_prompts, now)
        account = self._accounts[name]
        prompt = meeting_queries.open_of_account(self._session, account.owner.workspace_id, account.account_id)
        if answer is None or prompt is None:
            return
        if "evidence" in answer:
            self._evidence(account, answer["evidence"], now)
        new = NewAnswer(
            account_id=account.account_id,
            meeting_id=prompt.meeting_id,
            submission=f"demo:{prompt.id}",
            change=Change(answer["change"]),
            what_changed=answer.get("changed"),
            unproven=answer.get("unproven"),
            next_action=answer.get("next"),
            next_owner_id=account.owner.member.id,
            next_due=self._day(answer["by"]),
        )
        meeting_answers.answer(self._session, account.owner, new, now)

    def _do(self, name: str, deed: Entry, now: datetime) -> None:
        """One deed of the book: its first key but `ago` says which."""
        account = self._accounts[name]
        session, owner, account_id = self._session, account.owner, account.account_id
        match next(key for key in deed if key not in ("ago", "on")):
            case "evidence":
                self._evidence(account, {**deed, "of": deed["evidence"]}, now)
            case "packet":
                accepted = NewAcceptance(account_id, account.people[deed["packet"]], now.date(), deed["link"])
                acceptance_id = acceptances.accept(session, owner, accepted, now)
                acceptances.look(session, self._actors[deed["seen"]], acceptance_id, CheckVerdict.SHOWS, now)
            case "win":
                plan.first_win(
                    session, owner, account_id, now, on=self._day(deed.get("on", deed["ago"])), words=deed["win"]
                )
            case "promise":
                due = self._day(-deed["due"])
                plan.add_promise(
                    session,
                    owner,
                    account_id,
                    now,
                    text=deed["promise"],
                    promised_on=now.date(),
                    due_on=due,
                    promised_by=deed["said"],
                )
            case "obstacle":
                who, due = self._actors[deed["who"]].member.slack_id, self._day(-deed["due"])
                kind = ObstacleKind(deed["obstacle"])
                plan.add_obstacle(
                    session, owner, account_id, now, kind=kind, text=deed["text"], owner_slack_id=who, due_on=due
                )
            case "judged":
                new = judgement.NewJudgement(account_id, deed["judged"], deed["why"], deed["change"])
                judgement.judge(session, self._actors[deed["who"]], new, now)
            case "call":
                renewal_calls.record_call(session, owner, NewCall(account_id, deed["call"], deed["why"]), now)
            case "renewed":
                renewals.renewed(session, owner, account_id, deed, now)
            case "lost":
                renewals.lost(session, owner, account_id, deed, now)
            case "left":
                plan_people.person_left(session, owner, account.people[deed["left"]], now.date(), now)
            case "disputed":
                piece, by = account.evidence[deed["disputed"]], account.people[deed["by"]]
                record.dispute(session, owner, piece, now, by_person=by, why=deed["why"])
            case "action":
                self._action(account, deed, now)
            case "health":
                values = {"account_id": account_id, "on_date": now.date(), "score": deed["health"], "source": "Pulse"}
                ledger.add(session, owner.author, Entity.HEALTH, now, **values)

    def _evidence(self, account: _WrittenAccount, entry: Entry, now: datetime) -> None:
        saved = parse_money(entry["saved"]) if "saved" in entry else None
        attested, accepted = account.people.get(entry.get("by", "")), account.people.get(entry.get("accepted", ""))
        new = record.NewEvidence(
            account_id=account.account_id,
            outcome_id=account.outcomes[entry["of"]],
            submission=f"demo:{account.account_id}:{len(account.evidence)}:{now:%Y%m%d}",
            source=Source(entry["source"]),
            as_of=now.date(),
            value=_text(entry.get("value")),
            statement=entry.get("words"),
            oral=entry.get("oral", False),
            link=entry.get("link"),
            measured_by=entry.get("measured"),
            attested_by=attested,
            method=Method(entry["method"]) if "method" in entry else None,
            method_note=entry.get("note"),
            money_minor=saved.minor if saved else None,
            currency=saved.currency if saved else None,
            accepted_by=accepted,
            accepted_on=now.date() if accepted else None,
        )
        piece = record.record(self._session, account.owner, new, now)
        account.evidence[entry["of"]] = piece
        if "seen" in entry:
            colleague = self._actors[entry["seen"]]
            countersign.countersign(self._session, colleague, piece, CheckVerdict.SHOWS, now)

    def _action(self, account: _WrittenAccount, entry: Entry, now: datetime) -> None:
        values: dict[str, Any] = {
            "account_id": account.account_id,
            "text": entry["action"],
            "loop": Loop(entry["loop"]),
            "theme": entry["theme"],
            "owner_id": account.owner.member.id,
            "due_on": self._day(-entry["due"]),
            "opened_at": now,
        }
        action_id = ledger.add(self._session, account.owner.author, Entity.ACTION, now, **values)
        actions.post_to_loop_channel(self._session, account.owner.workspace_id, action_id, now)

    def _handle(self, entry: Entry, now: datetime) -> None:
        """What somebody did about a risk."""
        account_id, actor = self._accounts[entry["account"]].account_id, self._actors[entry["who"]]
        kind = RiskKind(entry["kind"])
        for risk in proof_state.load(self._session, actor.workspace_id, account_id).risks:
            if risk.kind is not kind or risk.closed_at is not None:
                continue
            if entry.get("took"):
                ownership.claim(self._session, actor, risk.id, now)
            else:
                until = self._day(-entry["snoozed"])
                ownership.snooze(self._session, actor, risk.id, now, until=until, why=entry["why"])

    def _welcome(self, now: datetime) -> None:
        """The newest message of the manager, whom the page begins with: every browser opens there."""
        manager_id = portfolios.of_workspace(self._session, self._workspace_id)[0].manager_id
        manager = members.by_id(self._session, self._workspace_id, manager_id)
        assert manager is not None
        message = Outgoing(
            key="demo:welcome",
            workspace_id=self._workspace_id,
            kind="demo_welcome",
            channel=manager.slack_id,
            destination=Destination.USER,
            due_at=now,
        )
        put(self._session, message, now)

    def _monday(self, now: datetime) -> None:
        self._all(daily_review.review_due_accounts, now)
        self._all(partial(digest.open_due_digest, providers=DIGEST_PROVIDERS), now)

    def _all(self, do_one: DoOne, now: datetime) -> None:
        while do_one(self._session, now):
            pass

    def _forget_old_messages(self) -> None:
        """What was due before yesterday has been read; the channels begin with yesterday's."""
        yesterday = datetime.combine((self._start - timedelta(days=1)).date(), time(0, tzinfo=UTC))
        old = (outbox.c.due_at < yesterday) & outbox.c.kind.not_in(_STAYS_VISIBLE)
        read = {"state": State.DROPPED.value, "finished_at": yesterday, "note": "read before the demo begins"}
        # all workspaces: the demo has one
        self._session.execute(update(outbox).where(old, outbox.c.finished_at.is_(None)).values(read))

    def _day(self, ago: int) -> date:
        return (self._start - timedelta(days=ago)).date()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
