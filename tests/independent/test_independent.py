"""The parts of `make independent` that need neither npm nor a network."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.independent import typecheck
from tests.independent.forms import state_of
from tests.independent.typecheck import Payload
from tests.independent.walk import ROOT, a_wednesday_at_ten

HERE = Path(__file__).parent


def test_without_npm_it_says_so_and_fails(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.independent"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert run.stdout.startswith("npm is not installed") and run.stderr == ""


def test_the_packages_are_pinned_and_name_no_registry() -> None:
    wanted = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
    text = (HERE / "package-lock.json").read_text("utf-8")
    locked = json.loads(text)["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for path, package in locked.items() if path)
    assert "http" not in text and "resolved" not in text


def test_a_form_is_sent_as_it_stands_with_what_was_filled_in() -> None:
    options = [{"value": "a", "text": {}}, {"value": "b", "text": {}}]
    view = modal(
        {"type": "plain_text_input", "action_id": "why", "initial_value": "because"},
        {"type": "number_input", "action_id": "hours", "initial_value": "24"},
        {"type": "static_select", "action_id": "one", "options": options, "initial_option": options[0]},
        {"type": "multi_static_select", "action_id": "some", "options": options},
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-03-01"},
    )
    assert state_of(view, {"hours": 3, "some": ["b"]}) == {
        "b0": {"why": {"type": "plain_text_input", "value": "because"}},
        "b1": {"hours": {"type": "number_input", "value": "3"}},
        "b2": {"one": {"type": "static_select", "selected_option": options[0]}},
        "b3": {"some": {"type": "multi_static_select", "selected_options": [options[1]]}},
        "b4": {"day": {"type": "datepicker", "selected_date": "2026-03-01"}},
    }
    with pytest.raises(AssertionError, match="no input because"):
        state_of(view, {"because": "x"})
    with pytest.raises(AssertionError, match="does not offer c"):
        state_of(view, {"one": "c"})


def modal(*elements: dict[str, Any]) -> dict[str, Any]:
    blocks = [{"type": "input", "block_id": f"b{at}", "element": element} for at, element in enumerate(elements)]
    return {"type": "modal", "blocks": [*blocks, {"type": "divider"}]}


def test_payloads_of_one_shape_are_checked_once() -> None:
    def section(words: str, kind: str = "mrkdwn") -> dict[str, Any]:
        return {"type": "section", "text": {"type": kind, "text": words}}

    one, two = [section("a")], [section("b"), section("c")]
    other, header = [section("a", "plain_text")], [{**section("a"), "type": "header"}]
    payloads = [Payload("Blocks", value, "chat.postMessage") for value in (one, two, other, header)]
    assert [payload.value for payload in typecheck.distinct(payloads)] == [one, other, header]


def test_recorded_calls_become_a_program(tmp_path: Path) -> None:
    home = {"type": "home", "blocks": []}
    calls = [
        {"method": "chat.postMessage", "request": {"text": "x", "blocks": json.dumps([{"type": "divider"}])}},
        {"method": "views.publish", "request": {"view": home}},
        {"method": "auth.test", "request": {}},
    ]
    file = tmp_path / "traffic.jsonl"
    file.write_text("".join(json.dumps(call) + "\n" for call in calls), "utf-8")
    program = typecheck.program(typecheck.of_traffic(file))
    assert 'export const p0: Blocks = [{"type": "divider"}];' in program
    assert 'export const p1: Home = {"type": "home", "blocks": []};' in program
    assert "p2" not in program and "@ts-expect-error" in program


@pytest.mark.parametrize("day", range(7))
def test_the_meeting_is_on_a_wednesday_and_the_day_before_is_still_to_come(day: int) -> None:
    now = datetime(2026, 3, 2, 23, 59, tzinfo=UTC) + timedelta(days=day)
    meeting = a_wednesday_at_ten(now)
    assert (meeting.weekday(), meeting.hour) == (2, 10)
    assert timedelta(days=6) < meeting - now < timedelta(days=14)
