"""The sentences of history about renewals: calls, and how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.domain.enums import LeftBecause, RenewalCall, RenewalResult
from bot.domain.labels import label_of
from bot.domain.values.text import full_day
from bot.features.accounts.phrases import HistoryPhrase
from bot.phrases import say

Values = Mapping[str, Any]


def call_added(after: Values) -> str:
    """Somebody said what they expect of a renewal."""
    call, renewal = label_of(RenewalCall, after["call"]), full_day(date.fromisoformat(after["renewal"]))
    return say(HistoryPhrase.CALL_ADDED, call=call, renewal=renewal, why=after.get("why"))


def result_added(after: Values) -> str:
    """Somebody recorded how a renewal ended."""
    because = after.get("because")
    return say(
        HistoryPhrase.RESULT_ADDED,
        result=label_of(RenewalResult, after["result"]),
        because=label_of(LeftBecause, because) if because else None,
    )


def result_changed(after: Values) -> str | None:
    """Somebody confirmed a result, or took it back."""
    if after.get("refused_by"):
        return say(HistoryPhrase.RESULT_REFUSED)
    return say(HistoryPhrase.RESULT_CONFIRMED) if after.get("confirmed_by") else None
