"""Holds the card, `/portfolio` and the last digest against figures that are counted anew from an export."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from bot.app import assessments
from bot.app.actor import Actor
from bot.domain.labels import label
from bot.features.accounts import card
from bot.features.exports import ledger_export
from bot.features.portfolios import overview
from bot.store import schema
from bot.store.engine import Database
from bot.store.types import as_json
from tests.support import recount, recount_bridge
from tests.support.recount import Counted, percent
from tests.support.recount_bridge import Week

Bridges = dict[str, tuple[Fraction, list[tuple[str, Fraction]], Fraction]]


def counted_now(database: Database, now: datetime) -> dict[int, Counted]:
    """Every account, counted from an export made now."""
    return recount.count(_exported(database, now), now.date())


def cards_agree(database: Database, reader: Actor, portfolio_id: int, now: datetime) -> None:
    """The card of every customer shows the coverage, the proven outcomes and the grades that a recount gives."""
    for counted in _customers(database, portfolio_id, now):
        account_id = counted.account["id"]
        with database.reading() as session:
            view = card.card(session, reader, account_id, now)
            _, assessment = assessments.assessed(session, reader, account_id, now)
        if counted.credits:
            assert view.coverage == percent(counted.coverage), view.account
        assert view.outcomes == len(counted.credits)
        assert sum(line.mark == "proven" for line in view.lines) == counted.proven
        credited = {row: grade for row, grade in counted.grades.items() if counted.credits[row] > 0}
        assert {line.outcome_id: label(line.grade) for line in view.proven if line.grade is not None} == credited
        grades = Counter(label(one.grade) for one in assessment.outcomes if one.grade is not None)
        assert grades == Counter(counted.grades.values())


def portfolio_agrees(database: Database, reader: Actor, portfolio_id: int, now: datetime) -> None:
    """What `/portfolio` shows: coverage by ARR and by count, and how many outcomes are proven."""
    with database.reading() as session:
        view = overview.portfolio_view(session, reader, now, portfolio_id=portfolio_id)
    _agree(_customers(database, portfolio_id, now), view.parts[0].summary.as_json())


def digest_agrees(database: Database, portfolio_id: int, now: datetime, before: Week | None = None) -> Week | None:
    """The last digest holds the same figures, and the same bridge from the week `before`, if it was opened at this very
    moment. Returns the week that it told; None if no digest was opened now, and there is nothing to hold.
    """
    table = schema.digest
    newest = select(table.c.figures).where(table.c.portfolio_id == portfolio_id).order_by(table.c.due_at.desc())
    with database.reading() as session:
        figures = as_json(session.execute(newest.limit(1)).scalar_one_or_none())
    if figures is None or figures["said"]["at"] != now.isoformat():
        return None
    week = Week.of(_exported(database, now), portfolio_id, now.date())
    _agree(_customers(database, portfolio_id, now), figures["said"]["summary"])
    if before is not None:
        _same_bridges(figures["said"]["bridges"], recount_bridge.bridges(before, week))
    return week


def _same_bridges(said: list[dict[str, Any]], counted: Bridges) -> None:
    """The bridge of every currency, step by step: credits of thirds are decimals of 28 digits in what was said."""
    assert {bridge["currency"] for bridge in said} == counted.keys()
    for bridge in said:
        start, steps, end = counted[bridge["currency"]]
        assert [step for step, _ in bridge["steps"]] == [step for step, _ in steps]
        moved = [Fraction(points) for _, points in bridge["steps"]]
        for ours, theirs in zip(
            (Fraction(bridge["start"]), *moved, Fraction(bridge["end"])),
            (start, *(change for _, change in steps), end),
            strict=True,
        ):
            assert abs(ours - theirs) < Fraction(1, 10**20)
        assert Fraction(bridge["start"]) + sum(moved, Fraction(0)) == Fraction(bridge["end"])


def _exported(database: Database, now: datetime) -> str:
    out = io.BytesIO()
    ledger_export.export(database, out, now)
    return out.getvalue().decode()


def _customers(database: Database, portfolio_id: int, now: datetime) -> list[Counted]:
    found = counted_now(database, now).values()
    return [one for one in found if one.account["portfolio_id"] == portfolio_id and one.account["status"] == "customer"]


def _agree(counted: list[Counted], said: dict[str, Any]) -> None:
    assert (said["accounts"], said["outcomes"]) == (len(counted), sum(len(one.credits) for one in counted))
    assert said["proven"] == sum(one.proven for one in counted)
    mean = sum((one.coverage for one in counted), Fraction(0)) / len(counted) if counted else None
    assert said["by_count"]["percent"] == percent(mean)
    assert [share["percent"] for share in said["by_arr"]] == [
        percent(share) for share in recount.by_arr(counted).values()
    ]
