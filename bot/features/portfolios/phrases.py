"""What the portfolios room says beside its templates: the codes that `templates/portfolios/phrases.yml` words."""

from __future__ import annotations

from bot.phrases import Phrase


class PortfolioPhrase(Phrase):
    """Headings and lines of digests and overviews; a digest keeps them as it was sent."""

    NEWLY_BROKEN = "portfolios/phrases.newly_broken"
    NEWLY_PROVEN = "portfolios/phrases.newly_proven"
    RENEWALS = "portfolios/phrases.renewals"
    RENEWAL = "portfolios/phrases.renewal"
    SILENT = "portfolios/phrases.silent"
    MOVEMENT = "portfolios/phrases.movement"
    THEATRE = "portfolios/phrases.theatre"
    FORGOTTEN = "portfolios/phrases.forgotten"
    FORGOTTEN_PROMISES = "portfolios/phrases.forgotten_promises"
    IN_DANGER = "portfolios/phrases.in_danger"
    MORE_IN_DANGER = "portfolios/phrases.more_in_danger"
    COUNTED = "portfolios/phrases.counted"
    ALONE = "portfolios/phrases.alone"
    POINTS = "portfolios/phrases.points"
    SOMEBODY = "portfolios/phrases.somebody"
    NOBODY = "portfolios/phrases.nobody"
    LOAD = "portfolios/phrases.load"
    ANSWERS = "portfolios/phrases.answers"
    THEMES = "portfolios/phrases.themes"
    LOAD_OF_OWNER = "portfolios/phrases.load_of_owner"
