"""Why something in handover cannot be done; `templates/handover/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class HandoverRefusal(Refusal):
    NAME_MISSING = "handover.name_missing"
    NAME_TAKEN = "handover.name_taken"
    EXTERNAL_ID_TAKEN = "handover.external_id_taken"
    OWNER_NOT_A_MEMBER = "handover.owner_not_a_member"
    DEPUTY_IS_OWNER = "handover.deputy_is_owner"
    OWNS_IT_ALREADY = "handover.owns_it_already"
    NO_LINK = "handover.no_link"
    NOT_YOURS_TO_MOVE = "handover.not_yours_to_move"
    NOBODY_CALLED = "handover.nobody_called"
    OWNS_NOTHING = "handover.owns_nothing"
    CHANGED_SINCE_PREVIEW = "handover.changed_since_preview"
    TO_THEMSELVES = "handover.to_themselves"
