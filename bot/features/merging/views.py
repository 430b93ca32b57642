"""What the forms on merging two accounts show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MergeFormView:
    """The form that asks which account goes into this one; `near` are (id, name) of those with a near name."""

    account_id: int
    account: str
    near: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two accounts as a preview shows it: `has` counts what it has."""

    account_id: int
    name: str
    owner: str | None
    portfolio: str | None
    arr: str | None
    renewal_date: date | None
    has: str


@dataclass(frozen=True, slots=True)
class MergePreviewView:
    """What a merge would do: `both` and `one` are the ARR of two contracts and of one that was written twice.

    `ending` are the kinds of meeting of which the merged account's series ends. `seen` and `other_seen` are the
    versions of the two accounts.
    """

    stays: Side
    goes: Side
    both: str | None
    one: str | None
    ending: tuple[str, ...]
    seen: int
    other_seen: int


@dataclass(frozen=True, slots=True)
class MergedView:
    """A merge that was done, or (`undone`) taken back, and until which day that can be."""

    merge_id: int
    account_id: int
    account: str
    merged: str
    undone: bool
    until: date
