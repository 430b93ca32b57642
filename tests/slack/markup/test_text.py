"""How text from people is made safe and cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.markup.text import blank, cut, link, plain, sentence
from tests.support.markup_kit import blocks, element, field, message, text

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("&lt;already escaped&gt;", "&amp;lt;already escaped&amp;gt;"),
        ("*_~`Acme", "∗ˍ∼ˋAcme"),
        ("＊全角＊", "﹡全角﹡"),
        ("first_value_at a@b_c.example :white_check_mark:", "first_value_at a@b_c.example :white_check_mark:"),
        ("_not italic_ but snake_case", "ˍnot italicˍ but snake_case"),
        ("one\ntwo\r\n\tthree\u2028four", "one two three four"),
        ("nul\x00 bell\x07 c1\x9f lone\ud800 end\uffff", "nul bell c1 lone end"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("שלום עולם 12 %", "\u2068שלום עולם\u2069 12 %"),
        ("> not a quotation", "\u00ad&gt; not a quotation"),
        ("no-break\u00a0space and e\u0301", "no-break\u00a0space and e\u0301"),
        ("株式会社岡田ガス 👍🏽", "株式会社岡田ガス 👍🏽"),
    ],
)
def test_typed_text_is_shown_as_typed(typed: str, shown: str) -> None:
    assert text("{{ t }}", t=typed) == shown
    assert message('<message text="{{ t }}"/>', t=typed).text == shown


def test_our_bold_survives_any_name() -> None:
    assert text("<b>{{ t }}</b> won", t="*Acme* _Corp_") == "*∗Acme∗ ˍCorpˍ* won"
    assert text("<code>{{ t }}</code>", t="a`b*c") == "`aˋb*c`"
    assert text("<pre>{{ t }}</pre>", t="```x") == "```ˋˋˋx```"


def test_a_typed_quotation_mark_quotes_on_no_line() -> None:
    assert text("a<br/>{{ t }}<br/>{{ u }}", t="> b", u=">>> c") == "a\n\u00ad&gt; b\n\u00ad&gt;&gt;&gt; c"
    assert text("<quote>{{ t }}</quote>", t="> b") == "> &gt; b"


def test_link_words_cannot_break_out_of_the_link() -> None:
    made = text('<a href="{{ u }}">{{ t }}</a>', u="https://x.example/a|b>c d", t="<!here>|*x*")
    assert made == "<https://x.example/a%7Cb%3Ec%20d|&lt;!here&gt;|∗x∗>"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "n/a", "", "//x.example", "file:///etc/passwd", "!channel"])
def test_a_link_nobody_should_open_is_only_its_words(url: str) -> None:
    assert text('<a href="{{ u }}">report</a>', u=url) == "report"
    assert "url" not in element('<button action_id="a" url="{{ u }}">Go</button>', u=url)


def test_an_id_that_is_none_of_slacks_is_text() -> None:
    assert text('<user id="{{ u }}"/>', u="!channel> *x*") == "!channel&gt; ∗x∗"
    assert text('<user id="{{ u }}"/> <channel id="{{ u }}"/>', u=None) == "— —"


def test_plain_text_is_not_escaped_because_slack_does_not_parse_it() -> None:
    assert blocks("<header>{{ t }}</header>", t="R&D <*>")[0]["text"]["text"] == "R&D <*>"


@pytest.mark.parametrize("typed", ["", " \n ", "\u200b", "\x00", "\u202e\u2066", "\u2800"])
def test_text_that_nobody_sees_becomes_a_dash(typed: str) -> None:
    assert text("{{ t }}", t=typed) == "—"
    assert text("<b>{{ t }}</b>", t=typed) == "—"
    assert element('<button action_id="a">{{ t }}</button>', t=typed)["text"]["text"] == "—"
    assert message('<message text="{{ t }}"/>', t=typed).text == "—"


def test_a_one_line_input_gets_one_line() -> None:
    source = '<plain_text_input action_id="a" initial_value="{{ t }}" multiline="{{ m }}"/>'
    assert field(source, t="a\n <b>\tc", m=False)["initial_value"] == "a <b> c"
    assert field(source, t="a\n\n<b>", m=True)["initial_value"] == "a\n\n<b>"


@pytest.mark.parametrize(
    ("whole", "limit", "short"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two three", 7, "one tw…"),
        ("onelongword", 5, "onel…"),
        ("a &amp; b", 5, "a…"),
        ("ab&amp;cd", 7, "ab…"),
        ("x", 1, "x"),
        ("xy", 1, "…"),
        (f"a{FAMILY}b", 6, "a…"),
        ("ae\u0301\u0301b", 4, "a…"),
        ("👍🏽👍🏽", 3, "👍🏽…"),
        ("👍🏽👍🏽", 2, "…"),
        ("🇩🇪🇫🇷🇮🇹", 4, "🇩🇪…"),
        ("🇩🇪🇫🇷🇮🇹", 5, "🇩🇪🇫🇷…"),
        ("e" + "\u0301" * 10_000, 100, "…"),
    ],
)
def test_text_is_cut_on_a_word_and_never_inside_a_character(whole: str, limit: int, short: str) -> None:
    assert cut(whole, limit) == short


@given(st.text(), st.integers(1, 40))
def test_cutting_keeps_the_limit_and_cuts_once(whole: str, limit: int) -> None:
    once = cut(whole, limit)
    assert len(once) <= limit
    assert cut(once, limit) == once
    head = once.removesuffix("…") if once != whole else once
    assert whole.startswith(head)
    rest = whole[len(head) :]
    assert not rest or not unicodedata.combining(rest[0])


@given(st.text(), st.integers(8, 40))
def test_an_escaped_text_is_cut_between_entities(whole: str, limit: int) -> None:
    short = sentence(whole, limit)
    assert 0 < len(short) <= limit
    for entity in ("&amp;", "&lt;", "&gt;"):
        short = short.replace(entity, "")
    assert not set("&<>") & set(short)


@given(st.text())
def test_plain_text_is_never_empty(whole: str) -> None:
    assert not blank(plain(whole, 75))


@given(st.text(st.sampled_from("htps:/.x <>|\n\u202e")))
def test_a_link_holds_nothing_that_ends_it(url: str) -> None:
    assert not set("<>| \n\u202e") & set(link(f"https://{url}") or "")
