"""Who could check a piece of evidence without trusting the account team (docs/rules.md, Witness).

The account team is judged by the record, so its own word never makes proof: a link or file counts for 14 days by
itself, and then only if somebody has opened it who neither had the account nor recorded the piece. Who had the account
is asked of the moment of the look, which the check keeps: a later hand-over neither spoils an honest look nor saves a
false one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from bot.domain.enums import CheckKind, CheckVerdict, Source, Witness
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Check, Evidence, Look, Person
from bot.domain.values.days import add_days

BARE_DAYS = 14
"""How long a reference counts that nobody but the account team has opened."""

_ORDER = {witness: rank for rank, witness in enumerate(Witness)}
_BY_COLLEAGUES = frozenset({CheckKind.COUNTERSIGN, CheckKind.SPOT_CHECK})
NO_CHECKS: tuple[Check, ...] = ()
L = TypeVar("L", Check, Look)


@dataclass(frozen=True, slots=True)
class Checked:
    """What an account's record says about who looked: its checks by piece, and the first use of each reference.

    `failed` are references that somebody opened and that did not show what they should, with the outcome. `failed_at`
    is when that last happened to an outcome, unless a colleague has found one right since. `disputed` has the day since
    which a customer disputes an outcome, as long as they have not taken it back. `again` says of a piece whose
    reference follows others of its outcome, at which nobody else has looked, how many they are with it. `upgraded_on`
    is the day on which older pieces came under the rule.
    """

    by_piece: Mapping[int, Sequence[Check]] = field(default_factory=dict)
    first_uses: Mapping[str, Evidence] = field(default_factory=dict)
    failed: frozenset[tuple[int, str]] = frozenset()
    failed_at: Mapping[int, datetime] = field(default_factory=dict)
    disputed: Mapping[int, date] = field(default_factory=dict)
    again: Mapping[int, int] = field(default_factory=dict)
    upgraded_on: date | None = None


NOTHING_CHECKED = Checked()


def witness(piece: Evidence, checked: Checked, people: Mapping[int, Person], on: date) -> Witness:
    """Who could check this piece, as of a day."""
    checks = checked.by_piece.get(piece.id, NO_CHECKS)
    if checks and confirmed_by(piece, checked, people, on) is not None:
        return Witness.CUSTOMER
    if piece.arrived_as is Witness.SYSTEM and piece.source is Source.CUSTOMER_SYSTEM:
        return Witness.SYSTEM
    if piece.arrived_as is Witness.MESSAGE and piece.source is Source.CUSTOMER_WROTE and piece.attested_by in people:
        return Witness.MESSAGE
    if piece.reference_key is None:
        return Witness.NONE
    looks = independent_looks(piece, checks, on) if checks else NO_CHECKS
    if any(check.verdict is CheckVerdict.DOES_NOT for check in looks):
        return Witness.NONE
    if any(check.verdict is CheckVerdict.SHOWS for check in looks):
        return Witness.COUNTERSIGNED
    ends = bare_until(piece, checked)
    return Witness.REFERENCE if ends is not None and on < ends else Witness.NONE


def is_at_least(one: Witness, other: Witness) -> bool:
    """Whether a witness is as strong as another, or stronger."""
    return _ORDER[one] >= _ORDER[other]


def confirmed_by(
    piece: Evidence, checked: Checked, people: Mapping[int, Person], on: date, *, since: date | None = None
) -> Person | None:
    """The person of the customer who said by themselves that the piece is right, newest first; `None` if nobody did.

    Who disputed or corrected it afterwards no longer confirms it, and whoever had left by then never did.
    """
    last: dict[int, Check] = {}
    for check in checked.by_piece.get(piece.id, NO_CHECKS):
        if check.kind is CheckKind.CUSTOMER and check.person_id is not None and check.at.date() <= on:
            last.pop(check.person_id, None)
            last[check.person_id] = check
    for person_id, check in reversed(last.items()):
        person, day = people.get(person_id), check.at.date()
        is_new = since is None or day >= since
        if check.verdict is CheckVerdict.CONFIRMED and is_new and person is not None and person.is_there(day):
            return person
    return None


def independent_looks(piece: Evidence, checks: Iterable[Check], on: date) -> Sequence[Check]:
    """The last look of each colleague by a day who neither had the account then nor recorded the piece."""
    return looks_from_outside(piece.recorded_by, checks, on)


def looks_from_outside(recorded_by: int | None, looks: Iterable[L], on: date) -> tuple[L, ...]:
    """The last look of each colleague by a day who neither had the account then nor is who recorded what they saw."""
    last: dict[int, L] = {}
    for look in looks:
        member = look.member_id
        if member is None or look.kind not in _BY_COLLEAGUES or look.at.date() > on:
            continue
        is_team = member in (look.owner_then, look.deputy_then, recorded_by)
        if not is_team and look.verdict is not CheckVerdict.CANNOT_OPEN:
            last[member] = look
    return tuple(last.values())


def acceptance_is_witnessed(piece: Evidence, checked: Checked, people: Mapping[int, Person], on: date) -> bool:
    """Whether somebody besides the account team stands for the money: who accepted it, or the portfolio's manager.

    Only looks at this very piece count: one at the piece that it replaced did not see the acceptance.
    """
    own = [check for check in checked.by_piece.get(piece.id, NO_CHECKS) if check.evidence_id == piece.id]
    if not own:
        return False
    by_themselves = Checked({piece.id: [check for check in own if check.person_id == piece.accepted_by]})
    if piece.accepted_by is not None and confirmed_by(piece, by_themselves, people, on) is not None:
        return True
    if piece.reference_key is None:
        return False
    looks = independent_looks(piece, own, on)
    return any(check.as_manager and check.verdict is CheckVerdict.SHOWS for check in looks)


def bare_until(piece: Evidence, checked: Checked) -> date | None:
    """The first day on which the piece's reference no longer counts by itself; `None` when it never did.

    The days run from the reference's first use, so that entering it again gives no new ones; for a piece that is older
    than this rule from the upgrade. A page that served another day before, one that somebody has found wanting, one
    that was given after such a find, and one for an outcome that the customer disputes must be opened by somebody
    first.
    """
    key = piece.reference_key
    if key is None or (piece.outcome_id, key) in checked.failed:
        return None
    failed_at = checked.failed_at.get(piece.outcome_id)
    if failed_at is not None and failed_at <= piece.recorded_at:
        return None
    recorded_on = piece.recorded_at.date()
    disputed_since = checked.disputed.get(piece.outcome_id)
    if disputed_since is not None and disputed_since <= recorded_on:
        return None
    first = checked.first_uses.get(key, piece)
    since = min(recorded_on, first.recorded_at.date())
    upgraded_on = checked.upgraded_on
    if upgraded_on is not None and since <= upgraded_on:
        since = upgraded_on
    if first.as_of != piece.as_of and (upgraded_on is None or recorded_on > upgraded_on):
        return None
    return add_days(since, BARE_DAYS)


def is_slip(piece: Evidence) -> bool:
    """Whether the piece was taken back on the day on which it was recorded, and so used up no reference."""
    return piece.withdrawn_on is not None and piece.withdrawn_on <= piece.recorded_at.date()


def witnessed(
    piece: Evidence, checked: Checked, people: Mapping[int, Person], names: Mapping[int, str], on: date
) -> Fact:
    """Who recorded a piece and who could check it: `linked by Inês Duarte, nobody else has looked`."""
    kind = witness(piece, checked, people, on)
    recorder = names.get(piece.recorded_by) if piece.recorded_by is not None else None
    if kind is Witness.CUSTOMER:
        person = confirmed_by(piece, checked, people, on)
        said_on = _day_of_customer(piece, checked, on)
        return fact(FactCode.CONFIRMED_BY, who=person.name if person else None, on=said_on)
    if kind is Witness.COUNTERSIGNED:
        looks = independent_looks(piece, checked.by_piece.get(piece.id, NO_CHECKS), on)
        last = max(looks, key=lambda check: (check.at, check.id))
        return fact(FactCode.SEEN_BY, who=names.get(last.member_id or 0), on=last.at.date())
    if kind is Witness.MESSAGE:
        author = people.get(piece.attested_by or 0)
        return fact(FactCode.WRITTEN_BY, who=author.name if author else None)
    if kind is Witness.SYSTEM:
        return fact(FactCode.FROM_THEIR_SYSTEM)
    if piece.reference_key is None:
        return fact(FactCode.NO_WITNESS, who=recorder)
    looked_at = kind is Witness.REFERENCE
    times = checked.again.get(piece.id, 1)
    return fact(FactCode.LINKED_BY, who=recorder, is_file=piece.file_id is not None, counts=looked_at, times=times)


def _day_of_customer(piece: Evidence, checked: Checked, on: date) -> date | None:
    days = [
        check.at.date()
        for check in checked.by_piece.get(piece.id, NO_CHECKS)
        if check.verdict is CheckVerdict.CONFIRMED and check.person_id is not None and check.at.date() <= on
    ]
    return max(days, default=None)
