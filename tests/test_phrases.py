"""Every fact has words, and the words name only what the fact holds."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import meta

import bot
from bot.domain.enums import Grade, Method, Stage, Why
from bot.domain.facts import Fact, FactCode, Value, fact, fact_from_json
from bot.domain.proof.explanation import PLAIN
from bot.domain.values.money import CURRENCIES, Money
from bot.phrases import Phrase, environment, phrase, sentences
from bot.resources import TEMPLATES

SOURCE = Path(bot.__file__).parent
FACTS = sentences("app/facts.yml").written()


def made() -> Iterator[tuple[str, str, set[str]]]:
    """Where a fact is made: the place, its code as it is written there, and the names of its values."""
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fact":
                code = ast.unparse(node.args[0]).removeprefix("FactCode.")
                yield f"{file.relative_to(SOURCE)}:{node.lineno}", code, {str(word.arg) for word in node.keywords}


def said() -> Iterator[tuple[str, str, set[str]]]:
    """Where a room says something: the place, the code as it is written there, and the names of its values."""
    for file in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say" and node.args:
                code = ast.unparse(node.args[0])
                if code.partition(".")[0] in KINDS:
                    yield f"{file.relative_to(SOURCE)}:{node.lineno}", code, {str(word.arg) for word in node.keywords}


def kinds() -> Iterator[tuple[str, type[Phrase]]]:
    for file in sorted(SOURCE.rglob("phrases.py")):
        module = importlib.import_module(".".join(("bot", *file.relative_to(SOURCE).with_suffix("").parts)))
        for name, kind in vars(module).items():
            if isinstance(kind, type) and issubclass(kind, Phrase) and kind is not Phrase:
                yield name, kind


KINDS = dict(kinds())
CODES = {f"{name}.{code.name}": code for name, kind in KINDS.items() for code in kind}


def test_every_code_of_a_room_has_a_sentence_and_every_sentence_a_code() -> None:
    others = {"app/facts.yml", "imports/remarks.yml"}
    files = {file.relative_to(TEMPLATES).as_posix() for file in TEMPLATES.glob("*/*.yml")}
    files = {file for file in files - others if not file.endswith("/refusals.yml")}
    written = [f"{file.removesuffix('.yml')}.{key}" for file in files for key in sentences(file).written()]
    assert sorted(written) == sorted(CODES.values())


def test_a_code_is_called_by_its_key() -> None:
    assert all(code.key == code.name.lower() for code in CODES.values())


def test_every_code_is_said_somewhere() -> None:
    assert {code for _, code, _ in said()} == CODES.keys()


def test_whoever_says_something_gives_the_values_that_its_words_name() -> None:
    for place, name, values in said():
        code = CODES[name]
        sentence = environment().parse(sentences(code.file).written()[code.key])
        assert values == meta.find_undeclared_variables(sentence), place


def test_every_fact_has_words_and_all_words_a_fact() -> None:
    assert sorted(FACTS) == sorted(FactCode)


def test_every_fact_is_made_somewhere() -> None:
    assert {code for _, code, _ in made()} == {code.name for code in FactCode}


def test_whoever_makes_a_fact_gives_the_values_that_its_words_name() -> None:
    for place, code, names in made():
        sentence = environment().parse(FACTS[FactCode[code].value])
        assert names == meta.find_undeclared_variables(sentence), place


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (fact(FactCode.NO_CUSTOMER_OWNER, titles=(), more=2), "Nobody at the customer owns an outcome"),
        (
            fact(FactCode.NO_CUSTOMER_OWNER, titles=("A", "B", "C"), more=2),
            "Nobody at the customer owns “A”, “B”, “C” and 2 more",
        ),
        (fact(FactCode.ATTESTOR_LEFT, who=None, on=None, back=None), "the customer, who attested it, left"),
        (
            fact(FactCode.WARM_BUT, danger=fact(FactCode.NO_SUCCESS)),
            "The relationship is called warm, but Nobody has written down what success means",
        ),
        (fact(FactCode.LACKS, title="Days", parts=("baseline", "date")), "“Days” lacks a baseline and a date"),
        (
            fact(FactCode.NOT_MOVED, title="{{ x }}", due=date(2026, 3, 1), value=None, unit="days", withdrawn_on=None),
            "“{{ x }}” was due on 1 Mar 2026 and has not moved",
        ),
    ],
)
def test_words_follow_the_values(told: Fact, words: str) -> None:
    assert phrase(told) == words


def test_every_plain_reason_method_and_stage_has_words_of_its_own() -> None:
    facts = [
        *(fact(FactCode.WHY, why=why) for why in PLAIN),
        *(fact(FactCode.ISOLATED, method=method) for method in Method),
        *(fact(FactCode.STAGE_NEEDS, stage=stage, share=Decimal("0.8"), days=365) for stage in Stage),
    ]
    assert all(phrase(one) for one in facts)
    assert len({phrase(one) for one in facts}) == len(facts)


plain = st.one_of(
    st.text(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.none(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([*Grade, *Stage, *Why]),
    st.builds(Money, st.integers(), st.sampled_from(sorted(CURRENCIES))),
)
values: st.SearchStrategy[Value] = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(min_size=1), inner, max_size=3).map(
            lambda named: Fact(FactCode.WHY, tuple(named.items()))
        ),
    ),
    max_leaves=6,
)


@given(st.sampled_from(FactCode), st.dictionaries(st.text(), values, max_size=4))
def test_a_fact_that_was_stored_is_the_same_fact(code: FactCode, named: dict[str, Value]) -> None:
    stored = Fact(code, tuple(named.items()))
    assert fact_from_json(stored.as_json()) == stored
