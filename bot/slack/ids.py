"""The ids that travel through Slack, each in one place: what is clicked, submitted and sent.

Templates read them as `{{ act.ANSWER }}` and `{{ callback.ANSWER }}`. Values of buttons and `private_metadata` carry
row ids only; they are parsed by `bot.slack.payload` and never trusted: use cases check rights at every action.
"""

from __future__ import annotations

from enum import StrEnum


class Command(StrEnum):
    """The slash commands, as the manifest declares them."""

    PROOF = "/proof"
    ANSWER = "/answer"
    PORTFOLIO = "/portfolio"


class ActionId(StrEnum):
    """The `action_id` of everything that can be clicked or chosen outside of an input."""

    ANSWER = "prompt.answer"
    NOTHING_CHANGED = "prompt.nothing"
    SNOOZE_PROMPT = "prompt.snooze"
    HAND_OVER = "prompt.hand_over"
    MEETING_OFF = "prompt.off"
    EDIT_ANSWER = "answer.edit"
    CONFIRM_ANSWER = "answer.confirm"
    ANSWER_LATE = "answer.late"
    ANSWER_ACCOUNT = "answer.account"
    CHOOSE_CHANGE = "draft.change"
    EDIT_DRAFT = "draft.edit"

    OPEN_CARD = "card.open"
    CHOOSE_ACCOUNT = "card.choose"
    SHARE_CARD = "card.share"
    ADD_EVIDENCE = "card.evidence"
    PROVE_GAP = "gap.evidence"
    EVIDENCE_MENU = "evidence.menu"
    ADD_OUTCOME = "plan.outcome"
    ADD_PERSON = "plan.person"
    ADD_OBSTACLE = "plan.obstacle"
    ADD_PROMISE = "plan.promise"
    FIRST_WIN = "plan.first_win"
    SETTLE_PLAN = "plan.settle"
    PUSH_EVIDENCE = "answer.evidence"
    ISOLATE_SHARE = "evidence.isolate"
    SHARE_PACKET = "packet.share"
    ACCEPT_PACKET = "packet.accept"
    SHOW_HISTORY = "card.history"

    CLAIM_RISK = "risk.claim"
    ASSIGN_RISK = "risk.assign"
    SNOOZE_RISK = "risk.snooze"
    CLOSE_RISK = "risk.close"
    REOPEN_RISK = "risk.reopen"

    SHOW_PORTFOLIO = "portfolio.show"
    SHOW_PORTFOLIO_PAGE = "portfolio.page"
    SETUP_PORTFOLIO = "portfolio.setup"
    SETUP_LOOPS = "portfolio.loops"
    ADOPT_ACCOUNTS = "portfolio.adopt"
    JUDGE = "card.judge"

    ANSWER_LOOP = "loop.answer"
    SET_THEME = "loop.theme"
    TELL_CUSTOMER = "loop.told"


class Callback(StrEnum):
    """The `callback_id` of every modal."""

    ANSWER = "answer"
    NOTHING_CHANGED = "nothing_changed"
    HAND_OVER = "hand_over"
    EVIDENCE = "evidence"
    DISPUTE = "dispute"
    WITHDRAW = "withdraw"
    OUTCOME = "outcome"
    BASELINE = "baseline"
    OUTCOME_OWNER = "outcome_owner"
    PERSON = "person"
    OBSTACLE = "obstacle"
    PROMISE = "promise"
    FIRST_WIN = "first_win"
    SETTLE_PLAN = "settle_plan"
    NEW_ACCOUNT = "new_account"
    CADENCE = "cadence"
    PORTFOLIO_SETUP = "portfolio_setup"
    LOOP_CHANNELS = "loop_channels"
    ASSIGN_RISK = "assign_risk"
    SNOOZE_RISK = "snooze_risk"
    CLOSE_RISK = "close_risk"
    JUDGE = "judge"
    ANSWER_LOOP = "answer_loop"
    TOLD = "told"
    THEME = "theme"
    STAGE = "stage"
    TIER = "tier"
    ISOLATE_SHARE = "isolate_share"
    ACCEPT_PACKET = "accept_packet"
