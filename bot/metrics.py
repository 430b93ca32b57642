"""The figures that Prometheus reads, each in one place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from bot.outbox.backlog import Backlog
from bot.outbox.types import Claimed, Note, State

_OPEN = (State.WAITING, State.PARKED, State.SENDING)

ACK_SECONDS = Histogram(
    "proofline_ack_seconds",
    "From a payload's arrival to its answer",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0),
)
QUEUE_DEPTH = Gauge("proofline_outbox_depth", "Messages that are open, by state", ["state"])
OLDEST_DUE_SECONDS = Gauge("proofline_outbox_oldest_due_seconds", "Age of the oldest message that is due and not sent")
DATABASE_UP = Gauge("proofline_database_up", "1 while the database answers, 0 while it does not")
WORKSPACES_PAUSED = Gauge("proofline_workspaces_paused", "Workspaces that get nothing because Slack refused the token")
SENDS = Counter("proofline_sends_total", "How sending ended", ["outcome"])
RETRIES = Counter("proofline_retries_total", "Sends that will be tried again")
DUPLICATES_PREVENTED = Counter("proofline_duplicates_prevented_total", "Messages found sent, and not sent again")
RECONCILIATIONS = Counter("proofline_reconciliations_total", "Looks for a message whose answer was lost", ["result"])
DOUBLED = Counter("proofline_doubled_total", "Messages that stood twice until one was deleted")
BLIND = Counter("proofline_blind_total", "Messages sent again although nobody may look whether they had arrived")
LEASES_LOST = Counter("proofline_leases_lost_total", "Leases that ran out in a sender's hands")
RATE_LIMITED = Counter("proofline_rate_limited_total", "Times that Slack asked to wait")
PAUSED = Counter("proofline_paused_total", "Times that Slack did not accept the token any more")
SEND_LAG_SECONDS = Histogram(
    "proofline_send_lag_seconds",
    "From the moment that a message was due to Slack's confirmation",
    ["kind"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
)
SOCKET_CONNECTIONS = Gauge(
    "proofline_socket_connections",
    "Socket Mode connections that the app had, of all processes, when Slack last greeted us",
)
REQUESTS_REFUSED = Counter("proofline_requests_refused_total", "Requests to Slack's path that were refused", ["reason"])
SET_ASIDE_UNITS = Gauge("proofline_set_aside", "Customers, portfolios and the like that the clock has set aside")
SET_ASIDE = Counter("proofline_units_failed_total", "Times that a job of the clock set something aside", ["name"])
JOB_FAILURES = Counter("proofline_job_failures_total", "Times that a job of the clock failed as a whole", ["name"])
CLOCK_RESTARTS = Counter("proofline_clock_restarts_total", "Times that the clock stood still and was started again")
SOCKETS_REPLACED = Counter("proofline_sockets_replaced_total", "Socket Mode connections that took another's place")


def expect(kinds: Iterable[str], jobs: Iterable[str]) -> None:
    """Create every series at 0 at the start: a series that begins at 1 shows no increase, and no alert would fire.

    `kinds` are those of the messages that this process may send, `jobs` the names of those that its clock runs.
    """
    for name in jobs:
        SET_ASIDE.labels(name)
        JOB_FAILURES.labels(name)
    for outcome in ("sent", "dropped", "dead"):
        SENDS.labels(outcome)
    for result in ("found", "absent", "refused"):
        RECONCILIATIONS.labels(result)
    for reason in ("unsigned", "too_large", "busy", "unfinished", "malformed"):
        REQUESTS_REFUSED.labels(reason)
    for kind in kinds:
        SEND_LAG_SECONDS.labels(kind)


def show(backlog: Backlog | None, now: datetime) -> None:
    """Set the gauges from the backlog; None: the database does not answer, and they are unknown, not 0."""
    DATABASE_UP.set(backlog is not None)
    for state in _OPEN:
        QUEUE_DEPTH.labels(state.value).set(backlog.depth.get(state, 0) if backlog else math.nan)
    WORKSPACES_PAUSED.set(backlog.paused if backlog else math.nan)
    OLDEST_DUE_SECONDS.set(_age(backlog.oldest_due, now) if backlog else math.nan)
    SET_ASIDE_UNITS.set(backlog.set_aside if backlog else math.nan)


def _age(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since else 0.0


class Counting:
    """The outbox's observer that counts for Prometheus (`bot.outbox.transport.Observer`)."""

    def sent(self, row: Claimed, lag_seconds: float, note: Note) -> None:
        SENDS.labels("sent").inc()
        SEND_LAG_SECONDS.labels(row.kind).observe(max(lag_seconds, 0.0))

    def retried(self, row: Claimed, why: str) -> None:
        RETRIES.inc()

    def reconciled(self, row: Claimed) -> None:
        DUPLICATES_PREVENTED.inc()

    def dropped(self, row: Claimed, reason: str) -> None:
        SENDS.labels("dropped").inc()

    def dead(self, row: Claimed, code: str) -> None:
        SENDS.labels("dead").inc()

    def lost(self, row: Claimed) -> None:
        LEASES_LOST.inc()

    def doubled(self, row: Claimed) -> None:
        DOUBLED.inc()

    def blind(self, row: Claimed) -> None:
        BLIND.inc()

    def blocked(self, workspace_id: int, seconds: float) -> None:
        RATE_LIMITED.inc()

    def paused(self, workspace_id: int, code: str) -> None:
        PAUSED.inc()
