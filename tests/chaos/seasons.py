"""The great steps of the clock: over both DST edges, back over the first, and over weekends, when nothing falls due."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import datetime, timedelta

from tests.chaos.timeline import Timeline, autumn_edge, spring_edge

_FRIDAY = timedelta(hours=35)  # from Friday 14:00 UTC to the edge at Sunday 01:00
_MONDAY_BEGINS = 13  # o'clock UTC on Sunday, in Sydney


def first_moment(today: datetime) -> datetime:
    """Where a run starts: the Friday afternoon before the first edge, well ahead of the machine's own date."""
    return spring_edge(today) - _FRIDAY


async def live(timeline: Timeline, minutes: float, start: datetime, faults: Counter[str]) -> None:
    """Step over each weekend; at half-time go on from the Friday before the second edge."""
    began, second = time.monotonic(), False
    back = start + _FRIDAY - timedelta(hours=1)
    stepped_back = False
    while True:
        await asyncio.sleep(0.2)
        now = timeline.now()
        if _is_weekend(now):
            sunday = now + timedelta(days=6 - now.weekday())
            timeline.step(sunday.replace(hour=_MONDAY_BEGINS, minute=0))
            faults["clock stepped over a weekend"] += 1
            if not stepped_back:
                stepped_back = True
                await asyncio.sleep(1)
                timeline.step(back)
                faults["clock stepped back over a DST edge"] += 1
                await asyncio.sleep(1)
                faults["clock stepped over a weekend"] += 1
                timeline.step(sunday.replace(hour=_MONDAY_BEGINS, minute=0))
        if not second and time.monotonic() - began > minutes * 30:
            second = True
            friday = autumn_edge(spring_edge_of(start)) - timedelta(hours=26)
            if timeline.now() < friday:
                timeline.step(friday)
                faults["clock stepped by days"] += 1


def spring_edge_of(start: datetime) -> datetime:
    return start + _FRIDAY


def _is_weekend(now: datetime) -> bool:
    return (now.weekday() == 5 and now.hour >= 6) or (now.weekday() == 6 and now.hour < _MONDAY_BEGINS)
