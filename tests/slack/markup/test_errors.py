"""An author's mistake names the template, the line and what is allowed."""

from pathlib import Path

import pytest

from bot.rooms import new_renderer
from bot.slack.markup import CompileError
from bot.slack.render import Renderer
from tests.support.markup_kit import home, message, modal


@pytest.mark.parametrize(
    ("inner", "problem"),
    [
        ("<secton>x</secton>", "<secton> is no tag; these are: a, actions, alert, b,"),
        ('<section blockid="x">x</section>', "<section> has no attribute blockid; it takes: block_id, keep"),
        ("<section>{{ missing }}</section>", "'missing' is undefined"),
        ("<section>{{ account.nme }}</section>", "'dict object' has no attribute 'nme'"),
        ("<section>{% if %}</section>", "Expected an expression"),
        ("<section>x</header>", "is not well-formed"),
        ("words", "<message> holds no words of its own"),
        ("<button>x</button>", "<button> cannot stand in <message>, which holds actions, chart, container, context,"),
        ("<section>x<button>a</button><button>b</button></section>", "put several into <actions>"),
        ("<section><button>a</button>x</section>", "as its last child"),
        ('<section>x<datetimepicker action_id="a"/></section>', "cannot stand in <section>; these can: button,"),
        ("<section>x<option>o</option></section>", "<option> cannot stand in a text; these can: a, b, br,"),
        ("<header><b>x</b></header>", "<header> holds words and <emoji/>, not <b>"),
        ('<actions><plain_text_input action_id="a"/></actions>', "cannot stand in <actions>, which holds button,"),
        ("<actions>x</actions>", "<actions> holds no words"),
        ("<divider>x</divider>", "<divider> holds no words"),
        ('<input label="l"/>', "<input> takes exactly one element, not 0"),
        ('<input><datepicker action_id="a"/></input>', "<input> needs a label"),
        ("<alert>x</alert>", "<alert> cannot stand in <message>"),
        ("<table><row><cell>x</cell></row></table><table/>", "a message takes one table"),
        ("<data_table><row><cell>x</cell></row></data_table>", "<data_table> needs a caption"),
        ('<divider block_id="d"/><divider block_id="d"/>', "block_id 'd' stands twice"),
        ("<section>x<button value=\"{{ 'v' * 2001 }}\">b</button></section>", "takes at most 2000 characters"),
        ('<section>x<button style="red">b</button></section>', "is one of primary, danger, not 'red'"),
        ('<section>x<overflow action_id="a"><option>o</option></overflow></section>', "<option> needs a value"),
        (
            '<section>x<overflow action_id="a"><option value="{{ \'v\' * 151 }}">o</option></overflow></section>',
            "takes at most 150 characters",
        ),
        (
            '<section>x<static_select><option value="1" url="https://x.example">o</option></static_select></section>',
            "<option url> stands in <overflow> only",
        ),
        ('<section>x<datepicker action_id="a" initial_date="soon"/></section>', "<datepicker initial_date>"),
        ('<section>x<users_select action_id="a" focus_on_load="yes"/></section>', "is one of true, false"),
        ("<section>x<datepicker action_id=\"{{ 'a' * 256 }}\"/></section>", "takes at most 255 characters"),
        ('<section><date at="tomorrow"/></section>', "<date at> takes an ISO 8601 date or datetime"),
        ('<section><date at="2026-01-01T00:00" format="{day}"/></section>', "Slack's tokens"),
        ('<section><emoji name="not one"/></section>', "<emoji name> takes a name"),
        ('<image alt_text="x" image_url="none"/>', "image_url"),
        ('<image alt_text="x" action_id="x"/>', "<image> has no attribute action_id"),
        (
            '<section>x<image image_url="https://x.example" alt_text="x" keep="true"/></section>',
            "no attribute keep here",
        ),
    ],
)
def test_a_mistake_says_where_and_what_is_allowed(inner: str, problem: str) -> None:
    source = f'<message text="t">\n  <header>fine</header>\n\n{{# a comment #}}\n  {inner}\n</message>'
    with pytest.raises(CompileError) as caught:
        message(source, account={"name": "Acme"})
    assert problem in str(caught.value)
    of_the_whole = ("<message> holds", "a message takes")
    assert caught.value.where == ("t.html:1" if problem.startswith(of_the_whole) else "t.html:5")


def test_a_mistake_in_a_macro_names_the_macros_file(tmp_path: Path) -> None:
    (tmp_path / "_gap.html").write_text("{% macro gap(g) %}\n<section>{{ g }}<colour/></section>\n{% endmacro %}")
    (tmp_path / "card.html").write_text(
        '{% from "_gap.html" import gap %}\n<message text="t">{% for g in [1] %}{{ gap(g) }}{% endfor %}</message>'
    )
    with pytest.raises(CompileError, match=r"^_gap\.html:2: <colour> is no tag"):
        Renderer(tmp_path).message("card.html")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<modal><divider/></modal>", "<modal> needs title"),
        ('<modal title="t"><input label="l"><datepicker/></input></modal>', "needs submit"),
        ('<modal title="t"><table/></modal>', "<table> cannot stand in <modal>"),
        ('<modal title="t" private_metadata="{{ \'x\' * 3001 }}"/>', "takes at most 3000 characters and is never cut"),
        ("<home/>", "<home> stands where <modal> is asked for"),
        ("", "is not well-formed"),
    ],
)
def test_views_have_their_own_rules(source: str, problem: str) -> None:
    with pytest.raises(CompileError, match=problem):
        modal(source)


def test_a_message_needs_a_sentence() -> None:
    with pytest.raises(CompileError, match="<message> needs text"):
        message("<message><divider/></message>")
    with pytest.raises(CompileError, match="no attribute title"):
        home('<home title="t"/>')


def test_an_unknown_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match=r"TemplateNotFound.*none\.html"):
        Renderer(tmp_path).message("none.html")


def test_every_template_can_be_checked_without_data(tmp_path: Path) -> None:
    good = tmp_path / "good.html"
    good.write_text(
        '{# <nonsense> #}<message text="{{ a }}">\n{% if b %}<section block_id="{{ c }}">{{ d }} <br/></section>'
        "{% endif %}<!-- <nonsense/> --></message>"
    )
    assert Renderer(tmp_path).check_all() == ["good.html"]
    bad = tmp_path / "bad.html"
    for source, problem in [
        ('<message text="t">\n<sction/></message>', r"bad\.html:2: <sction> is no tag"),
        ('<message\n text="t">\n<section id="{{ x }}"/></message>', r"bad\.html:3: <section> has no attribute id"),
        ("<message>\n{% endif %}</message>", r"bad\.html:2: "),
        ("{{ 1|unknown }}", r"bad\.html:1: No filter named 'unknown'"),
    ]:
        bad.write_text(source)
        with pytest.raises(CompileError, match=problem):
            Renderer(tmp_path).check_all()


def test_the_projects_own_templates_are_sound() -> None:
    assert all(name.endswith(".html") for name in new_renderer().check_all())
