"""Charts, containers, context actions, rich cells and rich inputs: what templates write, and what Slack gets.

With TRAFFIC set the examples go into that file, so that CI holds them against Slack's contract and Slack's own types.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.markup import CompileError
from bot.slack.payload import Form
from sandbox.blocks import finish_blocks, finish_view
from tests.support.markup_kit import blocks, home, message, modal
from tests.support.traffic import record

Json = dict[str, Any]
CHART = """
<chart title="Proven by month" type="line" x_label="Month" y_label="%">
  <series name="Proven">
    <point label="Jan" value="40"/><point label="Feb" value=""/><point label="Mar" value="62.5"/>
  </series>
  <series name="Target">
    <point label="Jan" value="50"/><point label="Feb" value="55"/><point label="Mar" value="60"/>
  </series>
</chart>
"""
CONTAINER = """
<container title="Acme" subtitle="2 gaps" width="wide" is_collapsible="true" default_collapsed="true">
  <section><b>Hours</b> are unproven.</section>
  <divider/>
  <actions><button action_id="open" value="1">Open</button></actions>
</container>
"""
CONTEXT_ACTIONS = """
<context_actions>
  <feedback_buttons action_id="vote">
    <positive_button value="yes">Right</positive_button>
    <negative_button value="no" accessibility_label="This is wrong">Wrong</negative_button>
  </feedback_buttons>
  <icon_button action_id="remove" icon="trash" value="7">Remove<confirm title="Sure?">It goes.</confirm></icon_button>
</context_actions>
"""
RICH_DATA_TABLE = """
<data_table caption="Accounts">
  <row><cell>Account</cell><cell>Proven</cell></row>
  <row><cell><b>Acme</b> <emoji name="warning"/></cell><cell number="40">40 %</cell></row>
</data_table>
"""
RICH_INPUT = """<modal title="Why" submit="Save"><input label="Why?">
  <rich_text_input action_id="why" placeholder="In their words" initial_value="{{ text }}" focus_on_load="true"/>
</input></modal>"""


@pytest.fixture
def taken() -> Any:
    """Checks blocks as the sandbox does, and records them."""

    def check(given: list[Json], surface: str = "message") -> list[Json]:
        finish_blocks(given, surface, lambda letter: f"{letter}NEWID")
        record("message", {"text": "Example", "blocks": given})
        return given

    return check


def test_a_chart_has_every_value_that_is_known(taken: Any) -> None:
    assert taken(blocks(CHART)) == [
        {
            "type": "data_visualization",
            "block_id": "b0",
            "title": "Proven by month",
            "chart": {
                "type": "line",
                "series": [
                    {"name": "Proven", "data": [{"label": "Jan", "value": 40}, {"label": "Mar", "value": 62.5}]},
                    {"name": "Target", "data": [{"label": "Jan", "value": 50}, {"label": "Mar", "value": 60}]},
                ],
                "axis_config": {"categories": ["Jan", "Mar"], "x_label": "Month", "y_label": "%"},
            },
        }
    ]


@pytest.mark.parametrize("kind", ["bar", "area"])
def test_a_chart_stays_within_six_series_and_twenty_points(kind: str, taken: Any) -> None:
    points = "".join(f'<point label="A long name of a category, {n}" value="{n}"/>' for n in range(25))
    series = "".join(f'<series name="A long name of a series, {n}">{points}</series>' for n in range(9))
    [block] = taken(blocks(f'<chart title="{"t" * 80}" type="{kind}">{series}</chart>'))
    assert len(block["title"]) == 50
    assert [len(one["data"]) for one in block["chart"]["series"]] == [20] * 6
    names = [one["name"] for one in block["chart"]["series"]]
    assert len(set(names)) == 6 and all(len(name) <= 20 for name in names)
    assert len(set(block["chart"]["axis_config"]["categories"])) == 20


def test_a_pie_has_up_to_six_segments_that_are_something(taken: Any) -> None:
    segments = "".join(f'<segment label="Part {n}" value="{n - 1}"/>' for n in range(9))
    [block] = taken(blocks(f'<chart title="Share" type="pie">{segments}</chart>'))
    assert block["chart"]["segments"] == [{"label": f"Part {n}", "value": n - 1} for n in range(2, 8)]


@pytest.mark.parametrize(
    "inner",
    [
        '<chart title="t" type="line"/>',
        '<chart title="t" type="bar"><series name="a"><point label="Jan" value=""/></series></chart>',
        '<chart title="t" type="pie"><segment label="a" value="0"/></chart>',
        '<container title="Acme"/>',
        "<context_actions/>",
    ],
)
def test_what_has_nothing_to_show_is_left_out(inner: str) -> None:
    assert [block["type"] for block in blocks(f"<divider/>{inner}")] == ["divider"]


def test_a_container_holds_blocks_whose_ids_stay_unique(taken: Any) -> None:
    first, second = taken(blocks(CONTAINER * 2))
    assert {name: value for name, value in first.items() if name != "child_blocks"} == {
        "type": "container",
        "block_id": "b0",
        "title": {"type": "plain_text", "text": "Acme"},
        "subtitle": {"type": "plain_text", "text": "2 gaps"},
        "width": "wide",
        "is_collapsible": True,
        "default_collapsed": True,
        "has_header_divider": False,
    }
    assert [child["block_id"] for child in first["child_blocks"]] == ["b0.0", "b0.1", "b0.2"]
    assert [child["type"] for child in second["child_blocks"]] == ["section", "divider", "actions"]


def test_a_container_takes_ten_blocks(taken: Any) -> None:
    [block] = taken(blocks(f'<container title="{"t" * 200}">{"<section>x</section>" * 14}</container>'))
    assert len(block["child_blocks"]) == 10 and len(block["title"]["text"]) == 150


def test_context_actions_are_asked_beneath_a_message(taken: Any) -> None:
    [block] = taken(blocks(CONTEXT_ACTIONS))
    feedback, remove = block["elements"]
    assert feedback == {
        "type": "feedback_buttons",
        "action_id": "vote",
        "positive_button": {"text": {"type": "plain_text", "text": "Right"}, "value": "yes"},
        "negative_button": {
            "text": {"type": "plain_text", "text": "Wrong"},
            "value": "no",
            "accessibility_label": "This is wrong",
        },
    }
    assert (remove["type"], remove["icon"], remove["value"]) == ("icon_button", "trash", "7")
    assert remove["confirm"]["title"]["text"] == "Sure?"


def test_a_table_takes_numbers_and_styles() -> None:
    [block] = blocks(
        """<table><row><cell>Account</cell><cell>ARR</cell></row>
        <row><cell><b>Acme</b> is <emoji name="warning"/> late</cell><cell number="48000">48,000</cell></row></table>"""
    )
    finish_blocks([block], "message", lambda letter: f"{letter}NEWID")
    styled, number = block["rows"][1]
    assert number == {"type": "raw_number", "value": 48000, "text": "48,000"}
    assert styled == rich(
        {"type": "text", "text": "Acme", "style": {"bold": True}},
        {"type": "text", "text": " is "},
        {"type": "emoji", "name": "warning"},
        {"type": "text", "text": " late"},
    )


def rich(*leaves: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(leaves)}]}


def test_a_data_table_takes_styles_below_its_head(taken: Any) -> None:
    [block] = taken(blocks(RICH_DATA_TABLE))
    assert block["rows"][0] == [{"type": "raw_text", "text": "Account"}, {"type": "raw_text", "text": "Proven"}]
    assert block["rows"][1][0] == rich(
        {"type": "text", "text": "Acme", "style": {"bold": True}},
        {"type": "text", "text": " "},
        {"type": "emoji", "name": "warning"},
    )


def test_a_long_styled_cell_is_cut() -> None:
    [block] = blocks(f"<table><row><cell><b>{'word ' * 200}</b>end</cell></row></table>")
    leaves = block["rows"][0][0]["elements"][0]["elements"]
    words = "".join(leaf["text"] for leaf in leaves)
    assert len(words) <= 501 and words.endswith("word…")


def test_a_rich_input_begins_with_words_and_is_read_as_words() -> None:
    view = modal(RICH_INPUT, text="first\nsecond")
    finish_view(view, "modal", lambda letter: f"{letter}NEWID")
    record("modal", view)
    assert view["blocks"][0]["element"] == {
        "type": "rich_text_input",
        "action_id": "why",
        "placeholder": {"type": "plain_text", "text": "In their words"},
        "focus_on_load": True,
        "initial_value": rich({"type": "text", "text": "first\nsecond"}),
    }
    items = [rich({"type": "text", "text": word})["elements"][0] for word in ("one", "two")]
    value = rich({"type": "text", "text": "Ask "}, {"type": "user", "user_id": "U1"}, {"type": "emoji", "name": "wave"})
    value["elements"].append({"type": "rich_text_list", "style": "bullet", "elements": items})
    state = {"values": {"why": {"why": {"type": "rich_text_input", "rich_text_value": value}}}}
    assert Form({"view": {**view, "state": state}}).words("why") == "Ask @U1:wave:\none\ntwo"


def test_home_takes_charts_and_containers() -> None:
    view = home(f"<home>{CHART}{CONTAINER}</home>")
    finish_view(view, "home", lambda letter: f"{letter}NEWID")
    record("home", view)


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        ("<chart type='line'/>", "needs title"),
        ("<chart title='t' type='spider'/>", "is one of line, bar, area, pie"),
        ("<chart title='t' type='pie'><segment label='a' value='nan'/></chart>", "takes a number"),
        ("<chart title='t' type='pie'><series name='a'/></chart>", "cannot stand in <chart>"),
        ("<table><row><cell number='inf'>x</cell></row></table>", "takes a number"),
        ("<table><row><cell number='1'><b>x</b></cell></row></table>", "holds words only"),
        ("<table><row><cell><a href='https://x.example'>x</a></cell></row></table>", "cannot stand in a cell"),
        ("<data_table caption='c'><row><cell><b>x</b></cell></row></data_table>", "holds words and <emoji/>"),
        ("<container><divider/></container>", "needs a title"),
        ("<container title='t'><chart title='t' type='pie'/></container>", "cannot stand in <container>"),
        ("<container title='t' default_collapsed='true'><divider/></container>", "is_collapsible"),
        ("<context_actions><button>x</button></context_actions>", "cannot stand in <context_actions>"),
        ("<context_actions><feedback_buttons/></context_actions>", "takes <positive_button> and <negative_button>"),
        ("<actions><icon_button icon='trash'>x</icon_button></actions>", "cannot stand in <actions>"),
        ("<chart title='t' type='pie'/>" * 3, "a message takes 2 charts"),
    ],
)
def test_what_cannot_be_is_refused(inner: str, problem: str) -> None:
    with pytest.raises(CompileError, match=problem):
        message(f'<message text="t">{inner}</message>')
