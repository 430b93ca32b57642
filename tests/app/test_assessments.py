"""One way to an assessment: which day the rules look at, and which day has begun for somebody."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import bot
from bot.app.assessments import has_begun, rules_day

EVENING = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles", "UTC"])
def test_the_rules_look_at_one_day_whoever_reads(zone: str) -> None:
    assert rules_day(EVENING.astimezone(ZoneInfo(zone))) == date(2026, 3, 12)


def test_what_anybody_dated_today_has_begun() -> None:
    for zone in ("Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin", "America/Los_Angeles"):
        for hour in range(24):
            now = EVENING.replace(hour=hour)
            assert now.astimezone(ZoneInfo(zone)).date() <= has_begun(now)


def test_nobody_assesses_an_account_by_another_way() -> None:
    bot_folder = Path(bot.__file__).parent
    users = {
        str(path.relative_to(bot_folder))
        for path in bot_folder.rglob("*.py")
        if re.search(r"(?<!def )\bassess\(", path.read_text("utf-8"))
    }
    assert users == {"app/assessments.py"}
