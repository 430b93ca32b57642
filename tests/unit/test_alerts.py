"""The alert rules that users load speak of metrics that exist."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from prometheus_client import REGISTRY

from bot import metrics

RULES = Path(__file__).parents[2] / "docs" / "alerts.yml"
_SUFFIXES = ("_bucket", "_total", "_sum", "_count")


def test_every_alert_has_a_severity_a_summary_and_something_to_do() -> None:
    rules = yaml.safe_load(RULES.read_text("utf-8"))["groups"][0]["rules"]
    assert len(rules) >= 5
    for rule in rules:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys(), rule["alert"]
        assert {"summary", "do"} <= rule["annotations"].keys(), rule["alert"]


def test_every_metric_that_an_alert_reads_is_one_of_ours() -> None:
    assert metrics.SENDS is not None
    known = {metric.name for metric in REGISTRY.collect()}
    read = set(re.findall(r"\bproofline_\w+", RULES.read_text("utf-8")))
    assert read
    assert {name for name in read if _plain(name) not in known and name not in known} == set()


def _plain(name: str) -> str:
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name
