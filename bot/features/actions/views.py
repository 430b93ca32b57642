"""What lists, forms and messages of actions show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.account.actions import ActionState
from bot.domain.enums import Loop


@dataclass(frozen=True, slots=True)
class LoopView:
    """An action as Product or go-to-market sees it in their channel; `others` is what keeps showing up."""

    action_id: int
    account_id: int
    account: str
    arr: str | None
    text: str
    loop: Loop
    state: ActionState
    theme: str | None
    others: str | None
    owner: str | None
    due_on: date | None
    answer: str | None
    told_words: str | None


@dataclass(frozen=True, slots=True)
class LoopAnsweredView:
    """Tells the owner that their action came back, so that the customer can be told."""

    action_id: int
    account: str
    text: str
    loop: Loop
    answer: str


@dataclass(frozen=True, slots=True)
class ActionFormView:
    """A form about one action: `kind` is `answer`, `told` or `theme`; `known` are the themes in use."""

    action_id: int
    account: str
    text: str
    kind: str
    answer: str | None
    known: tuple[str, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An open action; `missing` says what keeps it from being closed."""

    action_id: int
    text: str
    loop: Loop
    state: ActionState
    owner: str | None
    due_on: date | None
    overdue: bool
    missing: str | None


@dataclass(frozen=True, slots=True)
class ActionsView:
    """The open actions of an account."""

    account_id: int
    account: str
    actions: tuple[ActionLine, ...]
    can_write: bool
