"""The markup by example: what a template author writes, and what Slack gets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum

import pytest

from tests.support.markup_kit import block, blocks, element, field, home, message, modal, text


def test_a_message_has_a_sentence_for_notifications_and_blocks() -> None:
    sent = message(
        """<message text="{{ name }}: 80 % proven">
             <header>{{ name }}</header>
             <section>Renewal is <b>unproven</b>.</section>
           </message>""",
        name="Acme & Sons",
    )
    assert sent.text == "Acme &amp; Sons: 80 % proven"
    assert sent.metadata is None
    assert sent.blocks == [
        {"type": "header", "block_id": "b0", "text": {"type": "plain_text", "text": "Acme & Sons"}},
        {
            "type": "section",
            "block_id": "b1",
            "text": {"type": "mrkdwn", "text": "Renewal is *unproven*.", "verbatim": True},
        },
    ]


def test_a_modal_is_a_complete_view() -> None:
    view = modal(
        """<modal title="Answer" submit="Save" close="Later" callback_id="answer" private_metadata="m1"
                  notify_on_close="true" external_id="e1">
             <input label="What changed?" hint="In their words" optional="true">
               <plain_text_input action_id="changed" multiline="true" initial_value="{{ draft }}" placeholder="…"/>
             </input>
           </modal>""",
        draft="first\nsecond",
    )
    assert view == {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Answer"},
        "submit": {"type": "plain_text", "text": "Save"},
        "close": {"type": "plain_text", "text": "Later"},
        "callback_id": "answer",
        "private_metadata": "m1",
        "notify_on_close": True,
        "external_id": "e1",
        "blocks": [
            {
                "type": "input",
                "block_id": "changed",
                "label": {"type": "plain_text", "text": "What changed?"},
                "hint": {"type": "plain_text", "text": "In their words"},
                "optional": True,
                "element": {
                    "type": "plain_text_input",
                    "action_id": "changed",
                    "multiline": True,
                    "initial_value": "first\nsecond",
                    "placeholder": {"type": "plain_text", "text": "…"},
                },
            }
        ],
    }


def test_a_home_page_is_a_complete_view() -> None:
    view = home('<home callback_id="home"><divider/></home>')
    assert view == {"type": "home", "callback_id": "home", "blocks": [{"type": "divider", "block_id": "b0"}]}


def test_a_page_without_blocks_says_nothing_visibly() -> None:
    assert home("<home>{% for account in [] %}<divider/>{% endfor %}</home>")["blocks"][0]["type"] == "context"


@pytest.mark.parametrize(
    ("markup", "mrkdwn"),
    [
        ("<b>bold</b> <i>italic</i> <s>gone</s>", "*bold* _italic_ ~gone~"),
        ("<b>bold <i>and italic</i></b>", "*bold* *_and italic_*"),
        ("<b> spaces </b>move out", "*spaces* move out"),
        ("no style on <b> </b>nothing", "no style on nothing"),
        ("<b>two<br/>lines</b>", "*two*\n*lines*"),
        ("in<b>side</b> a word", "in\u200b*side* a word"),
        ("<b>a</b><i>b</i>", "*a*\u200b_b_"),
        ("(<b>a</b>), <b>b</b>!", "(*a*), *b*!"),
        ("run <code>/proof acme</code> now", "run `/proof acme` now"),
        ("<code>a_b * c</code>", "`a_b * c`"),
        ("<pre>line 1\n  line 2</pre>after", "```line 1\n  line 2```\nafter"),
        ("white   space \n collapses", "white space collapses"),
        ("a<br/>b <br/> c", "a\nb\nc"),
        ('<a href="https://x.example/a?b=1&amp;c=2">the report</a>', "<https://x.example/a?b=1&amp;c=2|the report>"),
        ('<a href="https://x.example"/>', "<https://x.example>"),
        ('<b><a href="mailto:a@x.example">mail</a></b>', "*<mailto:a@x.example|mail>*"),
        ('hello <user id="U123"/>', "hello <@U123>"),
        ('in <channel id="C123"/>', "in <#C123>"),
        ('<emoji name="warning"/> late', ":warning: late"),
        ("Do:<li>one</li><li>two</li>then", "Do:\n• one\n• two\nthen"),
        ("<quote>first<br/>second</quote>after", "> first\n> second\nafter"),
    ],
)
def test_text_is_written_as_in_html(markup: str, mrkdwn: str) -> None:
    assert text(markup) == mrkdwn


def test_a_moment_is_each_readers_own() -> None:
    when = datetime(2026, 3, 12, 15, 30, tzinfo=timezone(timedelta(hours=1)))
    assert text('<date at="{{ w }}"/>', w=when) == "<!date^1773325800^{date_short_pretty}|12 Mar 2026, 14:30 UTC>"
    assert text('<date at="{{ w.isoformat() }}" format="{date_short} at {time}"/>', w=when).startswith(
        "<!date^1773325800^{date_short} at {time}|"
    )
    naive = when.astimezone(UTC).replace(tzinfo=None)
    assert text('<date at="{{ w }}"/>', w=naive) == text('<date at="{{ w }}"/>', w=when)


def test_a_day_is_the_same_in_every_zone() -> None:
    assert text('due <date at="{{ d }}"/>', d=date(2026, 3, 12)) == "due 12 Mar 2026"
    assert text('due <date at="{{ d }}"/>', d=None) == "due —"


def test_filters_write_what_people_read() -> None:
    assert text('{{ 3|plural("gap") }}, {{ 1|plural("gap") }}, {{ 2|plural("reply", "replies") }}') == (
        "3 gaps, 1 gap, 2 replies"
    )
    assert text("{{ d|day }}{{ none|day }}", d=date(2026, 3, 1)) == "1 Mar 2026"
    assert text("{{ 'one two three'|cut(9) }}") == "one two…"


def test_values_are_written_plainly() -> None:
    class Grade(Enum):
        MEASURED = "measured"

    assert text("{{ g }}{{ n }} {{ i }}", g=Grade.MEASURED, n=None, i=3) == "measured 3"


def test_a_section_takes_fields_and_an_accessory() -> None:
    assert block(
        '<section><field><b>ARR</b><br/>1</field><field>x</field><button action_id="a">Go</button></section>'
    ) == {
        "type": "section",
        "fields": [
            {"type": "mrkdwn", "text": "*ARR*\n1", "verbatim": True},
            {"type": "mrkdwn", "text": "x", "verbatim": True},
        ],
        "accessory": {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}},
    }


def test_a_context_shows_images_then_text() -> None:
    found = block('<context><image image_url="https://x.example/i.png" alt_text="logo"/>Acme</context>')
    assert found["elements"] == [
        {"type": "image", "image_url": "https://x.example/i.png", "alt_text": "logo"},
        {"type": "mrkdwn", "text": "Acme", "verbatim": True},
    ]


def test_a_button_with_everything() -> None:
    assert element(
        """<button action_id="risk.close" value="r1" style="danger" url="https://x.example"
                   accessibility_label="Close it">
             Close<confirm title="Sure?" confirm="Close" deny="Keep" style="danger">It <b>stays</b> closed.</confirm>
           </button>"""
    ) == {
        "type": "button",
        "action_id": "risk.close",
        "value": "r1",
        "style": "danger",
        "url": "https://x.example",
        "accessibility_label": "Close it",
        "text": {"type": "plain_text", "text": "Close"},
        "confirm": {
            "title": {"type": "plain_text", "text": "Sure?"},
            "text": {"type": "mrkdwn", "text": "It *stays* closed.", "verbatim": True},
            "confirm": {"type": "plain_text", "text": "Close"},
            "deny": {"type": "plain_text", "text": "Keep"},
            "style": "danger",
        },
    }


def test_a_menu_knows_what_is_selected() -> None:
    menu = element(
        """<static_select action_id="gap" placeholder="Choose">
             {% for n in [1, 2] %}
             <option value="{{ n }}" selected="{{ n == 2 }}" description="d">Gap {{ n }}</option>
             {% endfor %}
           </static_select>"""
    )
    assert menu["placeholder"]["text"] == "Choose"
    assert menu["initial_option"] == menu["options"][1]
    assert menu["options"][1] == {
        "text": {"type": "plain_text", "text": "Gap 2"},
        "value": "2",
        "description": {"type": "plain_text", "text": "d"},
    }


def test_options_stand_in_groups() -> None:
    menu = field(
        """<multi_static_select action_id="o" max_selected_items="2">
             <option_group label="Acme"><option value="1" selected="true">One</option></option_group>
             <option_group label="Empty ones are left out"/>
           </multi_static_select>"""
    )
    assert [group["label"]["text"] for group in menu["option_groups"]] == ["Acme"]
    assert menu["initial_options"] == menu["option_groups"][0]["options"]
    assert menu["max_selected_items"] == 2


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<users_select action_id="a" initial_user="U1"/>', {"initial_user": "U1"}),
        ('<users_select action_id="a" initial_user="{{ none }}"/>', {}),
        ('<multi_users_select action_id="a" initial_users="U1, U2"/>', {"initial_users": ["U1", "U2"]}),
        ('<channels_select action_id="a" initial_channel="C1"/>', {"initial_channel": "C1"}),
        ('<multi_channels_select action_id="a" initial_channels="C1"/>', {"initial_channels": ["C1"]}),
        (
            '<conversations_select action_id="a" include="public private" exclude_bot_users="true"/>',
            {"filter": {"include": ["public", "private"], "exclude_bot_users": True}},
        ),
        ('<multi_conversations_select action_id="a" initial_conversations="C1"/>', {"initial_conversations": ["C1"]}),
        ('<external_select action_id="a" min_query_length="2"/>', {"min_query_length": 2}),
        (
            '<external_select action_id="a"><option value="1" selected="true">One</option></external_select>',
            {"initial_option": {"text": {"type": "plain_text", "text": "One"}, "value": "1"}},
        ),
        ('<multi_external_select action_id="a" max_selected_items="3"/>', {"max_selected_items": 3}),
        ('<users_select action_id="a" focus_on_load="True"/>', {"focus_on_load": True}),
        ('<datepicker action_id="a" initial_date="2026-03-12 10:00:00"/>', {"initial_date": "2026-03-12"}),
        (
            '<timepicker action_id="a" initial_time="09:00:00" timezone="Europe/Berlin"/>',
            {"initial_time": "09:00", "timezone": "Europe/Berlin"},
        ),
        ('<datetimepicker action_id="a" initial_date_time="2026-03-12T14:30Z"/>', {"initial_date_time": 1773325800}),
        ('<number_input action_id="a" initial_value="1.5" min_value="0"/>', {"initial_value": "1.5", "min_value": "0"}),
        ('<number_input action_id="a" initial_value="about two" is_decimal_allowed="true"/>', {}),
        ('<url_text_input action_id="a" initial_value="https://x.example"/>', {"initial_value": "https://x.example"}),
        ('<email_text_input action_id="a" initial_value="a@x.example"/>', {"initial_value": "a@x.example"}),
        (
            '<plain_text_input action_id="a" max_length="5" dispatch_action_config="on_enter_pressed"/>',
            {"max_length": 5, "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}},
        ),
    ],
)
def test_elements_take_block_kits_fields(markup: str, expected: dict[str, object]) -> None:
    found = field(markup)
    assert found.pop("type") == markup[1:].split()[0]
    assert found.pop("action_id") == "a"
    decimal = "is_decimal_allowed" in markup
    if "<number_input" in markup:
        assert found.pop("is_decimal_allowed") is decimal
    assert found == expected


@pytest.mark.parametrize(
    ("choices", "few", "many"),
    [("checkboxes", "checkboxes", "multi_static_select"), ("radio_buttons", "radio_buttons", "static_select")],
)
def test_more_choices_than_slack_shows_become_a_menu(choices: str, few: str, many: str) -> None:
    option = '<option value="{{ n }}" selected="{{ n == 3 }}">o</option>'
    source = f'<{choices} action_id="a">{{% for n in range(count) %}}{option}{{% endfor %}}</{choices}>'
    assert field(source, count=10)["type"] == few
    menu = field(source, count=11)
    assert menu["type"] == many
    assert len(menu["options"]) == 11
    selected = menu.get("initial_option") or menu["initial_options"][0]
    assert selected["value"] == "3"


def test_an_overflow_menu_may_link() -> None:
    menu = element('<overflow action_id="m"><option value="1" url="https://x.example">See</option></overflow>')
    assert menu["options"][0]["url"] == "https://x.example"


def test_tables() -> None:
    table = block(
        """<table><column/><column align="right" is_wrapped="true"/>
             <row><cell>Account</cell><cell>ARR</cell></row><row><cell>{{ "A <b>" }}</cell></row></table>"""
    )
    assert table["column_settings"] == [{}, {"align": "right", "is_wrapped": True}]
    assert [[cell["text"] for cell in row] for row in table["rows"]] == [["Account", "ARR"], ["A <b>", "—"]]
    data = block(
        """<data_table caption="ARR" page_size="10"><row><cell>ARR</cell></row>
             <row><cell number="{{ 4.5 }}">4.5 k</cell></row></data_table>"""
    )
    assert data["rows"][1] == [{"type": "raw_number", "value": 4.5, "text": "4.5 k"}]


def test_an_alert_stands_in_a_modal() -> None:
    view = modal('<modal title="t"><alert level="warning">Saved <b>late</b></alert></modal>')
    assert view["blocks"][0]["text"]["text"] == "Saved *late*"


def test_what_has_nothing_to_show_is_left_out() -> None:
    source = "<section>x</section><actions>{% for b in [] %}<button>b</button>{% endfor %}</actions><table/>"
    assert [found["type"] for found in blocks(source)] == ["section"]


def test_threads_share_a_renderer() -> None:
    source = '<message text="{{ n }}">{% for i in range(n) %}<section>{{ n }}</section>{% endfor %}</message>'
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda n: message(source, n=n), range(1, 40)))
    assert [len(one.blocks) for one in sent] == list(range(1, 40))
    assert [one.blocks[-1]["text"]["text"] for one in sent] == [str(n) for n in range(1, 40)]


def test_ids_are_the_same_at_every_rendering() -> None:
    source = '<section>x</section><section block_id="mine">y</section><divider/>'
    assert [found["block_id"] for found in blocks(source)] == ["b0", "mine", "b2"]
    assert blocks(source) == blocks(source)
