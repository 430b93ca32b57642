"""Why something in accounts cannot be done; `templates/accounts/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class AccountRefusal(Refusal):
    NAME_MISSING = "accounts.name_missing"
    OWNER_NOT_A_MEMBER = "accounts.owner_not_a_member"
    RENEWAL_BEFORE_START = "accounts.renewal_before_start"
    NAME_TAKEN = "accounts.name_taken"
    ARR_NO_NUMBER = "accounts.arr_no_number"
    NOT_YOURS_TO_ADD = "accounts.not_yours_to_add"
    NOBODY_DECIDES = "accounts.nobody_decides"
    PROPOSED_ALREADY = "accounts.proposed_already"
    VERDICT_MISSING = "accounts.verdict_missing"
    VERDICT_WITHOUT_REASON = "accounts.verdict_without_reason"
    FACT_TO_CHANGE_MIND_MISSING = "accounts.fact_to_change_mind_missing"
    STAGE_WITHOUT_REASON = "accounts.stage_without_reason"
    TIER_WITHOUT_REASON = "accounts.tier_without_reason"
    NO_OWNER_TO_ASK = "accounts.no_owner_to_ask"
