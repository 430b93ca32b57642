"""The figures that Prometheus reads, each in one place."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

ACK_SECONDS = Histogram(
    "proofline_ack_seconds",
    "From a payload's arrival to its answer",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0),
)
QUEUE_DEPTH = Gauge("proofline_outbox_depth", "Messages that are open, by state", ["state"])
OLDEST_DUE_SECONDS = Gauge("proofline_outbox_oldest_due_seconds", "Age of the oldest message that is due and not sent")
SENDS = Counter("proofline_sends_total", "How sending ended", ["outcome"])
RETRIES = Counter("proofline_retries_total", "Sends that will be tried again")
RECONCILIATIONS = Counter("proofline_reconciliations_total", "Looks for a message whose answer was lost", ["found"])
DUPLICATES_PREVENTED = Counter("proofline_duplicates_prevented_total", "Messages found sent, and not sent again")
SEND_LAG_SECONDS = Histogram(
    "proofline_send_lag_seconds",
    "From the moment that a message was due to Slack's confirmation",
    ["kind"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
)
SOCKETS_REPLACED = Counter("proofline_sockets_replaced_total", "Socket Mode connections that were wedged")
