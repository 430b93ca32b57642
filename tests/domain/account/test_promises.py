"""A promise that is settled and made anew is moved, as if its date had been edited."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.account.promises import made_again, settled_and_made_again
from bot.domain.enums import PromiseState
from bot.domain.model import Promise

JUNE, SEPTEMBER, SETTLED = date(2026, 6, 30), date(2026, 9, 30), date(2026, 5, 5)


def promise(id_: int, text: str, due: date | None, **values: Any) -> Promise:
    return Promise(id_, 1, text, due_on=due, **values)


def settled(text: str = "Single sign-on by June", state: PromiseState = PromiseState.RENEGOTIATED) -> Promise:
    return promise(1, text, JUNE, state=state, settled_on=SETTLED)


@pytest.mark.parametrize("state", [PromiseState.RENEGOTIATED, PromiseState.KEPT, PromiseState.BROKEN])
def test_the_same_promise_for_a_later_day_stands_in_its_place_however_it_was_settled(state: PromiseState) -> None:
    again = promise(2, "Single sign-on by September", SEPTEMBER)
    (one,) = settled_and_made_again([settled(state=state), promise(3, "A dashboard", SEPTEMBER), again], SETTLED)
    assert one.instead == again
    values = dict(one.fact.values)
    assert (values["before"], values["after"], values["state"]) == (JUNE, SEPTEMBER, state)


def test_what_was_renegotiated_is_named_also_where_nothing_is_known_to_replace_it() -> None:
    other = promise(2, "A dashboard for the board", SEPTEMBER)
    (one,) = settled_and_made_again([settled(), other], SETTLED)
    assert one.instead is None, "it may have been promised before"
    since = promise(2, "A dashboard for the board", SEPTEMBER, promised_on=SETTLED)
    assert made_again(settled(), [since]) is not None and made_again(settled(), [since]).instead == since  # type: ignore[union-attr]
    known = made_again(settled(), [other], since=[2])
    assert known is not None and known.instead == other


def test_what_was_kept_or_broken_and_followed_by_something_else_is_not_named() -> None:
    other = promise(2, "A dashboard for the board", SEPTEMBER, promised_on=SETTLED)
    assert made_again(settled(state=PromiseState.KEPT), [other], since=[2]) is None


def test_a_promise_made_anew_for_the_same_day_moved_nothing() -> None:
    assert made_again(settled(), [promise(2, "Single sign-on by June", JUNE)]) is None
    assert made_again(promise(1, "Sign-on", None, state=PromiseState.RENEGOTIATED, settled_on=SETTLED), []) is None


def test_it_is_named_from_the_day_on_which_it_was_settled_for_ninety_days() -> None:
    days = [SETTLED - timedelta(days=1), SETTLED, SETTLED + timedelta(days=90), SETTLED + timedelta(days=91)]
    assert [len(settled_and_made_again([settled()], day)) for day in days] == [0, 1, 1, 0]
