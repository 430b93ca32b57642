"""`Retry-After` is Slack's word, but not for ever: whatever it says, we come back within five minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.outbox.queue import put
from bot.outbox.types import Destination, Outgoing
from bot.slack.errors import LONGEST_WAIT, wait_of
from bot.store.engine import db_now
from bot.store.schema.outbox import outbox, workspace_gate
from sandbox.faults import Fault
from tests.support.bot_process import Stage


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("5", 5),
        ("1.5", 1.5),
        ("300", 300),
        ("301", 300),
        ("999999999999999999", 300),
        ("1e300", 300),
        ("inf", 300),
        ("-inf", 0),
        ("-3", 0),
        ("nan", 30),
        ("", 30),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 30),
        (None, 30),
    ],
)
def test_how_long_we_wait(header: str | None, seconds: float) -> None:
    assert wait_of(header) == seconds


async def test_a_retry_after_of_a_million_years_stops_nothing_for_more_than_five_minutes(stage: Stage) -> None:
    stage.sandbox.fault(Fault("chat.postMessage", "ratelimited", retry_after=10**14))
    told = Outgoing(
        key="news",
        workspace_id=stage.workspace_id,
        kind="undelivered",
        channel=stage.person("tom").id,
        destination=Destination.USER,
        args={"kind": "digest", "place": "C0LOST", "to_person": False, "code": "is_archived"},
        due_at=stage.now,
    )
    stage.write(lambda session: put(session, told, stage.now))
    await stage.settle()
    longest = stage.read(db_now) + timedelta(seconds=LONGEST_WAIT)
    state, ready_at = stage.read(lambda session: session.execute(select(outbox.c.state, outbox.c.ready_at)).one())
    blocked_until = stage.read(lambda session: session.execute(select(workspace_gate.c.blocked_until)).scalar_one())
    assert state == "waiting" and ready_at <= longest and blocked_until <= longest
