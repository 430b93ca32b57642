"""What each owner did that leaves less to be answered for, beside what is usual (`OwnerAct`).

None of it is wrong by itself: meetings fall out, and risks get closed. It is counted, so that five meetings called off
in a row are seen by the one who manages. So are the working days on which an owner was away and others were asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

from bot.domain.enums import OwnerAct
from bot.domain.values.days import add_days, shift_moment
from bot.domain.values.working_hours import is_workday

WINDOW = timedelta(days=90)
"""So far back acts are counted."""
FEWEST_OWNERS = 3
"""With fewer owners in a portfolio, what is usual is that of the workspace."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One act on an account, by whom, and who answers for the account. `oversees` says that a manager or admin did it
    who does not answer for it."""

    act: OwnerAct
    by: int
    owner_id: int | None
    deputy_id: int | None
    oversees: bool


@dataclass(frozen=True, slots=True)
class Acts:
    """What one owner did, by kind; a kind that is missing did not happen."""

    owner_id: int
    counts: Mapping[OwnerAct, int]

    @property
    def many(self) -> int:
        """How many acts they are; a day away is none."""
        return sum(count for act, count in self.counts.items() if act is not OwnerAct.DAYS_AWAY)


def credited_to(deed: Deed) -> int | None:
    """Whose act it is: of owner or deputy, who did it; what a colleague did on their behalf is the owner's. What
    the one who oversees the account decided is nobody's."""
    if deed.by in (deed.owner_id, deed.deputy_id):
        return deed.by
    return None if deed.oversees else deed.owner_id


def acts_of_owners(
    deeds: Iterable[Deed], owners: Collection[int], away: Mapping[int, int] | None = None
) -> tuple[Acts, ...]:
    """The acts of each of these owners, the most first, with the days on which they were `away`; one who did nothing
    has no counts."""
    counts: dict[int, Counter[OwnerAct]] = {owner_id: Counter() for owner_id in owners}
    for deed in deeds:
        owner_id = credited_to(deed)
        if owner_id in counts:
            counts[owner_id][deed.act] += 1
    for owner_id, many in (away or {}).items():
        if owner_id in counts and many:
            counts[owner_id][OwnerAct.DAYS_AWAY] = many
    acts = (Acts(owner_id, dict(of_owner)) for owner_id, of_owner in counts.items())
    return tuple(
        sorted(acts, key=lambda entry: (-entry.many, -entry.counts.get(OwnerAct.DAYS_AWAY, 0), entry.owner_id))
    )


def working_days(spans: Iterable[tuple[int, datetime, datetime]], since: datetime, now: datetime) -> dict[int, int]:
    """On how many working days each member was away from `since` to `now`, by spans of (member, from, until).

    A day counts once, whichever part of it; days are those of UTC, Monday to Friday.
    """
    away: dict[int, set[date]] = {}
    for member_id, begins, ends in spans:
        day, last = max(begins, since).date(), shift_moment(min(ends, now), -timedelta(seconds=1)).date()
        while day <= last:
            if is_workday(day):
                away.setdefault(member_id, set()).add(day)
            day = add_days(day, 1)
    return {member_id: len(some) for member_id, some in away.items()}


def usual(acts: Sequence[Acts]) -> dict[OwnerAct, Decimal]:
    """How often each act is usual: the median of these owners, those who never did it included."""
    if not acts:
        return {}
    return {act: Decimal(str(median(entry.counts.get(act, 0) for entry in acts))) for act in OwnerAct}
