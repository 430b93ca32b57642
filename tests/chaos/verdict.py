"""Compares what had to be sent and recorded with what people saw and what the ledger holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from bot.domain.account.escalations import escalates
from bot.domain.enums import PromptState, Severity
from bot.outbox.types import State
from bot.store import schema
from bot.store.schema.outbox import outbox
from tests.chaos.eyes import Eyes, Post
from tests.chaos.people import Said
from tests.chaos.timeline import Timeline
from tests.chaos.town import Town

AnyRow = Row[*tuple[Any, ...]]
_DAY = timedelta(days=1)
_PACE_SECONDS = 0.95
_MOOT = (
    "the prompt is",
    "the prompt was handed over",
    "it was answered",
    "all of them are closed",
    "the message it",
    "the risk was closed",
    "somebody has taken them since",
)


@dataclass
class Verdict:
    """Each list holds a sentence a finding; all but `overtaken` must be empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    too_fast: list[str] = field(default_factory=list)
    answers_lost: list[str] = field(default_factory=list)
    answers_doubled: list[str] = field(default_factory=list)
    overtaken: list[str] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    moot: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


@dataclass
class Evidence:
    """Everything that a verdict is made from; `first_seen` tells when an outbox row was first seen committed."""

    town: Town
    eyes: Eyes
    timeline: Timeline
    said: list[Said]
    first_seen: dict[int, float]


def judge(session: Session, evidence: Evidence) -> Verdict:
    """The verdict on a run that has come to rest."""
    verdict = Verdict()
    rows = list(session.execute(select(outbox).order_by(outbox.c.due_at, outbox.c.id)))
    _messages(rows, evidence, verdict)
    _updates(rows, evidence, verdict)
    _order(rows, evidence, verdict)
    _pace(evidence.eyes, verdict)
    keys = {row.key: row for row in rows}
    _prompts(session, keys, evidence, verdict)
    _meetings(session, evidence, verdict)
    _digests_and_risks(session, keys, verdict)
    _answers(session, evidence, verdict)
    return verdict


def _messages(rows: list[AnyRow], evidence: Evidence, verdict: Verdict) -> None:
    """Every row that was put is one message, or moot for a reason that counts."""
    by_uuid, timeline = evidence.eyes.by_uuid, evidence.timeline
    for row in rows:
        seen = by_uuid.get(row.uuid, [])
        if len(seen) > 1:
            verdict.doubled.append(f"{row.key} was seen {len(seen)} times ({row.note})")
        if row.op != "post" or (row.finished_at is None and row.due_at > timeline.now()):
            continue
        if row.state == State.SENT:
            verdict.notes[row.note] += 1
            if not seen:
                verdict.lost.append(f"{row.key} is called sent and nobody saw it")
            else:
                known = evidence.first_seen.get(row.id, seen[0].at)
                verdict.delays.append(seen[0].at - max(known, timeline.reached(row.due_at)))
        elif row.state == State.DROPPED and any(row.note.startswith(reason) for reason in _MOOT):
            verdict.moot[row.note] += 1
            if seen:
                verdict.doubled.append(f"{row.key} is called moot and was seen")
        else:
            verdict.lost.append(f"{row.key} is {row.state}: {row.note}")
    known_uuids = {row.uuid for row in rows}
    verdict.doubled += [f"nobody put the message {uuid}" for uuid in by_uuid if uuid not in known_uuids]


def _updates(rows: list[AnyRow], evidence: Evidence, verdict: Verdict) -> None:
    """Every message shows what its last update said."""
    targets = {row.id: row for row in rows}
    last: dict[int, AnyRow] = {}
    for row in rows:
        if row.op != "update" or row.finished_at is None:
            if row.op == "update" and row.due_at <= evidence.timeline.now():
                verdict.lost.append(f"{row.key} is {row.state}: {row.note}")
            continue
        if row.state == State.SENT:
            last[row.target_id] = row
        elif row.state != State.DROPPED:
            verdict.lost.append(f"{row.key} is {row.state}: {row.note}")
    for target_id, row in last.items():
        posts = evidence.eyes.by_uuid.get(targets[target_id].uuid, [])
        if posts and posts[0].shows[-1][0] != row.uuid:
            verdict.stale.append(f"{targets[target_id].key} does not show {row.key}")


def _order(rows: list[AnyRow], evidence: Evidence, verdict: Verdict) -> None:
    """No message of a channel overtook one that was due before it and that its sender could have seen."""
    effects: dict[tuple[str, str], list[tuple[float, AnyRow]]] = defaultdict(list)
    applied = _first_effects(evidence.eyes)
    for row in rows:
        if row.uuid in applied and row.claimed_at is not None:
            effects[row.channel, row.destination].append((applied[row.uuid], row))
    for done in effects.values():
        done.sort(key=lambda effect: effect[0])
        for place, (_, later) in enumerate(done):
            for _, earlier in done[max(0, place - 20) : place]:
                if (later.due_at, later.id) > (earlier.due_at, earlier.id):
                    continue
                known = evidence.first_seen.get(later.id)
                if known is not None and known < earlier.claimed_at.timestamp():
                    verdict.out_of_order.append(f"{earlier.key} overtook {later.key}")


def _pace(eyes: Eyes, verdict: Verdict) -> None:
    """Slack takes one message a second in a channel, also when there is a backlog to catch up with."""
    last: dict[str, Post] = {}
    for post in sorted(eyes.posts.values(), key=lambda post: post.at):
        before = last.get(post.channel)
        if before is not None and post.at - before.at < _PACE_SECONDS:
            verdict.too_fast.append(f"{post.uuid} came {post.at - before.at:.2f} s after {before.uuid}")
        last[post.channel] = post


def _first_effects(eyes: Eyes) -> dict[str, float]:
    applied: dict[str, float] = {}
    for post in eyes.posts.values():
        for uuid, at in post.shows:
            applied.setdefault(uuid, at)
    return applied


def _prompts(session: Session, keys: dict[str, AnyRow], evidence: Evidence, verdict: Verdict) -> None:
    """Every prompt of the ledger asked its owner once, in direct messages, and its message shows its state."""
    table, member = schema.prompt, schema.member
    joined = select(table.c.id, table.c.state, member.c.slack_id).join(member, member.c.id == table.c.member_id)
    channels = evidence.eyes.sandbox.world.state.channels
    for prompt in session.execute(joined):
        row = keys.get(f"prompt:{prompt.id}")
        if row is None:
            verdict.lost.append(f"prompt {prompt.id} has no message")
            continue
        posts: list[Post] = evidence.eyes.by_uuid.get(row.uuid, [])
        # What became due outside its owner's hours waits for their next ones, and a run may end before.
        if not posts and prompt.state == PromptState.OPEN and row.due_at <= evidence.timeline.now():
            verdict.lost.append(f"prompt {prompt.id} is open and nobody was asked")
        if posts and prompt.slack_id not in channels[posts[0].channel].members:
            verdict.lost.append(f"prompt {prompt.id} went to somebody else")
        if posts and prompt.state != PromptState.OPEN and len(posts[0].shows) < 2:
            verdict.stale.append(f"prompt {prompt.id} is {prompt.state} and its message does not say so")


def _meetings(session: Session, evidence: Evidence, verdict: Verdict) -> None:
    """The owner was asked before every meeting, computed here from the wall clock anew.

    A meeting whose successor's prompt fell due before anybody could look (an outage, a step of the clock) is asked
    about together with it, which is the rule; the ledger then holds no such meeting, and it counts as overtaken.
    """
    held: dict[int, set[datetime]] = defaultdict(set)
    asked = set(session.execute(select(schema.prompt.c.meeting_id)).scalars())
    for row in session.execute(select(schema.meeting)):
        held[row.cadence_id].add(row.starts_at)
        meeting = evidence.town.meetings[row.cadence_id]
        local = row.starts_at.astimezone(ZoneInfo(meeting.tz))
        if f"{local:%H:%M}" != meeting.at or local.weekday() > 4:
            verdict.lost.append(f"meeting {row.id} was put at {local}, not at {meeting.at}")
        if row.id not in asked:
            verdict.overtaken.append(f"meeting {row.id} was over before anybody could ask")
    lived = evidence.timeline.lived()
    for cadence_id, meeting in evidence.town.meetings.items():
        for starts_at in _due_in(meeting.at, meeting.tz, meeting.owner_tz, lived):
            if starts_at in held[cadence_id]:
                continue
            if any(later > starts_at for later in held[cadence_id]):
                verdict.overtaken.append(f"cadence {cadence_id} was not asked before {starts_at}, but before the next")
            else:
                verdict.lost.append(f"cadence {cadence_id} was not asked before {starts_at}")


def _due_in(at: str, tz: str, owner_tz: str, lived: list[tuple[datetime, datetime]]) -> list[datetime]:
    """The meetings on working days whose prompt fell due in one of the stretches, but for the first day's."""
    begins, ends = lived[0][0] + 2 * _DAY, max(end for _, end in lived)
    found, day = [], begins.date()
    while day <= ends.date() + 4 * _DAY:
        starts_at = datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZoneInfo(tz))
        due = starts_at.astimezone(ZoneInfo("UTC")) - _DAY
        local = due.astimezone(ZoneInfo(owner_tz))
        if local.weekday() > 4:
            due = (local.replace(tzinfo=None) - (local.weekday() - 4) * _DAY).replace(tzinfo=ZoneInfo(owner_tz))
        if day.weekday() < 5 and any(begin < due < end - timedelta(minutes=1) for begin, end in lived):
            found.append(starts_at.astimezone(ZoneInfo("UTC")))
        day += _DAY
    return found


def _digests_and_risks(session: Session, keys: dict[str, AnyRow], verdict: Verdict) -> None:
    """Every digest has its message; every risk worth one is in a message of its own or in its day's summary."""
    for digest_id in session.execute(select(schema.digest.c.id)).scalars():
        if f"digest:{digest_id}" not in keys:
            verdict.lost.append(f"digest {digest_id} has no message")
    risk, account, portfolio = schema.risk, schema.account, schema.portfolio
    joined = (
        select(
            *(risk.c.id, risk.c.account_id, risk.c.kind, risk.c.severity, risk.c.opened_at),
            *(account.c.tier, portfolio.c.channel, portfolio.c.tz),
        )
        .join(account, account.c.id == risk.c.account_id)
        .join(portfolio, portfolio.c.id == account.c.portfolio_id)
        .where(risk.c.severity >= Severity.MEDIUM)
    )
    rows = [row for row in session.execute(joined) if escalates(row.kind, row.severity, row.tier)]
    with_card = {row.account_id for row in rows if f"risk:{row.id}" in keys}
    for row in rows:
        day = row.opened_at.astimezone(ZoneInfo(row.tz)).date()
        # What came within a day after another risk of its account is a line in that card.
        if row.account_id not in with_card and f"risks-more:{row.channel}:{day}" not in keys:
            verdict.lost.append(f"nobody was told of risk {row.id}")


def _answers(session: Session, evidence: Evidence, verdict: Verdict) -> None:
    """What Slack showed people as taken is in the history of answers once; the rest at most once."""
    history = schema.history.c
    recorded: Counter[str] = Counter()
    words = {said.words for said in evidence.said}
    for after in session.execute(select(history.after).where(history.entity == "answer")).scalars():
        texts = [str(after[name]) for name in ("what_changed", "unproven") if after.get(name)]
        recorded.update({part for text in texts for part in _words_in(text) if part in words})
    for said in evidence.said:
        if recorded[said.words] > 1:
            verdict.answers_doubled.append(f"{said.words!r} was recorded {recorded[said.words]} times")
        if said.accepted and not recorded[said.words]:
            verdict.answers_lost.append(f"{said.words!r} was taken and is not on record")


def _words_in(text: str) -> list[str]:
    """The text, and what follows the name of the gap in the answer "nothing changed"."""
    return [text, text.partition(": ")[2]]
