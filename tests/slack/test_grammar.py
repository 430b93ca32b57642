"""The grammar of the slash commands: what people type, what it means, and what the help says of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.actor import UserError
from bot.domain.enums import Change
from bot.features.meetings.grammar import AnswerRequest
from bot.features.portfolios.grammar import (
    PortfolioRenewals,
    PortfolioRequest,
    PortfolioRetention,
    PortfolioSetup,
    PortfolioStages,
)
from bot.features.proof_command.grammar import NewAccountRequest, Show, Topic, Which
from bot.rooms import GRAMMARS
from bot.slack.date_phrases import due
from bot.slack.grammar import Grammar, Help
from bot.slack.past_days import been
from tests.support.refusals import worded

TUESDAY = date(2026, 3, 3)
GRAMMAR_OF = {grammar.command: grammar for grammar in GRAMMARS}


def parse(command: str, text: str) -> object:
    return GRAMMAR_OF[command].parse(text)


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", Help()),
        ("HELP", Help()),
        ("new", NewAccountRequest()),
        ("acme", Show("acme")),
        ("New Relic", Show("New Relic")),
        ("Acme  Corp\n plan", Show("Acme Corp", Topic.PLAN)),
        ("acme EVIDENCE", Show("acme", Topic.EVIDENCE)),
        ('"plan"', Show("plan")),
        ("“Gap Inc” gap", Show("Gap Inc", Topic.GAP)),
        ("gap gap", Show("gap", Topic.GAP)),
        ("Smith &amp; Sons", Show("Smith & Sons")),
        ("acme as of 2026-03-01", Show("acme", as_of=date(2026, 3, 1))),
        ('"acme" as of 2026-03-01', Show("acme", as_of=date(2026, 3, 1))),
        ("acme history", Show("acme", Topic.HISTORY)),
        ("acme history since 2026-03-01", Show("acme", Topic.HISTORY, since=date(2026, 3, 1))),
        ("acme history 2026-03-01", Show("acme", Topic.HISTORY, since=date(2026, 3, 1))),
        ("acme evidnce", Show("acme", whole="acme evidnce", unknown="evidnce", near=Topic.EVIDENCE)),
        ('"acme" evidnce', Show("acme", unknown="evidnce", near=Topic.EVIDENCE)),
        ('"acme" xyz', Show("acme", unknown="xyz")),
        ("plan", Which(Topic.PLAN)),
        ("risks", Which(Topic.RISK)),
        ("acme risks", Show("acme", Topic.RISK)),
        ("acme gaps", Show("acme", Topic.GAP)),
        ("acme contract", Show("acme", Topic.CONTRACTS)),
        ("acme meetings", Show("acme", Topic.CADENCE, whole="acme meetings")),
        ("acme yesterday", Show("acme", as_of="yesterday", whole="acme yesterday")),
        ("acme as of last monday", Show("acme", as_of="last monday")),
        ("acme history yesterday", Show("acme", Topic.HISTORY, since="yesterday")),
        ("acme history since 3 weeks ago", Show("acme", Topic.HISTORY, since="3 weeks ago")),
    ],
)
def test_proof_is_read(text: str, request_: object) -> None:
    assert parse("/proof", text) == request_


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("acme as of yesteryear", "yesteryear is no date that I can read. Write it like 2026-03-01."),
        ("as of 2026-03-01", "Which customer? Start with the name: /proof acme."),
    ],
)
def test_proof_says_what_to_write_instead(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        parse("/proof", text)
    assert worded(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", AnswerRequest()),
        ("acme corp", AnswerRequest("acme corp")),
        ("changed: nothing", AnswerRequest(change=Change.NOTHING)),
        (
            "acme changed: belief, the CFO quotes our number unproven: savings next: send the sheet by friday",
            AnswerRequest("acme", Change.BELIEF, "the CFO quotes our number", "savings", "send the sheet", "friday"),
        ),
        (
            '"Next: Inc" Changed: they log in at 10:30, see https://a.example/x next: step by step guide',
            AnswerRequest(
                "Next: Inc", None, "they log in at 10:30, see https://a.example/x", None, "step by step guide"
            ),
        ),
        ("acme next: sign by 2026-03-01", AnswerRequest("acme", next_action="sign", by="2026-03-01")),
        ("acme changed: behavior - daily use", AnswerRequest("acme", Change.BEHAVIOUR, "daily use")),
        ("acme nothing changed", AnswerRequest("acme", Change.NOTHING, whole="acme nothing changed")),
        ("acme: Nothing changed.", AnswerRequest("acme", Change.NOTHING, whole="acme: Nothing changed.")),
        ("nothing changed", AnswerRequest(None, Change.NOTHING, whole="nothing changed")),
        ('"acme" no change', AnswerRequest("acme", Change.NOTHING)),
        ("acme changed: nothing changed", AnswerRequest("acme", Change.NOTHING)),
        (
            "acme behaviour: plant two approves on the phone",
            AnswerRequest("acme", Change.BEHAVIOUR, "plant two approves on the phone"),
        ),
        ("oxford economics", AnswerRequest("oxford", Change.ECONOMICS, whole="oxford economics")),
        ("acme next: send the sheet by 31/12", AnswerRequest("acme", next_action="send the sheet", by="31/12")),
        ("acme next: send the sheet by 31/13", AnswerRequest("acme", next_action="send the sheet", by="31/13")),
        ("acme next: send the sheet by mail", AnswerRequest("acme", next_action="send the sheet by mail")),
        ("passed by finance", AnswerRequest("passed by finance")),
    ],
)
def test_answers_are_read(text: str, request_: object) -> None:
    assert parse("/answer", text) == request_


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("acme chnaged: belief", "I do not know chnaged: in an answer. Did you mean changed:?"),
        ("acme next: a next: b", "next: is there twice. Put all of it after one next:."),
        ("acme behaviour: a changed: b", "changed: is there twice. Put all of it after one changed:."),
        (
            "acme by 31/12",
            "What happens by 31/12? Write it in front of the day, as in: next: … by 31/12.",
        ),
        (
            "acme changed: behaviour next: send the sheet",
            "Behaviour of what? Say in a few words what changed: changed: behaviour, …",
        ),
        ("acme next: a by 3/4", "“3/4” can be two days. Write the month as a word: 3 Apr or 4 Mar."),
        (
            "acme changed: next: b",
            "Add text after changed:. Write /answer <account> changed: … unproven: … next: … by friday.",
        ),
    ],
)
def test_an_answer_that_cannot_be_read_says_why(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        parse("/answer", text)
    assert worded(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", PortfolioRequest()),
        ("<@U0ADA|ada>", PortfolioRequest(owner="U0ADA")),
        ("North America", PortfolioRequest(name="North America")),
        ("setup", PortfolioSetup()),
        ("setup North", PortfolioSetup("North")),
        ('"setup"', PortfolioRequest(name="setup")),
        ("stage", PortfolioStages()),
        ("renewal North", PortfolioRenewals("North")),
        ("churn", PortfolioRetention()),
        ("renewls", PortfolioRequest(name="renewls", near="renewals")),
    ],
)
def test_portfolio_is_read(text: str, request_: object) -> None:
    assert parse("/portfolio", text) == request_


@pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.command)
def test_the_table_prints_the_help_and_parses_what_it_prints(grammar: Grammar[object]) -> None:
    lines = grammar.help().lines
    assert [line.written for line in lines[:-1]] == [
        f"{grammar.command} {form.usage}".strip() for form in grammar.forms
    ]
    assert lines[-1].written == f"{grammar.command} help"
    for line in lines:
        text = line.written.removeprefix(grammar.command).replace("<account>", "acme").replace("@owner", "<@U1>")
        parsed = grammar.parse(text.replace("[", "").replace("]", ""))
        if "acme" in text:
            assert isinstance(parsed, Show | AnswerRequest) and parsed.account == "acme"
    assert len(grammar.usage_hint) <= 1000


@given(st.sampled_from(GRAMMARS), st.text(max_size=300))
def test_whatever_is_typed_gives_a_request_or_a_sentence(grammar: Grammar[object], text: str) -> None:
    try:
        answer: object = grammar.parse(text)
    except UserError as refused:
        answer = worded(refused)
    requests = Help | Show | Which | NewAccountRequest | AnswerRequest | PortfolioRequest | PortfolioSetup
    assert isinstance(answer, requests) or str(answer).endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("friday", date(2026, 3, 6)),
        ("Fri.", date(2026, 3, 6)),
        ("tuesday", TUESDAY),
        ("next tuesday", date(2026, 3, 10)),
        ("next week", date(2026, 3, 9)),
        ("tomorrow", date(2026, 3, 4)),
        ("end of month", date(2026, 3, 31)),
        ("in two weeks", date(2026, 3, 17)),
        ("in 3 days", date(2026, 3, 6)),
        ("2026-02-01", date(2026, 2, 1)),
        ("12 march", date(2026, 3, 12)),
        ("the 1st of March", date(2027, 3, 1)),
        ("1 feb 2026", date(2026, 2, 1)),
        ("31/12", date(2026, 12, 31)),
        ("12/31", date(2026, 12, 31)),
        ("31.12.", date(2026, 12, 31)),
        ("3.4.", date(2026, 4, 3)),
        ("31/12/26", date(2026, 12, 31)),
        ("5/5", date(2026, 5, 5)),
        ("31/13", None),
        ("31/2", None),
        ("legal", None),
        ("march", None),
        ("12", None),
        ("step", None),
    ],
)
def test_dates_in_words(text: str, day: date | None) -> None:
    assert due(text, TUESDAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("yesterday", date(2026, 3, 2)),
        ("today", TUESDAY),
        ("last week", date(2026, 2, 24)),
        ("last month", date(2026, 2, 3)),
        ("monday", date(2026, 3, 2)),
        ("last tuesday", date(2026, 2, 24)),
        ("Fri", date(2026, 2, 27)),
        ("3 days ago", date(2026, 2, 28)),
        ("two weeks ago", date(2026, 2, 17)),
        ("a year ago", date(2025, 3, 3)),
        ("1 march", date(2026, 3, 1)),
        ("Mar 1st", date(2026, 3, 1)),
        ("12 march", date(2025, 3, 12)),
        ("1 Dec 2024", date(2024, 12, 1)),
        ("31 feb", None),
        ("march", None),
        ("acme", None),
        ("", None),
    ],
)
def test_days_that_have_been_in_words(text: str, day: date | None) -> None:
    assert been(text, TUESDAY) == day


@given(st.text(max_size=40), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_whatever_is_typed_is_a_day_or_none(text: str, today: date) -> None:
    assert been(text, today) is None or isinstance(been(text, today), date)
