"""The codes of this room's sentences, which `templates/renewals/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class RenewalPhrase(Phrase):
    """Sentences outside of messages and forms."""

    SOMEBODY = "renewals/phrases.somebody"
    REASON_UNKNOWN = "renewals/phrases.reason_unknown"
    ENDED = "renewals/phrases.ended"
    TERM = "renewals/phrases.term"
    NO_CALL = "renewals/phrases.no_call"
    DIGEST_LEFT = "renewals/phrases.digest_left"
    DIGEST_RENEWED = "renewals/phrases.digest_renewed"
    DIGEST_MONTHLY = "renewals/phrases.digest_monthly"
    DIGEST_TITLE = "renewals/phrases.digest_title"
