"""Every surface fits a phone: a card has fifteen lines at most before its fold, a modal eight inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.actor import Actor
from bot.domain.enums import CadenceKind, Change, Part, PromptState, Relationship, Stage, Verdict
from bot.features.accounts import card as account_card
from bot.features.accounts import judgement
from bot.features.accounts.card_layout import CARD_LINES, shown
from bot.features.accounts.judgement import NewJudgement
from bot.features.accounts.views import CardView, SharedCardView
from bot.features.packet import packet
from bot.resources import TEMPLATES
from bot.store.admin.migrations import upgrade
from bot.store.engine import Database
from tests.support.factory import add_workspace
from tests.support.managing import MONDAY, Team, day
from tests.support.reading_aloud import RENDERER

LONG = "A very long text that somebody typed on a Friday afternoon, " * 6
MODALS = sorted(
    str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if "<modal" in path.read_text("utf-8")
)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """On SQLite: what is shown does not depend on the database."""
    database = Database(f"sqlite:///{tmp_path / 'shown.db'}")
    upgrade(database)
    add_workspace(database)
    yield Team(database)
    database.dispose()


def rich(team: Team) -> int:
    """An account with more of everything than a card could take."""
    account_id, _, first = team.add_proven(
        LONG[:100], MONDAY, renews_in=30, relationship=Relationship.WARM, contract_start=date(2025, 3, 1)
    )
    for number in range(4):
        owner = team.add("person", account_id=account_id, name=f"Owner {number} {LONG}"[:90], part=Part.OUTCOME_OWNER)
        again = team.add_outcome(account_id, owner, title=f"Proven {number} {LONG}", risk_if_never=LONG)
        team.prove(account_id, again, "400" if number else "700", attested_by=owner)
        team.add_outcome(account_id, owner, title=f"Open {number} {LONG}", risk_if_never=LONG)
        dead = team.add_outcome(account_id, owner, title=f"Dead {number} {LONG}", due_on=date(2026, 2, 1))
        team.prove(account_id, dead, "1200", attested_by=owner)
        team.add("promise", account_id=account_id, text=LONG, promised_on=date(2025, 1, 1))
        team.add("gap", account_id=account_id, title=LONG, opened_at=MONDAY, risk_if_never=LONG)
        team.add("action", account_id=account_id, text=LONG, owner_id=team.maya.id, due_on=date(2026, 1, 1))
    series = team.add(
        "cadence",
        account_id=account_id,
        kind=CadenceKind.WEEKLY_SYNC,
        rrule="FREQ=WEEKLY",
        local_start="2026-01-05T10:00",
        tz="UTC",
        next_meeting_at=day(MONDAY, 3),
    )
    for week in range(4):
        met = day(MONDAY, 30 + 7 * week)
        meeting = team.add(
            "meeting", met, account_id=account_id, cadence_id=series, kind=CadenceKind.WEEKLY_SYNC, starts_at=met
        )
        asked = {"meeting_id": meeting, "member_id": team.maya.id, "asked_at": met, "closes_at": met}
        team.add("prompt", met, account_id=account_id, workspace_id=1, state=PromptState.ANSWERED, **asked)
        told = {"submission": f"form {week}", "member_id": team.maya.id, "change": Change.NOTHING, "answered_at": met}
        team.add("answer", met, account_id=account_id, meeting_id=meeting, **told)
    with team.session() as session:
        yes = NewJudgement(account_id, Verdict.YES, LONG, LONG)
        judgement.judge(session, Actor(team.priya, "test"), yes, MONDAY)
    team.change("account", account_id, stage=Stage.RENEWAL, stage_reason=LONG, first_win_on=date(2025, 5, 1))
    team.change("evidence", first, day(MONDAY, 20), disputed_on=day(MONDAY, 20).date(), disputed_why=LONG)
    return account_id


def lines_before_the_fold(blocks: list[dict[str, Any]]) -> list[str]:
    """What stands above the buttons, line by line."""
    lines: list[str] = []
    for block in blocks:
        if block["type"] == "actions":
            break
        texts = [block["text"]] if "text" in block else block.get("elements", [])
        lines += [line for text in texts for line in text["text"].split("\n") if line.strip()]
    return lines


def card(team: Team, account_id: int, **options: Any) -> CardView:
    with team.session() as session:
        return account_card.card(session, Actor(team.maya, "test"), account_id, day(MONDAY, 60), **options)


def test_the_richest_card_has_fifteen_lines_and_names_everything(team: Team) -> None:
    account_id = rich(team)
    view = card(team, account_id, guessed_from=LONG)
    message = RENDERER.message("accounts/card.html", view=view, place="message")
    lines = lines_before_the_fold(message.blocks)
    assert len(lines) == CARD_LINES, "\n".join(lines)
    text = "\n".join(lines)
    for fact in (
        "by hand:",
        "Activity without evidence:",
        "Forgotten promise:",
        "first win after 61 days",
        ":rotating_light:",
        "Next:",
    ):
        assert fact in text
    assert re.search(r"\d+ more proven: `/proof \S+ packet`; \d+ more unproven", text)
    shared = RENDERER.message("accounts/shared_card.html", view=SharedCardView(view, "U0MAYA"), place="message")
    assert len(lines_before_the_fold(shared.blocks)) == CARD_LINES + 1, "the same and who shares it"


def test_an_empty_card_says_what_is_missing(team: Team) -> None:
    view = card(team, team.add_account("Empty", renews_in=None, arr_minor=None))
    lines = lines_before_the_fold(RENDERER.message("accounts/card.html", view=view, place="message").blocks)
    assert 8 <= len(lines) <= 10
    assert "Without us: nobody there has said what would break" in "\n".join(lines).replace("*", "")
    assert "Last moved: nothing recorded" in "\n".join(lines).replace("*", "")


def test_the_first_button_stands_within_six_lines(team: Team) -> None:
    blocks = RENDERER.message("accounts/card.html", view=card(team, rich(team)), place="message").blocks
    assert blocks[1]["accessory"]["type"] == "button"
    assert len(lines_before_the_fold(blocks[:2])) <= 6


def test_a_packet_is_told_in_five_minutes(team: Team) -> None:
    account_id = rich(team)
    with team.session() as session:
        view = packet.packet(session, Actor(team.maya, "test"), account_id, day(MONDAY, 60))
    message = RENDERER.message("packet/packet.html", view=view, place="message")
    assert len(lines_before_the_fold(message.blocks)) <= 30
    assert {block["type"] for block in message.blocks[-1:]} == {"actions"}


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 3))
def test_lines_are_shared_in_turn_and_what_is_left_is_counted(
    proven: int, disproven: int, unproven: int, warnings: int
) -> None:
    given_ = shown(proven, disproven, unproven, warnings)
    lines = given_.proven + given_.disproven + given_.unproven
    left = given_.left_proven + given_.left_unproven
    assert lines + left == proven + disproven + unproven
    assert lines + bool(left) <= CARD_LINES - 10 - warnings
    assert not left or lines + 1 == CARD_LINES - 10 - warnings
    assert not (disproven and not given_.disproven) and not (unproven and not given_.unproven and warnings < 2)


@pytest.mark.parametrize("name", MODALS)
def test_no_modal_asks_for_more_than_eight_things(name: str) -> None:
    """Inputs that exclude each other (`{% if %}` … `{% else %}`) count once; a loop around an input is refused.

    What a button unfolds is asked of nobody who does not press it.
    """
    source = (TEMPLATES / name).read_text("utf-8")
    at_first = re.sub(
        r"\{% if view\.unfolded %\}.*?\{% else %\}", "{% if view.unfolded %}{% else %}", source, flags=re.S
    )
    assert most_inputs(at_first) <= 8
    assert most_inputs(source) <= 12


def most_inputs(source: str) -> int:
    """The most `<input>`s that a template can render, whatever its data."""
    stack: list[tuple[str, list[int]]] = [("root", [0])]
    for tag in re.finditer(r"<input |\{%-?\s*(if|elif|else|endif|for|endfor)\b", source):
        word = tag[1]
        if word is None:
            assert all(kind != "for" for kind, _ in stack), "an input in a loop has no bound"
            stack[-1][1][-1] += 1
        elif word in ("if", "for"):
            stack.append((word, [0]))
        elif word in ("elif", "else"):
            stack[-1][1].append(0)
        else:
            _, counts = stack.pop()
            stack[-1][1][-1] += max(counts)
    assert len(stack) == 1
    return stack[0][1][0]


def test_alternatives_count_once_and_nothing_is_overlooked() -> None:
    assert most_inputs("<input {% if a %}<input {% if b %}<input {% endif %}{% else %}<input {% endif %}") == 3
    assert "meetings/answer_form.html" in MODALS
