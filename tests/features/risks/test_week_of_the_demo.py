"""A week of the demo: its channel hears of few things, and of every account that is truly broken."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app.assessments import assess_now
from bot.demo.coming import next_due
from bot.demo.past import Past, first_moment
from bot.domain.account.escalations import escalates, is_new
from bot.features.risks import queries
from bot.outbox import lookup
from bot.rooms import JOBS
from bot.store import portfolios, proof_state, schema
from bot.store.admin.migrations import upgrade
from bot.store.engine import Database
from bot.store.schema.outbox import outbox

AT_MOST = 5
START = first_moment(date(2026, 11, 30))
_AN_HOUR = timedelta(hours=1)


def play_a_week(session: Session) -> datetime:
    """Everything that falls due in a week in which nobody does anything; returns its end."""
    now, end = START, START + timedelta(days=7)
    while now < end:
        now = min(next_due(session, now + _AN_HOUR) or end, end)
        for job in JOBS:
            while job.do_one(session, now):
                pass
    return end


@pytest.mark.slow
def test_the_channel_gets_five_new_cards_at_most_and_misses_no_broken_account(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    upgrade(database)
    with database.begin() as session:
        workspace_id = Past(session, START).play()
        end = play_a_week(session)
        [portfolio] = portfolios.of_workspace(session, workspace_id)
        in_channel = select(outbox.c.key, outbox.c.kind).where(
            outbox.c.channel == portfolio.channel, outbox.c.op == "post", outbox.c.due_at.between(START, end)
        )
        new_cards = [row.key for row in session.execute(in_channel) if row.kind in ("risk", "risks-more", "unclaimed")]
        ids = list(session.execute(select(schema.account.c.id)).scalars())
        broken, heard = set(), set()
        for state in proof_state.load_many(session, [workspace_id], ids):
            account, assessment = state.account, assess_now(state, end)
            dangers = [danger for danger in assessment.dangers if not is_new(account, assessment.on)]
            if any(escalates(danger.kind, danger.severity, account.tier) for danger in dangers):
                broken.add(account.name)
            told = lookup.told(session, workspace_id, queries.RISK_KEY, [risk.id for risk in state.risks])
            if any(risk.id in told and risk.closed_at is None for risk in state.risks):
                heard.add(account.name)
    database.dispose()
    assert len(new_cards) <= AT_MOST, new_cards
    assert broken, "the demo has something to tell"
    assert broken <= heard
