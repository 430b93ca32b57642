"""Asks about renewals: whether they will renew, and how it ended (`bot.domain.account.renewals.question`).

The owner is asked, or who answers for the account; later their manager. Each question is put once, in working hours,
and shows the answer afterwards, whoever gave it and wherever.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app import recipients
from bot.app.assessments import assess_now
from bot.app.recipients import Recipient
from bot.app.reviewers import reviewer
from bot.domain.account import renewals as rules
from bot.domain.account.assessment import Assessment
from bot.domain.account.judgement import verdict_due_on
from bot.domain.account.renewals import Question
from bot.domain.enums import RenewalResult
from bot.domain.model import Account, ProofState
from bot.domain.values import days, working_hours
from bot.features.renewals import heads, queries
from bot.features.renewals.views import RenewalQuestionView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Claimed, Destination, Moot, Op, Outgoing
from bot.phrases import phrase
from bot.store import accounts, members, proof_state, renewals
from bot.store.members import Member

ASKS_A_DAY = 5
"""So many questions about renewals a person gets on a day; the others follow on later days."""

log = structlog.get_logger("renewals")


def ask(session: Session, assessments: Iterable[Assessment], now: datetime) -> None:
    """Ask what is due about the renewals of these accounts of one workspace and was not asked yet."""
    due: dict[str, tuple[Assessment, Question]] = {}
    for assessment in assessments:
        question = rules.question(assessment.state, assessment.dangers, assessment.on)
        if question is not None:
            due[f"{assessment.account.id}:{question.key}"] = (assessment, question)
    if not due:
        return
    workspace_id = next(iter(due.values()))[0].account.workspace_id
    asked = lookup.told(session, workspace_id, queries.QUESTION_KEY, due)
    waiting = [(assessment.account, question) for key, (assessment, question) in due.items() if key not in asked]
    # What is past goes first, and among those the largest.
    waiting.sort(key=lambda pair: (not pair[1].past, -(pair[0].arr_minor or 0), pair[0].id))
    answering = recipients.answering_among(session, [account for account, _ in waiting])
    room: dict[int, int] = {}
    for account, question in waiting:
        person = None if question.of_manager else answering[account.id]
        person = person or reviewer(session, account)
        if person is None or person.slack_id is None:
            log.warning("renewals.nobody_to_ask", account=account.id)
            continue
        if person.id not in room:
            room[person.id] = _room(session, person, now)
        if room[person.id] > 0:
            room[person.id] -= 1
            put(session, _question(account, question, person, now), now)


def compose(session: Session, args: dict[str, Any], now: datetime) -> RenewalQuestionView | Moot:
    """The question as things stand now; moot when it is settled before anybody read it."""
    workspace_id = args["workspace_id"]
    try:
        state = proof_state.load(session, workspace_id, args["account_id"])
    except LookupError:
        return Moot("the account is gone")
    assessment = assess_now(state, now)
    question = rules.question(state, assessment.dangers, assessment.on)
    pending = question is not None and question.key == args["question"]
    if not pending and args["first"]:
        return Moot("it was answered since, or the renewal is another day")
    person = members.by_slack_id(session, workspace_id, args["to"])
    today = working_hours.local_day(now, person.tz if person else "UTC")
    call = heads.call_line(assessment)
    last = rules.last_call(state)
    ended, open_on = _ended(session, state, args["question"])
    return RenewalQuestionView(
        head=heads.head_of(assessment, today),
        past=args["question"].startswith("result:"),
        pending=pending and open_on is None,
        against=tuple(map(phrase, question.against)) if question is not None and pending else (),
        call=call,
        mine=last is not None and person is not None and last.called_by == person.id,
        judged=_judged_lately(assessment),
        ended=ended,
        still_open_on=open_on,
    )


def show_answered(session: Session, account: Account, what: str, now: datetime) -> None:
    """Have the questions about an account show how things stand after `what`, which names the change."""
    for key, channel in lookup.posts_of(session, account.workspace_id, queries.QUESTION_KEY.of(account.id)):
        question = key.removeprefix(f"{queries.QUESTION_KEY.of(account.id)}:").partition(":after:")[0]
        update = Outgoing(
            key=f"{key}@{what}",
            workspace_id=account.workspace_id,
            kind="renewal-question",
            op=Op.UPDATE,
            target_key=key,
            args={"account_id": account.id, "question": question, "to": channel, "first": False},
            due_at=now,
        )
        put(session, update, now)


def instead(session: Session, row: Claimed) -> Recipient | None:
    """Who is asked when Slack refuses the one who was: who oversees the account."""
    account = accounts.in_workspace(session, row.workspace_id, row.args["account_id"])
    return None if account is None else recipients.of_member(reviewer(session, account))


def _question(account: Account, question: Question, person: Member, now: datetime) -> Outgoing:
    return Outgoing(
        key=queries.QUESTION_KEY.of(account.id, question.key),
        workspace_id=account.workspace_id,
        kind="renewal-question",
        channel=person.slack_id,
        destination=Destination.USER,
        args={"account_id": account.id, "question": question.key, "to": person.slack_id, "first": True},
        due_at=working_hours.in_work(now, person.tz),
    )


def _ended(session: Session, state: ProofState, question: str) -> tuple[str | None, date | None]:
    """How the renewal ended that a question is about, in words; or the day on which somebody said that it is open."""
    about, week = _about(state, question)
    results = renewals.results_of(session, state.account.workspace_id, state.account.id)
    of_it = [one for one in results if one.refused_by is None and one.renewal is not None and one.renewal == about]
    if not of_it or about is None:
        return None, None
    last = of_it[-1]
    if last.result is not RenewalResult.STILL_OPEN:
        return heads.ended_in_words(last), None
    said_on = last.recorded_at.astimezone(UTC).date()
    return None, said_on if said_on >= days.shift_day(about, rules.WEEK * week) else None


def _about(state: ProofState, question: str) -> tuple[date | None, int]:
    """The renewal that a question is about, and for the how-manieth week it asks how that ended."""
    kind, _, rest = question.partition(":")
    if kind == "again":
        return next((call.renewal for call in state.calls if str(call.id) == rest), None), 0
    day, _, week = rest.partition(":")
    return date.fromisoformat(day), int(week or 0)


def _judged_lately(assessment: Assessment) -> bool:
    """Whether a verdict was given since the call was due."""
    last = assessment.judged.judgement
    due_on = verdict_due_on(assessment.account.renewal_date, assessment.account.notice_days)
    return last is not None and due_on is not None and last.judged_at.date() >= due_on


def _room(session: Session, person: Member, now: datetime) -> int:
    """How many more questions this person may get on the day of the next one."""
    day = working_hours.local_day(working_hours.in_work(now, person.tz), person.tz)
    assert person.slack_id is not None
    begins = days.at(day, time(), person.tz)
    asked = lookup.count_since(session, person.workspace_id, queries.QUESTION_KEY, person.slack_id, begins)
    return max(0, ASKS_A_DAY - asked)
