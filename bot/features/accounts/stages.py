"""Records the stage that the ledger shows, with the day it began; a person may overrule it.

Every stay is a `stage_entry`; an account may move backwards. While somebody has overruled the stage (`stage_reason`),
the bot leaves it alone and the reason stays visible, until the stage is released to the ledger again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy.orm import Session

from bot.app.accounts import account_of, writable
from bot.app.actor import Actor, UserError, bot_author, may_write
from bot.app.assessments import assess_now, assessed
from bot.app.shown import ShownRow, must_be_as_shown, version_of_account
from bot.domain.account import stages
from bot.domain.account.assessment import Assessment
from bot.domain.enums import AccountStatus, Stage
from bot.domain.model import Account, ProofState, StageEntry
from bot.features.accounts import queries
from bot.features.accounts.refusals import AccountRefusal
from bot.features.accounts.views import StageView, StayLine
from bot.phrases import phrase
from bot.store import ledger, proof_state
from bot.store.entities import Entity
from bot.store.ledger import Author

_STAYS_SHOWN = 6
_SHOWN = ("stage", "stage_reason")
_FIELDS = {"stage_reason": "reason"}


def record_computed_stages(session: Session, assessments: Sequence[Assessment], now: datetime) -> int:
    """Write down the stages that the ledger shows, for accounts of one workspace; returns how many moved.

    An account whose stage was overruled, and a former customer, stay where they are.
    """
    movable = [
        assessment
        for assessment in assessments
        if assessment.account.status is not AccountStatus.FORMER and not assessment.account.stage_reason
    ]
    if not movable:
        return 0
    author = bot_author(movable[0].account.workspace_id)
    standings = [(assessment, assessment.stage.computed) for assessment in movable]
    first_stays = [_first_stay(assessment, stage) for assessment, stage in standings if not assessment.state.stages]
    ledger.add_many(session, author, Entity.STAGE_ENTRY, now, [row for row in first_stays if row is not None])
    moving = [(assessment, stage) for assessment, stage in standings if stage is not assessment.account.stage]
    return sum(_move(session, author, assessment.account, stage, now, on=assessment.on) for assessment, stage in moving)


def overrule(session: Session, actor: Actor, account_id: int, stage: Stage, now: datetime, *, reason: str) -> None:
    """Put an account into a stage by hand; the reason stays visible until somebody releases the stage."""
    account_id = writable(session, actor, account_id).id
    if not reason.strip():
        raise UserError(AccountRefusal.STAGE_WITHOUT_REASON, "reason")
    must_be_as_shown(session, actor, account_id, now, ShownRow(Entity.ACCOUNT, account_id, _SHOWN, _FIELDS))
    account = account_of(session, actor, account_id)
    _move(session, actor.author, account, stage, now, on=actor.today(now), reason=reason.strip())


def release(session: Session, actor: Actor, account_id: int, now: datetime) -> None:
    """Let the ledger decide the stage again, at once."""
    account_id = writable(session, actor, account_id).id
    must_be_as_shown(session, actor, account_id, now, ShownRow(Entity.ACCOUNT, account_id, _SHOWN, _FIELDS))
    ledger.change(session, actor.author, Entity.ACCOUNT, account_id, now, stage_reason=None)
    record_computed_stages(session, [assess_now(proof_state.load(session, actor.workspace_id, account_id), now)], now)


def who_overruled(session: Session, account: Account) -> str | None:
    """Who put an account into its stage by hand; None where nobody did, or history does not know."""
    return queries.set_last(session, account, "stage", "stage_reason")[0] if account.stage_reason else None


def stage_view(session: Session, actor: Actor, account_id: int, now: datetime) -> StageView:
    """The stage of an account with its exit test, its stays, and what is usual in its portfolio."""
    seen = version_of_account(session, actor, account_id)
    state, assessment = assessed(session, actor, account_id, now)
    account, standing = state.account, assessment.stage
    inside = account.portfolio_id
    usual = stages.usual_times(queries.histories(session, actor.workspace_id, inside)) if inside else {}
    stays = _stays(state, assessment.on)
    return StageView(
        account_id=account.id,
        account=account.name,
        stage=standing.stage,
        computed=standing.computed,
        reason=standing.reason,
        needs=phrase(standing.needs),
        ready=standing.ready,
        since=standing.since,
        days=standing.days,
        usual=usual.get(standing.stage),
        stalled=stages.stalled(standing, usual),
        time_to_value=stages.time_to_value(account, assessment.on),
        first_win_on=account.first_win_on,
        stays=stays[:_STAYS_SHOWN],
        earlier=max(0, len(stays) - _STAYS_SHOWN),
        choices=tuple(Stage),
        can_write=may_write(session, actor, account),
        seen=seen,
    )


def _first_stay(assessment: Assessment, computed: Stage) -> dict[str, Any] | None:
    """The stay in the stage that an account was added with; None if it moves on without a day in it."""
    account = assessment.account
    since = account.stage_since or assessment.on
    if computed is not account.stage and since >= assessment.on:
        return None
    return {"account_id": account.id, "stage": account.stage, "entered_on": since}


def _move(
    session: Session, by: Author, account: Account, stage: Stage, now: datetime, *, on: date, reason: str | None = None
) -> bool:
    """Set the stage and why, and begin a stay if it is another stage; False when somebody else was faster."""
    moves = stage is not account.stage
    values: dict[str, Any] = {"stage": stage, "stage_reason": reason, **({"stage_since": on} if moves else {})}
    unmoved = {"stage": account.stage, "stage_reason": account.stage_reason}
    changed = ledger.change(session, by, Entity.ACCOUNT, account.id, now, only_if=unmoved, **values)
    if changed and moves:
        entered: dict[str, Any] = {"stage": stage, "entered_on": on, "reason": reason}
        ledger.add(session, by, Entity.STAGE_ENTRY, now, account_id=account.id, **entered)
    return changed and moves


def _stays(state: ProofState, on: date) -> tuple[StayLine, ...]:
    """The stays of an account, the present one first."""
    entries = sorted(state.stages, key=lambda entry: (entry.entered_on, entry.id))
    ends = (following.entered_on for following in entries[1:])
    stays = [_stay(entry, until, on) for entry, until in zip_longest(entries, ends)]
    return tuple(reversed(stays))


def _stay(entry: StageEntry, until: date | None, on: date) -> StayLine:
    days = max(0, ((until or on) - entry.entered_on).days)
    return StayLine(entry.stage, entry.entered_on, until, days, entry.reason)
