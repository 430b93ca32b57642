"""What templates make of the values of a view: each value has its words, and no value is shown bare."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.enums import Tier
from bot.domain.proof.disputes import PieceState
from bot.features.accounts.views import HistoryLine, HistoryView, TierView
from bot.features.evidence.views import EvidenceLine, EvidenceView
from bot.rooms import ACTIONS, CALLBACKS
from bot.slack.render import Renderer

RENDERER = Renderer(actions=ACTIONS, callbacks=CALLBACKS)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def shown(surface: Any) -> str:
    return json.dumps(surface if isinstance(surface, dict) else surface.blocks, ensure_ascii=False)


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        (Tier.HIGH_TOUCH, "*high touch*: asked before every meeting; the aim is that every account stays."),
        (Tier.LOW_TOUCH, "*low touch*: asked once a month, and when something breaks."),
        (Tier.TECH_TOUCH, "*tech touch*: never asked one by one; one message a month with only what broke."),
    ],
)
def test_every_tier_says_what_it_means(tier: Tier, words: str) -> None:
    bands = ("500,000 EUR", "50,000 EUR")
    view = TierView(1, "Acme", tier, None, "60,000 EUR", Tier.LOW_TOUCH, bands, can_write=True, seen=1)
    text = shown(RENDERER.modal("accounts/tier.html", view=view))
    assert words in text
    assert "Bands: high touch from 500,000 EUR, low touch from 50,000 EUR, tech touch below." in text
    assert "The ARR bands: low touch" in text
    without = TierView(1, "Acme", tier, None, None, None, None, can_write=True, seen=1)
    assert "none are set, so it stays as it is" in shown(RENDERER.modal("accounts/tier.html", view=without))


@pytest.mark.parametrize(
    ("state", "why", "said", "words"),
    [
        (PieceState.WITHDRAWN, "A typo & more", None, "Withdrawn: A typo &amp; more"),
        (
            PieceState.DISPUTED,
            "Not ours",
            "Disputed by Ana Ruiz since 1 Mar",
            "Disputed by Ana Ruiz since 1 Mar: Not ours",
        ),
        (PieceState.SUPERSEDED, None, None, "Replaced by a newer piece"),
        (PieceState.STANDS, None, "Told to us on a call", "Told to us on a call · Dana Fox, champion · 2 Mar"),
    ],
)
def test_a_piece_of_evidence_says_what_became_of_it(
    state: PieceState, why: str | None, said: str | None, words: str
) -> None:
    line = EvidenceLine(
        evidence_id=1,
        outcome="Fewer tickets",
        what="412 tickets",
        as_of=NOON.date(),
        attestor="Dana Fox",
        part="champion",
        link=None,
        witness="recorded by Maya, no witness",
        openable=None,
        file_id=None,
        may_check=False,
        said=said,
        state=state,
        why=why,
        in_force=state is PieceState.STANDS,
        may_rise=False,
    )
    view = EvidenceView(1, "Acme", "40%", "10%", 2, (line,), can_write=False, today=NOON.date())
    text = shown(RENDERER.message("evidence/evidence.html", view=view))
    assert words in text and "40% proven, 10% seen by somebody else" in text
    assert ("Recorded by Maya, no witness" in text) == line.in_force


def test_history_names_who_did_it() -> None:
    lines = tuple(
        HistoryLine(NOON, by_bot, who, "added it", None)
        for by_bot, who in ((True, None), (False, "Maya"), (False, None))
    )
    text = shown(
        RENDERER.message("accounts/history.html", view=HistoryView(1, "Acme", None, lines, 0, 0, NOON.date(), 20))
    )
    assert "*Proofline* added it" in text and "*Maya* added it" in text and "*somebody* added it" in text
