"""Why something in confirmations cannot be done; `templates/confirmations/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class ConfirmationRefusal(Refusal):
    # What our own people are told
    TEAM_MAY_NOT_VOUCH = "confirmations.team_may_not_vouch"
    HAD_THE_ACCOUNT = "confirmations.had_the_account"
    ONLY_MANAGER_OR_ADMIN = "confirmations.only_manager_or_admin"
    NO_DOMAIN = "confirmations.no_domain"
    DOMAIN_OURS = "confirmations.domain_ours"
    TEAM_OURS = "confirmations.team_ours"
    DOMAIN_FREE_MAIL = "confirmations.domain_free_mail"
    ORG_MISSING = "confirmations.org_missing"
    ORGS_SEVERAL = "confirmations.orgs_several"
    CHANNEL_NOT_SHARED = "confirmations.channel_not_shared"
    ORG_NOT_BOUND = "confirmations.org_not_bound"
    NOBODY_OF_THEIRS = "confirmations.nobody_of_theirs"
    NOTHING_TO_CONFIRM = "confirmations.nothing_to_confirm"
    PIECE_DOES_NOT_STAND = "confirmations.piece_does_not_stand"
    NOT_WHO_ACCEPTED = "confirmations.not_who_accepted"
    PERSON_LEFT = "confirmations.person_left"
    NO_PEOPLE = "confirmations.no_people"
    NOT_IN_CHANNEL = "confirmations.not_in_channel"
    USER_IS_SOMEBODY_ELSE = "confirmations.user_is_somebody_else"
    USER_IS_NOT_THAT_PERSON = "confirmations.user_is_not_that_person"
    ASKED_TODAY = "confirmations.asked_today"
    BINDING_ENDED = "confirmations.binding_ended"
    PERSON_SETTLED = "confirmations.person_settled"
    # What people of the customer are told
    QUESTION_GONE = "confirmations.question_gone"
    QUESTION_OVER = "confirmations.question_over"
    ANSWERED_ALREADY = "confirmations.answered_already"
    NOT_THEIR_ORG = "confirmations.not_their_org"
    GUEST_OF_THEIRS = "confirmations.guest_of_theirs"
    ASKS_SOMEBODY_ELSE = "confirmations.asks_somebody_else"
    CORRECTION_EMPTY = "confirmations.correction_empty"
    CORRECTION_NO_NUMBER = "confirmations.correction_no_number"
    CORRECTION_SAME = "confirmations.correction_same"
    NOT_TO_CORRECT = "confirmations.not_to_correct"
    NOTHING_SAID = "confirmations.nothing_said"
    SAID_BY_ANOTHER = "confirmations.said_by_another"
    BUILT_ON = "confirmations.built_on"
    REASON_EMPTY = "confirmations.reason_empty"
