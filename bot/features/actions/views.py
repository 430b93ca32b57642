"""What lists, forms and messages of actions show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

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


StepAct = Literal["done", "dropped", "moved", "handed", "undone"]
"""What somebody did with a step."""
StepForm = Literal["drop", "move", "hand"]
"""What a form on a step is for."""


@dataclass(frozen=True, slots=True)
class StepFormView:
    """A form about one step."""

    action_id: int
    account: str
    text: str
    kind: StepForm
    due_on: date | None
    owner: str | None
    seen: int


@dataclass(frozen=True, slots=True)
class StepSavedView:
    """How a step stands after an act; `undo` is what the button that takes it back carries, None without one."""

    account_id: int
    account: str
    act: StepAct
    text: str
    owner: str | None
    due: str | None
    why: str | None
    told: str | None
    undo: str | None


@dataclass(frozen=True, slots=True)
class StepHandedView:
    """Tells a colleague that a step is theirs now, or (`back`) that it is not any more; `by` did it."""

    account_id: int
    account: str
    text: str
    by: str | None
    due: str | None
    back: bool


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An open step; `asked` is the team that has it and has not answered, `answer` what that team said.

    `ask` tells that the customer waits for it: who closes it says what they were told.
    """

    action_id: int
    text: str
    loop: Loop
    state: ActionState
    owner: str | None
    due: str | None
    overdue: bool
    ask: bool
    answer: str | None
    can_act: bool


@dataclass(frozen=True, slots=True)
class ActionsView:
    """The open steps of an account; `saved` is what was just done with one of them."""

    account_id: int
    account: str
    actions: tuple[ActionLine, ...]
    saved: StepSavedView | None = None
