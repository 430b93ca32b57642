"""Which owners were asked, who answered, and whose answers moved evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.account.dangers import came_to_something
from bot.domain.enums import PromptState
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import MeetingFact


@dataclass(frozen=True, slots=True)
class Participation:
    """One owner's prompts that came to something: answered, or passed in silence. Meetings called off do not count."""

    member_id: int
    asked: int
    answered: int
    moved: int

    @property
    def silent(self) -> int:
        """How many prompts passed without an answer."""
        return self.asked - self.answered

    @property
    def fact(self) -> Fact:
        """`answered 4 of 5, 2 moved evidence`."""
        return fact(FactCode.PARTICIPATION, answered=self.answered, asked=self.asked, moved=self.moved)


@dataclass(frozen=True, slots=True)
class Silence:
    """The meetings of one account that came to something, and how many of them passed without an answer."""

    account_id: int
    asked: int
    silent: int


def participation(
    meetings: Iterable[MeetingFact], now: datetime, since: datetime | None = None
) -> tuple[tuple[Participation, ...], tuple[Silence, ...]]:
    """(Participation of each owner over meetings from `since` on, the most silent first; the accounts with silence)."""
    by_member: dict[int, list[int]] = {}
    by_account: dict[int, list[int]] = {}
    for meeting in meetings:
        if meeting.asked is None or (since is not None and meeting.starts_at < since):
            continue
        if not came_to_something(meeting, now):
            continue
        counts = by_member.setdefault(meeting.asked, [0, 0, 0])
        of_account = by_account.setdefault(meeting.account_id, [0, 0])
        counts[0] += 1
        of_account[0] += 1
        if meeting.prompt is PromptState.ANSWERED:
            counts[1] += 1
            counts[2] += bool(meeting.moved_evidence)
        else:
            of_account[1] += 1
    people = [Participation(member_id, *counts) for member_id, counts in by_member.items()]
    silences = [Silence(account_id, *counts) for account_id, counts in by_account.items() if counts[1]]
    return (
        tuple(sorted(people, key=lambda entry: (-entry.silent, entry.answered, entry.member_id))),
        tuple(sorted(silences, key=lambda entry: (-entry.silent, entry.account_id))),
    )
