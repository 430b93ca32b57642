"""Why something in evidence cannot be done; `templates/evidence/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class EvidenceRefusal(Refusal):
    METHOD_NOTE_MISSING = "evidence.method_note_missing"
    AMOUNT_UNREADABLE = "evidence.amount_unreadable"
    ACCEPTED_AMOUNT_MISSING = "evidence.accepted_amount_missing"
    ACCEPTED_IN_FUTURE = "evidence.accepted_in_future"
    ACCEPTER_HAD_LEFT = "evidence.accepter_had_left"
    NOT_THEIR_BUYER = "evidence.not_their_buyer"
    SUPERSEDED = "evidence.superseded"
    DOES_NOT_STAND = "evidence.does_not_stand"
    GRADE_TOO_LOW = "evidence.grade_too_low"
    NO_OUTCOME_YET = "evidence.no_outcome_yet"
    AS_OF_IN_FUTURE = "evidence.as_of_in_future"
    VALUE_MISSING = "evidence.value_missing"
    DISPUTE_WITHOUT_REASON = "evidence.dispute_without_reason"
    DISPUTED_ALREADY = "evidence.disputed_already"
    WITHDRAWAL_WITHOUT_REASON = "evidence.withdrawal_without_reason"
    WITHDRAWN_ALREADY = "evidence.withdrawn_already"
    VALUE_NO_NUMBER = "evidence.value_no_number"
    REFERENCE_USED = "evidence.reference_used"
    NOT_AGREED_ANY_MORE = "evidence.not_agreed_any_more"
    NOT_THERE_ANY_MORE = "evidence.not_there_any_more"
    SPOT_CHECK_OF_ANOTHER = "evidence.spot_check_of_another"
    SPOT_CHECK_ANSWERED = "evidence.spot_check_answered"
