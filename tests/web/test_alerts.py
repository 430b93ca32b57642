"""The alert rules that users load: they read series that /metrics has from the start, and fire when they should.

What Prometheus makes of the rules is Prometheus's to say: tests/data/alerts_test.yml, run by its own promtool.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from bot import metrics
from bot.app.message_kinds import composers
from bot.outbox.backlog import Backlog
from bot.outbox.types import Claimed, Destination, Note, Op
from bot.rooms import JOBS, MESSAGE_KINDS
from tests.support.tools import needs, path_of

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "data" / "alerts_test.yml"
RULES = yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
EXPRESSIONS: dict[str, str] = {rule["alert"]: rule["expr"] for rule in RULES}
SELECTOR = re.compile(r"\b(proofline_\w+)(?:\{([^}]*)\})?")
LABEL = re.compile(r'(\w+)="([^"]*)"')
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
WELL = Backlog({}, None, 0)
ROW = Claimed(
    id=1,
    workspace_id=1,
    key="prompt:1",
    uuid="u",
    kind="prompt",
    args={},
    op=Op.POST,
    channel="U1",
    destination=Destination.USER,
    due_at=NOW,
    trace=None,
    token=1,
    failures=0,
    in_doubt=False,
    blind=0,
    doubt_from=NOW,
    taken_at=NOW,
    lease_until=NOW,
)
OBSERVER = metrics.Counting()


@pytest.fixture(autouse=True)
def well() -> None:
    """A process that has started, and whose database says that all is well."""
    metrics.expect(composers(MESSAGE_KINDS), [job.name for job in JOBS])
    metrics.show(WELL, NOW)


def late() -> None:
    """A prompt that arrives a quarter of an hour after its time."""
    OBSERVER.sent(ROW, 900.0, Note.ONCE)


def test_every_alert_has_a_severity_a_summary_and_something_to_do() -> None:
    assert len(EXPRESSIONS) == len(RULES)
    for rule in RULES:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys(), rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert {"summary", "do"} <= rule["annotations"].keys(), rule["alert"]


@pytest.mark.slow
@needs("promtool")
def test_each_trouble_fires_its_alert_and_no_other() -> None:
    run = subprocess.run([path_of("promtool"), "test", "rules", CASES], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_alert_is_made_to_fire() -> None:
    fired = set(re.findall(r'\{alertname="(\w+)"\}', CASES.read_text("utf-8")))
    assert fired == EXPRESSIONS.keys()


@pytest.mark.parametrize("alert", EXPRESSIONS)
def test_every_series_that_an_alert_reads_is_there_before_anything_has_happened(alert: str) -> None:
    asked = series_in(EXPRESSIONS[alert])
    assert asked
    for name, labels in asked:
        assert figures(name, labels), f"{name} {labels}"


def test_the_series_that_promtool_is_given_are_those_of_the_bot() -> None:
    cases = yaml.safe_load(CASES.read_text("utf-8"))["tests"]
    given = {series["series"] for case in cases for series in case["input_series"]}
    assert given
    for name, labels in [named for each in given for named in series_in(each)]:
        labels.pop("instance")  # Prometheus adds it
        assert figures(name, labels), f"{name} {labels}"


Trouble = tuple[Callable[[], None], str, dict[str, str], float]
TROUBLE: list[Trouble] = [
    (
        lambda: metrics.show(replace(WELL, oldest_due=NOW - timedelta(minutes=6)), NOW),
        "proofline_outbox_oldest_due_seconds",
        {},
        360,
    ),
    (lambda: OBSERVER.dead(ROW, "channel_not_found"), "proofline_sends_total", {"outcome": "dead"}, 1),
    (lambda: metrics.show(replace(WELL, paused=1), NOW), "proofline_workspaces_paused", {}, 1),
    (lambda: metrics.ACK_SECONDS.observe(2.9), "proofline_ack_seconds_bucket", {"le": "3.0"}, 1),
    (lambda: metrics.ACK_SECONDS.observe(2.9), "proofline_ack_seconds_bucket", {"le": "2.0"}, 0),
    (late, "proofline_send_lag_seconds_bucket", {"kind": "prompt", "le": "1800.0"}, 1),
    (late, "proofline_send_lag_seconds_bucket", {"kind": "prompt", "le": "300.0"}, 0),
    (lambda: OBSERVER.doubled(ROW), "proofline_doubled_total", {}, 1),
    (lambda: OBSERVER.blind(ROW), "proofline_blind_total", {}, 1),
    (lambda: metrics.SOCKETS_REPLACED.inc(), "proofline_sockets_replaced_total", {}, 1),
    (lambda: metrics.SOCKET_CONNECTIONS.inc(), "proofline_socket_connections", {}, 1),
    (lambda: metrics.show(replace(WELL, set_aside=2), NOW), "proofline_set_aside", {}, 2),
    (lambda: metrics.JOB_FAILURES.labels("remind").inc(), "proofline_job_failures_total", {"name": "remind"}, 1),
    (lambda: metrics.CLOCK_RESTARTS.inc(), "proofline_clock_restarts_total", {}, 1),
    (lambda: metrics.show(None, NOW), "proofline_database_up", {}, -1),
]


@pytest.mark.parametrize(("trouble", "name", "labels", "change"), TROUBLE)
def test_each_trouble_moves_the_series_that_its_alert_reads(
    trouble: Callable[[], None], name: str, labels: Mapping[str, str], change: float
) -> None:
    [before] = figures(name, labels)
    trouble()
    [after] = figures(name, labels)
    assert after - before == change


def series_in(text: str) -> list[tuple[str, dict[str, str]]]:
    """The series that an expression or a case names, and the labels that it asks for."""
    return [(name, dict(LABEL.findall(labels))) for name, labels in SELECTOR.findall(text)]


def figures(name: str, labels: Mapping[str, str]) -> list[float]:
    """What /metrics shows now for the series of this name that have all these labels."""
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples if sample.name == name]
    return [sample.value for sample in samples if labels.items() <= sample.labels.items()]
