"""Why something in risks cannot be done; `templates/risks/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class RiskRefusal(Refusal):
    """The codes with which a risk action is refused."""

    ASSIGNEE_NOT_A_MEMBER = "risks.assignee_not_a_member"
    WAKES_TOO_SOON = "risks.wakes_too_soon"
    WAKES_TOO_LATE = "risks.wakes_too_late"
    SNOOZE_WITHOUT_REASON = "risks.snooze_without_reason"
    CLOSING_WITHOUT_REASON = "risks.closing_without_reason"
    CLOSED_WITH_THESE_WORDS = "risks.closed_with_these_words"
    OPEN_ALREADY = "risks.open_already"
    REOPENED_ALREADY = "risks.reopened_already"
    CLOSED = "risks.closed"
    EVIDENCE_DOES_NOT_STAND = "risks.evidence_does_not_stand"
    CLOSED_MEANWHILE = "risks.closed_meanwhile"
    CHANGED_MEANWHILE = "risks.changed_meanwhile"
    FIRST = "risks.first"
    TAKEN = "risks.taken"
    NO_OWNER_TO_ASK = "risks.no_owner_to_ask"
