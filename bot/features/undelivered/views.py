"""What is said about messages that could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelLostView:
    """A channel no longer takes our messages; `channel` is its Slack id, `loops` are the teams that are asked there.

    `news` says whether it is the portfolio's own channel, to which digest and escalations go; `shared`, whether the
    reason is that another organisation reads it.
    """

    portfolio_id: int
    portfolio: str
    channel: str
    news: bool
    loops: tuple[str, ...]
    shared: bool


@dataclass(frozen=True, slots=True)
class UndeliveredView:
    """A message of this kind could not be sent to `place`, a Slack id; `code` is Slack's reason."""

    kind: str
    place: str
    to_person: bool
    code: str


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    """A customer, portfolio or colleague for whom a job of the clock (its name) could not be done."""

    name: str
    job: str


@dataclass(frozen=True, slots=True)
class SetAsideView:
    """What the clock has set aside; `more` is not shown, `reference` finds the reason in the log."""

    lines: tuple[SetAsideLine, ...]
    more: int
    reference: str
