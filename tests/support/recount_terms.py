"""The goalposts of an outcome, counted once more from exported rows, by docs/rules.md and not by the bot's code.

Shelf lives are walked day by day, and links are compared as the rules say in words.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
_MEANING = ("kind", "title", "metric", "unit")
JUDGED = (
    *_MEANING,
    "direction",
    "baseline",
    "baseline_on",
    "target",
    "band_low",
    "band_high",
    "due_on",
    "shelf_life_days",
)


class Goalposts:
    """What one outcome is judged by on a day; `agreed` is the version that the customer agreed to last."""

    def __init__(self, versions: list[Row], on: date) -> None:
        self._versions = sorted(versions, key=lambda row: row["version"])
        self.agreed: Row | None = None
        for row in self._versions:
            if self._said_yes(row) or (row["assumed_until"] is not None and on <= _day(row["assumed_until"])):
                self.agreed = row

    @property
    def hold(self) -> bool:
        """Whether the terms of today are those that the customer agreed to, or harder."""
        return self.agreed is not None and not _easier(self.agreed, self._versions[-1])

    def under_the_agreed(self, outcome: Row) -> Row:
        """The outcome by the figures that the customer agreed to."""
        assert self.agreed is not None
        return outcome | {name: self.agreed[name] for name in JUDGED}

    def are_meant(self, piece: Row) -> bool:
        """Whether a piece was recorded for what the outcome means today."""
        return not self._versions or _meaning(self._in_force(piece["recorded_at"])) == _meaning(self._versions[-1])

    def is_fresh(self, outcome: Row, piece: Row, on: date) -> bool:
        """Whether a piece was within its shelf life on every day since it was entered."""
        as_of, entered = _day(piece["as_of"]), _moment(piece["recorded_at"]).date()
        if not self._versions:
            return (on - as_of).days <= int(outcome["shelf_life_days"])
        own = self._in_force(piece["recorded_at"])["shelf_life_days"]
        for ahead in range((on - entered).days):
            day = entered + timedelta(days=ahead)
            in_force = [row for row in self._versions if _moment(row["set_at"]).date() <= day] or self._versions[:1]
            if (day - as_of).days > min(own, in_force[-1]["shelf_life_days"]):
                return False
        return (on - as_of).days <= min(int(own), int(self._versions[-1]["shelf_life_days"]))

    def _in_force(self, moment: str) -> Row:
        begun = [row for row in self._versions if _moment(row["set_at"]) <= _moment(moment)]
        return begun[-1] if begun else self._versions[0]

    def _said_yes(self, row: Row) -> bool:
        link = _page(row)
        if row["agreed_by"] is None or row["agreed_on"] is None or not link:
            return False
        earlier = [other for other in self._versions if other["version"] < row["version"] and _page(other) == link]
        return all(
            other["set_at"][:10] == row["set_at"][:10] or all(other[name] == row[name] for name in JUDGED)
            for other in earlier
        )


def _page(row: Row) -> str:
    if row["agreement_file_id"] is not None:
        return f"file {row['agreement_file_id']}"
    return str(row["agreement_link"] or "").split("#")[0].removeprefix("https://").rstrip("/")


def _meaning(row: Row) -> tuple[Any, ...]:
    return *(" ".join(str(row[name] or "").lower().split()) for name in _MEANING), _way(row)


def _way(row: Row) -> str | None:
    if row["direction"] or row["baseline"] is None or row["target"] is None:
        return str(row["direction"]) if row["direction"] else None
    rise = Fraction(row["target"]) - Fraction(row["baseline"])
    return "up" if rise > 0 else "down" if rise < 0 else None


def _easier(agreed: Row, now: Row) -> bool:
    """Baseline worse, target nearer, band wider, due later, shelf life longer, or another meaning."""
    later = agreed["due_on"] is not None and (now["due_on"] is None or now["due_on"] > agreed["due_on"])
    if _meaning(agreed) != _meaning(now) or later or now["shelf_life_days"] > agreed["shelf_life_days"]:
        return True
    if agreed["kind"] == "statement":
        return False
    began = agreed["baseline_on"]
    if began is not None and (now["baseline_on"] is None or now["baseline_on"] < began):
        return True
    if _is_worse(agreed, "baseline", now):
        return True
    easier = _is_wider(agreed, now) if agreed["direction"] == "hold" else _is_worse(agreed, "target", now)
    return easier or (not _whole(agreed) and _whole(now) and _ends(agreed) != _ends(now))


def _is_worse(agreed: Row, name: str, now: Row) -> bool:
    """Whether a figure moved to the bad side of the agreed one."""
    if now[name] is None:
        return False
    if agreed[name] is None:
        return True
    before, after, way = Fraction(agreed[name]), Fraction(now[name]), _way(agreed)
    if way == "hold":
        low, high = agreed["band_low"], agreed["band_high"]
        if low is None and high is None:
            return before != after
        return _outside(low, high, after) > _outside(low, high, before)
    return before != after if way is None else after < before if way == "up" else after > before


def _outside(low: str | None, high: str | None, value: Fraction) -> Fraction:
    under = Fraction(low) - value if low is not None else Fraction(0)
    over = value - Fraction(high) if high is not None else Fraction(0)
    return max(Fraction(0), under, over)


def _is_wider(agreed: Row, now: Row) -> bool:
    if now["band_low"] is None and now["band_high"] is None:
        return False
    if agreed["band_low"] is None and agreed["band_high"] is None:
        return True
    lowered = agreed["band_low"] is not None and (
        now["band_low"] is None or Fraction(now["band_low"]) < Fraction(agreed["band_low"])
    )
    raised = agreed["band_high"] is not None and (
        now["band_high"] is None or Fraction(now["band_high"]) > Fraction(agreed["band_high"])
    )
    return lowered or raised


def _whole(row: Row) -> bool:
    """Whether anything can be judged by it: a baseline, and a band or a target on the right side."""
    if row["baseline"] is None:
        return False
    if row["direction"] == "hold":
        return row["band_low"] is not None or row["band_high"] is not None
    if row["target"] is None or Fraction(row["target"]) == Fraction(row["baseline"]):
        return False
    return not row["direction"] or (row["direction"] == "up") is (Fraction(row["target"]) > Fraction(row["baseline"]))


def _ends(row: Row) -> tuple[Any, Any]:
    return tuple(None if row[name] is None else Fraction(row[name]) for name in ("baseline", "target"))  # type: ignore[return-value]


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
