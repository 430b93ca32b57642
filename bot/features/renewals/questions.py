"""Asks about renewals: whether they will renew, and how it ended (`bot.domain.account.renewals.question`).

The owner is asked, or who answers for the account; later their manager. Each question is put once, in working hours,
and shows the answer afterwards, whoever gave it and wherever. It is put again to whoever answers now where the one who
was asked left, is away, or has the account no more (`bot.app.asking`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, recipients
from bot.app.asking import ToAsk, to_ask
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


def ask(session: Session, assessments: Iterable[Assessment], now: datetime) -> None:
    """Ask what is due about the renewals of these accounts of one workspace and was not asked yet."""
    due: dict[str, tuple[Assessment, Question]] = {}
    for assessment in assessments:
        question = rules.question(assessment.state, assessment.dangers, assessment.on)
        if question is not None:
            due[f"{assessment.account.id}:{question.key}"] = (assessment, question)
    wanted = {key: (assessment.account, question.of_manager) for key, (assessment, question) in due.items()}
    waiting = to_ask(session, queries.QUESTION_KEY, wanted, now)
    room: dict[int, int] = {}
    # What is past goes first, and among those the largest.
    for key in sorted(waiting, key=lambda key: _by_weight(*due[key])):
        person, account = waiting[key].person, due[key][0].account
        if person.id not in room:
            room[person.id] = _room(session, person, now)
        if room[person.id] > 0:
            room[person.id] -= 1
            put(session, _question(account, due[key][1], waiting[key], now), now)
            _show_passed_on(session, account, due[key][1], waiting[key], now)


def _by_weight(assessment: Assessment, question: Question) -> tuple[bool, int, int]:
    return not question.past, -(assessment.account.arr_minor or 0), assessment.account.id


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
    instead = members.by_id(session, workspace_id, args.get("asked_now"))
    return RenewalQuestionView(
        head=heads.head_of(assessment, today),
        past=args["question"].startswith("result:"),
        pending=pending and open_on is None and instead is None,
        asked_now=instead.name if instead else None,
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
        question = (
            key.removeprefix(f"{queries.QUESTION_KEY.of(account.id)}:").partition(":after:")[0].partition(":to:")[0]
        )
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


def _question(account: Account, question: Question, asking: ToAsk, now: datetime) -> Outgoing:
    person = asking.person
    return Outgoing(
        key=asking.key,
        workspace_id=account.workspace_id,
        kind="renewal-question",
        channel=person.slack_id,
        destination=Destination.USER,
        args={"account_id": account.id, "question": question.key, "to": person.slack_id, "first": True},
        due_at=working_hours.in_work(now, hours.week_of(person)),
    )


def _show_passed_on(session: Session, account: Account, question: Question, asking: ToAsk, now: datetime) -> None:
    """Have the message of who was asked before say that it is no longer theirs to answer."""
    if asking.instead_of is None:
        return
    before, channel = asking.instead_of
    earlier = members.by_slack_id(session, account.workspace_id, channel)
    if earlier is None or earlier.is_deactivated:
        return
    update = Outgoing(
        key=f"{before}@{asking.key}",
        workspace_id=account.workspace_id,
        kind="renewal-question",
        op=Op.UPDATE,
        target_key=before,
        args={"account_id": account.id, "question": question.key, "to": channel, "first": False}
        | {"asked_now": asking.person.id},
        due_at=now,
    )
    put(session, update, now)


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
    day = working_hours.local_day(working_hours.in_work(now, hours.week_of(person)), person.tz)
    assert person.slack_id is not None
    begins = days.at(day, time(), person.tz)
    asked = lookup.count_since(session, person.workspace_id, queries.QUESTION_KEY, person.slack_id, begins)
    return max(0, ASKS_A_DAY - asked)
