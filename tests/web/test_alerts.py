"""The alert rules that users load read series that exist from the start, and fire when they should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY, CollectorRegistry

from bot import metrics
from bot.app.message_kinds import composers
from bot.outbox.backlog import Backlog
from bot.outbox.types import Claimed, Destination, Note, Op
from bot.wiring import MESSAGE_KINDS
from tests.support import promql

RULES = yaml.safe_load((Path(__file__).parents[2] / "docs" / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
EXPRESSIONS: dict[str, str] = {rule["alert"]: rule["expr"] for rule in RULES}
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
    claimed_at=NOW,
    lease_until=NOW,
)
OBSERVER = metrics.Counting()


@pytest.fixture(autouse=True)
def well() -> None:
    """A process that has started, and whose database says that all is well."""
    metrics.expect(composers(MESSAGE_KINDS))
    metrics.show(WELL, NOW)


def test_every_alert_has_a_severity_a_summary_and_something_to_do() -> None:
    assert len(EXPRESSIONS) == len(RULES)
    for rule in RULES:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys(), rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert {"summary", "do"} <= rule["annotations"].keys(), rule["alert"]


@pytest.mark.parametrize("alert", EXPRESSIONS)
def test_every_series_that_an_alert_reads_is_there_before_anything_has_happened(alert: str) -> None:
    seen = promql.look(REGISTRY)
    asked = promql.selectors(EXPRESSIONS[alert])
    assert asked
    for name, labels in asked:
        assert promql.matching(seen, name, labels), f"{name} {dict(labels)}"


def late_prompts() -> None:
    OBSERVER.sent(ROW, 900.0, Note.ONCE)


def slow_answers() -> None:
    metrics.ACK_SECONDS.observe(2.9)


def six_sockets() -> None:
    for _ in range(6):
        metrics.SOCKETS_REPLACED.inc()


TROUBLE: list[tuple[str, Callable[[], None]]] = [
    ("ProoflineMessagesWait", lambda: metrics.show(replace(WELL, oldest_due=NOW - timedelta(minutes=6)), NOW)),
    ("ProoflineMessagesRefused", lambda: OBSERVER.dead(ROW, "channel_not_found")),
    ("ProoflineWorkspacePaused", lambda: metrics.show(replace(WELL, paused=1), NOW)),
    ("ProoflineAnswersSlowly", slow_answers),
    ("ProoflinePromptsLate", late_prompts),
    ("ProoflineDoubled", lambda: OBSERVER.doubled(ROW)),
    ("ProoflineDoubled", lambda: OBSERVER.blind(ROW)),
    ("ProoflineSocketUnstable", six_sockets),
    ("ProoflineDatabaseAway", lambda: metrics.show(None, NOW)),
]


@pytest.mark.parametrize(("alert", "trouble"), TROUBLE)
def test_each_trouble_fires_its_alert_and_no_other(alert: str, trouble: Callable[[], None]) -> None:
    before = promql.look(REGISTRY)
    assert firing(before, before) == set()
    trouble()
    assert firing(before, promql.look(REGISTRY)) == {alert}


def test_a_replica_that_answers_nothing_fires_its_alert() -> None:
    nothing = promql.look(CollectorRegistry())
    assert firing(nothing, nothing) == {"ProoflineDown"}
    assert {alert for alert, _ in TROUBLE} | {"ProoflineDown"} == EXPRESSIONS.keys()


def test_nothing_fires_while_all_goes_well() -> None:
    before = promql.look(REGISTRY)
    OBSERVER.sent(ROW, 0.2, Note.ONCE)
    metrics.ACK_SECONDS.observe(0.02)
    metrics.SOCKETS_REPLACED.inc()
    metrics.show(Backlog({"waiting": 3}, NOW - timedelta(seconds=20), 0), NOW)
    assert firing(before, promql.look(REGISTRY)) == set()


def firing(before: promql.Look, after: promql.Look) -> set[str]:
    """The alerts whose expression is true between two looks at /metrics."""
    return {alert for alert, expr in EXPRESSIONS.items() if promql.fires(expr, before, after)}
