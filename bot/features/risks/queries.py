"""All SQL on risks and on the batches of their owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, cast, exists, func, literal, select, text, true
from sqlalchemy.orm import Session

from bot.domain.enums import AccountStatus, OwnerAct, PromptState, RiskKind, RiskState, Tier
from bot.domain.model import Risk
from bot.domain.portfolio.owner_acts import Deed
from bot.outbox.types import MessageKey
from bot.store import serving
from bot.store.engine import streamed
from bot.store.entities import Entity
from bot.store.members import Member
from bot.store.schema import account, history, member, portfolio, risk
from bot.store.schema.history import ACTS
from bot.store.schema.outbox import outbox
from bot.store.set_aside import Unit, not_resting
from bot.store.types import as_json

RISK_KEY = MessageKey("risk")
NOTE_KEY = MessageKey("risk-note")
DAILY_SUMMARY_KEY = MessageKey("risks-more")
UNCLAIMED_KEY = MessageKey("unclaimed")
BATCH_KEY = MessageKey("batch")
TRIGGER_KEY = MessageKey("trigger")
_DEEDS_AT_ONCE = 500
_PUT_OFF = timedelta(days=6)
"""A series that begins so much later is put off. A week is an hour less where the clocks go forward."""
CLOSED_KEY = MessageKey("risk-closed")
ASKED_KEY = MessageKey("risk-asked")
_COLUMNS = [risk.c[field.name] for field in fields(Risk)]


NOT_TAKEN = risk.c.remind_manager_at.is_not(None) & (risk.c.state == RiskState.OPEN)
"""The condition that a risk was told and is in nobody's hands: what Home, `/portfolio` and the channel count.

Who takes it ends the first, who reopens or wakes it begins it anew.
"""


def unclaimed_by_portfolio(session: Session, workspace_id: int) -> dict[int, int]:
    """How many announced risks nobody has taken yet, by portfolio: what `not_taken` lists."""
    risks_with_accounts = risk.join(account, account.c.id == risk.c.account_id).join(
        portfolio, portfolio.c.id == account.c.portfolio_id
    )
    counts = (
        select(account.c.portfolio_id, func.count())
        .select_from(risks_with_accounts)
        .where(portfolio.c.workspace_id == workspace_id, NOT_TAKEN)
    )
    return {row[0]: row[1] for row in session.execute(counts.group_by(account.c.portfolio_id))}


def not_taken(session: Session, workspace_id: int, portfolio_id: int | None) -> list[Risk]:
    """The announced risks of a portfolio that nobody has taken yet: high ones first, then the larger ARR."""
    risks_with_accounts = risk.join(account, account.c.id == risk.c.account_id)
    ours = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    statement = select(*_COLUMNS).select_from(risks_with_accounts).where(ours, NOT_TAKEN)
    by_weight = (risk.c.severity.desc(), account.c.arr_minor.desc().nulls_last(), risk.c.id)
    return [Risk(*row) for row in session.execute(statement.order_by(*by_weight))]


def not_taken_of(session: Session, workspace_id: int, account_ids: Iterable[int]) -> set[tuple[int, RiskKind, str]]:
    """What of these accounts was announced and nobody has taken yet, as (account, kind, subject), in one query."""
    ours = risk.c.account_id.in_(sorted(set(account_ids))) & Entity.RISK.in_workspace(workspace_id)
    rows = session.execute(select(risk.c.account_id, risk.c.kind, risk.c.subject).where(ours, NOT_TAKEN))
    return {(row.account_id, row.kind, row.subject) for row in rows}


def never_announced(session: Session, workspace_id: int, risk_ids: Iterable[int]) -> set[int]:
    """Those of these risks that wait for nobody: they have not been told, or nobody oversees them."""
    ours = risk.c.id.in_(set(risk_ids)) & Entity.RISK.in_workspace(workspace_id)
    return set(session.execute(select(risk.c.id).where(ours, risk.c.remind_manager_at.is_(None))).scalars())


def opened_in_accounts(
    session: Session, workspace_id: int, account_ids: Iterable[int], since: datetime, until: datetime
) -> list[Risk]:
    """The risks of these accounts that are not closed and were opened between two moments, the oldest first."""
    ours = risk.c.account_id.in_(set(account_ids)) & Entity.RISK.in_workspace(workspace_id)
    opened = risk.c.closed_at.is_(None) & risk.c.opened_at.between(since, until)
    return [Risk(*row) for row in session.execute(select(*_COLUMNS).where(ours, opened).order_by(risk.c.id))]


@dataclass(frozen=True, slots=True)
class RiskNote:
    """One line of a risk's timeline: what was set, by whom and why, as history keeps it."""

    id: int
    at: datetime
    member_id: int | None
    before: dict[str, Any] | None
    after: dict[str, Any]
    why: str | None


def by_id(session: Session, workspace_id: int, risk_id: int) -> Risk | None:
    """The risk with this id; None where this workspace has none."""
    matching = (risk.c.id == risk_id) & Entity.RISK.in_workspace(workspace_id)
    row = session.execute(select(*_COLUMNS).where(matching)).one_or_none()
    return None if row is None else Risk(*row)


def by_ids(session: Session, workspace_id: int, risk_ids: Iterable[int]) -> list[Risk]:
    """Those of these risks that are of this workspace, the worst first."""
    matching = risk.c.id.in_(set(risk_ids)) & Entity.RISK.in_workspace(workspace_id)
    statement = select(*_COLUMNS).where(matching)
    return [Risk(*row) for row in session.execute(statement.order_by(risk.c.severity.desc(), risk.c.id))]


def remind_manager_at(session: Session, of: Risk) -> datetime | None:
    """When the manager is told of the risk if nobody takes it; None if never."""
    return session.execute(select(risk.c.remind_manager_at).where(risk.c.id == of.id)).scalar_one_or_none()


def same_open(session: Session, closed: Risk) -> bool:
    """Whether the same danger is open under another risk."""
    statement = select(risk.c.id).where(
        risk.c.account_id == closed.account_id,
        risk.c.kind == closed.kind,
        risk.c.subject == closed.subject,
        risk.c.closed_at.is_(None),
        risk.c.id != closed.id,
    )
    return session.execute(statement.limit(1)).first() is not None


def opened_between(
    session: Session,
    workspace_id: int,
    portfolio_id: int | None,
    begins: datetime,
    ends: datetime,
    *,
    owner_id: int | None,
) -> list[Risk]:
    """The risks opened from `begins` to before `ends` in a portfolio (or outside of all), the worst first.

    With `owner_id` only those of this owner's accounts.
    """
    risks_with_accounts = risk.join(account, account.c.id == risk.c.account_id)
    in_portfolio = (account.c.workspace_id == workspace_id) & (account.c.portfolio_id == portfolio_id)
    of_owner = true() if owner_id is None else account.c.owner_id == owner_id
    statement = select(*_COLUMNS).select_from(risks_with_accounts)
    statement_between = statement.where(in_portfolio, of_owner, risk.c.opened_at >= begins, risk.c.opened_at < ends)
    by_weight = (risk.c.severity.desc(), account.c.arr_minor.desc().nulls_last(), risk.c.id)
    return [Risk(*row) for row in session.execute(statement_between.order_by(*by_weight))]


def unclaimed(session: Session, job: str, now: datetime, limit: int) -> list[Unit]:
    """Risks of one portfolio that nobody took in time, the worst first; what `job` has set aside is left out."""
    risks_with_accounts = risk.join(account, account.c.id == risk.c.account_id)
    due = (risk.c.remind_manager_at <= now) & not_resting(job, Entity.RISK, risk.c.id, now)
    served = serving.is_served(session, account.c.workspace_id)
    waiting = select(account.c.workspace_id, account.c.portfolio_id).select_from(risks_with_accounts).where(due, served)
    first = session.execute(waiting.order_by(risk.c.remind_manager_at).limit(1)).one_or_none()
    if first is None:
        return []
    statement = select(risk.c.id).select_from(risks_with_accounts)
    same_portfolio = (account.c.workspace_id == first.workspace_id) & (account.c.portfolio_id == first.portfolio_id)
    worst_first = statement.where(due, same_portfolio).order_by(risk.c.severity.desc(), risk.c.id).limit(limit)
    return [Unit(first.workspace_id, Entity.RISK, risk_id) for risk_id in session.execute(worst_first).scalars()]


def late(session: Session, units: Sequence[Unit]) -> list[tuple[Risk, datetime]]:
    """The risks of these units, with the moment when nobody had taken them in time; the worst first."""
    statement = select(*_COLUMNS, risk.c.remind_manager_at)
    # within: unclaimed has found them
    late_risks = statement.where(risk.c.id.in_([unit.row_id for unit in units]))
    rows = session.execute(late_risks.order_by(risk.c.severity.desc(), risk.c.id))
    return [(Risk(*row[:-1]), row[-1]) for row in rows]


def notes(session: Session, of: Risk) -> list[RiskNote]:
    """The timeline of a risk, oldest first."""
    return [RiskNote(*row) for row in session.execute(_notes(of).order_by(history.c.id))]


def last_note_id(session: Session, of: Risk) -> int:
    """The id of the newest line of a risk's timeline."""
    newest = select(func.max(history.c.id)).where(
        history.c.account_id == of.account_id, history.c.entity == "risk", history.c.entity_id == of.id
    )
    return int(session.execute(newest).scalar_one())


def note_by_id(session: Session, of: Risk, note_id: int) -> RiskNote | None:
    """One line of a risk's timeline; None where it has none with this id."""
    row = session.execute(_notes(of).where(history.c.id == note_id)).one_or_none()
    return None if row is None else RiskNote(*row)


def _notes(of: Risk) -> Select[Any]:
    columns = [history.c[field.name] for field in fields(RiskNote)]
    return select(*columns).where(
        history.c.account_id == of.account_id, history.c.entity == "risk", history.c.entity_id == of.id
    )


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner of tech-touch customers whom Slack reaches."""

    id: int
    workspace_id: int
    slack_id: str
    tz: str


def batch_key(member_id: int, month: str) -> str:
    """The key of an owner's batch; `month` is `2026-03`."""
    return BATCH_KEY.of(member_id, month)


def owners_without_batch(session: Session, job: str, month: str, now: datetime) -> list[Owner]:
    """The owners of tech-touch customers who have no batch of this month yet and whom `job` has not set aside."""
    owns_tech_touch = exists().where(
        account.c.owner_id == member.c.id,
        account.c.tier == Tier.TECH_TOUCH,
        account.c.status == AccountStatus.CUSTOMER,
    )
    key = literal(f"{BATCH_KEY.prefix}:").concat(cast(member.c.id, String)).concat(f":{month}")
    has_batch = exists().where(outbox.c.workspace_id == member.c.workspace_id, outbox.c.key == key)
    is_reached = member.c.slack_id.is_not(None) & ~member.c.is_deactivated & ~member.c.is_guest
    is_waiting = ~has_batch & not_resting(job, Entity.MEMBER, member.c.id, now)
    served = serving.is_served(session, member.c.workspace_id)
    statement = select(member.c.id, member.c.workspace_id, member.c.slack_id, member.c.tz)
    rows = session.execute(statement.where(served, is_reached, owns_tech_touch, is_waiting).order_by(member.c.id))
    return [Owner(*row) for row in rows]


def accounts_of(session: Session, workspace_id: int, member_id: int, tier: Tier) -> list[int]:
    """The customers of this tier that a member owns."""
    of_member = (account.c.workspace_id == workspace_id) & (account.c.owner_id == member_id)
    matching = of_member & (account.c.tier == tier) & (account.c.status == AccountStatus.CUSTOMER)
    return list(session.execute(select(account.c.id).where(matching).order_by(account.c.id)).scalars())


def opened_for_owner_between(
    session: Session, owner: Member, tier: Tier, kinds: Iterable[RiskKind], *, begins: datetime, ends: datetime
) -> list[Risk]:
    """Risks of these kinds in a member's customers of a tier, opened from `begins` to before `ends`, worst first."""
    risks_with_accounts = risk.join(account, account.c.id == risk.c.account_id)
    statement = (
        select(*_COLUMNS)
        .select_from(risks_with_accounts)
        .where(
            account.c.workspace_id == owner.workspace_id,
            account.c.owner_id == owner.id,
            account.c.tier == tier,
            account.c.status == AccountStatus.CUSTOMER,
            risk.c.kind.in_(list(kinds)),
            risk.c.opened_at >= begins,
            risk.c.opened_at < ends,
        )
    )
    by_weight = (risk.c.severity.desc(), account.c.arr_minor.desc().nulls_last(), risk.c.id)
    return [Risk(*row) for row in session.execute(statement.order_by(*by_weight))]


def deeds(
    session: Session, workspace_id: int, portfolio_id: int | None, since: datetime, now: datetime
) -> Iterator[Deed]:
    """What people did with meetings and risks of a portfolio's accounts (with None of the workspace's); streamed.

    A deed is held against who had the account on that day: handing an account over takes nothing along.
    """
    lines = history.c
    columns = (lines.at, lines.account_id, lines.member_id, lines.entity, lines.before, lines.after)
    whose = (account.c.owner_id, account.c.deputy_id, portfolio.c.manager_id, member.c.is_admin)
    joined = history.join(account, account.c.id == lines.account_id)
    joined = joined.join(member, member.c.id == lines.member_id)
    joined = joined.outerjoin(portfolio, portfolio.c.id == account.c.portfolio_id)
    # The words of the partial index, so that both databases see that it holds what is asked for.
    told = (lines.workspace_id == workspace_id) & lines.at.between(since, now) & text(ACTS)
    inside = true() if portfolio_id is None else account.c.portfolio_id == portfolio_id
    statement = select(*columns, *whose).select_from(joined).where(told, inside).order_by(lines.id.desc())
    renewed: dict[tuple[int, datetime], Any] = {}
    of_others: list[tuple[int, datetime, Deed]] = []
    for row in streamed(session, statement, _DEEDS_AT_ONCE):
        if row.entity == Entity.CADENCE and row.before is None:
            renewed[row.account_id, row.at] = row.after.get("next_prompt_at")
        act = _act(row.entity, row.before or {}, row.after)
        if act is None:
            continue
        key = row.account_id, row.at
        if act is OwnerAct.SERIES_PAUSED and key in renewed and not _later(row.before, renewed[key]):
            continue
        oversees = row.is_admin or row.manager_id == row.member_id
        deed = Deed(act, row.member_id, row.owner_id, row.deputy_id, oversees)
        if deed.by in (deed.owner_id, deed.deputy_id):
            yield deed
        else:
            of_others.append((row.account_id, row.at, deed))
    if of_others:
        yield from _as_of_their_day(session, workspace_id, of_others, since)


def _as_of_their_day(
    session: Session, workspace_id: int, of_others: Sequence[tuple[int, datetime, Deed]], since: datetime
) -> Iterator[Deed]:
    """Deeds of who has the account no more, or never had it, with who had it then."""
    changes: dict[int, list[tuple[datetime, Mapping[str, Any]]]] = {}
    ids = sorted({account_id for account_id, _, _ in of_others})
    for start in range(0, len(ids), _DEEDS_AT_ONCE):
        some = ids[start : start + _DEEDS_AT_ONCE]
        statement = select(history.c.account_id, history.c.at, history.c.before).where(
            history.c.workspace_id == workspace_id,
            history.c.account_id.in_(some),
            history.c.entity == Entity.ACCOUNT.value,
            history.c.entity_id == history.c.account_id,
            history.c.at > since,
            history.c.before.is_not(None),
        )
        for row in session.execute(statement.order_by(history.c.id.desc())):
            changes.setdefault(row.account_id, []).append((row.at, as_json(row.before) or {}))
    for account_id, at, deed in of_others:
        owner, deputy = deed.owner_id, deed.deputy_id
        for changed_at, before in changes.get(account_id, ()):
            if changed_at <= at:
                break
            owner, deputy = before.get("owner_id", owner), before.get("deputy_id", deputy)
        yield replace(deed, owner_id=owner, deputy_id=deputy)


def _later(ended: Mapping[str, Any], begins: Any) -> bool:
    """Whether the series that replaced this one asks a week later or more, so that meetings in between fall out."""
    was = ended.get("next_prompt_at")
    if not was or not begins:
        return False
    return datetime.fromisoformat(begins) - datetime.fromisoformat(was) >= _PUT_OFF


def _act(entity: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> OwnerAct | None:
    """What a line of history tells of; None for all that is not counted."""
    match entity, after.get("state"):
        case Entity.CADENCE, _:
            put_off = "next_meeting_at" in after and str(after["next_meeting_at"]) > str(before.get("next_meeting_at"))
            ended = after.get("active") is False
            # Default series that were begun together and taken back have no next meeting any more.
            taken_back = ended and "next_meeting_at" in after
            return OwnerAct.SERIES_PAUSED if before and not taken_back and (ended or put_off) else None
        case Entity.PROMPT, PromptState.OFF:
            return OwnerAct.MEETING_OFF
        case Entity.PROMPT, PromptState.ANSWERED if before.get("state") == PromptState.SILENT:
            return OwnerAct.ANSWERED_LATE
        case Entity.PROMPT, _:
            return OwnerAct.HANDED_OVER if before and after.get("member_id") is not None else None
        case Entity.RISK, RiskState.SNOOZED:
            return OwnerAct.RISK_SNOOZED
        case Entity.RISK, RiskState.CLOSED:
            return OwnerAct.RISK_CLOSED
    return None
