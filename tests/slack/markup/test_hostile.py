"""Whatever people type goes through every kind of text without a mention, a broken layout or a refusal."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.markup import limits
from tests.support.markup_kit import home, message, modal, text_objects

MESSAGE = """<message text="{{ t }}" more="{{ t }}">
  <header>{{ t }}</header>
  <section><b>{{ t }}</b> and {{ t }} <i>x {{ t }}</i> <code>{{ t }}</code>
    <a href="https://x.example/{{ t }}">{{ t }}</a> <a href="{{ t }}">{{ t }}</a> <user id="{{ t }}"/>
    <quote>{{ t }}</quote><li>{{ t }}</li><pre>{{ t }}</pre>
    <field>{{ t }}</field><field><s>{{ t }}</s></field>
    <button action_id="a" url="{{ t }}" accessibility_label="{{ t }}">{{ t }}
      <confirm title="{{ t }}" confirm="{{ t }}" deny="{{ t }}">{{ t }}</confirm></button></section>
  {% for n in range(count) %}<section>{{ t }}</section><context>{{ t }}</context>{% endfor %}
  <table><row><cell>{{ t }}</cell></row></table>
  <actions keep="true">
    <static_select action_id="s" placeholder="{{ t }}">
      {% for n in range(count) %}<option value="{{ n }}" description="{{ t }}">{{ t }}</option>{% endfor %}
    </static_select>
    <overflow action_id="o">{% for n in range(count) %}<option value="{{ n }}">{{ t }}</option>{% endfor %}</overflow>
  </actions>
</message>"""
MODAL = """<modal title="{{ t }}" submit="{{ t }}" close="{{ t }}" private_metadata="m">
  <input label="{{ t }}" hint="{{ t }}">
    <plain_text_input action_id="p" multiline="true" max_length="100" initial_value="{{ t }}" placeholder="{{ t }}"/>
  </input>
  <input label="{{ t }}"><checkboxes action_id="c">
    {% for n in range(count) %}<option value="{{ n }}" selected="true">{{ t }}</option>{% endfor %}</checkboxes></input>
  <input label="{{ t }}"><number_input action_id="n" initial_value="{{ t }}"/></input>
  <input label="{{ t }}"><users_select action_id="u" initial_user="{{ t }}" placeholder="{{ t }}"/></input>
  <alert>{{ t }}</alert>
</modal>"""
HOME = """<home more="{{ t }}">{% for n in range(count) %}<section>{{ t }}</section>{% endfor %}
  <data_table caption="{{ t }}"><row><cell>{{ t }}</cell></row><row><cell>{{ t }}</cell></row></data_table></home>"""

FORM = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!date\^\d+\^[^<>|]*\|[^<>]*|(?:https?|mailto|tel|slack):[^<>|]*(?:\|[^<>]*)?)>",
    re.IGNORECASE,
)
NASTY = [
    *["<!channel>", "<!here|x>", "<@U1>", "&lt;!channel&gt;", "*_~`", "```", "> ", "|", "'\"", "</section>", "]]>"],
    *["\n", "\r\n", "\x00", "\x1b[31m", "\ud800", "\u202e", "\u2066", "\u200b", "\ufffe", "&#0;", "{{ t }}", "{% x %}"],
    *["👨‍👩‍👧", "🇩🇪", "e\u0301\u0302", "𝔘", "株式会社", "שלום", "https://x.example/a|b>", "U123", "a word "],
]
hostile = st.builds(
    lambda parts, times: ("".join(parts) * times)[:10_000],
    st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=10)), max_size=8),
    st.sampled_from([1, 1, 1, 40, 2_000]),
)
counts = st.sampled_from([0, 1, 3, 12, 120])


def check(surface: str, found: list[dict[str, Any]]) -> None:
    """What holds for every list of blocks that is sent."""
    assert 0 < len(found) <= limits.BLOCKS[surface]
    assert len(json.dumps(found)) <= limits.JSON[surface]
    json.dumps(found, ensure_ascii=False).encode()
    ids = [block["block_id"] for block in found]
    assert len(set(ids)) == len(ids)
    for part in text_objects(found):
        assert 0 < len(part["text"]) <= 3_000
        assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\ud800-\udfff]", part["text"])
        if part["type"] == "mrkdwn":
            check_mrkdwn(part["text"])


def check_mrkdwn(text: str) -> None:
    rest = FORM.sub("", re.sub("^> ", "", text, flags=re.MULTILINE))
    assert not set("<>") & set(rest), text[:200]
    assert not re.search("&(?!(?:amp|lt|gt);)", rest), text[:200]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(hostile, counts)
def test_a_message_carries_any_text(typed: str, count: int) -> None:
    sent = message(MESSAGE, t=typed, count=count)
    check("message", sent.blocks)
    check_mrkdwn(sent.text)
    assert 0 < len(sent.text) <= limits.TEXT


@settings(max_examples=40, deadline=None)
@given(hostile, counts)
def test_a_modal_carries_any_text(typed: str, count: int) -> None:
    view = modal(MODAL, t=typed, count=count)
    check("modal", view["blocks"])
    for part in ("title", "submit", "close"):
        assert part not in view or 0 < len(view[part]["text"]) <= limits.TITLE
    assert len(view["blocks"][0]["element"].get("initial_value", "")) <= 100
    # What does not fit is said to be more; no input is ever left out for it.
    assert len([block for block in view["blocks"] if block["block_id"] != "more"]) == 5


@settings(max_examples=25, deadline=None)
@given(hostile, counts)
def test_a_home_page_carries_any_text(typed: str, count: int) -> None:
    check("home", home(HOME, t=typed, count=count)["blocks"])


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(hostile)
def test_styles_stay_balanced_whatever_is_typed(typed: str) -> None:
    """The only style marks are ours: each line has as many as the template's tags open and close, or fewer."""
    sent = message(
        '<message text="t"><section><b>{% for line in t %}{{ line }}<br/>{% endfor %}</b></section></message>',
        t=typed.split("\n"),
    )
    for line in sent.blocks[0]["text"]["text"].split("\n"):
        assert line.count("*") in (0, 2), line[:200]
        assert not set("~`") & set(line)


def test_preformatted_text_keeps_its_spaces_and_loses_what_turns_the_line() -> None:
    text = message('<message text="x"><section><pre>a  b\u202ec</pre></section></message>').blocks[0]["text"]["text"]
    assert text == "```a  bc```"
