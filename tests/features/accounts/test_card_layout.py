"""Every surface fits a phone: a card shows each outcome up to twenty and loses nothing, a modal has eight inputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
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
from bot.features.accounts.card_layout import Shown, shown
from bot.features.accounts.card_views import CardView, SharedCardView
from bot.features.accounts.judgement import NewJudgement
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


def lines_of(view: CardView, place: str = "message") -> list[str]:
    return lines_before_the_fold(RENDERER.message("accounts/card.html", view=view, place=place).blocks)


def buttons_of(blocks: list[dict[str, Any]]) -> list[str]:
    return [element["text"]["text"] for element in blocks[-1]["elements"] if element["type"] == "button"]


def test_the_richest_card_names_everything_and_loses_nothing(team: Team) -> None:
    view = card(team, rich(team), guessed_from=LONG)
    message = RENDERER.message("accounts/card.html", view=view, place="message")
    assert len(message.blocks) < 50 and len(json.dumps(message.blocks)) < 13_000
    text = "\n".join(lines_before_the_fold(message.blocks)).replace("*", "")
    for fact in (
        "Closest spelling",
        "by hand:",
        "Activity without evidence:",
        "Promised:",
        "first win after 61 days",
        "Risks: :red_circle:",
        "Next:",
        "Would they renew on value?",
        "Not proven (",
    ):
        assert fact in text
    assert not [block for block in message.blocks if block["block_id"] == "more"]
    shared = RENDERER.message("accounts/shared_card.html", view=SharedCardView(view, "U0MAYA"), place="message")
    assert "The buttons show today." in json.dumps(shared.blocks[-1])


@pytest.mark.parametrize("outcomes", [1, 5, 6, 7, 12, 20, 21, 30, 60])
def test_every_outcome_has_a_line_up_to_twenty(team: Team, outcomes: int) -> None:
    account_id = team.add_account("Acme")
    owner = team.add("person", account_id=account_id, name="Kim Li", part=Part.OUTCOME_OWNER)
    for number in range(outcomes):
        outcome = team.add_outcome(account_id, owner, title=f"Outcome {number}", risk_if_never="They leave")
        if number % 3 == 0:
            team.prove(account_id, outcome, "400", attested_by=owner)
    view = card(team, account_id)
    message = RENDERER.message("accounts/card.html", view=view, place="message")
    text = "\n".join(lines_before_the_fold(message.blocks))
    text = text.split("*Next:*")[0]
    shown_titles = re.findall(r"Outcome \d+", text)
    proven = (outcomes + 2) // 3
    assert len(shown_titles) == (outcomes if outcomes <= 20 else min(proven, 8) + min(outcomes - proven, 8))
    assert not [block for block in message.blocks if block["block_id"] == "more"]
    assert ("more" in text) == (outcomes > 20)
    squares = text.count(":large_green_square:") + text.count(":white_large_square:")
    assert squares == len(shown_titles) + (outcomes if outcomes <= 30 else 0)
    wide = [block for block in message.blocks if block["type"] == "context"]
    assert len(wide) == 1 + (outcomes if outcomes <= 6 else 0)


def test_six_long_outcomes_in_japanese_take_one_line_each(team: Team) -> None:
    account_id = team.add_account("Acme")
    owner = team.add("person", account_id=account_id, name="Kim Li", part=Part.OUTCOME_OWNER)
    for number in range(6):
        long = f"{number}" + "請求書は五日以内に承認される" * 12
        team.add_outcome(account_id, owner, title=long, risk_if_never=long)
    message = RENDERER.message("accounts/card.html", view=card(team, account_id), place="message")
    assert len(json.dumps(message.blocks)) < 13_000
    text = json.dumps(message.blocks, ensure_ascii=False)
    assert text.count("承認される") >= 6 and "Not proven (6)" in text
    assert not [block for block in message.blocks if block["block_id"] == "more"]


def test_a_card_without_outcomes_says_what_is_missing(team: Team) -> None:
    view = card(team, team.add_account("Empty", renews_in=None, arr_minor=None))
    text = "\n".join(lines_of(view)).replace("*", "")
    assert text.startswith("Empty: no success plan")
    assert "Nobody has written down what success means for them, so nothing can be proven." in text
    assert "ARR unknown · renewal date unknown" in text and "If nobody writes it down:" in text
    assert "Last moved: nothing recorded" in text and "no meeting planned" in text and "square" not in text
    blocks = RENDERER.message("accounts/card.html", view=view, place="message").blocks
    assert buttons_of(blocks) == ["Write down success", "Plan", "History"]


def test_a_day_that_has_been_has_a_clock_and_no_buttons(team: Team) -> None:
    account_id, _, _ = team.add_proven("Acme", MONDAY)
    view = card(team, account_id, as_of=day(MONDAY, 1).date())
    blocks = RENDERER.message("accounts/card.html", view=view, place="message").blocks
    assert blocks[0]["text"]["text"].startswith(":clock3: Acme: ")
    assert blocks[0]["text"]["text"].endswith(", as it was on 3 Mar 2026")
    assert not [block for block in blocks if block["type"] == "actions"]


def test_the_green_button_is_what_the_reader_wants_next(team: Team) -> None:
    account_id, _, _ = team.add_proven("Acme", MONDAY)
    view = card(team, account_id)
    blocks = RENDERER.message("accounts/card.html", view=view, place="message").blocks
    assert buttons_of(blocks)[:6] == ["Add evidence", "Evidence", "Gaps", "Packet", "Plan", "History"]
    assert [element.get("style") for element in blocks[-1]["elements"]].count("primary") == 1
    reader = replace(view, can_write=False)
    read = RENDERER.message("accounts/card.html", view=reader, place="message").blocks
    assert buttons_of(read)[0] == "Share here" and read[-1]["elements"][0]["style"] == "primary"
    in_modal = RENDERER.message("accounts/card.html", view=reader, place="modal").blocks
    assert buttons_of(in_modal)[0] == "Evidence", "nothing can be shared out of a modal"
    unplanned = replace(reader, outcomes=0, lines=(), may_ask=True, owner="Tom Okafor")
    asked = RENDERER.message("accounts/card.html", view=unplanned, place="message").blocks
    assert buttons_of(asked)[0] == "Ask Tom for a plan"
    shared = RENDERER.message("accounts/shared_card.html", view=SharedCardView(view, "U0MAYA"), place="message").blocks
    assert "primary" not in json.dumps(shared) and buttons_of(shared[:-1])[0] == "Evidence"


def test_the_notification_says_what_counts(team: Team) -> None:
    account_id, _, _ = team.add_proven("Acme", MONDAY, renews_in=127)
    text = RENDERER.message("accounts/card.html", view=card(team, account_id), place="message").text
    assert text == "Acme: 100% proven, renews in 67 days, 100,000 EUR."


def test_a_packet_is_told_in_five_minutes(team: Team) -> None:
    account_id = rich(team)
    with team.session() as session:
        view = packet.packet(session, Actor(team.maya, "test"), account_id, day(MONDAY, 60))
    message = RENDERER.message("packet/packet.html", view=view, place="message")
    assert len(lines_before_the_fold(message.blocks)) <= 30
    assert {block["type"] for block in message.blocks[-1:]} == {"actions"}


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.lists(st.text(max_size=200), max_size=40))
def test_lines_are_cut_only_above_twenty(proven: int, between: int, unproven: int, texts: list[str]) -> None:
    given_ = shown(proven, between, unproven, texts)
    many = proven + between + unproven
    if many <= 20:
        assert (given_.proven, given_.between, given_.unproven) == (proven, between, unproven)
    else:
        assert given_ == Shown(False, min(proven, 8), min(between, 4), min(unproven, 8))
    assert not (given_.wide and many > 6)


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


def test_of_many_outcomes_the_missed_and_disputed_are_never_those_that_are_cut(team: Team) -> None:
    """Nobody hides a dispute behind outcomes that are partly proven."""
    account_id, _, evidence_id = team.add_proven("Acme", MONDAY)
    team.change("evidence", evidence_id, disputed_on=MONDAY.date(), disputed_why="wrong month")
    owner = team.add("person", account_id=account_id, name="Sam Roe", part=Part.OUTCOME_OWNER)
    for number in range(6):
        partly = team.add_outcome(account_id, owner, title=f"Partly {number}")
        team.prove(account_id, partly, "700", attested_by=owner)
    dead = team.add_outcome(account_id, owner, title="Dead", due_on=date(2026, 2, 1))
    team.prove(account_id, dead, "1200", attested_by=owner)
    for number in range(14):
        team.add_outcome(account_id, owner, title=f"Open {number}")
    with team.session() as session:
        view = account_card.card(session, Actor(team.maya, "command"), account_id, MONDAY)
    shown_now = [line.mark for line in view.groups[1][: view.shown.between]]
    assert shown_now[:2] == ["disputed", "missed"]
