"""Why an operator cannot change a row of the outbox; `templates/outbox/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class OutboxRefusal(Refusal):
    """The codes with which a row is left as it is."""

    SENT_ALREADY = "outbox.sent_already"
    OVER_ALREADY = "outbox.over_already"
    NO_MESSAGE = "outbox.no_message"
    BEING_SENT = "outbox.being_sent"
