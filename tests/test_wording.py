"""Every refusal has its sentence, and every sentence gets the facts that it names."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import structlog
from jinja2 import meta

from bot.app.actor import UserError
from bot.app.refusals import AppRefusal
from bot.domain.enums import Grade
from bot.domain.refusal import Refusal
from bot.features.evidence.refusals import EvidenceRefusal
from bot.features.imports.refusals import ImportRefusal
from bot.features.portfolios.refusals import PortfolioRefusal
from bot.features.risks.refusals import RiskRefusal
from bot.phrases import environment
from bot.resources import TEMPLATES
from bot.store.admin.refusals import AdminRefusal
from bot.wording import Catalogue, sentence_of
from tests.support.refusals import CATALOGUE, worded

BOT = Path(importlib.import_module("bot").__path__[0])
RAISED = {"UserError", "CannotOperate", "CannotCopy", "CannotForget"}
HOSTILE = "{{ 7 * 7 }} <!channel> & {% raw %}"
TUESDAY = date(2026, 3, 3)
SAMPLES: dict[str, Any] = {
    "closed_on": TUESDAY,
    "due": TUESDAY,
    "earlier": TUESDAY,
    "left": TUESDAY,
    "start": TUESDAY,
    "since": TUESDAY,
    "on": TUESDAY,
    "until": TUESDAY,
    "grade": Grade.MEASURED,
    "kind": "html",
    "columns": (HOSTILE,),
    "fields": (HOSTILE,),
    "guests": (HOSTILE,),
    "meanings": (HOSTILE,),
    "nearest": (HOSTILE,),
    "teams": (HOSTILE,),
    "workspaces": ((HOSTILE, HOSTILE),),
}
ENDS_WITH_WHAT_TO_TYPE = {
    AdminRefusal.POSTGRESQL_HAS_ITS_OWN,
}
NOTHING_TO_SHOW = {
    "closed_on",
    "due",
    "earlier",
    "entity",
    "left",
    "start",
    "since",
    "grade",
    "is_file",
    "kind",
    "on",
    "state",
    "until",
}
SPECIAL: list[tuple[UserError, str]] = [
    (
        UserError(AppRefusal.NOT_YOUR_ACCOUNT, account="Acme", owner=None),
        "Only the manager or an admin can change Acme, since it has no owner yet. Ask one of them.",
    ),
    (
        UserError(AppRefusal.NOT_YOUR_ACCOUNT, account="Acme", owner="Maya"),
        "Only Maya, the deputy or the manager can change Acme. Ask Maya.",
    ),
    (
        UserError(AppRefusal.ACCOUNT_NOT_HERE_YET, day=TUESDAY),
        "This account was not here yet on 2026-03-03. Choose a later day.",
    ),
    (UserError(EvidenceRefusal.VALUE_NO_NUMBER, unit=None), "Write the value as a number, such as 12.5."),
    (UserError(EvidenceRefusal.VALUE_NO_NUMBER, unit="%"), "Write the value as a number in %, such as 12.5."),
    (
        UserError(EvidenceRefusal.VALUE_MISSING, kind="statement"),
        "Give what the customer said or wrote; evidence needs something that can be checked.",
    ),
    (
        UserError(EvidenceRefusal.GRADE_TOO_LOW, grade=Grade.MEASURED),
        "This piece is only measured. Have it confirmed first, by their own system or in a customer's words.",
    ),
    (
        UserError(ImportRefusal.WORKSPACE_NOT_CHOSEN, workspaces=()),
        "Say with --workspace which workspace it is for: none is here yet.",
    ),
    (
        UserError(ImportRefusal.WORKSPACE_NOT_CHOSEN, workspaces=(("T1", "One"), ("T2", "Two"))),
        "Say with --workspace which workspace it is for: T1 (One), T2 (Two).",
    ),
    (
        UserError(ImportRefusal.COLUMN_UNKNOWN, column="it's", columns=("", *"abcdefghijklmnopqrstu")),
        'There is no column "it\'s": name one of a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t ….',
    ),
    (
        UserError(PortfolioRefusal.OWNS_NOTHING, person=None),
        "That person owns no customer. Choose somebody else.",
    ),
    (
        UserError(RiskRefusal.TAKEN, holder="Maya", since=None),
        "Maya has it. Press Assign if somebody else should.",
    ),
    (
        UserError(RiskRefusal.TAKEN, holder="Maya", since=TUESDAY),
        "Maya has it since 3 Mar 2026. Press Assign if somebody else should.",
    ),
]


def codes() -> dict[str, Refusal]:
    """Every code of every room, by the name that a raise site gives it."""
    named: dict[str, Refusal] = {}
    for file in sorted(BOT.rglob("refusals.py")):
        module = importlib.import_module(".".join(("bot", *file.relative_to(BOT).with_suffix("").parts)))
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Refusal):
                named |= {f"{kind.__name__}.{code.name}": code for code in kind}
    return named


def raise_sites() -> Iterator[tuple[str, str, set[str]]]:
    """Where a refusal is made: the place, the code as it is written there, and the names of its facts."""
    for file in sorted(BOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
                names = {str(keyword.arg) for keyword in node.keywords}
                yield f"{file.relative_to(BOT)}:{node.lineno}", ast.unparse(node.args[0]), names - {"field"}


def variables(code: Refusal) -> set[str]:
    """The facts that the sentence of this code names."""
    return meta.find_undeclared_variables(environment().parse(CATALOGUE.written(code.room)[code.key]))


CODES = codes()


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    rooms = {file.parent.name for file in TEMPLATES.rglob("refusals.yml")}
    written = [f"{room}.{key}" for room in rooms for key in CATALOGUE.written(room)]
    assert sorted(written) == sorted(CODES.values())


def test_a_code_is_called_by_its_room_and_its_name() -> None:
    for file in BOT.rglob("refusals.py"):
        module = ".".join(("bot", *file.relative_to(BOT).with_suffix("").parts))
        own = [code for code in CODES.values() if type(code).__module__ == module]
        assert own, module
        assert all(code == f"{file.parent.name}.{code.name.lower()}" for code in own)


def test_every_code_is_raised_somewhere() -> None:
    raised = {code for _, code, _ in raise_sites()}
    assert raised == CODES.keys()


def test_every_raise_site_gives_the_facts_that_its_sentence_names() -> None:
    for place, code, facts in raise_sites():
        assert facts == variables(CODES[code]), place


@pytest.mark.parametrize("code", CODES.values(), ids=str)
def test_every_sentence_renders_and_shows_hostile_facts_as_they_are(code: Refusal) -> None:
    names = variables(code)
    sentence = worded(UserError(code, **{name: SAMPLES.get(name, HOSTILE) for name in names}))
    assert sentence == sentence.strip() and "\n" not in sentence
    assert sentence[-1] in ".?…" or code in ENDS_WITH_WHAT_TO_TYPE
    assert bool(names - NOTHING_TO_SHOW) == (HOSTILE in sentence)


@pytest.mark.parametrize(("error", "sentence"), SPECIAL, ids=lambda value: str(value)[:40])
def test_a_sentence_follows_its_facts(error: UserError, sentence: str) -> None:
    assert sentence_of(error) == sentence


def test_the_exception_itself_holds_no_words_of_customers() -> None:
    error = UserError(RiskRefusal.TAKEN, holder="Maya", since=None)
    assert "Maya" not in f"{error} {error!r}"


@pytest.mark.parametrize(
    "catalogue",
    [
        "other: Nothing.",
        "open_already: '{{ missing }}'",
        "open_already: '{{ nobody closes this'",
        "open_already: [",
        None,
    ],
    ids=["no sentence", "no such fact", "no Jinja", "no YAML", "no file"],
)
def test_a_broken_catalogue_still_refuses(tmp_path: Path, catalogue: str | None) -> None:
    if catalogue is not None:
        (tmp_path / "risks").mkdir()
        (tmp_path / "risks" / "refusals.yml").write_text(catalogue, "utf-8")
    with structlog.testing.capture_logs() as logged:
        sentence = Catalogue(tmp_path).sentence_of(UserError(RiskRefusal.OPEN_ALREADY))
    assert "risks.open_already" in sentence
    assert [(line["event"], line["code"]) for line in logged] == [("wording.broken", "risks.open_already")]
