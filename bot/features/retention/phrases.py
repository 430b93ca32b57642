"""What the retention room says beside its templates: the codes that `templates/retention/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class RetentionPhrase(Phrase):
    """Remarks on figures, and the lines of a digest."""

    ALL_CUSTOMERS = "retention/phrases.all_customers"
    LAPSE = "retention/phrases.lapse"
    ENDS_IN_DOUBT = "retention/phrases.ends_in_doubt"
    OVERLAP = "retention/phrases.overlap"
    BELOW_ZERO = "retention/phrases.below_zero"
    MOVED = "retention/phrases.moved"
    MERGED = "retention/phrases.merged"
    REWRITTEN = "retention/phrases.rewritten"
    MONTH_FIGURES = "retention/phrases.month_figures"
    MONTH_BRIDGE = "retention/phrases.month_bridge"
    BRIDGE_STEP = "retention/phrases.bridge_step"
