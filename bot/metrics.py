"""The figures that Prometheus reads, each in one place."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from bot.outbox.outcome import Claimed, Note

ACK_SECONDS = Histogram(
    "proofline_ack_seconds",
    "From a payload's arrival to its answer",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0),
)
QUEUE_DEPTH = Gauge("proofline_outbox_depth", "Messages that are open, by state", ["state"])
OLDEST_DUE_SECONDS = Gauge("proofline_outbox_oldest_due_seconds", "Age of the oldest message that is due and not sent")
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
SOCKETS_REPLACED = Counter("proofline_sockets_replaced_total", "Socket Mode connections that were wedged")


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
