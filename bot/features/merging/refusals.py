"""Why something in merging cannot be done; `templates/merging/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class MergingRefusal(Refusal):
    OTHER_MISSING = "merging.other_missing"
    OTHER_UNCLEAR = "merging.other_unclear"
    ITSELF = "merging.itself"
    FORMER = "merging.former"
    TWO_CURRENCIES = "merging.two_currencies"
    CHANGED_SINCE_PREVIEW = "merging.changed_since_preview"
    UNDONE_ALREADY = "merging.undone_already"
    TOO_OLD = "merging.too_old"
    MERGED_ON = "merging.merged_on"
