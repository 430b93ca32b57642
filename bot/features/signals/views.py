"""What the list of signals shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MetricLine:
    """The newest figure of a metric from one source; `days` is the length of its period, 0 for unknown.

    `age` counts the days since that period ended, None where its length is unknown. `periods` are kept in all.
    """

    metric: str
    source: str
    value: str
    period_start: date
    days: int
    age: int | None
    periods: int


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened at the customer."""

    kind: str
    on: date
    subject: str | None
    text: str | None
    source: str


@dataclass(frozen=True, slots=True)
class SignalsView:
    """Each metric of an account with its newest period, and the newest events, with how many more there are."""

    account_id: int
    account: str
    metrics: tuple[MetricLine, ...]
    more_metrics: int
    events: tuple[EventLine, ...]
    more_events: int
