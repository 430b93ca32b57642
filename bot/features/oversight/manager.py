"""What a manager sees on Home: their portfolios, what waits for them alone, and their team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.app.readable import LeftOut
from bot.domain.enums import Severity
from bot.domain.values import days, working_hours
from bot.domain.values.money import Money, listed_money, money, total
from bot.domain.values.text import percent, short
from bot.features.evidence import countersign
from bot.features.oversight import queries
from bot.features.oversight.queries import Carried
from bot.features.oversight.views import ManagedLine, Need, NeedLine, PairLine, SameLine, TeamLine
from bot.features.portfolios import owner_acts
from bot.features.portfolios import queries as portfolio_queries
from bot.features.portfolios.digest_layout import Summary
from bot.features.risks import queries as risk_queries
from bot.store import members
from bot.store.portfolios import Portfolio

SHOWN = 8
TEAM_SHOWN = 12
_TEXT = 140
_LATELY = timedelta(days=30)


def managed_lines(
    session: Session,
    actor: Actor,
    managed: Sequence[Portfolio],
    carried: Sequence[Carried],
    now: datetime,
    *,
    left_out: LeftOut,
) -> tuple[ManagedLine, ...]:
    """The portfolios that the actor manages."""
    if not managed:
        return ()
    ids = [portfolio.id for portfolio in managed]
    last = portfolio_queries.last_said(session, actor.workspace_id, ids)
    unclaimed = risk_queries.unclaimed_by_portfolio(session, actor.workspace_id)
    risks = queries.open_risks(session, actor.workspace_id, ids)
    return tuple(
        ManagedLine(
            portfolio_id=portfolio.id,
            name=portfolio.name,
            summary=Summary.from_json(last[portfolio.id].said["summary"]) if portfolio.id in last else None,
            on=working_hours.local_day(last[portfolio.id].due_at, portfolio.tz) if portfolio.id in last else None,
            unclaimed=unclaimed.get(portfolio.id, 0),
            customers=sum(one.customers for one in carried if one.portfolio_id == portfolio.id),
            risks=risks.get(portfolio.id, 0),
            next_digest_on=working_hours.local_day(at, portfolio.tz) if (at := portfolio.next_digest_at) else None,
            lost_channels=portfolio.lost_channels,
            owners=owner_acts.owner_acts(session, portfolio, now),
            tiers=owner_acts.tiers_by_hand(session, portfolio, left_out),
            same=_same(last[portfolio.id].said, portfolio.tz) if portfolio.id in last else None,
        )
        for portfolio in managed[:SHOWN]
    )


def _same(said: Mapping[str, Any], zone: str) -> SameLine | None:
    """What a digest said of the same customers; None for a first or a quiet one, and for one of an earlier release."""
    bridge = (said.get("week") or {}).get("bridge")
    if not bridge:
        return None
    percent = bridge["same"] or bridge["end"]
    since = datetime.fromisoformat(said["since"]) if said.get("since") else None
    points = int(percent.rstrip("%")) - int(bridge["start"].rstrip("%"))
    return SameLine(percent, points, working_hours.local_day(since, zone) if since else None)


def needs(
    session: Session, actor: Actor, managed: Sequence[Portfolio], now: datetime, left_out: LeftOut
) -> tuple[tuple[NeedLine, ...], int]:
    """What waits for the actor as a manager, the most urgent first, and how many more there are."""
    if not managed:
        return (), 0
    me, ids = actor.member, [portfolio.id for portfolio in managed]
    unclaimed, all_unclaimed = queries.unclaimed(session, me, ids, SHOWN, left_out)
    past, all_past = queries.past_renewals(session, me, ids, actor.today(now), SHOWN, left_out=left_out)
    judged, all_judged = queries.to_assess(session, me, SHOWN, left_out)
    lines = [
        *(
            NeedLine(
                Need.ASSIGN,
                one.risk_id,
                one.account,
                one.severity,
                short(one.fact, _TEXT),
                arr=_arr(one.arr_minor, one.currency),
            )
            for one in unclaimed
        ),
        *(
            NeedLine(
                Need.RECORD,
                one.account_id,
                one.account,
                Severity.HIGH,
                "",
                on=one.renewal_date,
                arr=_arr(one.arr_minor, one.currency),
            )
            for one in past
        ),
        *(
            NeedLine(
                Need.ASSESS,
                one.account_id,
                one.account,
                Severity.MEDIUM,
                short(one.fact, _TEXT),
                on=working_hours.local_day(one.judged_at, me.tz),
            )
            for one in judged
        ),
    ]
    lines.sort(key=lambda line: -line.severity)
    return tuple(lines[:SHOWN]), all_unclaimed + all_past + all_judged - min(len(lines), SHOWN)


def team(session: Session, actor: Actor, carried: Sequence[Carried], now: datetime) -> tuple[TeamLine, ...]:
    """The owners of the customers that the actor manages, those with most customers first, the actor not among them."""
    by_owner: dict[int, list[Carried]] = {}
    for one in carried:
        if one.owner_id is not None and one.owner_id != actor.member.id:
            by_owner.setdefault(one.owner_id, []).append(one)
    if not by_owner:
        return ()
    most_first = sorted(by_owner, key=lambda owner: (-sum(one.customers for one in by_owner[owner]), owner))
    shown = most_first[:TEAM_SHOWN]
    people = members.by_ids(session, [actor.workspace_id], shown)
    today = actor.today(now)
    busy = queries.doing(session, actor.workspace_id, shown, days.shift_moment(now, -_LATELY), now, today=today)
    return tuple(
        TeamLine(
            member_id=owner,
            name=people[owner].name,
            customers=sum(one.customers for one in by_owner[owner]),
            arr=_sum(by_owner[owner]),
            proven=_proven(by_owner[owner]),
            asked=busy[owner].asked,
            answered=busy[owner].answered,
            overdue=busy[owner].overdue,
            held=busy[owner].held,
            away_until=working_hours.local_day(until, people[owner].tz)
            if people[owner].is_away(now) and (until := people[owner].away_until)
            else None,
        )
        for owner in shown
        if owner in people
    )


def pairs(session: Session, actor: Actor, managed: Sequence[Portfolio], now: datetime) -> tuple[PairLine, ...]:
    """Who countersigns each other in the portfolios that the actor manages, the busiest first."""
    found = countersign.pairs(session, actor.workspace_id, [portfolio.id for portfolio in managed], now)
    return tuple(PairLine(pair.one, pair.other, pair.by_one, pair.by_other) for pair in found[:SHOWN])


def _arr(minor: int | None, currency: str | None) -> str | None:
    arr = money(minor, currency)
    return str(arr) if arr else None


def _sum(carried: Sequence[Carried]) -> str:
    return listed_money(total(Money(one.arr_minor, one.currency) for one in carried if one.currency and one.arr_minor))


def _proven(carried: Sequence[Carried]) -> str | None:
    """How much is proven of the currency with the most customers; None where nothing of it was assessed yet."""
    main = max(carried, key=lambda one: one.customers)
    same = [one for one in carried if one.currency == main.currency]
    known = sum(one.known_minor for one in same)
    share = sum(one.proven_minor for one in same) / known if known else 0.0
    return percent(Decimal(str(round(min(1.0, share), 9)))) if known else None
