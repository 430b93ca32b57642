"""Promises made at the sale are followed until kept, renegotiated or broken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.enums import PromiseState
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Promise
from bot.domain.values.days import shift_day

FORGOTTEN_AFTER = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An open promise that nobody has mentioned for 60 days; `since` is the last mention, `None` without a date."""

    promise: Promise
    since: date | None
    fact: Fact


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
