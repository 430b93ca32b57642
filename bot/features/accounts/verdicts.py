"""Asks for a verdict on an account: before its renewal, and when a fact contradicts the last one.

The owner is asked; before a renewal that is one question with their call (`bot.features.renewals.questions`). Where the
owner or deputy judged last, the manager is asked: nobody else could say anything new. Each
occasion (`bot.domain.account.judgement.occasion`) is asked about once, in working hours, and again only where who was
asked left, is away, or has the account no more. A question that is settled
before it is sent is dropped; one that was sent shows the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session

from bot.app import hours, recipients
from bot.app.asking import ToAsk, to_ask
from bot.app.assessments import assess_now
from bot.app.recipients import Recipient
from bot.app.reviewers import reviewer
from bot.domain.account import judgement
from bot.domain.account.assessment import Assessment
from bot.domain.account.judgement import Occasion
from bot.domain.model import Account
from bot.domain.values import days, working_hours
from bot.features.accounts import queries
from bot.features.accounts.judge_names import said_by
from bot.features.accounts.views import VerdictView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Claimed, Destination, Moot, Op, Outgoing
from bot.phrases import phrase
from bot.store import accounts, proof_state
from bot.store.members import Member

ASKS_A_DAY = 5
"""So many questions a person gets on a day; the others follow on later days."""


def ask_for_verdicts(session: Session, assessments: Iterable[Assessment], now: datetime) -> None:
    """Ask for the verdicts that are due on these accounts of one workspace and that nobody was asked for yet."""
    due: dict[str, tuple[Assessment, Occasion]] = {}
    for assessment in assessments:
        occasion = judgement.occasion(assessment.state, assessment.judged, assessment.on)
        # The question about the renewal asks its owner for both: call and verdict are one form.
        if occasion is not None and (occasion.against or occasion.of_manager):
            due[f"{assessment.account.id}:{occasion.key}"] = (assessment, occasion)
    wanted = {key: (assessment.account, occasion.of_manager) for key, (assessment, occasion) in due.items()}
    room: dict[int, int] = {}
    for key, asking in to_ask(session, queries.VERDICT_KEY, wanted, now).items():
        judge = asking.person
        if judge.id not in room:
            room[judge.id] = _room(session, judge, now)
        if room[judge.id] > 0:
            room[judge.id] -= 1
            put(session, _question(due[key][0].account, due[key][1], asking, now), now)


def compose_verdict(session: Session, args: dict[str, Any], now: datetime) -> VerdictView | Moot:
    """The question as things stand now; moot when its occasion is over before anybody read it."""
    try:
        state = proof_state.load(session, args["workspace_id"], args["account_id"])
    except LookupError:
        return Moot("the account is gone")
    assessment = assess_now(state, now)
    occasion = judgement.occasion(state, assessment.judged, assessment.on)
    pending = occasion is not None and occasion.key == args["occasion"]
    if not pending and args["first"]:
        return Moot("it was judged since, or what asked for it is gone")
    last = assessment.judged.judgement
    return VerdictView(
        account_id=state.account.id,
        account=state.account.name,
        coverage=phrase(assessment.covered),
        outcomes=len(assessment.outcomes),
        renewal_date=state.account.renewal_date,
        pending=pending,
        against=tuple(map(phrase, occasion.against)) if occasion and pending else (),
        verdict=last.verdict if last else None,
        by=said_by(assessment),
        on=last.judged_at.date() if last else None,
        why=last.why if last else None,
    )


def show_answered(session: Session, account: Account, judgement_id: int, now: datetime) -> None:
    """Have the questions on an account show the verdict that was just given."""
    for key, _ in lookup.posts_of(session, account.workspace_id, queries.VERDICT_KEY.of(account.id)):
        occasion = (
            key.removeprefix(f"{queries.VERDICT_KEY.of(account.id)}:").partition(":after:")[0].partition(":to:")[0]
        )
        update = Outgoing(
            key=f"{key}@{judgement_id}",
            workspace_id=account.workspace_id,
            kind="verdict",
            op=Op.UPDATE,
            target_key=key,
            args={"account_id": account.id, "occasion": occasion, "first": False},
            due_at=now,
        )
        put(session, update, now)


def instead(session: Session, row: Claimed) -> Recipient | None:
    """Who is asked when Slack refuses the one who was: who reviews the account."""
    account = accounts.in_workspace(session, row.workspace_id, row.args["account_id"])
    return None if account is None else recipients.of_member(reviewer(session, account))


def _question(account: Account, occasion: Occasion, asking: ToAsk, now: datetime) -> Outgoing:
    judge = asking.person
    return Outgoing(
        key=asking.key,
        workspace_id=account.workspace_id,
        kind="verdict",
        channel=judge.slack_id,
        destination=Destination.USER,
        args={"account_id": account.id, "occasion": occasion.key, "first": True},
        due_at=working_hours.in_work(now, hours.week_of(judge)),
    )


def _room(session: Session, judge: Member, now: datetime) -> int:
    """How many more questions this person may get on the day of the next one."""
    day = working_hours.local_day(working_hours.in_work(now, hours.week_of(judge)), judge.tz)
    begins = days.at(day, time(), judge.tz)
    assert judge.slack_id is not None
    asked = lookup.count_since(session, judge.workspace_id, queries.VERDICT_KEY, judge.slack_id, begins)
    return max(0, ASKS_A_DAY - asked)
