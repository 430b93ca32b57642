"""The list of what sources outside sent about an account. It is kept and counts for nothing until it is declared."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.app.accounts import account_of
from bot.app.actor import Actor
from bot.domain.values.days import add_days
from bot.domain.values.text import number
from bot.features.signals.views import EventLine, MetricLine, SignalsView
from bot.store import signals
from bot.store.signals import MetricNow

_METRICS, _EVENTS = 20, 8


def signals_view(session: Session, actor: Actor, account_id: int, now: datetime) -> SignalsView:
    """The newest figure of each metric, by source, and the newest events."""
    account = account_of(session, actor, account_id)
    metrics = signals.metrics_of(session, account)
    events, count = signals.events_of(session, account, _EVENTS)
    return SignalsView(
        account.id,
        account.name,
        tuple(_metric(metric, actor.today(now)) for metric in metrics[:_METRICS]),
        len(metrics[_METRICS:]),
        tuple(EventLine(event.kind, event.at.date(), event.subject, event.text, event.source) for event in events),
        count - len(events),
    )


def _metric(metric: MetricNow, today: date) -> MetricLine:
    ended = add_days(metric.period_start, metric.period_days) if metric.period_days else None
    return MetricLine(
        metric=metric.metric,
        source=metric.source,
        value=number(metric.value, metric.unit),
        period_start=metric.period_start,
        days=metric.period_days,
        age=None if ended is None else max(0, (today - ended).days),
        periods=metric.periods,
    )
