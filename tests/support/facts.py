"""Facts with known answers (tests/data/facts): inputs and what they must give, each computed twice by other programs.

Under test is what the product computes: all of `retention.json` but for its forecasts, renewals, health migration and
annualised rates; all cohort files; of `intervals.json` the part `wilson`. Not yet computed, so under no test: the rest
of `intervals.json`, `benefits.json` and `health-scenarios`.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

FACTS = Path(__file__).parents[1] / "data" / "facts"
CRM_BOOK = FACTS.parent / "crm-book"


def fact(name: str) -> Any:
    """A JSON file of facts."""
    return json.loads((FACTS / name).read_text())


def table(name: str) -> list[dict[str, str]]:
    """A CSV file of facts, a row each."""
    with (FACTS / name).open(newline="") as lines:
        return list(csv.DictReader(lines))
