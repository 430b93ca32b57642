"""Promises made at the sale are followed until kept, renegotiated or broken.

Settling a promise and making it anew moves its date as well as editing it does, so both are named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.enums import PromiseState
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Promise
from bot.domain.values.days import shift_day
from bot.domain.values.words import near_words

FORGOTTEN_AFTER = timedelta(days=60)
NAMED_FOR = timedelta(days=90)
"""For how long a card names a promise that was settled and made anew."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An open promise that nobody has mentioned for 60 days; `since` is the last mention, `None` without a date."""

    promise: Promise
    since: date | None
    fact: Fact


@dataclass(frozen=True, slots=True)
class Again:
    """A promise that was settled, and the one that is known to stand in its place, if there is one."""

    promise: Promise
    instead: Promise | None

    @property
    def fact(self) -> Fact:
        """From which day it was moved to which, when, and as what."""
        instead = self.instead
        return fact(
            FactCode.PROMISED_AGAIN,
            text=self.promise.text,
            before=self.promise.due_on,
            state=self.promise.state,
            on=self.promise.settled_on,
            is_promised=instead is not None,
            instead=None if instead is None or instead.text == self.promise.text else instead.text,
            after=instead.due_on if instead is not None else None,
        )


def is_open(promise: Promise, on: date) -> bool:
    """Whether the promise is neither kept, nor renegotiated, nor broken by the day."""
    return promise.state is PromiseState.OPEN or (promise.settled_on is not None and promise.settled_on > on)


def forgotten(promises: Iterable[Promise], on: date) -> tuple[Forgotten, ...]:
    """The forgotten promises, longest silence first. A promise without any date counts as forgotten."""
    entries = [_forgotten(promise) for promise in promises if is_open(promise, on) and _silent(promise, on)]
    return tuple(sorted(entries, key=lambda entry: (entry.since or date.min, entry.promise.id)))


def least_mentioned(promises: Iterable[Promise], on: date) -> Promise | None:
    """The open promise whose last mention lies furthest back; one with the same words as before comes first."""
    still_open = [promise for promise in promises if is_open(promise, on) and promise.last_words]
    return min(still_open, key=_by_mention, default=None)


def put_off(promises: Iterable[Promise], on: date) -> tuple[Fact, ...]:
    """The open promises whose date was moved or taken away, the most often moved first."""
    moved = [promise for promise in promises if promise.times_moved and is_open(promise, on)]
    return tuple(
        fact(
            FactCode.PROMISE_MOVED,
            text=promise.text,
            times=promise.times_moved,
            first=promise.first_due_on,
            due=promise.due_on,
        )
        for promise in sorted(moved, key=lambda promise: (-promise.times_moved, promise.id))
    )


def settled_and_made_again(promises: Sequence[Promise], on: date) -> tuple[Again, ...]:
    """What was settled within 90 days and is named with what stands in its place, the newest first."""
    settled = (one for one in promises if one.settled_on is not None and not is_open(one, on))
    lately = [one for one in settled if one.settled_on is not None and on - one.settled_on <= NAMED_FOR]
    found = [again for one in lately if (again := made_again(one, promises)) is not None]
    return tuple(sorted(found, key=lambda again: (again.promise.settled_on, again.promise.id), reverse=True))


def made_again(settled: Promise, others: Iterable[Promise], since: Collection[int] = ()) -> Again | None:
    """A settled promise, if its date was moved by that: it was renegotiated, or made anew in nearly the same words.

    What stands in its place is the first later promise about the same thing; where it was renegotiated, else the first
    that was promised from that day on. `since` are the ids of promises known to be made since then. None where the
    date stayed.
    """
    later = sorted((one for one in others if one.id > settled.id), key=lambda one: one.id)
    alike = (one for one in later if near_words(settled.text, one.text))
    was_renegotiated = settled.state is PromiseState.RENEGOTIATED
    following = (one for one in later if was_renegotiated and (one.id in since or _made_since(one, settled)))
    instead = next(alike, None) or next(following, None)
    if instead is None:
        return Again(settled, None) if was_renegotiated and settled.due_on is not None else None
    return Again(settled, instead) if instead.due_on != settled.due_on else None


def _made_since(one: Promise, settled: Promise) -> bool:
    return one.promised_on is not None and settled.settled_on is not None and one.promised_on >= settled.settled_on


def _by_mention(promise: Promise) -> tuple[bool, date, int]:
    return promise.same_words_on is None, last_mention(promise) or date.min, promise.id


def next_change(promises: Sequence[Promise], on: date) -> date | None:
    """The first later day on which time alone makes a promise a forgotten one, or one settled ahead no longer open."""
    days = [shift_day(since, FORGOTTEN_AFTER) for promise in promises if (since := last_mention(promise)) is not None]
    days += [promise.settled_on for promise in promises if promise.settled_on is not None]
    return min((day for day in days if day > on), default=None)


def last_mention(promise: Promise) -> date | None:
    """When it was last spoken of: the making of it counts."""
    return max((d for d in (promise.last_mentioned_on, promise.promised_on) if d is not None), default=None)


def _silent(promise: Promise, on: date) -> bool:
    since = last_mention(promise)
    return since is None or on - since >= FORGOTTEN_AFTER


def _forgotten(promise: Promise) -> Forgotten:
    since = last_mention(promise)
    silence = fact(FactCode.PROMISE_FORGOTTEN, text=promise.text, since=since, due=promise.due_on)
    return Forgotten(promise, since, silence)
