"""Goalposts: whether the customer agreed to what an outcome is judged by, and what moved (docs/rules.md).

In words, in the order of the code:

1. Terms are versions. A version is agreed when a customer person, a day and a link or kept file stand in it. One link
   shows one set of terms: it does not serve other terms again.
2. The newest terms hold when they are agreed, or when they are no easier than the last agreed ones, field by field. So
   small steps add up, and harder terms need nobody's yes.
3. Another metric, unit, direction or wording is another outcome in the same row: it never holds by an older yes.
   Evidence counts only for the meaning that it was recorded for: nobody attested to a sentence that was written later.
   If the meaning is put back, its evidence counts again, as if nothing had been changed.
4. A piece keeps the shorter of the shelf lives at its entry and now; what was past its shelf life on any day stays so.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from bot.domain.enums import Direction, OutcomeKind
from bot.domain.model import Evidence, Outcome, Terms
from bot.domain.proof.progress import progress, shortfall
from bot.domain.proof.reference import is_openable, link_key
from bot.domain.values.days import add_days, shift_day

MEANING = ("kind", "title", "metric", "unit", "direction")
"""Fields whose change makes another outcome of it."""
JUDGED = (
    *MEANING,
    "baseline",
    "baseline_on",
    "target",
    "band_low",
    "band_high",
    "due_on",
    "shelf_life_days",
)
"""What an outcome is judged by."""
TOLD_FOR = timedelta(days=90)
"""So long a card says that terms moved."""


class Standing(NamedTuple):
    """The terms of an outcome on a day.

    `agreed` is the last agreed version, `easier` the fields in which the newest terms are easier than it, or mean
    something else. `holds` says whether the newest terms count as agreed, `assumed_until` until when they do so only
    because they are older than versions. `versions` are the oldest first.
    """

    versions: Sequence[Terms]
    agreed: Terms | None
    easier: tuple[str, ...]
    holds: bool
    assumed_until: date | None

    @property
    def current(self) -> Terms | None:
        return self.versions[-1] if self.versions else None


NO_TERMS = Standing((), None, (), False, None)


@dataclass(frozen=True, slots=True)
class Moved:
    """A field of an outcome's terms that changed: by whom of ours and when it was last changed.

    `agreed` is the version that the customer agreed to, if the terms as they are now hold by it.
    """

    outcome_id: int
    title: str
    unit: str | None
    field: str
    before: object
    after: object
    at: datetime
    by: int | None
    agreed: Terms | None


def by_outcome(versions: Iterable[Terms]) -> dict[int, list[Terms]]:
    """The versions of an account's terms by outcome, the oldest first."""
    ordered: dict[int, list[Terms]] = {}
    for terms in versions:
        of_outcome = ordered.get(terms.outcome_id)
        if of_outcome is None:
            ordered[terms.outcome_id] = [terms]
        else:
            of_outcome.append(terms)
    for of_outcome in ordered.values():
        if len(of_outcome) > 1:
            of_outcome.sort(key=lambda terms: terms.version)
    return ordered


def last_agreed_ever(versions: Sequence[Terms]) -> Terms | None:
    """The last version that the customer agreed to or that once counted as agreed."""
    return next(
        (terms for terms in reversed(versions) if terms.assumed_until is not None or _has_agreement(terms, versions)),
        None,
    )


def standing_of(versions: Sequence[Terms], on: date) -> Standing:
    """Where the terms of one outcome stand on a day; `versions` are all of its, the oldest first."""
    if not versions:
        return NO_TERMS
    current = versions[-1]
    agreed = next((terms for terms in reversed(versions) if is_agreed(terms, versions, on)), None)
    if agreed is None:
        return Standing(versions, None, (), False, None)
    easier = () if agreed is current else easier_in(agreed, current)
    assumed = agreed.assumed_until
    if assumed is not None and (easier or _has_agreement(agreed, versions)):
        assumed = None
    return Standing(versions, agreed, easier, not easier, assumed)


def is_agreed(terms: Terms, versions: Sequence[Terms], on: date) -> bool:
    """Whether the customer agreed to this version, or it still counts so because it is older than versions."""
    return (terms.assumed_until is not None and on <= terms.assumed_until) or _has_agreement(terms, versions)


def _has_agreement(terms: Terms, versions: Sequence[Terms]) -> bool:
    """A person, a day and what shows it; nothing that showed the agreement to other terms before."""
    if terms.agreed_by is None or terms.agreed_on is None:
        return False
    if len(versions) == 1:
        return is_shown(terms)
    witness = witness_of(terms)
    return witness is not None and shown_by(witness, terms, versions) is None


def shown_by(witness: str, terms: Terms, versions: Sequence[Terms]) -> Terms | None:
    """The earlier version that this link or file showed the agreement to, if it said something else.

    Not one that was replaced on its own day: that was a slip.
    """
    on = terms.set_at.date()
    for earlier in versions:
        is_earlier = earlier.version < terms.version and earlier.set_at.date() != on
        if is_earlier and witness_of(earlier) == witness and not same(earlier, terms):
            return earlier
    return None


def is_shown(terms: Terms) -> bool:
    """Whether a file or a link that can be opened shows the agreement; sooner told than which one it is."""
    return terms.agreement_file_id is not None or is_openable(terms.agreement_link or "")


def witness_of(terms: Terms) -> str | None:
    """What shows the agreement, in a form that can be compared: a kept file, or a link."""
    if terms.agreement_file_id is not None:
        return f"kept:{terms.agreement_file_id}"
    return None if terms.agreement_link is None else link_key(terms.agreement_link)


def same(one: Terms, other: Terms) -> bool:
    """Whether two versions say the same."""
    return all(getattr(one, name) == getattr(other, name) for name in JUDGED)


def easier_in(agreed: Terms, current: Terms) -> tuple[str, ...]:
    """The fields in which `current` is easier than what was agreed, or means something else; empty if it holds."""
    meant = changed_meaning(agreed, current)
    if meant:
        return meant
    easier = [*_easier_figures(agreed, current)] if agreed.kind is OutcomeKind.NUMERIC else []
    if agreed.due_on is not None and (current.due_on is None or current.due_on > agreed.due_on):
        easier.append("due_on")
    if current.shelf_life_days > agreed.shelf_life_days:
        easier.append("shelf_life_days")
    return tuple(easier)


def changed_meaning(one: Terms, other: Terms) -> tuple[str, ...]:
    """The fields in which two versions mean different things. Case and spaces mean nothing."""
    mine, theirs = _meaning(one), _meaning(other)
    return tuple(name for name, a, b in zip(MEANING, mine, theirs, strict=True) if a != b)


def _meaning(terms: Terms) -> tuple[object, ...]:
    """The values of `MEANING`; a direction that nobody chose is the one from baseline to target."""
    direction = terms.direction
    if direction is None and terms.baseline is not None and terms.target is not None:
        rise = terms.target - terms.baseline
        direction = Direction.UP if rise > 0 else Direction.DOWN if rise < 0 else None
    return terms.kind, _words(terms.title), _words(terms.metric), _words(terms.unit), direction


def _words(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def _easier_figures(agreed: Terms, current: Terms) -> list[str]:
    """Baseline worse or earlier, target nearer, band wider. What the agreed terms left open, nobody agreed to."""
    easier = []
    if current.baseline is not None and _worse(agreed, current.baseline, agreed.baseline):
        easier.append("baseline")
    if agreed.baseline_on is not None and (current.baseline_on is None or current.baseline_on < agreed.baseline_on):
        easier.append("baseline_on")
    if agreed.direction is Direction.HOLD:
        easier += _wider(agreed, current)
    elif current.target is not None and _worse(agreed, current.target, agreed.target):
        easier.append("target")
    if not easier and not _can_be_judged(agreed) and _can_be_judged(current):
        easier += [name for name in ("baseline", "target") if getattr(agreed, name) != getattr(current, name)]
    return easier


def _worse(agreed: Terms, value: Decimal, before: Decimal | None) -> bool:
    """Whether a baseline or target lies further on the bad side than the agreed one, by the agreed direction."""
    if before is None:
        return True
    if value == before:
        return False
    measure = as_outcome(agreed)
    now, then = shortfall(measure, value), shortfall(measure, before)
    return now is None or then is None or now > then


def _wider(agreed: Terms, current: Terms) -> list[str]:
    """The bounds that leave more room. No band at all cannot be held, so it is not wider; a first one is not agreed."""
    if current.band_low is None and current.band_high is None:
        return []
    if agreed.band_low is None and agreed.band_high is None:
        return ["band_low" if current.band_low is not None else "band_high"]
    wider = []
    if agreed.band_low is not None and (current.band_low is None or current.band_low < agreed.band_low):
        wider.append("band_low")
    if agreed.band_high is not None and (current.band_high is None or current.band_high > agreed.band_high):
        wider.append("band_high")
    return wider


def _can_be_judged(terms: Terms) -> bool:
    """Whether progress can be told at all: some value has some."""
    return terms.baseline is not None and progress(as_outcome(terms), terms.baseline) is not None


def as_outcome(terms: Terms) -> Outcome:
    """The outcome as these terms have it, with nothing but what it is judged by."""
    return Outcome(terms.outcome_id, terms.account_id, **{name: getattr(terms, name) for name in JUDGED})


def under(outcome: Outcome, terms: Terms) -> Outcome:
    """The outcome as it would be judged by these terms."""
    return replace(outcome, **{name: getattr(terms, name) for name in JUDGED})


def counts(piece: Evidence, standing: Standing, terms: Terms | None = None) -> bool:
    """Whether a piece was recorded for what the outcome means now, or by one of its versions, `terms`."""
    versions = standing.versions
    if len(versions) < 2:
        return True
    return not changed_meaning(_at(versions, piece.recorded_at), terms or versions[-1])


def put_back(piece: Evidence, versions: Sequence[Terms]) -> tuple[Terms, Terms] | None:
    """The terms under which a piece was recorded and those that put the earlier meaning back, so that it counts for
    nothing; `None` where the meaning is the piece's own, or new."""
    entry = _at(versions, piece.recorded_at)
    if not changed_meaning(entry, versions[-1]):
        return None
    same = [terms for terms in versions if not changed_meaning(terms, versions[-1])]
    was_so_before = any(terms.version < entry.version for terms in same)
    return next(((entry, terms) for terms in same if terms.version > entry.version and was_so_before), None)


def _at(versions: Sequence[Terms], moment: datetime) -> Terms:
    """The version in force at a moment; before the first one it is the first."""
    return next((terms for terms in reversed(versions) if terms.set_at <= moment), versions[0])


def runs_out(outcome: Outcome, piece: Evidence, standing: Standing = NO_TERMS) -> int:
    """The first day, as an ordinal, on which a piece is past its shelf life; from then on it stays so.

    A version that was replaced on its own day expires nothing: a slip can be mended.
    """
    versions, as_of = standing.versions, piece.as_of.toordinal()
    if len(versions) < 2:
        return as_of + outcome.shelf_life_days + 1
    entry, entered = _at(versions, piece.recorded_at), piece.recorded_at.date().toordinal()
    soonest = as_of + min(entry.shelf_life_days, outcome.shelf_life_days) + 1
    for terms, following in itertools.pairwise(versions):
        day = as_of + min(entry.shelf_life_days, terms.shelf_life_days) + 1
        first = max(day, entered, terms.set_at.date().toordinal() if terms is not versions[0] else 0)
        if first < following.set_at.date().toordinal():
            soonest = min(soonest, day if terms is entry else first)
    return soonest


def runs_out_on(outcome: Outcome, piece: Evidence, standing: Standing = NO_TERMS) -> date:
    """The first day on which a piece is past its shelf life; the calendar's first or last one beyond its ends."""
    return add_days(date.min, runs_out(outcome, piece, standing) - date.min.toordinal())


def moved(versions: Sequence[Terms], on: date, since: datetime | None = None) -> tuple[Moved, ...]:
    """What moved in an outcome's terms since a moment, for 90 days if none is given: from the terms then to those now.

    A field that was moved back is not named, nor is a figure or day that was missing before. What is written on the
    day on which the outcome was written down is no move.
    """
    if len(versions) < 2:
        return ()
    start = datetime.combine(shift_day(on, -TOLD_FOR), time(), UTC) if since is None else since
    begun = versions[0].set_at.date()
    base = next(terms for terms in reversed(versions) if terms.set_at <= start or terms.set_at.date() == begun)
    standing = standing_of(versions, on)
    changed = (name for name in JUDGED if getattr(base, name) != getattr(versions[-1], name))
    return tuple(_move(standing, base, name) for name in changed if name in MEANING or getattr(base, name) is not None)


def _move(standing: Standing, base: Terms, name: str) -> Moved:
    versions, current = standing.versions, standing.versions[-1]
    number = len(versions) - 1
    while getattr(versions[number - 1], name) == getattr(current, name):
        number -= 1
    last = versions[number]
    return Moved(
        current.outcome_id,
        current.title,
        current.unit,
        name,
        getattr(base, name),
        getattr(current, name),
        last.set_at,
        last.set_by,
        standing.agreed if standing.holds else None,
    )


def next_change(versions: Sequence[Terms], on: date) -> date | None:
    """The first later day on which time alone changes where terms stand: an assumed agreement runs out."""
    days = [add_days(terms.assumed_until, 1) for terms in versions if terms.assumed_until is not None]
    return min((day for day in days if day > on), default=None)
