"""Who is to hear of accounts that nobody is asked about before every meeting, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import String, cast, exists, literal, select
from sqlalchemy.orm import Session

from bot.domain.model import Risk
from bot.domain.words import AccountStatus, RiskKind, Tier
from bot.store.delivery import outbox
from bot.store.schema import account, member, risk

_RISK = [risk.c[field.name] for field in fields(Risk)]


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner of tech-touch customers whom Slack reaches."""

    id: int
    workspace_id: int
    slack_id: str
    tz: str


def batch_key(member_id: int, month: str) -> str:
    """The key of an owner's batch; `month` is `2026-03`."""
    return f"batch:{member_id}:{month}"


def owners_without_batch(session: Session, month: str) -> list[Owner]:
    """The owners of tech-touch customers who have no batch of this month yet."""
    owned = exists().where(
        account.c.owner_id == member.c.id,
        account.c.tier == Tier.TECH_TOUCH,
        account.c.status == AccountStatus.CUSTOMER,
    )
    key = literal("batch:").concat(cast(member.c.id, String)).concat(f":{month}")
    told = exists().where(outbox.c.workspace_id == member.c.workspace_id, outbox.c.key == key)
    reached = member.c.slack_id.is_not(None) & ~member.c.is_deactivated & ~member.c.is_guest
    statement = select(member.c.id, member.c.workspace_id, member.c.slack_id, member.c.tz)
    rows = session.execute(statement.where(reached, owned, ~told).order_by(member.c.id))
    return [Owner(*row) for row in rows]


def accounts_of(session: Session, member_id: int, tier: Tier) -> list[int]:
    """The customers of this tier that a member owns."""
    ours = (account.c.owner_id == member_id) & (account.c.tier == tier) & (account.c.status == AccountStatus.CUSTOMER)
    return list(session.execute(select(account.c.id).where(ours).order_by(account.c.id)).scalars())


def opened_between(
    session: Session, member_id: int, tier: Tier, kinds: Iterable[RiskKind], begins: datetime, ends: datetime
) -> list[Risk]:
    """Risks of these kinds in a member's customers of a tier, opened from `begins` to before `ends`, worst first."""
    joined = risk.join(account, account.c.id == risk.c.account_id)
    statement = (
        select(*_RISK)
        .select_from(joined)
        .where(
            account.c.owner_id == member_id,
            account.c.tier == tier,
            account.c.status == AccountStatus.CUSTOMER,
            risk.c.kind.in_(list(kinds)),
            risk.c.opened_at >= begins,
            risk.c.opened_at < ends,
        )
    )
    by_weight = (risk.c.severity.desc(), account.c.arr_minor.desc().nulls_last(), risk.c.id)
    return [Risk(*row) for row in session.execute(statement.order_by(*by_weight))]
