"""Answers the button *Who left and why*."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.app.actor import Actor
from bot.domain.labels import label
from bot.domain.model import Result
from bot.domain.values.text import percent
from bot.features.retention import keys, proven
from bot.features.retention.figures import figures
from bot.features.retention.overview import chosen_currency
from bot.features.retention.proven import ProvenThen
from bot.features.retention.views import LostLine, LostView
from bot.features.retention.wording import exact
from bot.store import renewals

SHOWN = 10


def lost_view(session: Session, actor: Actor, key: str, now: datetime) -> LostView:
    """Who of the cohort pays nothing any more, the largest first, and what was proven of them 90 days before."""
    asked = keys.by_key(session, actor, key, now)
    found = figures(session, asked.window)
    currency = chosen_currency(found, asked) or ""
    one = found.of(currency)
    gone = sorted(one.churned, key=lambda move: (-move.was, found.customers[move.account].name))
    shown = gone[:SHOWN]
    then = proven.proven_then(session, found, one, shown)
    why = renewals.left(session, found.window.workspace_id, [move.account for move in shown])
    return LostView(
        key=asked.key(currency),
        name=asked.name,
        since=asked.window.t0,
        until=asked.window.t1,
        lines=tuple(
            LostLine(
                move.account,
                found.customers[move.account].name,
                exact(move.was, currency),
                found.left_on(move.account, currency),
                _proven(then.get(move.account)),
                _because(why.get(move.account)),
            )
            for move in shown
        ),
        more=len(gone) - len(shown),
    )


def _because(result: Result | None) -> str | None:
    """Why they left, as it was recorded."""
    if result is None or result.because is None:
        return None
    words = result.because_words or result.uses_now
    return f"{label(result.because)}: {words}" if words else label(result.because)


def _proven(then: ProvenThen | None) -> str | None:
    """`40%`, or "" without a plan; None where the account was not on record."""
    if then is None:
        return None
    return percent(then.share) if then.outcomes else ""
