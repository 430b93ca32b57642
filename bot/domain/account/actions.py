"""Actions loop back to the customer: closed only when the customer was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.enums import AccountStatus, Loop
from bot.domain.facts import Fact, FactCode, fact
from bot.domain.model import Account, Action
from bot.domain.values.money import Money, money, total


class ActionState(StrEnum):
    """How far an action is on its way back to the customer."""

    OPEN = "open"
    TO_TELL = "to_tell"
    CLOSED = "closed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Recurring:
    """What keeps showing up: a theme, the accounts that have an open action on it, and what they are worth."""

    theme: str
    loop: Loop
    account_ids: tuple[int, ...]
    arr: tuple[Money, ...]
    unknown_arr: int

    @property
    def fact(self) -> Fact:
        """`nine accounts, 1.2 M USD ARR`; accounts of unknown ARR are named and not guessed."""
        return fact(FactCode.RECURRING_THEME, count=len(self.account_ids), arr=self.arr, unknown=self.unknown_arr)


def state_of(action: Action, on: date) -> ActionState:
    """An answer of Product or go-to-market does not close an action: the customer has to be told, in words."""
    if action.dropped_on is not None and action.dropped_on <= on:
        return ActionState.DROPPED
    if action.told_on is not None and action.told_on <= on and action.told_words:
        return ActionState.CLOSED
    answered = action.loop_answered_on is not None and action.loop_answered_on <= on
    return ActionState.TO_TELL if answered else ActionState.OPEN


def open_action(action: Action, on: date) -> bool:
    """Whether the action is neither closed (the customer was told) nor dropped."""
    return state_of(action, on) in (ActionState.OPEN, ActionState.TO_TELL)


def why_not_closed(action: Action, on: date) -> Fact | None:
    """What is missing before an action may be closed, `None` when nothing is."""
    match state_of(action, on):
        case ActionState.CLOSED | ActionState.DROPPED:
            return None
        case ActionState.TO_TELL:
            return fact(FactCode.NOT_TOLD_WHAT_CHANGED)
        case ActionState.OPEN if action.loop in (Loop.PRODUCT, Loop.GO_TO_MARKET):
            return fact(FactCode.LOOP_NOT_ANSWERED, loop=action.loop)
        case _:
            return fact(FactCode.NOT_TOLD)


def recurring(actions: Iterable[tuple[Account, Action]], on: date, least_accounts: int = 2) -> tuple[Recurring, ...]:
    """Themes with open actions in at least so many accounts, most accounts first, then the larger ARR.

    Themes are compared without case and spacing, and shown in the spelling that is used most.
    """
    by_theme_and_loop: dict[tuple[str, Loop], dict[int, Account]] = {}
    spellings: dict[tuple[str, Loop], Counter[str]] = {}
    for account, action in actions:
        if not action.theme or account.status is AccountStatus.FORMER:
            continue
        if not open_action(action, on):
            continue
        spelling = " ".join(action.theme.split())
        key = (spelling.casefold(), action.loop)
        by_theme_and_loop.setdefault(key, {})[account.id] = account
        spellings.setdefault(key, Counter())[spelling] += 1
    themes = [
        _recurring(min(spellings[key].items(), key=lambda item: (-item[1], item[0]))[0], key[1], accounts)
        for key, accounts in by_theme_and_loop.items()
        if len(accounts) >= least_accounts
    ]
    themes.sort(key=lambda theme: (-len(theme.account_ids), -max((a.major for a in theme.arr), default=0), theme.theme))
    return tuple(themes)


def _recurring(theme: str, loop: Loop, accounts: dict[int, Account]) -> Recurring:
    amounts = [money(account.arr_minor, account.currency) for account in accounts.values()]
    known_amounts = [amount for amount in amounts if amount is not None]
    return Recurring(theme, loop, tuple(sorted(accounts)), total(known_amounts), len(amounts) - len(known_amounts))
