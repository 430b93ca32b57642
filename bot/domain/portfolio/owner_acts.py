"""What each owner did that leaves less to be answered for, beside what is usual (`OwnerAct`).

None of it is wrong by itself: meetings fall out, and risks get closed. It is counted, so that five meetings called off
in a row are seen by the one who manages. Days away are not counted yet, because nobody can enter them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import median

from bot.domain.enums import OwnerAct

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
        return sum(self.counts.values())


def credited_to(deed: Deed) -> int | None:
    """Whose act it is: of owner or deputy, who did it; what a colleague did on their behalf is the owner's. What
    the one who oversees the account decided is nobody's."""
    if deed.by in (deed.owner_id, deed.deputy_id):
        return deed.by
    return None if deed.oversees else deed.owner_id


def acts_of_owners(deeds: Iterable[Deed], owners: Collection[int]) -> tuple[Acts, ...]:
    """The acts of each of these owners, the most first; one who did nothing has no counts."""
    counts: dict[int, Counter[OwnerAct]] = {owner_id: Counter() for owner_id in owners}
    for deed in deeds:
        owner_id = credited_to(deed)
        if owner_id in counts:
            counts[owner_id][deed.act] += 1
    acts = (Acts(owner_id, dict(of_owner)) for owner_id, of_owner in counts.items())
    return tuple(sorted(acts, key=lambda entry: (-entry.many, entry.owner_id)))


def usual(acts: Sequence[Acts]) -> dict[OwnerAct, Decimal]:
    """How often each act is usual: the median of these owners, those who never did it included."""
    if not acts:
        return {}
    return {act: Decimal(str(median(entry.counts.get(act, 0) for entry in acts))) for act in OwnerAct}
