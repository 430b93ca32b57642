"""Slack's limits: data never breaks them, and the reader is told what is left out."""

import json

import pytest

from bot.slack.markup import limits
from tests.support.markup_kit import block, blocks, element, field, home, message, modal, text

LONG = "word " * 2_000
CARD = """<message text="t" more="/proof acme gap shows all">
  <header>Gaps</header>
  {% for n in range(count) %}<section>Gap {{ n }} {{ t }}</section>{% endfor %}
  <actions keep="true"><button action_id="share">Share</button></actions>
</message>"""


@pytest.mark.parametrize(
    ("inner", "limit"),
    [
        ("<header>{{ t }}</header>", 150),
        ("<section>{{ t }}</section>", 3_000),
        ("<context>{{ t }}</context>", 2_000),
        ("<section><field>{{ t }}</field></section>", 2_000),
        ('<actions><button action_id="a">{{ t }}</button></actions>', 75),
        ("<table><row><cell>{{ t }}</cell></row></table>", 500),
    ],
)
def test_long_text_is_cut_on_a_word(inner: str, limit: int) -> None:
    found = json.dumps(block(inner, t=LONG), ensure_ascii=False)
    words = found[found.index("word") : found.index("…") + 1]
    assert limit - 5 <= len(words) <= limit
    assert words.endswith("word…")


def test_long_attributes_are_cut() -> None:
    view = modal(
        """<modal title="{{ t }}" submit="{{ t }}" close="{{ t }}"><input label="{{ t }}" hint="{{ t }}">
             <plain_text_input action_id="a" placeholder="{{ t }}" initial_value="{{ t }}"/></input></modal>""",
        t=LONG,
    )
    entry = view["blocks"][0]
    lengths = [len(part["text"]) for part in (view["title"], view["submit"], view["close"])]
    assert lengths == [20, 20, 20]
    assert (len(entry["label"]["text"]), len(entry["hint"]["text"])) == (2_000, 2_000)
    assert len(entry["element"]["placeholder"]["text"]) == 150
    assert len(entry["element"]["initial_value"]) == 3_000


def test_escaping_counts_against_the_limit() -> None:
    shown = text("{{ t }}", t="<" * 3_000)
    assert len(shown) <= 3_000
    assert shown == "&lt;" * (2_999 // 4) + "…"


@pytest.mark.parametrize("tag", ["b", "i", "s", "code", "pre"])
def test_a_cut_style_is_closed(tag: str) -> None:
    mark = {"b": "*", "i": "_", "s": "~", "code": "`", "pre": "```"}[tag]
    shown = text(f"<{tag}>{{{{ t }}}}</{tag}>", t=LONG)
    assert len(shown) <= 3_000
    assert shown.startswith(f"{mark}word ") and shown.endswith(f"word…{mark}")


def test_a_form_is_kept_whole_or_left_out() -> None:
    shown = text('{% for n in range(200) %}<a href="https://x.example/{{ n }}">report {{ n }}</a> {% endfor %}')
    assert len(shown) <= 3_000
    assert shown.endswith("…")
    assert shown.count("<") == shown.count(">") == shown.count("|")


def test_lists_lose_what_is_over() -> None:
    many = '{% for n in range(120) %}<option value="{{ n }}" selected="{{ n == 110 }}">o{{ n }}</option>{% endfor %}'
    menu = field(f'<static_select action_id="a" placeholder="Choose a gap">{many}</static_select>')
    assert len(menu["options"]) == 100
    assert menu["placeholder"]["text"] == "Choose a gap (100 of 120)"
    assert menu["initial_option"] == menu["options"][-1] and menu["initial_option"]["value"] == "110"
    assert len(element(f'<overflow action_id="a">{many}</overflow>')["options"]) == 5
    buttons = '{% for n in range(30) %}<button action_id="a{{ n }}">b</button>{% endfor %}'
    assert len(block(f"<actions>{buttons}</actions>")["elements"]) == 25
    assert len(block("<section>{% for n in range(12) %}<field>f</field>{% endfor %}</section>")["fields"]) == 10
    images = '{% for n in range(12) %}<image image_url="https://x.example" alt_text="i"/>{% endfor %}'
    assert len(block(f"<context>{images}text</context>")["elements"]) == 10


def test_a_menu_without_options_shows_a_dash() -> None:
    menu = field(
        '<static_select action_id="a">{% for n in [] %}<option value="1">o</option>{% endfor %}</static_select>'
    )
    assert menu["options"] == [{"text": {"type": "plain_text", "text": "—"}, "value": "none"}]


def test_a_table_keeps_its_rows_and_columns() -> None:
    row = "<row>{% for c in range(25) %}<cell>{{ c }}</cell>{% endfor %}</row>"
    source = f"<table>{{% for r in range(120) %}}{row}{{% endfor %}}</table>"
    page = home(f'<home more="see the export">{source}</home>')
    assert len(page["blocks"][0]["rows"]) == 100
    assert {len(row) for row in page["blocks"][0]["rows"]} == {20}
    assert page["blocks"][1]["elements"][0]["text"] == "… more — see the export"
    found = blocks(source)
    assert [block["type"] for block in found] == ["table", "context"]
    assert len(json.dumps(found)) <= limits.JSON["message"]


def test_three_hundred_gaps_are_one_message() -> None:
    sent = message(CARD, t="", count=300)
    assert len(sent.blocks) == 50
    assert sent.blocks[0]["type"] == "header"
    assert sent.blocks[-1]["type"] == "actions"
    shown = sum(found["type"] == "section" for found in sent.blocks)
    assert sent.blocks[-2]["elements"][0]["text"] == f"… {300 - shown} more — /proof acme gap shows all"


def test_characters_beyond_ascii_count_as_slack_counts_them() -> None:
    sent = message(CARD, t="株式会社" * 20, count=40)
    assert len(json.dumps(sent.blocks)) <= 13_000
    shown = sum(found["type"] == "section" for found in sent.blocks)
    assert 15 < shown < 40
    assert sent.blocks[-2]["elements"][0]["text"].startswith(f"… {40 - shown} more")


def test_one_huge_section_is_shortened_rather_than_dropped() -> None:
    sent = message(CARD, t="株" * 5_000, count=1)
    assert len(json.dumps(sent.blocks)) <= 13_000
    assert [found["type"] for found in sent.blocks] == ["header", "section", "context", "actions"]
    assert sent.blocks[1]["text"]["text"].endswith("株…")
    assert sent.blocks[2]["elements"][0]["text"] == "… more — /proof acme gap shows all"


def test_a_cut_text_says_how_to_see_the_rest() -> None:
    sent = message(CARD, t=LONG, count=1)
    assert [found["type"] for found in sent.blocks] == ["header", "section", "context", "actions"]
    assert sent.blocks[2]["elements"][0]["text"] == "… more — /proof acme gap shows all"


def test_what_fits_is_left_alone() -> None:
    assert [found["type"] for found in message(CARD, t="", count=2).blocks] == [
        "header",
        "section",
        "section",
        "actions",
    ]


def test_a_heading_does_not_stand_alone_above_the_line() -> None:
    source = "{% for n in range(60) %}<section>x</section><divider/><header>h</header>{% endfor %}"
    found = blocks(source)
    assert [block["type"] for block in found[-2:]] == ["section", "context"]


def test_kept_blocks_give_way_when_they_alone_are_too_much() -> None:
    found = blocks('{% for n in range(80) %}<section keep="true">x</section>{% endfor %}')
    assert len(found) == 50
    assert found[-1]["elements"][0]["text"] == "… 31 more"


def test_a_page_takes_a_hundred_blocks() -> None:
    assert len(home("<home>{% for n in range(100) %}<section>x</section>{% endfor %}</home>")["blocks"]) == 100
    page = home("<home>{% for n in range(130) %}<section>x</section>{% endfor %}</home>")
    assert len(page["blocks"]) == 100
    assert page["blocks"][-1]["elements"][0]["text"] == "… 31 more"
