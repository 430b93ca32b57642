"""Why something with a gap cannot be done; `templates/gaps/refusals.yml` words each."""

from __future__ import annotations

from bot.domain.refusal import Refusal


class GapRefusal(Refusal):
    """The codes with which a change of a gap is refused."""

    GONE = "gaps.gone"
    CLOSED_ALREADY = "gaps.closed_already"
    NOT_YOURS = "gaps.not_yours"
    TITLE_MISSING = "gaps.title_missing"
    DAY_PASSED = "gaps.day_passed"
    SAME_DAY = "gaps.same_day"
    COLLEAGUE_HAS_IT = "gaps.colleague_has_it"
    CLOSES_BY_EVIDENCE = "gaps.closes_by_evidence"
    HOW_MISSING = "gaps.how_missing"
    SHOWS_NOTHING = "gaps.shows_nothing"
    NO_LINK = "gaps.no_link"
    PIECE_GONE = "gaps.piece_gone"
