"""The manager's message on what nobody has taken in time: one direct message a day at most, updated in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.app.recipients import of_admin, of_manager
from bot.domain.enums import RiskState
from bot.domain.model import Account, ProofState, Risk
from bot.domain.values import working_hours
from bot.domain.values.money import money
from bot.domain.values.text import near_day
from bot.features.risks import queries
from bot.features.risks.risk_view import drop, zone_of
from bot.features.risks.views import UnclaimedLine, UnclaimedView
from bot.outbox import lookup
from bot.outbox.queue import put
from bot.outbox.types import Moot, Op, Outgoing
from bot.store import accounts, members, portfolios, proof_state
from bot.store.members import Member

SHOWN = 5
_RENEWED = 7
"""So many of a portfolio's newest messages are kept true."""

log = structlog.get_logger("risks")


def told_today(session: Session, workspace_id: int, portfolio_id: int | None, now: datetime) -> bool:
    """Whether the manager of a portfolio has had today's message."""
    occasion = _occasion(session, workspace_id, portfolio_id, now)
    return bool(lookup.told(session, workspace_id, queries.UNCLAIMED_KEY, [occasion]))


def tell_manager(
    session: Session, account: Account, risk_ids: Sequence[int], stuck: Sequence[int], now: datetime
) -> None:
    """Send the manager of the account's portfolio one direct message on the risks that nobody has taken, and on those
    that are held and `stuck`. An admin replaces a manager who left since the risks were opened."""
    if not risk_ids and not stuck:
        return
    workspace_id = account.workspace_id
    portfolio = portfolios.in_workspace(session, workspace_id, account.portfolio_id)
    recipient = of_manager(session, portfolio) if portfolio else of_admin(session, workspace_id)
    if recipient is None:
        log.error("risks.nobody_to_tell", risks=[*risk_ids, *stuck])
        return
    message = Outgoing(
        key=queries.UNCLAIMED_KEY.of(_occasion(session, workspace_id, account.portfolio_id, now)),
        workspace_id=workspace_id,
        kind="unclaimed",
        channel=recipient.to,
        destination=recipient.destination,
        args={"risk_ids": list(risk_ids), "stuck": list(stuck), "portfolio_id": account.portfolio_id},
        due_at=now,
    )
    put(session, message, now)


def renew(session: Session, account: Account, risk_id: int, now: datetime) -> None:
    """Have the newest messages that name this risk to the manager, or asked its owner, show how it stands."""
    workspace_id = account.workspace_id
    first = queries.UNCLAIMED_KEY.of(account.portfolio_id or 0)
    told = lookup.newest_posts(session, workspace_id, first, _RENEWED)
    posts = [("unclaimed", *post) for post in told if risk_id in (*post[1]["risk_ids"], *post[1].get("stuck", ()))]
    asked = lookup.newest_posts(session, workspace_id, queries.ASKED_KEY.of(risk_id), _RENEWED)
    posts += [("risk-asked", *post) for post in asked]
    for kind, key, args in posts:
        update = Outgoing(
            key=f"{key}@{risk_id}.{now.timestamp():.6f}",
            workspace_id=workspace_id,
            kind=kind,
            op=Op.UPDATE,
            target_key=key,
            args={**args, "again": True},
            due_at=now,
        )
        put(session, update, now)


def compose_unclaimed(session: Session, args: dict[str, Any], now: datetime) -> UnclaimedView | Moot:
    """These risks as they stand now: open ones with their buttons, the others with who has them."""
    workspace_id, stuck = args["workspace_id"], set(args.get("stuck", ()))
    risks = queries.by_ids(session, workspace_id, [*args["risk_ids"], *stuck])
    account_by_id = accounts.by_ids(session, workspace_id, {risk.account_id for risk in risks})
    risks.sort(key=lambda risk: (-risk.severity, -(account_by_id[risk.account_id].arr_minor or 0), risk.id))
    waiting = [risk for risk in risks if risk.state is RiskState.OPEN]
    still_stuck = [risk for risk in risks if risk.id in stuck and risk.state is RiskState.CLAIMED]
    if not waiting and not still_stuck and not args.get("again"):
        return Moot("somebody has taken them since")
    portfolio = portfolios.in_workspace(session, workspace_id, args["portfolio_id"])
    reader = _Reader.of(session, workspace_id, risks, account_by_id, zone=zone_of(session, portfolio), now=now)
    shown = risks[:SHOWN]
    states = proof_state.load_many(session, [workspace_id], sorted({risk.account_id for risk in shown}))
    state_by_id = {state.account.id: state for state in states}
    lines = tuple(reader.line(risk, state_by_id[risk.account_id], risk.id in stuck) for risk in shown)
    name = portfolio.name if portfolio else ""
    return UnclaimedView(name, lines, len(waiting), len(still_stuck), len(risks) - len(lines))


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the lines need beside the risks: people, who was asked today, and the manager's day."""

    people: dict[int, Member]
    asked: set[str]
    zone: str
    now: datetime

    @classmethod
    def of(
        cls,
        session: Session,
        workspace_id: int,
        risks: Sequence[Risk],
        account_by_id: dict[int, Account],
        *,
        zone: str,
        now: datetime,
    ) -> _Reader:
        wanted = [account.owner_id for account in account_by_id.values()] + [risk.owner_id for risk in risks]
        people = members.by_ids(session, [workspace_id], wanted)
        day = working_hours.local_day(now, zone).isoformat()
        asked = lookup.told(session, workspace_id, queries.ASKED_KEY, [f"{risk.id}:{day}" for risk in risks])
        return cls(people, asked, zone, now)

    def line(self, risk: Risk, state: ProofState, stuck: bool) -> UnclaimedLine:
        account, (before, after) = state.account, drop(state, risk)
        today = working_hours.local_day(self.now, self.zone)
        owner, holder = self.people.get(account.owner_id or 0), self.people.get(risk.owner_id or 0)
        since = risk.claimed_at if stuck and risk.claimed_at else risk.opened_at
        arr = money(account.arr_minor, account.currency)
        return UnclaimedLine(
            risk_id=risk.id,
            account_id=account.id,
            account=account.name,
            fact=risk.fact,
            severity=risk.severity,
            state=risk.state,
            arr=str(arr) if arr else None,
            renews=near_day(account.renewal_date, today) if account.renewal_date else None,
            owner=owner.name.split()[0] if owner and not owner.is_deactivated else None,
            since=near_day(working_hours.local_day(since, self.zone), today),
            stuck=stuck,
            reminded=f"{risk.id}:{today.isoformat()}" in self.asked,
            by=holder.name if holder else None,
            before=before,
            after=after,
        )


def _occasion(session: Session, workspace_id: int, portfolio_id: int | None, now: datetime) -> str:
    portfolio = portfolios.in_workspace(session, workspace_id, portfolio_id)
    day = working_hours.local_day(now, zone_of(session, portfolio))
    return f"{portfolio_id or 0}:{day.isoformat()}"
