"""The naive design: APScheduler with one SQLAlchemyJobStore job for each account, as its documentation suggests.

`python -m tests.bench.naive_app URL ACCOUNTS` registers a job for each account, as such an app does at every start,
says "ready" and obeys: `due N` lets N jobs be due while it is paused, `go N` runs them until N have run. It answers
each with `result JSON`.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from threading import Event, Lock

from apscheduler.events import EVENT_JOB_SUBMITTED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import insert

from bot.domain.enums import PromptState
from bot.features.meetings import prompts
from bot.features.meetings import queries as meeting_queries
from bot.store import accounts as store_accounts
from bot.store import members, schema
from bot.store.engine import Database

_PATIENCE_SECONDS = 60.0
ran: list[int] = []
databases: list[Database] = []
_lock, _over = Lock(), Event()
_counts = {"wanted": 0, "submitted": 0}


def prompt(account_id: int) -> None:
    """The job: ask the account's owner, in a transaction of its own."""
    now = datetime.now(UTC)
    with databases[0].begin() as session:
        account = store_accounts.in_workspace(session, 1, account_id)
        assert account is not None
        owner = members.by_id(session, 1, account.owner_id)
        assert owner is not None and owner.slack_id
        [cadence] = meeting_queries.cadences_of(session, 1, account_id)
        starts_at = now + timedelta(hours=20)
        meeting = {"account_id": account_id, "cadence_id": cadence.id, "kind": cadence.kind, "starts_at": starts_at}
        meeting_id = session.execute(insert(schema.meeting).returning(schema.meeting.c.id), meeting).scalar_one()
        asked = {
            "account_id": account_id,
            "workspace_id": account.workspace_id,
            "meeting_id": meeting_id,
            "member_id": owner.id,
            "state": PromptState.OPEN,
            "asked_at": now,
            "closes_at": starts_at,
        }
        prompt_id = session.execute(insert(schema.prompt).returning(schema.prompt.c.id), asked).scalar_one()
        prompts.send_prompt(session, account.workspace_id, prompt_id, owner, key=f"prompt:{prompt_id}", due_at=now)
    with _lock:
        ran.append(account_id)
        _look()


def _submitted(_event: object) -> None:
    """The scheduler tells of its jobs at the end of a round, when it has moved all of them on."""
    with _lock:
        _counts["submitted"] += 1
        _look()


def _look() -> None:
    if min(len(ran), _counts["submitted"]) >= _counts["wanted"]:
        _over.set()


def main(url: str, accounts: int) -> None:
    """Register, start paused, and obey until the input ends."""
    databases.append(Database(url))
    scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=url)}, timezone=UTC)
    scheduler.add_listener(_submitted, EVENT_JOB_SUBMITTED)
    began, cpu = time.perf_counter(), time.process_time()
    _register(scheduler, accounts)
    scheduler.start(paused=True)
    _answer({"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu})
    print("ready", flush=True)
    for line in sys.stdin:
        order, number = line.split()
        _counts["wanted"] = int(number)
        _answer(_make_due(scheduler, accounts, int(number)) if order == "due" else _go(scheduler))
    scheduler.shutdown()


def _answer(result: object) -> None:
    print("result", json.dumps(result), flush=True)


def _register(scheduler: BackgroundScheduler, accounts: int) -> None:
    """One weekly job an account; which of them are known already only the store can tell, so all are registered."""
    next_week = datetime.now(UTC) + timedelta(days=7)
    for account_id in range(1, accounts + 1):
        scheduler.add_job(
            prompt,
            "interval",
            args=[account_id],
            id=f"account:{account_id}",
            replace_existing=True,
            weeks=1,
            next_run_time=next_week,
            misfire_grace_time=None,
        )


def _make_due(scheduler: BackgroundScheduler, accounts: int, due: int) -> int:
    past = datetime.now(UTC) - timedelta(minutes=1)
    for number in range(due):
        scheduler.modify_job(f"account:{1 + number * (accounts // due)}", next_run_time=past)
    return due


def _go(scheduler: BackgroundScheduler) -> dict[str, object]:
    ran.clear()
    _over.clear()
    _counts["submitted"] = 0
    began, cpu = time.perf_counter(), time.process_time()
    scheduler.resume()
    _over.wait(_PATIENCE_SECONDS)
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    scheduler.pause()
    return {**took, "ran": sorted(ran)}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
