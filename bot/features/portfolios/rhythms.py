"""How often a portfolio meets the customers of each tier, and between which hours: as typed, and as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from bot.app.actor import UserError
from bot.domain.enums import Tier
from bot.domain.portfolio.week_spread import Rhythm, times_between
from bot.domain.values.working_hours import WORK_ENDS
from bot.features.portfolios.refusals import PortfolioRefusal

NONE = "none"
"""What the form calls no meetings."""
_SUGGESTED = {Tier.HIGH_TOUCH: Rhythm.WEEKLY, Tier.LOW_TOUCH: Rhythm.MONTHLY, Tier.TECH_TOUCH: Rhythm.QUARTERLY}

EARLIEST = time(9)
"""Customers are not met earlier, whenever work begins."""


@dataclass(frozen=True, slots=True)
class Rhythms:
    """The default series of a portfolio: a rhythm by tier, but for those not met; hours are the holder's."""

    by_tier: Mapping[Tier, Rhythm] = field(default_factory=lambda: dict(_SUGGESTED))
    begins: time = EARLIEST
    ends: time = time(17)

    @property
    def times(self) -> tuple[time, ...]:
        """When a meeting may begin."""
        return times_between(self.begins, self.ends)

    def written(self) -> str:
        """As a portfolio keeps it: `high_touch weekly, tech_touch none, 09:00, 17:00`."""
        tiers = [f"{tier.value} {self.by_tier[tier].value if tier in self.by_tier else NONE}" for tier in Tier]
        return ", ".join([*tiers, f"{self.begins:%H:%M}", f"{self.ends:%H:%M}"])


def kept(written: str | None) -> Rhythms | None:
    """What a portfolio keeps; None where nothing is set."""
    if not written:
        return None
    *tiers, begins, ends = written.split(", ")
    pairs = (pair.split(" ") for pair in tiers)
    by_tier = {Tier(tier): Rhythm(rhythm) for tier, rhythm in pairs if rhythm != NONE}
    return Rhythms(by_tier, time.fromisoformat(begins), time.fromisoformat(ends))


def typed(by_tier: Mapping[Tier, str], begins: str, ends: str) -> Rhythms:
    """What the form says; `UserError` names the field at fault."""
    try:
        chosen = {tier: Rhythm(rhythm) for tier, rhythm in by_tier.items() if rhythm != NONE}
    except ValueError:
        raise UserError(PortfolioRefusal.NO_RHYTHM, Tier.HIGH_TOUCH.value) from None
    if not chosen:
        raise UserError(PortfolioRefusal.NO_RHYTHM, Tier.HIGH_TOUCH.value)
    try:
        first, last = time.fromisoformat(begins), time.fromisoformat(ends)
    except ValueError:
        raise UserError(PortfolioRefusal.HOURS_TOO_SHORT, "begins") from None
    if first < EARLIEST or last > WORK_ENDS or (last.hour - first.hour) * 60 + last.minute - first.minute < 60:
        raise UserError(PortfolioRefusal.HOURS_TOO_SHORT, "begins")
    return Rhythms(chosen, first.replace(second=0, microsecond=0, tzinfo=None), last.replace(tzinfo=None))
