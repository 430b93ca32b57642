"""Why something in meetings cannot be done; `templates/meetings/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class MeetingRefusal(Refusal):
    TIME_UNREADABLE = "meetings.time_unreadable"
    DRAFT_GONE = "meetings.draft_gone"
    MEETING_OF_ANOTHER = "meetings.meeting_of_another"
    NOTHING_CHANGED_WITHOUT_REASON = "meetings.nothing_changed_without_reason"
    MEETING_BEGINS_BEFORE = "meetings.meeting_begins_before"
    COLLEAGUE_NOT_A_MEMBER = "meetings.colleague_not_a_member"
    COLLEAGUE_ASKED_ALREADY = "meetings.colleague_asked_already"
    ANSWERED_ALREADY = "meetings.answered_already"
    MEETING_OFF = "meetings.meeting_off"
    MEETING_PASSED = "meetings.meeting_passed"
    GAP_CLOSED = "meetings.gap_closed"
    CHANGE_MISSING = "meetings.change_missing"
    NEXT_DAY_PASSED = "meetings.next_day_passed"
    DAY_WITHOUT_ACTION = "meetings.day_without_action"
    SETTLED_WITHOUT_WORDS = "meetings.settled_without_words"
    STEP_OPEN_ALREADY = "meetings.step_open_already"
    REPEAT_MISSING = "meetings.repeat_missing"
    LEAD_OUT_OF_RANGE = "meetings.lead_out_of_range"
    FIRST_DAY_PASSED = "meetings.first_day_passed"
    FIRST_DAY_ASKED_ALREADY = "meetings.first_day_asked_already"
    ANSWER_WITHOUT_ACCOUNT = "meetings.answer_without_account"
    DAY_UNREADABLE = "meetings.day_unreadable"
    NO_PART_OF_ANSWER = "meetings.no_part_of_answer"
    LABEL_UNKNOWN = "meetings.label_unknown"
    LABEL_TWICE = "meetings.label_twice"
    LABEL_EMPTY = "meetings.label_empty"
