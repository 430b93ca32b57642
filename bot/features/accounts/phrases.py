"""What the accounts room says in sentences: the codes that files of `templates/accounts` word."""

from __future__ import annotations

from bot.phrases import Phrase


class HistoryPhrase(Phrase):
    """What a line of history says, without its subject; `FIELD_…` and `VALUE` are parts of such a line."""

    ACCOUNT_ADDED = "accounts/history.account_added"
    PERSON_ADDED = "accounts/history.person_added"
    OUTCOME_ADDED = "accounts/history.outcome_added"
    EVIDENCE_ADDED = "accounts/history.evidence_added"
    GAP_ADDED = "accounts/history.gap_added"
    ACTION_ADDED = "accounts/history.action_added"
    OBSTACLE_ADDED = "accounts/history.obstacle_added"
    PROMISE_ADDED = "accounts/history.promise_added"
    CADENCE_ADDED = "accounts/history.cadence_added"
    PROMPT_ADDED = "accounts/history.prompt_added"
    ANSWER_ADDED = "accounts/history.answer_added"
    RISK_ADDED = "accounts/history.risk_added"
    JUDGEMENT_ADDED = "accounts/history.judgement_added"
    STAGE_ENTRY_ADDED = "accounts/history.stage_entry_added"

    TAKEN_BACK = "accounts/history.taken_back"
    PACKET_ACCEPTED = "accounts/history.packet_accepted"
    FIRST_WIN = "accounts/history.first_win"
    PERSON_LEFT = "accounts/history.person_left"
    OUTCOME_RETIRED = "accounts/history.outcome_retired"
    EVIDENCE_DISPUTED = "accounts/history.evidence_disputed"
    EVIDENCE_WITHDRAWN = "accounts/history.evidence_withdrawn"
    EVIDENCE_REPLACED = "accounts/history.evidence_replaced"
    GAP_CLOSED = "accounts/history.gap_closed"
    GAP_REOPENED = "accounts/history.gap_reopened"
    OBSTACLE_CLEARED = "accounts/history.obstacle_cleared"
    PROMISE_SETTLED = "accounts/history.promise_settled"
    PROMISE_MENTIONED = "accounts/history.promise_mentioned"
    CADENCE_ENDED = "accounts/history.cadence_ended"
    PROMPT_OFF = "accounts/history.prompt_off"
    PROMPT_SILENT = "accounts/history.prompt_silent"
    PROMPT_HANDED_OVER = "accounts/history.prompt_handed_over"
    PROMPT_SNOOZED = "accounts/history.prompt_snoozed"
    RISK_CLAIMED = "accounts/history.risk_claimed"
    RISK_SNOOZED = "accounts/history.risk_snoozed"
    RISK_CLOSED = "accounts/history.risk_closed"
    RISK_REOPENED = "accounts/history.risk_reopened"
    ACTION_TOLD = "accounts/history.action_told"
    ACTION_REOPENED = "accounts/history.action_reopened"
    ACTION_ANSWERED = "accounts/history.action_answered"
    ACTION_DROPPED = "accounts/history.action_dropped"

    FIELDS = "accounts/history.fields"
    FIELD_SET = "accounts/history.field_set"
    FIELD_CLEARED = "accounts/history.field_cleared"
    FIELD_CHANGED = "accounts/history.field_changed"
    VALUE = "accounts/history.value"
    SOMEBODY = "accounts/history.somebody"


class AccountPhrase(Phrase):
    """Reasons of the bot's own changes, as the ledger keeps them."""

    BY_BANDS = "accounts/phrases.by_bands"
